import {
  ERF_ONE,
  MIDDLE_P,
  MIDDLE_Q,
  ONE_P,
  ONE_Q,
  SMALL_P,
  SMALL_Q,
  SQRT_PI_OVER_TWO,
  TAIL_P,
  TAIL_Q,
} from "../../numbers/error-function.js";
import * as quantile from "../../numbers/normal-quantile.js";
import type { Expr, ExpressionBuilder } from "../expression.js";
import { exp } from "./exponential.js";
import { log } from "./logarithm.js";
import { shortPowerOfTwo } from "./power.js";
import { atMost, horner, type RealBody, realFunction, withoutLowBits } from "./real-function.js";

/** To float32's precision: (1 + 2a) e^(a²) erfc a in (a − k) / (a + k) (Shepherd & Laframboise, Math. Comp. 36, 1981) for a to 10.2. */
const short = [
  -6.110597501250867e-5, -5.074866821062057e-5, 0.0005969529579361599, 0.00045903521555602794, -0.00437246809997678,
  0.0009429691607064002, 0.032759732092405104, -0.10296865229344307, 0.15762998306180181, -0.09902445683933032,
  -0.12235676461760321, 1.2648381836756972,
];
const middle = 2.5;
/** erf x / x in x², for |x| ≤ ½. */
const shortSmall = [
  -0.0007694212093517468, 0.005200395582199738, -0.026863139500114524, 0.1128377398554103, -0.3761263852490886,
  1.1283791670823784,
];

/** erfc |x| to float32's precision (f64). */
function shortTail(b: ExpressionBuilder, x: Expr): Expr {
  const a = atMost(b, b.abs(x), 10.2);
  const k = b.like(x, middle);
  const shape = horner(b, b.div(b.sub(a, k), b.add(a, k)), short);
  const decay = shortPowerOfTwo(b, b.mul(b.mul(a, a), b.like(x, -Math.LOG2E)));
  return b.div(b.mul(decay, shape), b.add(b.like(x, 1), b.add(a, a)));
}

const shortErf: RealBody = (b, single) => {
  const x = b.convert(single, "f64");
  const large = b.copysign(b.sub(b.like(x, 1), shortTail(b, x)), x);
  const small = b.mul(x, horner(b, b.mul(x, x), shortSmall));
  return b.convert(b.select(b.lt(b.abs(x), b.like(x, 0.5)), small, large), "f32");
};

/** erfc x of an f64, to float32's precision. */
function shortErfcOf(b: ExpressionBuilder, x: Expr): Expr {
  const tail = shortTail(b, x);
  return b.select(b.lt(x, b.like(x, 0)), b.sub(b.like(x, 2), tail), tail);
}

const shortErfc: RealBody = (b, x) => b.convert(shortErfcOf(b, b.convert(x, "f64")), "f32");

const shortNormalCdf: RealBody = (b, single) => {
  const x = b.convert(single, "f64");
  const tail = shortErfcOf(b, b.mul(b.neg(x), b.like(x, Math.SQRT1_2)));
  return b.convert(b.mul(b.like(x, 0.5), tail), "f32");
};

/** The parts of fdlibm's s_erf.c, all computed; which one counts is selected. */
interface Parts {
  readonly a: Expr;
  /** erf a − a for a < 27/32, with the sign of x. */
  readonly small: Expr;
  /** erf a − ERF_ONE for a from 27/32 to 5/4. */
  readonly besideOne: Expr;
  /** erfc a for a of 5/4 or more. */
  readonly tail: Expr;
}

function partsOf(b: ExpressionBuilder, x: Expr): Parts {
  const a = b.abs(x);
  const z = b.mul(x, x);
  const small = b.mul(x, b.div(horner(b, z, SMALL_P), horner(b, z, SMALL_Q)));
  const t = b.sub(a, b.like(x, 1));
  const besideOne = b.div(horner(b, t, ONE_P), horner(b, t, ONE_Q));
  return { a, small, besideOne, tail: tailOf(b, atMost(b, a, 28)) };
}

function tailOf(b: ExpressionBuilder, a: Expr): Expr {
  const s = b.div(b.like(a, 1), b.mul(a, a));
  const isMiddle = b.lt(a, b.like(a, 1 / 0.35));
  const top = b.select(isMiddle, horner(b, s, MIDDLE_P), horner(b, s, TAIL_P));
  const bottom = b.select(isMiddle, horner(b, s, MIDDLE_Q), horner(b, s, TAIL_Q));
  // The square of a without its low bits is exact.
  const high = withoutLowBits(b, a, 32);
  const main = exp(b, b.sub(b.neg(b.mul(high, high)), b.like(a, 0.5625)));
  const rest = exp(b, b.add(b.mul(b.sub(high, a), b.add(high, a)), b.div(top, bottom)));
  return b.div(b.mul(main, rest), a);
}

