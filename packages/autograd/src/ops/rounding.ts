import { forReals } from "../ir/element-code.js";
import * as scalar from "../ir/functions/index.js";
import {
  floorDivideInteger,
  floorDivide as floorDivideOf,
  remainderInteger,
  remainder as remainderOf,
  roundHalfEven,
} from "../numbers/stable.js";
import type { Domain } from "../sampling.js";
import { neg } from "./arithmetic.js";
import {
  type BinaryOperator,
  type ElementwiseDefinition,
  elementwise,
  mul,
  type UnaryOperator,
} from "./elementwise.js";

/** Integers and infinities stay; the derivative is 0 everywhere, at the jumps too, as in PyTorch. */
const rounding = (
  value: (x: number) => number,
  operation: "floor" | "ceil" | "nearest" | "trunc",
  kinks: readonly number[],
): ElementwiseDefinition<(x: number) => number> => ({
  value,
  code: forReals((b, x) => b[operation](x)),
  integers: "keep",
  vjp: () => [undefined],
  domain: { kinks },
});

const integers = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
const halves = integers.map((i) => i + 0.5);

/**
 * The greatest integer not above x, element by element; integers, ±∞ and NaN stay. The derivative is 0 everywhere, as in PyTorch.
 *
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * floor([1.5, -1.5]).toArray(); // [1, -2]
 */
export const floor: UnaryOperator<"number"> = elementwise("floor", rounding(Math.floor, "floor", integers));

/**
 * The least integer not below x, element by element; integers, ±∞ and NaN stay. The derivative is 0 everywhere, as in PyTorch.
 *
 * @throws as `floor`.
 * @example
 * ceil([1.5, -1.5]).toArray(); // [2, -1]
 */
export const ceil: UnaryOperator<"number"> = elementwise("ceil", rounding(Math.ceil, "ceil", integers));

/**
 * The nearest integer, element by element, halves to the even one (IEEE 754, as NumPy and PyTorch); integers, ±∞ and NaN stay. The
 * derivative is 0 everywhere, as in PyTorch.
 *
 * @throws as `floor`.
 * @example
 * round([0.5, 1.5, -1.2]).toArray(); // [0, 2, -1]
 */
export const round: UnaryOperator<"number"> = elementwise("round", rounding(roundHalfEven, "nearest", halves));

/**
 * x without its fraction, element by element; integers, ±∞ and NaN stay. The derivative is 0 everywhere, as in PyTorch.
 *
 * @throws as `floor`.
 * @example
 * trunc([1.5, -1.5]).toArray(); // [1, -1]
 */
export const trunc: UnaryOperator<"number"> = elementwise("trunc", rounding(Math.trunc, "trunc", integers));

/** Quotients between 1.04 and 1.96: away from the jumps. */
const betweenJumps: readonly Domain[] = [
  { min: 2.2, max: 3.8 },
  { min: 1.95, max: 2.1 },
];

/**
 * ⌊a / b⌋, element by element, broadcast, also where a / b rounds to the next integer. Integers stay integers; division by 0 gives 0 for
 * them, ±∞ or NaN for floats. The derivative is 0 everywhere.
 *
 * @throws ShapeError where the shapes do not broadcast; DTypeError for booleans.
 * @example
 * floorDivide([7, -7], 2).toArray(); // [3, -4]
 */
export const floorDivide: BinaryOperator<"floorDivide", "number"> = elementwise("floorDivide", {
  value: floorDivideOf,
  code: scalar.floorDivide,
  integers: "keep",
  integerValue: floorDivideInteger,
  booleans: "error",
  vjp: () => [undefined, undefined],
  domain: betweenJumps,
});

/**
 * a − b · ⌊a / b⌋, element by element, broadcast: the remainder with the sign of b, as in Python, NumPy and PyTorch. Integers stay
 * integers; for b = 0 it is 0 for them, NaN for floats. The derivative in b is −⌊a / b⌋, at the jumps too.
 *
 * @throws ShapeError where the shapes do not broadcast; DTypeError for booleans.
 * @example
 * remainder([7, -7], 3).toArray(); // [1, 2]
 */
export const remainder: BinaryOperator<"remainder", "number"> = elementwise("remainder", {
  value: remainderOf,
  code: scalar.remainder,
  integers: "keep",
  integerValue: remainderInteger,
  booleans: "error",
  vjp: ({ inputs: [a, b], cotangent: g }) => [g, neg(mul(g, floorDivide(a, b)))],
  domain: betweenJumps,
});
