import {
  add,
  broadcastTo,
  cumsum,
  exp,
  matmul,
  mean,
  mul,
  neg,
  prod,
  slice,
  softmax,
  sum,
  take,
  transpose,
} from "@glissade/autograd/functions";
import type { PadAttributes } from "../../../src/ops/slice.js";
import { apply } from "../../../src/primitive.js";
import {
  forwardLaw,
  gradientBatchingLaw,
  gradientCompilingLaw,
  insideVjp,
  linearityLaw,
  type Mutant,
  mutant,
  otherDTypesLaw,
  precisionLaw,
} from "./mutant.js";

interface Along {
  readonly axis: number;
}

interface Axes {
  readonly axes: readonly number[];
}

/** Forward mode, batches and compiled code of derivatives, and what operators do with other dtypes. */
export const derivedMutants: readonly Mutant[] = [
  mutant({
    fault: "matmul: not said to be linear, so that forward mode cannot transpose it",
    of: matmul,
    breaks: insideVjp("matmul", () => ({ linear: "none" })),
    law: forwardLaw,
    throws: /matmul/,
  }),
  mutant<Along>({
    fault: "cumsum: the sums of its derivative have a wrong transpose",
    of: cumsum,
    breaks: insideVjp("cumsum", () => ({ vjp: ({ cotangent: g }) => [g] })),
    law: forwardLaw,
  }),
  mutant<Axes>({
    fault: "sum: its derivative is stretched by a primitive whose transpose has the wrong sign",
    of: sum,
    breaks: insideVjp("broadcastTo", (whole) => ({
      vjp: (context) => ("none" in whole.vjp ? [] : whole.vjp(context).map((g) => g && neg(g))),
    })),
    law: forwardLaw,
  }),
  mutant({
    fault: "mul: said to be linear in both factors together",
    of: mul,
    breaks: () => ({ linear: "jointly" }),
    law: linearityLaw,
  }),
  mutant<Along>({
    fault: "cumsum: the sums of its derivative count the axis as without a batch",
    of: cumsum,
    breaks: insideVjp<Along, Along>("cumsum", (whole) => ({
      batch: ({ inputs: [x], attributes }) => apply(whole, [x], attributes),
    })),
    law: gradientBatchingLaw,
  }),
  mutant({
    fault: "slice: the padding of its derivative goes around the examples",
    of: slice,
    breaks: insideVjp<unknown, PadAttributes>("pad", (whole) => ({
      batch: ({ inputs: [x], attributes: { low, high, interior } }) =>
        apply(whole, [x], { low: [...low, 0], high: [...high, 0], interior: [...interior, 0] }),
    })),
    law: gradientBatchingLaw,
    throws: /the batching rule of pad made/,
  }),
  mutant({
    fault: "take: every example of a batch of cotangents is placed by the indices of the first",
    of: take,
    breaks: insideVjp<unknown, { readonly axis: number; readonly shared: number }>("placeAt", (whole) => ({
      batch(context) {
        const {
          inputs: [updates, indices],
          batched,
        } = context;
        const first = batched[1] ? broadcastTo(slice(indices, { stop: [1] }), indices.shape) : indices;
        return "none" in whole.batch ? updates : whole.batch({ ...context, inputs: [updates, first, first] });
      },
    })),
    law: gradientBatchingLaw,
  }),
  mutant({
    fault: "slice: the padding of its derivative is compiled one place off",
    of: slice,
    breaks: insideVjp<unknown, PadAttributes>("pad", (whole) => ({
      lower: (context) =>
        whole.lower?.({
          ...context,
          attributes: { ...context.attributes, low: context.attributes.low.map((width) => width + 1) },
        }),
    })),
    law: gradientCompilingLaw,
  }),
  mutant({
    fault: "softmax: the product in its derivative is compiled as a sum",
    of: softmax,
    breaks: insideVjp("mul", () => ({ element: () => (b, x, y) => b.add(x, y) })),
    law: gradientCompilingLaw,
  }),
  mutant<Axes>({
    fault: "transpose: the permutation in its derivative is compiled as its inverse",
    of: transpose,
    breaks: insideVjp<Axes, Axes>("transpose", () => ({
      lower: ({ attributes: { axes } }) => ({
        kind: "view",
        source: (indices) => axes.map((axis) => indices[axis] ?? { constant: 0, terms: [] }),
      }),
    })),
    law: gradientCompilingLaw,
  }),
  mutant<Axes>({
    fault: "mean: float32 is summed with three digits",
    of: mean,
    primitive: "sum",
    breaks: (whole) => ({
      run(context) {
        const made = whole.run(context);
        return context.dtype === "float32" ? made.map((x) => Number(x.toPrecision(3))) : made;
      },
    }),
    law: precisionLaw,
  }),
  mutant({
    fault: "exp: the derivative is coarser in float32 than it need be",
    of: exp,
    breaks: () => ({
      vjp: ({ output: y, cotangent: g }) => [mul(g, y.dtype === "float32" ? mul(y, 1.01) : y)],
    }),
    law: precisionLaw,
  }),
  mutant<Axes>({
    fault: "prod: the kernel knows no integers",
    of: prod,
    breaks: (whole) => ({
      run(context) {
        if (context.dtype === "int32") throw new TypeError("floats only");
        return whole.run(context);
      },
    }),
    law: otherDTypesLaw,
    throws: /TypeError: floats only/,
  }),
  mutant({
    fault: "add: integers are refused by an error that is not typed",
    of: add,
    breaks: (whole) => ({
      infer(context) {
        if (context.inputs[0].dtype === "int32") throw new RangeError("floats only");
        return whole.infer(context);
      },
    }),
    law: otherDTypesLaw,
    throws: /RangeError: floats only/,
  }),
];
