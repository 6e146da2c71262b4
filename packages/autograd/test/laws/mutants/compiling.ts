import {
  broadcastTo,
  concat,
  div,
  einsum,
  exp,
  flip,
  less,
  log,
  logsumexp,
  max,
  maximum,
  mul,
  pad,
  prod,
  sigmoid,
  slice,
  softmax,
  sub,
  sum,
  transpose,
  unfold,
  where,
} from "@glissade/autograd/functions";
import type { Primitive } from "../../../src/graph.js";
import { constantIndex, scaleIndex, shiftIndex } from "../../../src/ir/affine.js";
import { exp as exponential } from "../../../src/ir/functions/index.js";
import type { LowerContext, Lowering } from "../../../src/ir/lowering.js";
import type { WindowGeometry } from "../../../src/numbers/windows.js";
import type { PadAttributes } from "../../../src/ops/slice.js";
import { awkwardCompilingLaw, compilingLaw, type Mutant, mutant } from "./mutant.js";

interface Axes {
  readonly axes: readonly number[];
}

/** What a primitive's own rule says, for other attributes than it has. */
function loweredWith<A>({ name, lower }: Primitive<A>, context: LowerContext<A>): Lowering | undefined {
  if (lower === undefined) throw new Error(`${name} has no lowering to break`);
  return lower(context);
}

/** What compiled code says of an operator, beside its reference kernel. */
export const compilingMutants: readonly Mutant[] = [
  mutant<{ readonly start: readonly number[]; readonly step: readonly number[] }>({
    fault: "slice: it begins one place further on",
    of: slice,
    breaks: () => ({
      lower: ({ attributes: { start, step } }) => ({
        kind: "view",
        source: (indices) =>
          indices.map((index, axis) => shiftIndex(scaleIndex(index, step[axis] ?? 1), (start[axis] ?? 0) + 1)),
      }),
    }),
    law: compilingLaw,
  }),
  mutant<{ readonly start: readonly number[]; readonly step: readonly number[] }>({
    fault: "slice: the step is forgotten",
    of: slice,
    breaks: () => ({
      lower: ({ attributes: { start } }) => ({
        kind: "view",
        source: (indices) => indices.map((index, axis) => shiftIndex(index, start[axis] ?? 0)),
      }),
    }),
    law: compilingLaw,
  }),
  mutant<Axes>({
    fault: "flip: it begins at the side in place of the last element",
    of: flip,
    breaks: () => ({
      lower: ({ attributes: { axes }, shape }) => ({
        kind: "view",
        source: (indices) =>
          indices.map((index, axis) =>
            axes.includes(axis) ? shiftIndex(scaleIndex(index, -1), shape[axis] ?? 1) : index,
          ),
      }),
    }),
    law: compilingLaw,
  }),
  mutant<Axes>({
    fault: "transpose: the permutation in place of its inverse",
    of: transpose,
    breaks: () => ({
      lower: ({ attributes: { axes } }) => ({
        kind: "view",
        source: (indices) => axes.map((axis) => indices[axis] ?? constantIndex(0)),
      }),
    }),
    law: compilingLaw,
  }),
  mutant({
    fault: "broadcastTo: axes are matched from the first",
    of: broadcastTo,
    breaks: () => ({
      lower: ({ inputs: [x] }) => ({
        kind: "view",
        source: (indices) =>
          (x?.shape ?? []).map((side, axis) => (side === 1 ? constantIndex(0) : (indices[axis] ?? constantIndex(0)))),
      }),
    }),
    law: compilingLaw,
  }),
  mutant<PadAttributes>({
    fault: "pad: the elements are put one place too early",
    of: pad,
    breaks: (whole) => ({
      lower: (context) =>
        loweredWith(whole, {
          ...context,
          attributes: { ...context.attributes, low: context.attributes.low.map((width) => Math.max(0, width - 1)) },
        }),
    }),
    law: compilingLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "concat: along the axis before",
    of: concat,
    breaks: () => ({ lower: ({ attributes: { axis } }) => ({ kind: "concat", axis: Math.max(0, axis - 1) }) }),
    law: compilingLaw,
  }),
  mutant<Axes>({
    fault: "sum: the last of several axes is not summed",
    of: sum,
    breaks: (whole) => ({
      lower: (context) => loweredWith(whole, { ...context, attributes: { axes: context.attributes.axes.slice(0, 1) } }),
    }),
    law: compilingLaw,
  }),
  mutant<Axes>({
    fault: "prod: a sum, with the identity of sums",
    of: prod,
    breaks: () => ({ lower: ({ attributes: { axes } }) => ({ kind: "reduce", combine: "sum", axes }) }),
    law: compilingLaw,
  }),
  mutant<Axes>({
    fault: "max: the least element",
    of: max,
    breaks: () => ({ lower: ({ attributes: { axes } }) => ({ kind: "reduce", combine: "min", axes }) }),
    law: compilingLaw,
  }),
  mutant({
    fault: "sub: the operands have changed places in the code",
    of: sub,
    breaks: () => ({ element: () => (b, x, y) => b.sub(y, x) }),
    law: compilingLaw,
  }),
  mutant({
    fault: "less: equal elements count as less in the code",
    of: less,
    breaks: () => ({ element: () => (b, x, y) => b.le(x, y) }),
    law: compilingLaw,
  }),
  mutant({
    fault: "where: the branches have changed places in the code",
    of: where,
    breaks: () => ({ element: () => (b, condition, x, y) => b.select(condition, y, x) }),
    law: compilingLaw,
  }),
  mutant<WindowGeometry>({
    fault: "unfold: stride and dilation have changed places",
    of: unfold,
    primitive: "windows",
    breaks: (whole) => ({
      lower(context) {
        const { stride, dilation } = context.attributes;
        return loweredWith(whole, {
          ...context,
          attributes: { ...context.attributes, stride: dilation, dilation: stride },
        });
      },
    }),
    law: compilingLaw,
  }),
  mutant({
    fault: "einsum: an operand that is stored transposed is read as it stands",
    of: einsum,
    primitive: "matmul",
    breaks: () => ({ lower: () => ({ kind: "product", a: false, b: false }) }),
    law: compilingLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "softmax: taken apart into powers that are divided by their sum over all axes",
    of: softmax,
    breaks: () => ({ expand: ({ inputs: [x] }) => div(exp(x), sum(exp(x))) }),
    law: compilingLaw,
  }),
  // Code that is right for common numbers.
  mutant({
    fault: "maximum: NaN is lost in the code",
    of: maximum,
    breaks: () => ({ element: () => (b, x, y) => b.select(b.gt(x, y), x, y) }),
    law: awkwardCompilingLaw,
  }),
  mutant({
    fault: "sigmoid: the code overflows",
    of: sigmoid,
    breaks: () => ({
      element: () => (b, x) => {
        const power = exponential(b, x);
        return b.div(power, b.add(b.like(x, 1), power));
      },
    }),
    law: awkwardCompilingLaw,
  }),
  mutant<Axes>({
    fault: "logsumexp: taken apart without the shift that keeps it from overflowing",
    of: logsumexp,
    breaks: () => ({ expand: ({ inputs: [x], attributes: { axes } }) => log(sum(exp(x), { axis: axes })) }),
    law: awkwardCompilingLaw,
  }),
  mutant({
    fault: "mul: a factor of 0 makes 0 of everything in the code",
    of: mul,
    breaks: () => ({ element: () => (b, x, y) => b.select(b.eq(x, b.like(x, 0)), b.like(x, 0), b.mul(x, y)) }),
    law: awkwardCompilingLaw,
  }),
];
