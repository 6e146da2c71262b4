import { asTensor } from "../convert.js";
import { ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import { broadcastShapes, type Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Comparison, WholeComparison } from "../types/keep.js";
import { parametric } from "./parametric.js";
import { all } from "./reduce.js";

/** Options of `isClose` and `allClose`. */
export interface ClosenessOptions {
  /** Allowed difference relative to |b|; default 1e-5. */
  readonly rtol?: number | undefined;
  /** Allowed absolute difference; default 1e-8. */
  readonly atol?: number | undefined;
  /** Whether NaN is close to NaN; default false. */
  readonly equalNaN?: boolean | undefined;
}

interface Closeness {
  readonly rtol: number;
  readonly atol: number;
  readonly equalNaN: boolean;
}

const closeness = parametric<Closeness>("isClose", ({ rtol, atol, equalNaN }) => ({
  value(a: number, b: number) {
    if (a === b) return 1;
    if (Number.isNaN(a) && Number.isNaN(b)) return equalNaN ? 1 : 0;
    return Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b) ? 1 : 0;
  },
  // In double precision, as the value: rounded differences would decide otherwise.
  code(b, left, right) {
    const x = b.convert(left, "f64");
    const y = b.convert(right, "f64");
    const size = b.abs(y);
    const allowed = b.add(b.like(x, atol), b.mul(b.like(x, rtol), size));
    const near = b.and(b.lt(size, b.like(x, Infinity)), b.le(b.abs(b.sub(x, y)), allowed));
    const same = b.or(b.eq(x, y), near);
    return equalNaN ? b.or(same, b.and(b.isNaN(x), b.isNaN(y))) : same;
  },
  integers: "keep",
  booleans: "keep",
  result: "bool",
}));

function checked(name: string, { rtol = 1e-5, atol = 1e-8, equalNaN = false }: ClosenessOptions): Closeness {
  for (const [option, value] of Object.entries({ rtol, atol })) {
    if (!(typeof value === "number" && value >= 0)) {
      throw new ValueError(`${name}: ${option} is ${String(value)}; use a number of 0 or more.`);
    }
  }
  return { rtol, atol, equalNaN };
}

/**
 * Whether |a − b| ≤ atol + rtol · |b|, element by element, broadcast. Infinities are close to themselves only (NumPy's rule).
 *
 * @param options.rtol Default 1e-5. `atol`: default 1e-8. `equalNaN`: whether NaN is close to NaN, default false.
 * @returns A bool tensor: it reads as 0 and 1.
 * @throws ValueError for a negative tolerance or NaN; ShapeError where the shapes do not broadcast.
 * @example
 * isClose([1, 2], [1.000001, 2.1]).toArray(); // [1, 0]
 */
export const isClose = typedOperator<Comparison<"isClose", ClosenessOptions>>(
  "isClose",
  (draw) => [...draw.broadcastable(2).map((shape) => draw.tensor(shape)), draw.pick([{}, { atol: 1 }])],
  (a: TensorLike, b: TensorLike, options: ClosenessOptions = {}): Tensor =>
    closeness(checked("isClose", options), a, b),
);

/**
 * Whether all elements are close, as by `isClose`: a bool scalar, true where there are none.
 *
 * @param options As of `isClose`.
 * @throws as `isClose`.
 * @example
 * allClose([1, 2], [1, 2.1]).item(); // 0
 */
export const allClose = typedOperator<WholeComparison<"allClose", ClosenessOptions>>(
  "allClose",
  (draw) => [...draw.broadcastable(2, { minRank: 1 }).map((shape) => draw.tensor(shape)), draw.pick([{}, { atol: 4 }])],
  (a: TensorLike, b: TensorLike, options: ClosenessOptions = {}): Tensor => {
    // Numbers stay as they are: they take the dtype of the tensor beside them.
    const operand = (x: TensorLike): Tensor | number => (typeof x === "number" ? x : asTensor("allClose", x));
    const shapeOf = (x: Tensor | number): Shape => (typeof x === "number" ? [] : x.shape);
    const x = operand(a);
    const y = operand(b);
    broadcastShapes("allClose", shapeOf(x), shapeOf(y));
    return all(closeness(checked("allClose", options), x, y));
  },
);
