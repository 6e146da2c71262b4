import {
  add,
  broadcastTo,
  cast,
  definePrimitive,
  elementwise,
  flip,
  mul,
  reshape,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from "@glissade/autograd/functions";
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

const gradientLaws = ["reverse rule ≡ central differences", "⟨J v, w⟩ = ⟨v, Jᵀ w⟩"];
const oneTensor: Sampler = (draw) => [draw.tensor(draw.shape())];
const oneVector: Sampler = (draw) => [draw.tensor(draw.shape({ minRank: 1, maxRank: 1 }))];
const oneMatrix: Sampler = (draw) => [draw.tensor(draw.shape({ minRank: 2, maxRank: 2 }))];

type Definition = Parameters<typeof definePrimitive<undefined>>[1];

/** The parts of an identity operator, of which each fault replaces one. */
const identity: Definition = {
  run: ({ inputs: [x] }) => x.data,
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: x.dtype }),
  vjp: ({ cotangent }) => [cotangent],
  batch: ({ inputs: [x] }) => x,
  linear: "jointly",
  samples: oneTensor,
};

/** Sums the last axis, with the parts that `change` replaces. */
const sumOfRows = (name: string, change: Partial<Definition>) =>
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

/** a · b with a rule that leaves out broadcasting. */
const productWithRule = (name: string, vjp: (a: Tensor, b: Tensor, g: Tensor) => readonly Tensor[]) =>
  definePrimitive<undefined>(name, {
    infer: ({ inputs: [a, b] }) => ({ shape: b.shape.length > a.shape.length ? b.shape : a.shape, dtype: a.dtype }),
    run({ inputs: [a, b], shape }) {
      const out = (a.data.length > b.data.length ? a : b).data.slice();
      const rank = shape.length;
      for (let i = 0; i < out.length; i++) {
        out[i] = (a.data[rank === a.shape.length ? i : 0] ?? 0) * (b.data[rank === b.shape.length ? i : 0] ?? 0);
      }
      return out;
    },
    vjp: ({ inputs: [a, b], cotangent }) => vjp(a, b, cotangent),
    batch: { none: "not needed here" },
    linear: "separately",
    // A scalar stretches to the vector beside it.
    samples: (draw) => {
      const shape = [draw.integer(1, 3)];
      return [draw.tensor(draw.boolean() ? [] : shape), draw.tensor(shape)];
    },
  });

let calls = 0;