/** erf x. */
export const erf = realFunction(
  "erf",
  (b, x) => {
    const { a, small, besideOne, tail } = partsOf(b, x);
    const one = b.like(x, 1);
    const middle = b.add(b.like(x, ERF_ONE), besideOne);
    const far = b.select(b.lt(a, b.like(x, 6)), b.sub(one, tail), one);
    const large = b.copysign(b.select(b.lt(a, b.like(x, 1.25)), middle, far), x);
    const value = b.select(b.lt(a, b.like(x, 0.84375)), b.add(x, small), large);
    // −0 and NaN stay.
    return b.select(b.or(b.eq(x, b.like(x, 0)), b.isNaN(x)), x, value);
  },
  shortErf,
);

/** 1 − erf x. */
export const erfc = realFunction(
  "erfc",
  (b, x) => {
    const { a, small, besideOne, tail } = partsOf(b, x);
    const [one, two, half, bound] = [1, 2, 0.5, ERF_ONE].map((value) => b.like(x, value));
    if (one === undefined || two === undefined || half === undefined || bound === undefined) return x;
    const left = b.sub(one, b.add(x, small));
    const right = b.sub(half, b.add(b.sub(x, half), small));
    const near = b.select(b.lt(x, b.like(x, 0.25)), left, right);
    const isPositive = b.gt(x, b.like(x, 0));
    const below = b.add(one, b.add(bound, besideOne));
    const middle = b.select(isPositive, b.sub(b.sub(one, bound), besideOne), below);
    const beyond = b.select(b.lt(a, b.like(x, 28)), tail, b.like(x, 0));
    const far = b.select(isPositive, beyond, b.sub(two, beyond));
    const large = b.select(b.lt(a, b.like(x, 1.25)), middle, far);
    return b.select(b.isNaN(x), x, b.select(b.lt(a, b.like(x, 0.84375)), near, large));
  },
  shortErfc,
);

/** The inverse of erf: the normal quantile (AS 241) and one step of Halley's method. */
export const erfinv = realFunction("erfinv", (b, x) => {
  const a = b.abs(x);
  const one = b.like(x, 1);
  const half = b.mul(a, b.like(x, 0.5));
  const rest = b.sub(one, a);
  const centre = b.sub(b.like(x, 0.180625), b.mul(half, half));
  const r = b.sqrt(b.neg(log(b, b.mul(rest, b.like(x, 0.5)))));
  const isCentre = b.le(half, b.like(x, 0.425));
  const isMiddle = b.le(r, b.like(x, 5));
  const [middle, tail] = [b.sub(r, b.like(x, 1.6)), b.sub(r, b.like(x, 5))];
  const chosen = (inner: readonly number[], between: readonly number[], outer: readonly number[]): Expr =>
    b.select(
      isCentre,
      horner(b, centre, inner),
      b.select(isMiddle, horner(b, middle, between), horner(b, tail, outer)),
    );
  const top = chosen(quantile.CENTRE_P, quantile.MIDDLE_P, quantile.TAIL_P);
  const bottom = chosen(quantile.CENTRE_Q, quantile.MIDDLE_Q, quantile.TAIL_Q);
  const ratio = b.div(b.mul(b.select(isCentre, half, one), top), bottom);
  const y = b.mul(ratio, b.like(x, Math.SQRT1_2));
  const excess = b.select(b.lt(a, b.like(x, 0.5)), b.sub(erf(b, y), a), b.sub(rest, erfc(b, y)));
  const step = b.mul(b.mul(excess, b.like(x, SQRT_PI_OVER_TWO)), exp(b, b.mul(y, y)));
  const value = b.sub(y, b.div(step, b.add(one, b.mul(y, step))));
  const limited = b.select(b.eq(a, one), b.like(x, Number.POSITIVE_INFINITY), value);
  return b.select(b.le(a, one), b.copysign(limited, x), b.like(x, Number.NaN));
});

/** Φ(x), the standard normal distribution function. */
export const normalCdf = realFunction(
  "normalCdf",
  (b, x) => {
    const tail = erfc(b, b.mul(b.neg(x), b.like(x, Math.SQRT1_2)));
    return b.mul(b.like(x, 0.5), tail);
  },
  shortNormalCdf,
);

/** e^(−x²/2) / √(2π). */
export const normalPdf = realFunction(
  "normalPdf",
  (b, x) => {
    const main = exp(b, b.mul(b.mul(b.like(x, -0.5), x), x));
    return b.div(main, b.like(x, Math.sqrt(2 * Math.PI)));
  },
  (b, single) => {
    const a = atMost(b, b.abs(b.convert(single, "f64")), 15);
    const decay = shortPowerOfTwo(b, b.mul(b.mul(a, a), b.like(a, -0.5 * Math.LOG2E)));
    return b.convert(b.mul(decay, b.like(a, 1 / Math.sqrt(2 * Math.PI))), "f32");
  },
);
