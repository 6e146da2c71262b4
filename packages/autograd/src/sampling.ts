import type { DType } from "./dtype.js";
import type { Shape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/**
 * The numbers on which an operator is defined and smooth, from which its laws draw: open interval ends, and points to keep
 * away from.
 */
export interface Domain {
  /** Least value drawn; default −4. */
  readonly min?: number;
  /** Greatest value drawn; default 4. */
  readonly max?: number;
  /**
   * Points where the derivative jumps or does not exist. Values closer than 0.05 are not drawn, except for the law about the derivative at kinks,
   * which draws the points themselves.
   */
  readonly kinks?: readonly number[];
}

/** How shapes are drawn. */
export interface ShapeChoice {
  /** Default 0. */
  readonly minRank?: number;
  /** Default 3. */
  readonly maxRank?: number;
  /** Least side; default 1. Laws that can bear it also try 0. */
  readonly minSide?: number;
  /** Greatest side; default 4. */
  readonly maxSide?: number;
}

/** How a tensor is drawn. Without `dtype` the law under test chooses: float64 or float32. */
export interface TensorChoice extends Domain {
  readonly dtype?: DType;
  /**
   * No two elements closer than this to each other, for operators that order their elements; default 0. The law about the derivative at kinks makes
   * two of them equal.
   */
  readonly separation?: number;
}

/**
 * What a sampler draws from. Every choice goes through it, so that a law can shrink and replay the arguments.
 *
 * @example
 * const samples: Sampler = (draw) => [draw.tensor(draw.shape({ minRank: 1 })), { axis: 0 }];
 */
export interface Draw {
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** A size for an axis, from 1 to `max` (default 4); laws about zero-size tensors also draw 0. */
  side(max?: number): number;
  boolean(): boolean;
  pick<T>(choices: readonly T[]): T;
  shape(choice?: ShapeChoice): number[];
  /** `count` shapes that broadcast together. */
  broadcastable(count: number, choice?: ShapeChoice): number[][];
  /** Axes of a shape of this rank, each once, some of them negative. At least `least` (default 1) where the rank allows. */
  axes(rank: number, least?: number): number[];
  tensor(shape: Shape, choice?: TensorChoice): Tensor;
}

/** Draws the arguments of one call of an operator: tensors among them are what derivatives are taken of. */
export type Sampler = (draw: Draw) => readonly unknown[];
