import {
  add,
  argsort,
  broadcastTo,
  cumsum,
  flip,
  matmul,
  slice,
  softmax,
  sum,
  take,
} from "@glissade/autograd/functions";
import { apply } from "../../../src/primitive.js";
import { batchedBy, batchingLaw, type Mutant, mutant } from "./mutant.js";

interface Along {
  readonly axis: number;
}

interface Axes {
  readonly axes: readonly number[];
}

/** Rules for a whole batch of examples. */
export const batchingMutants: readonly Mutant[] = [
  mutant<Axes>({
    fault: "sum: the axes are counted as without a batch",
    of: sum,
    breaks: (whole) => ({ batch: ({ inputs: [x], attributes }) => apply(whole, [x], attributes) }),
    law: batchingLaw,
    throws: /the batching rule of sum made/,
  }),
  mutant<Along>({
    fault: "softmax: the axis is counted as without a batch",
    of: softmax,
    breaks: (whole) => ({ batch: ({ inputs: [x], attributes }) => apply(whole, [x], attributes) }),
    law: batchingLaw,
  }),
  mutant<Along>({
    fault: "cumsum: the axis is counted as without a batch",
    of: cumsum,
    breaks: (whole) => ({ batch: ({ inputs: [x], attributes }) => apply(whole, [x], attributes) }),
    law: batchingLaw,
  }),
  mutant<Along>({
    fault: "argsort: the axis is counted as without a batch",
    of: argsort,
    breaks: (whole) => ({ batch: ({ inputs: [x], attributes }) => apply(whole, [x], attributes) }),
    law: batchingLaw,
  }),
  mutant<Axes>({
    fault: "flip: the examples are reversed with their elements",
    of: flip,
    breaks: (whole) => ({
      batch: ({ inputs: [x], attributes: { axes } }) =>
        apply(whole, [x], { axes: [0, ...axes.map((axis) => axis + 1)] }),
    }),
    law: batchingLaw,
  }),
  mutant({
    fault: "add: operands of different ranks are not aligned",
    of: add,
    breaks: (whole) => ({ batch: ({ inputs: [a, b] }) => apply(whole, [a, b], undefined) }),
    law: batchingLaw,
    throws: /cannot broadcast|the batching rule of add made/,
  }),
  mutant({
    fault: "matmul: matrices of different batches are not aligned",
    of: matmul,
    breaks: (whole) => ({ batch: ({ inputs: [a, b], attributes }) => apply(whole, [a, b], attributes) }),
    law: batchingLaw,
    throws: /cannot broadcast|the batching rule of matmul made/,
  }),
  mutant<Along>({
    fault: "take: every example is taken by the indices of the first",
    of: take,
    breaks: (whole) => ({
      batch(context) {
        const { inputs, batched } = context;
        const [x, indices] = inputs;
        const first = batched[1] ? broadcastTo(slice(indices, { stop: [1] }), indices.shape) : indices;
        return batchedBy(whole, { ...context, inputs: [x, first, first] });
      },
    }),
    law: batchingLaw,
  }),
];
