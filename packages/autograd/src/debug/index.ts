/** What a function costs, for those who look into it. */
export { type Cost, costOf, type KernelCost } from "./cost.js";
/** Where a NaN came from. */
export { explainNaN, type FaultOperand, type FaultReport, type NoFault } from "./explain-nan.js";
/** What a function computes, as plain data. */
export {
  type GraphBody,
  type GraphConstant,
  type GraphInput,
  type GraphLeaf,
  type GraphNode,
  type GraphVariable,
  type GraphView,
  graphOf,
} from "./graph-view.js";
/** Graphs to look at. */
export { printGraph } from "./print-graph.js";
export type { ValueRange } from "./ranges.js";
/** Lines for messages. */
export { recordOrigins } from "./record-origins.js";
export { toDot } from "./to-dot.js";
export { toHtml } from "./to-html.js";
