import type { Node } from "../graph.js";

/** What to compile: the graph between placeholders and outputs. Outputs are distinct, and neither inputs nor constants. */
export interface Program {
  /** Placeholders, in the order in which values are given. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** A compiled program. */
export interface Executable {
  /** Takes nodes that have values, one for each input, and gives a new leaf with its value for each output. */
  run(inputs: readonly Node[]): Node[];
}

/** Makes a program runnable. */
export type Compiler = (program: Program) => Executable;
