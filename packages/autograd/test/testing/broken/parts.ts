import { broadcastTo, definePrimitive, reshape } from "@glissade/autograd/functions";
import type { OperatorFunction, Sampler } from "@glissade/autograd/testing";

/** An operator with one deliberate fault, and what the kit has to say about it. */
export interface BrokenOperator {
  readonly fault: string;
  readonly op: OperatorFunction;
  /** The laws that must find the fault, each by itself. */
  readonly laws: readonly string[];
  /** What the message of the first says. */
  readonly says: RegExp;
}

export const oneTensor: Sampler = (draw) => [draw.tensor(draw.shape())];
export const oneVector: Sampler = (draw) => [draw.tensor(draw.shape({ minRank: 1, maxRank: 1 }))];
export const oneMatrix: Sampler = (draw) => [draw.tensor(draw.shape({ minRank: 2, maxRank: 2 }))];

type Definition = Parameters<typeof definePrimitive<undefined>>[1];

/** The parts of an identity operator, of which each fault replaces one. */
export const identity: Definition = {
  run: ({ inputs: [x] }) => x.data,
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: x.dtype }),
  vjp: ({ cotangent }) => [cotangent],
  batch: ({ inputs: [x] }) => x,
  linear: "jointly",
  samples: oneTensor,
};

/** Sums the last axis, with the parts that `change` replaces. */
export const sumOfRows = (name: string, change: Partial<Definition>) =>
  definePrimitive<undefined>(name, {
    infer: ({ inputs: [x] }) => ({ shape: x.shape.slice(0, -1), dtype: x.dtype }),
    run({ inputs: [x], shape }) {
      const out = x.data.slice(
        0,
        shape.reduce((size, side) => size * side, 1),
      );
      const side = x.shape.at(-1) ?? 1;
      for (let i = 0; i < x.data.length; i++)
        out[Math.floor(i / side)] = (i % side === 0 ? 0 : (out[Math.floor(i / side)] ?? 0)) + (x.data[i] ?? 0);
      return out;
    },
    vjp: ({ inputs: [x], cotangent }) => [broadcastTo(reshape(cotangent, [...cotangent.shape, 1]), x.shape)],
    batch: { none: "not needed here" },
    linear: "jointly",
    samples: (draw) => [draw.tensor(draw.shape({ minRank: 1 }))],
    ...change,
  });
