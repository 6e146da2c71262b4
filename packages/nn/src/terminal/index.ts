/** What a training has to do with a terminal, for Node: its progress, and Ctrl-C. */

export { onInterrupt } from "./interrupt.js";
export { type ProgressOptions, type ProgressStream, terminalProgress } from "./progress.js";
