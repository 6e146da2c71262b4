import {
  argmax,
  argsort,
  cast,
  cumsum,
  equal,
  exp,
  maximum,
  prod,
  relu,
  sign,
  softmax,
  sqrt,
  square,
  sum,
  tanh,
  transpose,
} from "@glissade/autograd/functions";
import { allocate } from "../../../src/dtype.js";
import {
  adjointLaw,
  awkwardLaw,
  determinismLaw,
  elementLaw,
  emptyCompilingLaw,
  inferenceLaw,
  inputsLaw,
  linearityLaw,
  type Mutant,
  mutant,
  nanLaw,
  pulled,
  reverseLaw,
  spoiled,
  threadsLaw,
  zeroSizeLaw,
} from "./mutant.js";

let calls = 0;

interface Axes {
  readonly axes: readonly number[];
}

/** What kernels do, and what is inferred about them. */
export const kernelMutants: readonly Mutant[] = [
  mutant<undefined>({
    fault: "exp: its kernel, called from compiled code, counts the runs",
    of: exp,
    breaks: (whole) => ({
      element: () => undefined,
      lower: () => undefined,
      run: (context) => whole.run(context).map((value) => value + calls++),
    }),
    law: threadsLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "argsort: the operand is sorted in place",
    of: argsort,
    breaks: (whole) => ({
      run(context) {
        const order = whole.run(context);
        context.inputs[0].data.sort();
        return order;
      },
    }),
    law: inputsLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "cumsum: the running sums are written over the operand",
    of: cumsum,
    breaks: (whole) => ({
      run(context) {
        const [x] = context.inputs;
        x.data.set(whole.run(context));
        return x.data;
      },
    }),
    law: inputsLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "softmax: results differ from call to call in the last bits",
    of: softmax,
    breaks: (whole) => ({
      run: (context) => whole.run(context).map((p) => p * (1 + (calls++ % 3) * 2 ** -50)),
    }),
    law: determinismLaw,
  }),
  mutant({
    fault: "equal: true is stored as 255",
    of: equal,
    breaks: (whole) => ({ run: (context) => whole.run(context).map((truth) => 255 * truth) }),
    law: inferenceLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "argmax: indices are said to be float32",
    of: argmax,
    breaks: (whole) => ({ infer: (context) => ({ ...whole.infer(context), dtype: "float32" }) }),
    law: inferenceLaw,
  }),
  mutant({
    fault: "sqrt: float64 is said to become float32",
    of: sqrt,
    breaks: (whole) => ({
      infer: (context) => ({ ...whole.infer(context), dtype: "float32" }),
      vjp: (context) => pulled(whole, { ...context, cotangent: cast(context.cotangent, context.inputs[0].dtype) }),
    }),
    law: inferenceLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "cumsum: one element fewer is inferred than is made",
    of: cumsum,
    breaks: () => ({
      infer: ({ inputs: [x], attributes: { axis } }) => ({
        shape: x.shape.map((side, i) => (i === axis ? Math.max(0, side - 1) : side)),
        dtype: x.dtype,
      }),
    }),
    law: inferenceLaw,
    throws: /made/,
  }),
  mutant<Axes>({
    fault: "transpose: sides are inferred by the inverse permutation",
    of: transpose,
    breaks: () => ({
      infer({ inputs: [x], attributes: { axes } }) {
        const shape = [...x.shape];
        for (const [to, from] of axes.entries()) shape[from] = x.shape[to] ?? 1;
        return { shape, dtype: x.dtype };
      },
    }),
    law: reverseLaw,
    throws: /the vjp of transpose made a cotangent of shape/,
  }),
  mutant({
    fault: "cast: the cotangent keeps the dtype of the result",
    of: cast,
    breaks: () => ({ vjp: ({ cotangent: g }) => [g] }),
    law: reverseLaw,
    throws: /the vjp of cast made a cotangent of shape .* and dtype float32/,
  }),
  mutant({
    fault: "tanh: the derivative is rounded to float32",
    of: tanh,
    breaks: spoiled((g) => cast(cast(g, "float32"), g.dtype)),
    law: adjointLaw,
  }),
  mutant({
    fault: "exp: computed in float32",
    of: exp,
    breaks: (whole) => ({ run: (context) => whole.run(context).map(Math.fround) }),
    law: reverseLaw,
  }),
  mutant({
    fault: "square: said to be linear",
    of: square,
    breaks: () => ({ linear: "jointly" }),
    law: linearityLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "argsort: the kernel fails where there is NaN",
    of: argsort,
    breaks: (whole) => ({
      run(context) {
        if (context.inputs[0].data.some((x) => Number.isNaN(x))) throw new RangeError("no order");
        return whole.run(context);
      },
    }),
    law: awkwardLaw,
    throws: /RangeError: no order/,
  }),
  mutant({
    fault: "sign: NaN counts as 0",
    of: sign,
    breaks: (whole) => ({ run: (context) => whole.run(context).map((s) => (Number.isNaN(s) ? 0 : s)) }),
    law: nanLaw,
  }),
  mutant({
    fault: "maximum: NaN in the first operand is lost",
    of: maximum,
    breaks: (whole) => ({
      run(context) {
        const [a, b] = context.inputs;
        const cleaned = { ...a, data: a.data.map((x) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x)) };
        return whole.run({ ...context, inputs: [cleaned, b, b] });
      },
    }),
    law: nanLaw,
  }),
  mutant<Axes>({
    fault: "prod: the product of nothing is 0",
    of: prod,
    breaks: (whole) => ({
      run: (context) => whole.run(context).map((y) => (context.inputs[0].data.length === 0 ? 0 : y)),
    }),
    law: emptyCompilingLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "softmax: the kernel fails without elements",
    of: softmax,
    breaks: (whole) => ({
      run(context) {
        if (context.inputs[0].data.length === 0) throw new RangeError("no greatest element");
        return whole.run(context);
      },
    }),
    law: zeroSizeLaw,
    throws: /RangeError: no greatest element/,
  }),
  mutant<Axes>({
    fault: "sum: without elements the result has none either",
    of: sum,
    breaks: (whole) => ({
      run: (context) => (context.inputs[0].data.length === 0 ? allocate(context.dtype, 0) : whole.run(context)),
    }),
    law: zeroSizeLaw,
    throws: /kernel made/,
  }),
  mutant({
    fault: "relu: an element is compared with the one before it",
    of: relu,
    breaks: (whole) => ({
      run(context) {
        const made = whole.run(context);
        return made.map((y, i) => (i > 0 && made[i - 1] === 0 ? y / 2 : y));
      },
    }),
    law: elementLaw,
  }),
];
