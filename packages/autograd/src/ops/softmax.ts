import { asTensor } from "../convert.js";
import { allocate, floatOf } from "../dtype.js";
import type { KernelContext, Primitive } from "../graph.js";
import type { NumericArray } from "../numbers/numeric-array.js";
import { apply, typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { normalizeAxis, reducedShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AlongAxis } from "../types/reduce.js";
import { div, sub } from "./arithmetic.js";
import { reshapeTo, sumAxes } from "./broadcast.js";
import { castTo } from "./cast.js";
import { mul } from "./elementwise.js";
import { exp, log } from "./exponential.js";
import { max } from "./reduce.js";

/** Options of `softmax` and `logSoftmax`. */
export interface SoftmaxOptions {
  /** The axis whose elements make up a distribution; default −1, the last. */
  readonly axis?: number | undefined;
}

interface Along {
  readonly axis: number;
}

/** Writes one row of `length` elements, `stride` apart, from its greatest element and the sum of exp(x − greatest). */
type WriteRow = (
  x: NumericArray,
  out: NumericArray,
  start: number,
  stride: number,
  length: number,
  greatest: number,
  total: number,
) => void;

/** Runs over the rows along an axis. Shifting by the greatest element keeps exp from overflowing. */
function overRows(
  { inputs: [x], attributes, dtype, shape }: KernelContext<Along>,
  write: WriteRow,
): ReturnType<typeof allocate> {
  const out = allocate(dtype, sizeOf(shape));
  const length = shape[attributes.axis] ?? 1;
  const stride = sizeOf(shape.slice(attributes.axis + 1));
  const blocks = sizeOf(shape.slice(0, attributes.axis));
  for (let block = 0; block < blocks; block++) {
    for (let column = 0; column < stride; column++) {
      const start = block * length * stride + column;
      let greatest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < length; i++) greatest = Math.max(greatest, x.data[start + i * stride] as number);
      let total = 0;
      for (let i = 0; i < length; i++) total += Math.exp((x.data[start + i * stride] as number) - greatest);
      write(x.data, out, start, stride, length, greatest, total);
    }
  }
  return out;
}

const sumKeeping = (x: Tensor, axis: number): Tensor =>
  reshapeTo(sumAxes(x, [axis]), reducedShape(x.shape, [axis], true));

/** x less its greatest element along an axis. */
const lessGreatest = (x: Tensor, axis: number): Tensor =>
  x.shape[axis] === 0 ? x : sub(x, max(x, { axis, keepDims: true }));

const softmaxPrimitive: Primitive<Along> = {
  name: "softmax",
  linear: "none",
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: x.dtype }),
  run: (context) =>
    overRows(context, (x, out, start, stride, length, greatest, total) => {
      for (let i = start; i < start + length * stride; i += stride)
        out[i] = Math.exp((x[i] as number) - greatest) / total;
    }),
  expand: ({ inputs: [x], attributes: { axis } }) => {
    const powers = exp(lessGreatest(x, axis));
    return div(powers, sumKeeping(powers, axis));
  },
  // dx = y (g − Σ g y)
  vjp: ({ output: y, attributes: { axis }, cotangent: g }) => [mul(y, sub(g, sumKeeping(mul(g, y), axis)))],
  batch: ({ inputs: [x], attributes }) => apply(softmaxPrimitive, [x], { axis: attributes.axis + 1 }),
};

const logSoftmaxPrimitive: Primitive<Along> = {
  name: "logSoftmax",
  linear: "none",
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: x.dtype }),
  run: (context) =>
    overRows(context, (x, out, start, stride, length, greatest, total) => {
      const logTotal = Math.log(total);
      for (let i = start; i < start + length * stride; i += stride) out[i] = (x[i] as number) - greatest - logTotal;
    }),
  expand: ({ inputs: [x], attributes: { axis } }) => {
    const shifted = lessGreatest(x, axis);
    return sub(shifted, log(sumKeeping(exp(shifted), axis)));
  },
  // dx = g − softmax(x) Σ g
  vjp: ({ output: y, attributes: { axis }, cotangent: g }) => [sub(g, mul(exp(y), sumKeeping(g, axis)))],
  batch: ({ inputs: [x], attributes }) => apply(logSoftmaxPrimitive, [x], { axis: attributes.axis + 1 }),
};

function drawRows(draw: Draw): readonly unknown[] {
  const shape = draw.shape({ minRank: 1 });
  return [draw.tensor(shape), draw.pick([{}, { axis: draw.integer(-shape.length, shape.length - 1) }])];
}

function along(name: string, primitive: Primitive<Along>, x: TensorLike, axis: number): Tensor {
  const operand = asTensor(name, x);
  return apply(primitive, [castTo(operand, floatOf(operand.dtype))], { axis: normalizeAxis(name, axis, operand.rank) });
}

/**
 * eˣ divided by its sum along an axis: a probability distribution. Stable for any finite x; a row of −∞ alone gives NaN, as in PyTorch.
 *
 * @param options.axis Default −1, the last.
 * @throws AxisError where the axis is out of range; a scalar has none.
 * @example
 * softmax([0, 0]).toArray(); // [0.5, 0.5]
 */
export const softmax = typedOperator<AlongAxis<"softmax", "float">>(
  "softmax",
  drawRows,
  (x: TensorLike, { axis = -1 }: SoftmaxOptions = {}): Tensor => along("softmax", softmaxPrimitive, x, axis),
);

/**
 * The logarithm of `softmax`, accurate also where a probability underflows; a row of −∞ alone gives NaN, as in PyTorch.
 *
 * @param options.axis Default −1, the last.
 * @throws AxisError where the axis is out of range; a scalar has none.
 * @example
 * logSoftmax([0, 0]).toArray(); // [-0.6931471824645996, -0.6931471824645996]
 */
export const logSoftmax = typedOperator<AlongAxis<"logSoftmax", "float">>(
  "logSoftmax",
  drawRows,
  (x: TensorLike, { axis = -1 }: SoftmaxOptions = {}): Tensor => along("logSoftmax", logSoftmaxPrimitive, x, axis),
);
