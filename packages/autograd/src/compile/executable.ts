import type { Node } from "../graph.js";
import { interpret } from "./interpret.js";

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

let current: Compiler = interpret;

/** What compiles programs now; without another one, the reference kernels run node by node. */
export const currentCompiler = (): Compiler => current;

/** Puts another compiler in place; programs compiled before stay as they are. */
export const setCompiler = (compiler: Compiler): void => {
  current = compiler;
};
