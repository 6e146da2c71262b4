import {
  broadcastTo,
  concat,
  conv2d,
  cumsum,
  div,
  exp,
  flip,
  linalg,
  logsumexp,
  matmul,
  max,
  mean,
  mT,
  mul,
  pad,
  prod,
  reshape,
  scatterSet,
  slice,
  softmax,
  sort,
  sum,
  type Tensor,
  take,
  transpose,
  tril,
  zeros,
} from "@glissade/autograd/functions";
import { stretch, sumTo } from "../../../src/ops/broadcast.js";
import { permute } from "../../../src/ops/movement.js";
import { spread } from "../../../src/ops/reduce.js";
import { type PadAttributes, sliceAxis } from "../../../src/ops/slice.js";
import { reducedShape, sizeOf } from "../../../src/shape.js";
import { type Mutant, mutant, pulled, reverseLaw, spoiled } from "./mutant.js";

interface Axes {
  readonly axes: readonly number[];
}

interface Along {
  readonly axis: number;
}

/** The axes after those given, the first after the last. */
const nextAxes = (axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => (axis + 1) % rank).sort((a, b) => a - b);

/** Derivatives of reductions, and of what moves, takes and joins elements. */
export const structureMutants: readonly Mutant[] = [
  mutant<Axes>({
    fault: "sum: the cotangent is stretched along the next axis",
    of: sum,
    breaks: () => ({
      vjp({ inputs: [x], attributes: { axes }, cotangent: g }) {
        const wrong = reducedShape(x.shape, nextAxes(axes, x.rank), true);
        // Where sides differ that would be an error, which is found more easily.
        const shape = sizeOf(wrong) === g.size ? wrong : reducedShape(x.shape, axes, true);
        return [stretch(reshape(g, shape), x.shape)];
      },
    }),
    law: reverseLaw,
  }),
  mutant({
    fault: "mean: the number of elements is forgotten in the derivative",
    of: mean,
    primitive: "div",
    breaks: spoiled((g, { inputs: [, n] }) => mul(g, n)),
    law: reverseLaw,
  }),
  mutant<Axes>({
    fault: "prod: the product of the others by a division, which fails at zeros",
    of: prod,
    breaks: () => ({
      vjp: ({ inputs: [x], output: y, attributes: { axes }, cotangent: g }) => [
        div(spread(mul(g, y), axes, x.shape), x),
      ],
    }),
    law: reverseLaw,
  }),
  mutant<Axes>({
    fault: "max: every element gets the cotangent",
    of: max,
    breaks: () => ({
      vjp: ({ inputs: [x], attributes: { axes }, cotangent: g }) => [spread(g, axes, x.shape)],
    }),
    law: reverseLaw,
  }),
  mutant<Axes>({
    fault: "logsumexp: the weights do not sum to 1",
    of: logsumexp,
    breaks: () => ({
      vjp: ({ inputs: [x], attributes: { axes }, cotangent: g }) => [mul(spread(g, axes, x.shape), exp(x))],
    }),
    law: reverseLaw,
  }),
  mutant<Along>({
    fault: "softmax: the derivative of the normaliser is forgotten",
    of: softmax,
    breaks: () => ({ vjp: ({ output: y, cotangent: g }) => [mul(y, g)] }),
    law: reverseLaw,
  }),
  mutant<Along & { readonly reverse: boolean }>({
    fault: "cumsum: the derivative runs in the same direction",
    of: cumsum,
    breaks: () => ({ vjp: ({ attributes, cotangent: g }) => [cumsum(g, attributes)] }),
    law: reverseLaw,
  }),
  mutant<Axes>({
    fault: "transpose: the derivative permutes once more in place of back",
    of: transpose,
    breaks: () => ({ vjp: ({ attributes: { axes }, cotangent: g }) => [permute(g, axes)] }),
    law: reverseLaw,
    throws: /the vjp of transpose made a cotangent of shape/,
  }),
  mutant({
    fault: "broadcastTo: one copy's cotangent in place of the sum over all copies",
    of: broadcastTo,
    breaks: () => ({
      vjp({ inputs: [x], cotangent: g }) {
        const lead = g.rank - x.rank;
        const stop = g.shape.map((_, axis) => (axis < lead ? 1 : (x.shape[axis - lead] ?? 1)));
        return [reshape(slice(g, { stop }), x.shape)];
      },
    }),
    law: reverseLaw,
  }),
  mutant<{ readonly start: readonly number[]; readonly step: readonly number[] }>({
    fault: "slice: the derivative is put one place further on",
    of: slice,
    breaks: spoiled((g, { output }) =>
      g.shape.reduce((shifted, side, axis) => {
        if (output.shape[axis] === side) return shifted;
        const last = sliceAxis(shifted, axis, side - 1, side);
        return concat([last, sliceAxis(shifted, axis, 0, side - 1)], { axis });
      }, g),
    ),
    law: reverseLaw,
  }),
  mutant<PadAttributes>({
    fault: "pad: the derivative is taken from the beginning of the padding",
    of: pad,
    breaks: () => ({
      vjp: ({ inputs: [x], cotangent: g }) => [slice(g, { stop: [...x.shape] })],
    }),
    law: reverseLaw,
  }),
  mutant<Along>({
    fault: "concat: each part gets the beginning of the cotangent",
    of: concat,
    breaks: () => ({
      vjp: ({ inputs, attributes: { axis }, cotangent: g }) =>
        inputs.map(({ shape }) => sliceAxis(g, axis, 0, shape[axis] ?? 0)),
    }),
    law: reverseLaw,
  }),
  mutant<Axes>({
    fault: "flip: the derivative is not flipped",
    of: flip,
    breaks: () => ({ vjp: ({ cotangent: g }) => [g] }),
    law: reverseLaw,
  }),
  mutant<Along>({
    fault: "take: cotangents of an index that repeats overwrite each other",
    of: take,
    breaks: () => ({
      vjp: ({ inputs: [x, indices], attributes: { axis }, cotangent: g }) => [
        scatterSet(zeros(x.shape, { dtype: g.dtype }), indices, g, { axis }),
        undefined,
      ],
    }),
    law: reverseLaw,
  }),
  mutant<Along>({
    fault: "sort: the cotangent is not put back in the order of the operand",
    of: sort,
    primitive: "takeAlongAxis",
    breaks: () => ({ vjp: ({ cotangent: g }) => [g, undefined] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "matmul: the other factor is not transposed where it is square",
    of: matmul,
    breaks: (whole) => ({
      vjp(context) {
        const { inputs, cotangent: g } = context;
        const [a, b] = inputs;
        const [ofA, ofB] = pulled(whole, context);
        const isSquare = b.shape.at(-1) === b.shape.at(-2);
        return [isSquare ? sumTo(matmul(g, b), a.shape) : ofA, ofB];
      },
    }),
    law: reverseLaw,
  }),
  mutant({
    fault: "matmul: a factor repeated for a whole batch gets the cotangent of its first use",
    of: matmul,
    breaks: () => ({
      vjp({ inputs: [a, b], cotangent: g }) {
        const firstOf = (x: Tensor, { shape }: Tensor): Tensor =>
          reshape(slice(reshape(x, [-1]), { stop: [sizeOf(shape)] }), shape);
        return [firstOf(matmul(g, mT(b)), a), firstOf(matmul(mT(a), g), b)];
      },
    }),
    law: reverseLaw,
  }),
  mutant({
    fault: "conv2d: the kernel's derivative is mirrored",
    of: conv2d,
    primitive: "convolution",
    breaks: spoiled((g, _, k) => (k === 1 ? flip(g, { axis: [2, 3] }) : g)),
    law: reverseLaw,
  }),
  mutant({
    fault: "cholesky: the diagonal is not halved",
    of: linalg.cholesky,
    primitive: "cholesky",
    breaks: () => ({
      vjp({ output: l, cotangent: g }) {
        const whole = tril(matmul(mT(l), tril(g)));
        const left = linalg.triangularSolve(mT(l), whole, { upper: true });
        return [mT(linalg.triangularSolve(mT(l), mT(left), { upper: true }))];
      },
    }),
    law: reverseLaw,
  }),
  mutant<{ readonly transposed: boolean }>({
    fault: "solve: the matrix's derivative is transposed",
    of: linalg.solve,
    primitive: "luSolve",
    breaks: spoiled((g, _, k) => (k === 0 ? mT(g) : g)),
    law: reverseLaw,
  }),
];
