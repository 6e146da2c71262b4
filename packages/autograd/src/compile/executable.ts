import type { Node } from "../graph.js";

/** What to compile: the graph between placeholders and outputs. Outputs are distinct, and neither inputs nor constants. */
export interface Program {
  /** Placeholders, in the order in which values are given. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** Who computes large matrix products. */
export interface BlasUse {
  /** "none": all products are computed by Glissade's own kernels. */
  readonly name: "openblas" | "none";
  /** Which build of the library it is, or why none is in use, in words. */
  readonly reason: string;
}

/** Who computes the matrix products of a program. */
export interface BlasStats extends BlasUse {
  /** How many products of the program the library computes: those that it is faster at. */
  readonly libraryProducts: number;
  /** How many are left to Glissade's own kernels. */
  readonly ownProducts: number;
}

/** A compiled program. */
export interface Executable {
  /** Who computes its products; undefined where it was compiled before a library was asked for, or for a backend that calls none. */
  readonly blas?: BlasStats | undefined;
  /** Takes nodes that have values, one for each input, and gives a new leaf with its value for each output. */
  run(inputs: readonly Node[]): Node[];
  /** Gives back its memory: nobody will run it any more. */
  release?(): void;
}

/** Makes a program runnable. */
export type Compiler = (program: Program) => Executable;