export const brokenOperators: readonly BrokenOperator[] = [
  {
    fault: "a derivative of the wrong sign",
    op: elementwise("wrongSign", { value: (x: number) => x ** 3, derivative: (x) => mul(-3, mul(x, x)) }),
    laws: gradientLaws,
    says: /gradient of Σ w · result with respect to argument 0, the scalar[\s\S]*reverse rule +-3\n +differences +3/,
  },
  {
    fault: "a derivative that misses a factor",
    op: elementwise("missingFactor", { value: (x: number) => x * x, derivative: (x) => x }),
    laws: gradientLaws,
    says: /missingFactor\(tensor\(1, \{ dtype: "float64" \}\)\)[\s\S]*reverse rule +1\n +differences +2/,
  },
  {
    fault: "the derivatives of two operands exchanged",
    op: elementwise("exchanged", {
      value: (a: number, b: number) => a * b * b,
      derivative: [(a, b) => mul(2, mul(a, b)), (_, b) => mul(b, b)],
    }),
    laws: gradientLaws,
    says: /with respect to argument [01]/,
  },
  {
    fault: "a cotangent that is not summed to the shape that was broadcast",
    op: productWithRule("unsummed", (a, b, g) => [mul(g, b), mul(g, a)]),
    laws: gradientLaws,
    says: /GradientError: grad: the vjp of unsummed made a cotangent of shape \[\d\]/,
  },
  {
    fault: "a cotangent that is picked where it should be summed",
    op: sumOfRows("spread", {
      vjp: ({ inputs: [x], cotangent }) => {
        const first = reshape(cotangent, [...cotangent.shape, 1]);
        return [mul(broadcastTo(first, x.shape), tensor(1 / (x.shape.at(-1) ?? 1), { dtype: x.dtype }))];
      },
    }),
    laws: gradientLaws,
    says: /reverse rule +0\.5\n +differences +1/,
  },
  {
    fault: "a derivative along the wrong axis",
    op: sumOfRows("wrongAxis", {
      samples: oneMatrix,
      vjp: ({ inputs: [x], cotangent }) => [broadcastTo(cotangent, x.shape)],
    }),
    laws: gradientLaws,
    says: /ShapeError: broadcastTo: \[2\] does not broadcast to \[2, 1\]/,
  },
  {
    fault: "a derivative in the wrong order",
    op: definePrimitive("unflipped", {
      ...identity,
      run: ({ inputs: [x] }) => x.data.slice().reverse(),
      samples: oneVector,
    }),
    laws: gradientLaws,
    says: /element \[\d\]/,
  },
  {
    fault: "a kernel that writes to its operand",
    op: definePrimitive("inPlace", {
      ...identity,
      run: ({ inputs: [x] }) => x.data.fill(0),
      vjp: ({ cotangent }) => [mul(cotangent, 0)],
    }),
    laws: ["inputs unchanged"],
    says: /the kernel of inPlace wrote to operand 0\n +element +0\n +now +0/,
  },
  {
    fault: "a dtype that forgets that operands were float64",
    op: definePrimitive("alwaysSingle", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "float32" }),
      run: ({ inputs: [x] }) => Float32Array.from(x.data),
      vjp: ({ inputs: [x], cotangent }) => [cast(cotangent, x.dtype)],
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /dtype of result 0\n +inferred +float32\n +operands +float64/,
  },
  {
    fault: "a dtype that the kernel does not make",
    op: definePrimitive("otherStorage", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "int32" }),
      run: ({ inputs: [x] }) => Float64Array.from(x.data),
      vjp: { none: "integers have none" },
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /the kernel of otherStorage\n +made +Float64Array of 1\n +inferred +shape \[\], dtype int32/,
  },
  {
    fault: "a kernel that makes more elements than inferred",
    op: definePrimitive("tooMany", {
      ...identity,
      run: ({ inputs: [x] }) => (x.data.length === 2 ? Float64Array.from([...x.data, 0]) : x.data),
      samples: oneVector,
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /made +Float64Array of 3\n +inferred +shape \[2\]/,
  },
  {
    fault: "booleans that are neither 0 nor 1",
    op: definePrimitive("loudBooleans", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "bool" }),
      run: ({ inputs: [x] }) => Uint8Array.from(x.data, (value) => (value > 0 ? 255 : 0)),
      vjp: { none: "its result is boolean" },
      linear: "none",
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /loudBooleans\(tensor\(1, [\s\S]*made +255\n +inferred +dtype bool, stored as 0 or 1/,
  },
  {
    fault: "a result that changes from call to call",
    op: definePrimitive("counting", {
      ...identity,
      run: ({ inputs: [x] }) => x.data.map((value) => value + (calls++ % 7)),
      linear: "none",
    }),
    laws: ["the same call gives the same bits"],
    says: /result 0, element \[0\]\n +second time +\d\n +first time +\d/,
  },
  {
    fault: "a first derivative that is a constant to the second",
    op: elementwise("detached", {
      value: (x: number) => x ** 3,
      derivative: (x) =>
        tensor(
          x.data().map((value) => 3 * value * value),
          { shape: x.shape },
        ),
    }),
    laws: ["second order ≡ differences of first order"],
    says: /detached\(tensor\(1, [\s\S]*reverse over reverse +0\n +differences of the gradient +\d/,
  },
  {
    fault: "a second derivative that is not symmetric",
    op: (() => {
      const bent = elementwise("bent", { value: (a: number, b: number) => a * b, derivative: [(_, b) => b, () => 0] });
      const asymmetric = elementwise("asymmetric", {
        value: (a: number, b: number) => a * b,
        vjp: ({ inputs: [a, b], cotangent: g }) => [bent(g, b), mul(g, a)],
      });
      return asymmetric;
    })(),
    laws: ["second derivatives are symmetric"],
    says: /⟨u, H v⟩ +\S+\n +⟨v, H u⟩ +\S+/,
  },
  {
    fault: "an affine operator that says it is linear",
    op: elementwise("affine", { value: (x: number) => x + 1, derivative: () => 1, linear: "jointly" }),
    laws: ["linear operators are linear"],
    says: /f\(2x − 3y\) +-?\d+(\.\d+)?\n +2 f\(x\) − 3 f\(y\) +-?\d/,
  },
  {
    fault: "a batching rule that forgets the batch axis",
    op: sumOfRows("unbatched", {
      samples: oneMatrix,
      // Rows and columns change places: right for square examples only.
      batch: ({ inputs: [x], size }) => {
        const [, rows = 0, columns = 0] = x.shape;
        return sumOfRows("inner", {})(reshape(x, [size, columns, rows]));
      },
    }),
    laws: ["vmap(f) ≡ a loop"],
    says: /ShapeError: vmap: the batching rule of unbatched made \[3, \d\] float64 where \[3, \d\] float64 was due/,
  },
  {
    fault: "a batching rule that mixes the examples up",
    op: definePrimitive("mixedUp", { ...identity, batch: ({ inputs: [x] }) => flip(x, { axis: 0 }) }),
    laws: ["vmap(f) ≡ a loop"],
    says: /result 0 of example 0, the scalar\n +vmap +\S+\n +loop +\S+/,
  },
  {
    fault: "a kernel that fails without elements",
    op: definePrimitive("needsOne", {
      ...identity,
      run: ({ inputs: [x] }) => {
        if (x.data.length === 0) throw new TypeError("reduce of empty array with no initial value");
        return x.data;
      },
    }),
    laws: ["zero-size inputs handled"],
    says: /needsOne\(zeros\(\[0\], \{ dtype: "float64" \}\)\)[\s\S]*threw +TypeError: reduce of empty array/,
  },
  {
    fault: "a shape without elements that becomes a shape with some",
    op: definePrimitive("atLeastOne", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: x.shape.map((side) => Math.max(1, side)), dtype: x.dtype }),
      run: ({ inputs: [x] }) => x.data,
    }),
    laws: ["zero-size inputs handled"],
    says: /kernel made a Float64Array of 0 elements where 1 elements of float64 were inferred/,
  },
  {
    fault: "a float32 kernel that is too coarse",
    op: definePrimitive("coarse", {
      ...identity,
      run: ({ inputs: [x] }) => (x.dtype === "float32" ? x.data.map((value) => Math.round(value * 1e3) / 1e3) : x.data),
    }),
    laws: ["float32 ≈ float64"],
    says: /result 0, the scalar\n +float32 +\S+\n +float64 +\S+/,
  },
  {
    fault: "NaN that turns into a number",
    op: elementwise("swallowsNaN", {
      value: (x: number) => (x >= 0 ? x : -0),
      derivative: (x) =>
        tensor(
          x.data().map((value) => (value > 0 ? 1 : 0)),
          { shape: x.shape },
        ),
      domain: { kinks: [0] },
    }),
    laws: ["NaN in, NaN out"],
    says: /swallowsNaN\(tensor\(NaN, [\s\S]*result +-0\n +operands +NaN at the same place/,
  },
  {
    fault: "an element that depends on its neighbours",
    op: Object.assign(
      (x: TensorLike): Tensor => {
        const shifted = add(x, 0);
        return shifted.size < 2 ? shifted : add(shifted, flip(shifted));
      },
      { operator: { name: "neighbours", samples: oneVector, elementwise: true } },
    ),
    laws: ["an element depends on the elements at its place only"],
    says: /among the others +\S+\n +by itself +\S+/,
  },
  {
    fault: "a shape that depends on the values",
    op: Object.assign((x: Tensor): Tensor => (x.size > 0 && (x.data()[0] ?? 0) > 0 ? x : reshape(x, [-1])), {
      operator: { name: "valueShaped", samples: oneTensor },
    }),
    laws: ["shapes do not depend on values"],
    says: /shape of result 0\n +here +\[.*\]\n +with other elements +\[.*\]/,
  },
  {
    fault: "a raw error for what is no tensor",
    op: Object.assign((x: Tensor): Tensor => reshape(x, [...x.shape].reverse()), {
      operator: { name: "rawError", samples: oneTensor },
    }),
    laws: ["what is no tensor is refused by a typed error"],
    says: /rawError\(null\)[\s\S]*threw +TypeError: [\s\S]*wanted +an error of errors\.ts that names rawError/,
  },
  {
    fault: "a raw error for integers",
    op: Object.assign(
      (x: Tensor): Tensor => {
        if (x.dtype === "int32") throw new RangeError("no integers");
        return mul(x, 1);
      },
      { operator: { name: "noIntegers", samples: oneTensor } },
    ),
    laws: ["integers and booleans are taken, or refused by a typed error"],
    says: /int32 operands\n +threw +RangeError: no integers/,
  },
  {
    fault: "a result that depends on whether it was read before",
    op: Object.assign(
      (x: TensorLike): Tensor => {
        const held = mul(x, 1);
        const peek = definePrimitive("peek", {
          ...identity,
          vjp: ({ output, cotangent }) => [
            output.node.value === undefined ? cotangent : zeros(cotangent.shape, { dtype: cotangent.dtype }),
          ],
        });
        return peek(held);
      },
      { operator: { name: "peeking", samples: oneTensor } },
    ),
    laws: ["evaluation alone ≡ evaluation together"],
    says: /printed inside the derivative +0\n +read after it +\S+/,
  },
];
