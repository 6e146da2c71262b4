import type { Expr, ExpressionBuilder } from "../expression.js";
import { atLeast, atMost, estrin, formatOf, integer, realFunction } from "./real-function.js";

// Polynomials here and in the other files interpolate at Chebyshev nodes, computed to 120 digits: near-minimax.

/** (eʳ − 1 − r) / r² for |r| ≤ ½ log 2. */
const exponential = {
  f32: [0.00139264, 0.008363353, 0.041666552, 0.16666576, 0.5],
  f64: [
    2.5100666142918374e-8, 2.7620453391695057e-7, 2.7557267868262007e-6, 2.480152052648056e-5, 0.0001984126986343555,
    0.0013888888917710368, 0.008333333333329985, 0.04166666666662313, 0.16666666666666669, 0.5000000000000001,
  ],
} as const;

/** (2ʳ − 1 − r log 2) / r² for |r| ≤ ½. */
const powersOfTwo = {
  f32: [0.00015445132, 0.001338159, 0.009618103, 0.055503808, 0.2402265],
  f64: [
    2.5725361111157156e-11, 4.455017273973167e-10, 7.0548998156862615e-9, 1.0178062161620521e-7, 1.3215486803135434e-6,
    1.5252733830303817e-5, 0.00015403530393375776, 0.0013333558146416656, 0.009618129107628479, 0.0555041086648216,
    0.24022650695910072,
  ],
} as const;

/** log 2 in two parts, the first short enough that its products with exponents are exact (Cody & Waite, 1980). */
const logTwo = {
  f32: [0.693359375, -0.00021219444],
  f64: [0.6931471803691238, 1.9082149292705877e-10],
} as const;

/** The value for the type of an expression. */
const forType = <T>(x: Expr, { f32, f64 }: { readonly f32: T; readonly f64: T }): T => (x.type === "f32" ? f32 : f64);

/** x = n log 2 + r with an integer n and |r| ≤ ½ log 2. */
interface Reduced {
  readonly r: Expr;
  /** Bits whose low end holds n + offset. */
  readonly bits: Expr;
}

/** `offset` is an integer to find added to n in the low bits. */
export function reduceByLogTwo(b: ExpressionBuilder, x: Expr, offset: number): Reduced {
  const shift = b.like(x, formatOf(x).round + offset);
  const rounded = b.add(b.mul(x, b.like(x, Math.LOG2E)), shift);
  const n = b.sub(rounded, shift);
  const [high, low] = forType<readonly [number, number]>(x, logTwo);
  const r = b.sub(b.sub(x, b.mul(n, b.like(x, high))), b.mul(n, b.like(x, low)));
  return { r, bits: b.bits(rounded) };
}

/** eʳ − 1 for |r| ≤ ½ log 2. */
export function exponentialMinusOne(b: ExpressionBuilder, r: Expr): Expr {
  const q = estrin(b, r, forType<readonly number[]>(r, exponential));
  return b.add(r, b.mul(b.mul(r, r), q));
}

/** 2ⁿ in two factors, for low bits that hold n + 2 · bias: either factor is normal where 2ⁿ need not be. */
export function twoFactors(b: ExpressionBuilder, x: Expr, bits: Expr): readonly [Expr, Expr] {
  const { mantissa } = formatOf(x);
  const half = b.shrU(bits, 1);
  return [b.bits(b.shl(half, mantissa)), b.bits(b.shl(b.sub(bits, half), mantissa))];
}

/** Where eˣ over- and underflows. */
const limits = { f32: [-104, 89], f64: [-746, 710] } as const;

/** eˣ · 2^power, whatever eˣ itself would be, for a power of −1 or 0. */
export function exponentialTimesPower(b: ExpressionBuilder, x: Expr, power: number): Expr {
  const [low, high] = forType<readonly [number, number]>(x, limits);
  const { r, bits } = reduceByLogTwo(b, atMost(b, atLeast(b, x, low), high - power), 2 * formatOf(x).bias + power);
  const [first, second] = twoFactors(b, x, bits);
  return b.mul(b.mul(b.add(b.like(x, 1), exponentialMinusOne(b, r)), first), second);
}

const expBody = (b: ExpressionBuilder, x: Expr): Expr => exponentialTimesPower(b, x, 0);

/** eˣ. */
export const exp = realFunction("exp", expBody, expBody);

/** 2ˣ, exact for integers. */
const exp2Body = (b: ExpressionBuilder, x: Expr): Expr => {
  const { round, bias } = formatOf(x);
  const [low, high] = x.type === "f32" ? [-151, 129] : [-1076, 1025];
  const clamped = atMost(b, atLeast(b, x, low), high);
  const shift = b.like(x, round + 2 * bias);
  const rounded = b.add(clamped, shift);
  const r = b.sub(clamped, b.sub(rounded, shift));
  const tail = b.mul(b.mul(r, r), estrin(b, r, forType<readonly number[]>(x, powersOfTwo)));
  const [first, second] = twoFactors(b, x, b.bits(rounded));
  const power = b.add(b.like(x, 1), b.add(b.mul(r, b.like(x, Math.LN2)), tail));
  return b.mul(b.mul(power, first), second);
};

/** 2ˣ, exact for integers. */
export const exp2 = realFunction("exp2", exp2Body, exp2Body);

/** 2⁻ⁿ from 2ⁿ, both normal, or 0 for the greatest there is. */
export function inversePower(b: ExpressionBuilder, power: Expr): Expr {
  const { mantissa, bias } = formatOf(power);
  const bits = b.bits(power);
  return b.bits(b.sub(integer(b, bits, BigInt(2 * bias) << BigInt(mantissa)), bits));
}

const expm1Body = (b: ExpressionBuilder, x: Expr): Expr => {
  const { mantissa, bias } = formatOf(x);
  const [low, high] = x.type === "f32" ? [-18, 89] : [-38, 710];
  // eˣ − 1 = 2ⁿ⁻¹ (2 − 2¹⁻ⁿ + 2 (eʳ − 1)): 2ⁿ itself may overflow.
  const { r, bits } = reduceByLogTwo(b, atMost(b, atLeast(b, x, low), high), bias - 1);
  const half = b.bits(b.shl(bits, mantissa));
  const em = exponentialMinusOne(b, r);
  const sum = b.add(b.sub(b.like(x, 2), inversePower(b, half)), b.add(em, em));
  return b.copysign(b.mul(sum, half), x);
};

/** eˣ − 1, accurate near 0. */
export const expm1 = realFunction("expm1", expm1Body, expm1Body);
