import { type ElementCode, isNonZero, isReal, truth } from "../ir/element-code.js";
import type { ScalarFunction } from "../numbers/broadcast-loops.js";
import { type BinaryOperator, type ElementwiseDefinition, elementwise, type UnaryOperator } from "./elementwise.js";

/** What all tests share: they compare in the common dtype, and give booleans, which carry no derivative. */
const test = <V extends ScalarFunction>(
  value: V,
  code: ElementCode,
): Pick<ElementwiseDefinition<V>, "value" | "code" | "integers" | "booleans" | "result"> => ({
  value,
  code,
  integers: "keep",
  booleans: "keep",
  result: "bool",
});

/**
 * Whether a = b, element by element, broadcast. NaN equals nothing; −0 equals 0.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a number outside the range of the integers beside it.
 * @example
 * equal([1, 2, 3], [1, 0, 3]).toArray(); // [1, 0, 1]
 */
export const equal: BinaryOperator<"equal", "bool"> = elementwise(
  "equal",
  test(
    (a: number, b: number) => (a === b ? 1 : 0),
    (b, x, y) => (x.type === "bool" ? b.not(b.xor(x, y)) : b.eq(x, y)),
  ),
);

/**
 * Whether a ≠ b, element by element, broadcast. NaN differs from everything.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * notEqual([1, 2, 3], 2).toArray(); // [1, 0, 1]
 */
export const notEqual: BinaryOperator<"notEqual", "bool"> = elementwise(
  "notEqual",
  test(
    (a: number, b: number) => (a !== b ? 1 : 0),
    (b, x, y) => (x.type === "bool" ? b.xor(x, y) : b.ne(x, y)),
  ),
);

/**
 * Whether a < b, element by element, broadcast. False beside NaN.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * less([1, 2, 3], 2).toArray(); // [1, 0, 0]
 */
export const less: BinaryOperator<"less", "bool"> = elementwise(
  "less",
  test(
    (a: number, b: number) => (a < b ? 1 : 0),
    (b, x, y) => (x.type === "bool" ? b.and(b.not(x), y) : b.lt(x, y)),
  ),
);

/**
 * Whether a ≤ b, element by element, broadcast. False beside NaN.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * lessEqual([1, 2, 3], 2).toArray(); // [1, 1, 0]
 */
export const lessEqual: BinaryOperator<"lessEqual", "bool"> = elementwise(
  "lessEqual",
  test(
    (a: number, b: number) => (a <= b ? 1 : 0),
    (b, x, y) => (x.type === "bool" ? b.or(b.not(x), y) : b.le(x, y)),
  ),
);

/**
 * Whether a > b, element by element, broadcast. False beside NaN.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * greater([1, 2, 3], 2).toArray(); // [0, 0, 1]
 */
export const greater: BinaryOperator<"greater", "bool"> = elementwise(
  "greater",
  test(
    (a: number, b: number) => (a > b ? 1 : 0),
    (b, x, y) => (x.type === "bool" ? b.and(x, b.not(y)) : b.gt(x, y)),
  ),
);

/**
 * Whether a ≥ b, element by element, broadcast. False beside NaN.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * greaterEqual([1, 2, 3], 2).toArray(); // [0, 1, 1]
 */
export const greaterEqual: BinaryOperator<"greaterEqual", "bool"> = elementwise(
  "greaterEqual",
  test(
    (a: number, b: number) => (a >= b ? 1 : 0),
    (b, x, y) => (x.type === "bool" ? b.or(x, b.not(y)) : b.ge(x, y)),
  ),
);

/**
 * Not x, element by element: whether x is 0. Takes every dtype; NaN counts as true, as in NumPy.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * logicalNot([true, false]).toArray(); // [0, 1]
 */
export const logicalNot: UnaryOperator<"bool"> = elementwise(
  "logicalNot",
  test(
    (x: number) => (x === 0 ? 1 : 0),
    (b, x) => b.not(isNonZero(b, x)),
  ),
);

/**
 * a and b, element by element, broadcast. Takes every dtype: all but 0 counts as true.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * logicalAnd([true, true], [true, false]).toArray(); // [1, 0]
 */
export const logicalAnd: BinaryOperator<"logicalAnd", "bool"> = elementwise(
  "logicalAnd",
  test(
    (a: number, b: number) => (a !== 0 && b !== 0 ? 1 : 0),
    (b, x, y) => b.and(isNonZero(b, x), isNonZero(b, y)),
  ),
);

/**
 * a or b, element by element, broadcast. Takes every dtype: all but 0 counts as true.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * logicalOr([true, false], [false, false]).toArray(); // [1, 0]
 */
export const logicalOr: BinaryOperator<"logicalOr", "bool"> = elementwise(
  "logicalOr",
  test(
    (a: number, b: number) => (a !== 0 || b !== 0 ? 1 : 0),
    (b, x, y) => b.or(isNonZero(b, x), isNonZero(b, y)),
  ),
);

/**
 * Either a or b, not both, element by element, broadcast. Takes every dtype: all but 0 counts as true.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `equal`.
 * @example
 * logicalXor([true, true], [true, false]).toArray(); // [0, 1]
 */
export const logicalXor: BinaryOperator<"logicalXor", "bool"> = elementwise(
  "logicalXor",
  test(
    (a: number, b: number) => ((a !== 0) !== (b !== 0) ? 1 : 0),
    (b, x, y) => b.xor(isNonZero(b, x), isNonZero(b, y)),
  ),
);

/**
 * Whether x is NaN, element by element; never for integers.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `logicalNot`.
 * @example
 * isNaN([NaN, 1]).toArray(); // [1, 0]
 */
export const isNaN: UnaryOperator<"bool"> = elementwise(
  "isNaN",
  test(
    (x: number) => (Number.isNaN(x) ? 1 : 0),
    (b, x) => (isReal(x.type) ? b.isNaN(x) : truth(b, false)),
  ),
);

/**
 * Whether x is +∞ or −∞, element by element; never for integers.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `logicalNot`.
 * @example
 * isInf([-Infinity, NaN, 1]).toArray(); // [1, 0, 0]
 */
export const isInf: UnaryOperator<"bool"> = elementwise(
  "isInf",
  test(
    (x: number) => (Math.abs(x) === Infinity ? 1 : 0),
    (b, x) => (isReal(x.type) ? b.eq(b.abs(x), b.like(x, Infinity)) : truth(b, false)),
  ),
);

/**
 * Whether x is neither NaN nor infinite, element by element.
 *
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws as `logicalNot`.
 * @example
 * isFinite([-Infinity, NaN, 1]).toArray(); // [0, 0, 1]
 */
export const isFinite: UnaryOperator<"bool"> = elementwise(
  "isFinite",
  test(
    (x: number) => (Number.isFinite(x) ? 1 : 0),
    (b, x) => (isReal(x.type) ? b.lt(b.abs(x), b.like(x, Infinity)) : truth(b, true)),
  ),
);
