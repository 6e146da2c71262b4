import { roundHalfEven } from "../numbers/stable.js";

/** Numbers of one type but i64, one after the other; truth values are 0 and 1. */
export type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Writes a result for each of the first n elements. Storing rounds or wraps to the type of `out`. */
export type Loop<T> = (out: Numbers, a: T, b: T, n: number) => void;

/** A loop that keeps the type of its operands. */
type SameLoop<T> = (out: T, a: T, b: T, n: number) => void;

// A loop for each operation, so that the engine compiles each for itself.

/** Operations on floats. */
export const floatLoops: Readonly<Record<string, SameLoop<Numbers>>> = {
  neg: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = -a[i]!;
  },
  abs: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.abs(a[i]!);
  },
  sqrt: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.sqrt(a[i]!);
  },
  floor: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.floor(a[i]!);
  },
  ceil: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.ceil(a[i]!);
  },
  trunc: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.trunc(a[i]!);
  },
  nearest: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = roundHalfEven(a[i]!);
  },
  // Rounding an f32 operation from its double result is exact for these: Figueroa, "When is double rounding innocuous?", 1995.
  add: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! * b[i]!;
  },
  div: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! / b[i]!;
  },
  min: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.min(a[i]!, b[i]!);
  },
  max: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.max(a[i]!, b[i]!);
  },
};

/** Operations on integers of up to 32 bits and on truth values. */
export const integerLoops: Readonly<Record<string, SameLoop<Numbers>>> = {
  neg: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = -a[i]!;
  },
  abs: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.abs(a[i]!);
  },
  not: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = 1 - a[i]!;
  },
  add: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.imul(a[i]!, b[i]!);
  },
  div: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = b[i] === 0 ? 0 : Math.trunc(a[i]! / b[i]!);
  },
  rem: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = b[i] === 0 ? 0 : a[i]! % b[i]!;
  },
  min: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.min(a[i]!, b[i]!);
  },
  max: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.max(a[i]!, b[i]!);
  },
  and: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! & b[i]!;
  },
  or: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! | b[i]!;
  },
  xor: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! ^ b[i]!;
  },
  shl: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! << b[i]!;
  },
  // Unsigned numbers have no sign bit to spread: what they hold is taken as it is.
  shr: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = out instanceof Int32Array ? a[i]! >> b[i]! : a[i]! >>> b[i]!;
  },
  shrU: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! >>> b[i]!;
  },
};

/** Operations on 64-bit integers, which wrap where they are stored. */
export const wideLoops: Readonly<Record<string, SameLoop<BigInt64Array>>> = {
  neg: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = -a[i]!;
  },
  abs: (out, a, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! < 0n ? -a[i]! : a[i]!;
  },
  add: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! * b[i]!;
  },
  and: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! & b[i]!;
  },
  or: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! | b[i]!;
  },
  xor: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! ^ b[i]!;
  },
  shl: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! << (b[i]! & 63n);
  },
  shr: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! >> (b[i]! & 63n);
  },
  shrU: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = BigInt.asUintN(64, a[i]!) >> (b[i]! & 63n);
  },
};

/** Comparisons, of numbers and of 64-bit integers. */
export const comparisonLoops: Readonly<Record<string, Loop<Numbers | BigInt64Array>>> = {
  eq: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i] === b[i] ? 1 : 0;
  },
  ne: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i] !== b[i] ? 1 : 0;
  },
  lt: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! < b[i]! ? 1 : 0;
  },
  le: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  gt: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! > b[i]! ? 1 : 0;
  },
  ge: (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! >= b[i]! ? 1 : 0;
  },
};
