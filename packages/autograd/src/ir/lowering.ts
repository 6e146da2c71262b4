import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Affine } from "./affine.js";
import type { Expr, ExpressionBuilder } from "./expression.js";
import type { RoutineFunction } from "./routine.js";

/** Shapes, dtypes and attributes of one application of an operator, for its lowering rule. */
export interface LowerContext<A = unknown> {
  readonly inputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly attributes: A;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** How accumulated elements are combined; sums and products of floats accumulate in float64. */
export type Combine = "sum" | "prod" | "max" | "min";

/** A loop index along an axis: linear in the loop variables, or computed (i32). */
export type Index = Affine | Expr;

/** What the rule of an element is given. */
export interface ElementContext {
  readonly b: ExpressionBuilder;
  /** The indices of the element along the axes of the result. */
  readonly indices: readonly Affine[];
  /** The element of operand `k` at `indices`. Indices outside the operand are allowed where a `select` drops what they give. */
  operand(k: number, indices: readonly Affine[]): Expr;
  /** The element of operand `k`, one of those that the rule gathers, at computed indices, which must lie inside. */
  gather(k: number, indices: readonly Index[]): Expr;
}

/**
 * Rows of updates [outer, count, inner] added into [outer, size, inner] at places along the middle axis. The places are [outer / perExample, count], or, `along`
 * the updates, [outer, count, inner]; negative ones count from the end, and one out of range fails the run.
 */
export interface ScatterLowering {
  readonly kind: "scatter";
  readonly outer: number;
  readonly perExample: number;
  readonly count: number;
  readonly inner: number;
  readonly size: number;
  readonly along: boolean;
}

/**
 * A function of `numbers/` that computes the units `first` … `end` − 1 of the result: matrices of a batch, lines along an axis. Its parameters are these two, the
 * operands' elements, those of the result, and `numbers`.
 */
export interface RoutineLowering {
  readonly kind: "routine";
  readonly routine: RoutineFunction;
  readonly units: number;
  /** About how many elementary operations a unit takes. */
  readonly work: number;
  readonly numbers: readonly number[];
  /** Elements of 8 bytes, at most, in arrays that it makes; each begins at a multiple of 16 bytes. */
  readonly scratch?: number;
  /** The operands that it reads, all by default, stretched to a shape where one is given. */
  readonly operands?: readonly { readonly operand: number; readonly shape?: Shape | undefined }[];
}

/**
 * A contraction of an image's windows, which lie wholly inside it. Of x [images, groups, channels, plane], w [groups, features, channels · taps] and
 * y [images, groups, features, windows], it is x and w to y (`result`), or x and y to w with its features last, [groups, channels · taps, features] (`weights`).
 */
export interface ConvolutionLowering {
  readonly kind: "convolution";
  readonly of: "result" | "weights";
  readonly images: number;
  readonly groups: number;
  readonly channels: number;
  readonly features: number;
  readonly plane: number;
  /** Elements from a window's start to its taps, in each channel; and from a plane's start to the windows. */
  readonly tapOffsets: Int32Array;
  readonly windowOffsets: Int32Array;
  /** So many windows, one after the other, start at neighbouring elements: all along the last axis, where its stride is one. */
  readonly run: number;
}

/**
 * How compiled backends compute an operator.
 *
 * - `view`: the element at `indices` is the operand's at `source(indices)`;
 * - `reshape`: the operand's elements in the same row-major order;
 * - `map`: each element is an expression of elements of the operands, by index; those in `gathers` are in memory by then;
 * - `reduce`: operand 0 combined along axes;
 * - `place`: operand 0 written into a tensor full of `fill`, element i along an axis to low + i · step;
 * - `scatter`: zeros, to which the elements of operand 0 are added at the places that operand 1 (int32) says, in their order: see `ScatterLowering`;
 * - `routine`: a function of `numbers/`, the one that the reference kernel calls: see `RoutineLowering`;
 * - `concat`: the operands one behind the other along an axis;
 * - `convolution`: sums over windows that are not laid out in memory: see `ConvolutionLowering`;
 * - `product`: [..., M, K] · [..., K, N], batch axes broadcast, an operand stored transposed where `a` or `b` says so.
 */
export type Lowering =
  | { readonly kind: "view"; readonly source: (indices: readonly Affine[]) => readonly Affine[] }
  | { readonly kind: "reshape" }
  | { readonly kind: "map"; readonly gathers?: readonly number[]; readonly element: (context: ElementContext) => Expr }
  | { readonly kind: "reduce"; readonly axes: readonly number[]; readonly combine: Combine }
  | {
      readonly kind: "place";
      readonly fill: number;
      readonly low: readonly number[];
      readonly step: readonly number[];
    }
  | ScatterLowering
  | RoutineLowering
  | ConvolutionLowering
  | { readonly kind: "concat"; readonly axis: number }
  | { readonly kind: "product"; readonly a: boolean; readonly b: boolean };

/** Says how to lower an application; undefined where there is no better way than the reference kernel. */
export type LowerRule<A = unknown> = {
  rule(context: LowerContext<A>): Lowering | undefined;
}["rule"];
