import type { Shape } from "../shape.js";
import type { AnyShape } from "./any-shape.js";

declare const message: unique symbol;

/**
 * What the compiler wants in place of an operand whose shape does not fit: nothing is of this type, and its parameter says why, in the words of the
 * error that the call would throw.
 *
 * @example
 * matmul(zeros([2, 3]), zeros([4, 5]));
 * // … is not assignable to parameter of type 'ShapeError<"matmul: inner dimensions differ: [2, 3] · [4, 5] (3 ≠ 4)">'
 */
export interface ShapeError<Message extends string> {
  readonly [message]: Message;
}

/** `X`, or the error that `Result` is; where some of several results are errors, nothing is known and `X` stays. */
export type Fit<Result, X> = [Result] extends [AnyShape]
  ? X
  : Result extends ShapeError<infer Words>
    ? ShapeError<Words>
    : X;

/** The shape, unknown where the operands do not fit. */
export type Ok<Result> = [Result] extends [never] ? Shape : Result extends AnyShape ? Result : Shape;

/** A shape in words, as `showShape` writes it: `"[2, 3]"`. */
export type Show<S extends Shape> = number extends S["length"] ? "[…]" : `[${Sides<S>}]`;

type Sides<S extends Shape> = S extends readonly [infer First extends number]
  ? SideText<First>
  : S extends readonly [infer First extends number, ...infer Rest extends AnyShape]
    ? `${SideText<First>}, ${Sides<Rest>}`
    : "";

type SideText<Side extends number> = number extends Side ? "number" : `${Side}`;

/** Nothing, or the error that `Result` is: for options, which keep the type that they are read by. */
export type Check<Result> = [Result] extends [AnyShape]
  ? unknown
  : Result extends ShapeError<infer Words>
    ? ShapeError<Words>
    : unknown;
