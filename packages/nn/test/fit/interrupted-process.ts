/** Trains for ever, until Ctrl-C. */
import { fit } from "@glissade/nn";
import { checkpointFolder } from "@glissade/nn/files";
import { onInterrupt } from "@glissade/nn/terminal";
import { problem } from "./problem.js";

const [folder = ""] = process.argv.slice(2);
const { model, options } = problem();
const { signal } = onInterrupt();
const { reason, steps } = await fit(model, {
  ...options,
  epochs: 1e9,
  signal,
  checkpoints: { store: checkpointFolder(folder) },
  listeners: [{ onStep: ({ step }) => void (step === 50 && console.log("trains")) }],
});
console.log(`${reason} after ${steps}`);
