import { type Expr, type ExpressionBuilder, scalarFunction } from "../expression.js";

/** Writes a function of reals, for parameters of one of the two types. */
export type RealBody = (b: ExpressionBuilder, ...args: readonly [Expr, Expr, Expr]) => Expr;

/** A function of scalars, as operators call it. */
export type RealFunction = ReturnType<typeof scalarFunction>;

/** The body in double precision, for float32: rounded once more at the end. */
export const throughDouble =
  (body: RealBody): RealBody =>
  (b, x, y, z) =>
    b.convert(body(b, b.convert(x, "f64"), b.convert(y, "f64"), b.convert(z, "f64")), "f32");

/** A function with a body of its own for float32; without one it is computed in double precision. */
export function realFunction(name: string, double: RealBody, single: RealBody = throughDouble(double)): RealFunction {
  return scalarFunction(name, (b, x, y, z) => (x.type === "f32" ? single : double)(b, x, y, z));
}

/** The polynomial with these coefficients, highest power first, at x (Horner's rule): the fewest operations, each of which waits for the one before. */
export function horner(b: ExpressionBuilder, x: Expr, [first = 0, ...rest]: readonly number[]): Expr {
  return rest.reduce((value, coefficient) => b.add(b.mul(value, x), b.like(x, coefficient)), b.like(x, first));
}

/**
 * The same polynomial from pairs of its terms, pairs of pairs and so on (Estrin, 1960): a few more operations, of which about log₂ as many wait for one another. For functions
 * that stand in the middle of long chains.
 */
export function estrin(b: ExpressionBuilder, x: Expr, coefficients: readonly number[]): Expr {
  let terms = [...coefficients].reverse().map((coefficient) => b.like(x, coefficient));
  for (let power = x; terms.length > 1; power = b.mul(power, power)) {
    terms = terms.flatMap((even, i) => {
      if (i % 2 === 1) return [];
      const odd = terms[i + 1];
      return [odd === undefined ? even : b.add(even, b.mul(odd, power))];
    });
  }
  return terms[0] ?? b.like(x, 0);
}

/** x, but not above `high`; NaN stays. */
export const atMost = (b: ExpressionBuilder, x: Expr, high: number): Expr => {
  const limit = b.like(x, high);
  return b.select(b.lt(limit, x), limit, x);
};

/** x, but not below `low`; NaN stays. */
export const atLeast = (b: ExpressionBuilder, x: Expr, low: number): Expr => {
  const limit = b.like(x, low);
  return b.select(b.lt(x, limit), limit, x);
};

/** ax + y and such: the numbers of a type's format. */
export interface Format {
  /** Bits of the mantissa that are stored. */
  readonly mantissa: number;
  /** Exponent of 1. */
  readonly bias: number;
  /** 1.5 · 2^mantissa: adding it leaves the nearest integer in the low bits. */
  readonly round: number;
  readonly leastNormal: number;
}

const formats = {
  f32: { mantissa: 23, bias: 127, round: 1.5 * 2 ** 23, leastNormal: 2 ** -126 },
  f64: { mantissa: 52, bias: 1023, round: 1.5 * 2 ** 52, leastNormal: 2 ** -1022 },
} as const;

/** The format of the numbers of an expression. */
export const formatOf = (x: Expr): Format => (x.type === "f32" ? formats.f32 : formats.f64);

/** An integer of the type of another, i32 or i64. */
export const integer = (b: ExpressionBuilder, like: Expr, value: number | bigint): Expr =>
  b.constant(like.type, like.type === "i64" ? BigInt(value) : Number(value));

/** The bits of an f64 without the low ones: products of what is left are exact. */
export const withoutLowBits = (b: ExpressionBuilder, x: Expr, bits: number): Expr =>
  b.bits(b.and(b.bits(x), b.constant("i64", -(1n << BigInt(bits)))));
