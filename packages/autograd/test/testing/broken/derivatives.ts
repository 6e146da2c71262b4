import {
  broadcastTo,
  definePrimitive,
  elementwise,
  flip,
  mul,
  reshape,
  type Tensor,
  tensor,
} from "@glissade/autograd/functions";
import { type BrokenOperator, identity, oneMatrix, oneVector, sumOfRows } from "./parts.js";

let calls = 0;

const gradientLaws = ["reverse rule ≡ central differences", "forward rule ≡ central differences"];

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

/** Operators whose reverse rule is wrong. */
export const brokenDerivatives: readonly BrokenOperator[] = [
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
    fault: "a step of the reverse rule whose own transpose is wrong",
    op: (() => {
      const thrice = definePrimitive("thrice", {
        ...identity,
        run: ({ inputs: [x] }) => x.data.map((value) => 3 * value),
        vjp: ({ cotangent }) => [mul(2, cotangent)],
      });
      return elementwise("skewed", { value: (x: number) => 3 * x, vjp: ({ cotangent }) => [thrice(cotangent)] });
    })(),
    laws: ["forward rule ≡ central differences", "⟨J v, w⟩ = ⟨v, Jᵀ w⟩"],
    says: /forward rule +1\.5\n +differences +2\.25/,
  },
  {
    fault: "a gradient that is too coarse in float32",
    op: elementwise("coarseGradient", {
      value: (x: number) => x,
      vjp: ({ cotangent }) => [cotangent.dtype === "float32" ? mul(1.01, cotangent) : cotangent],
    }),
    laws: ["float32 ≈ float64"],
    says: /gradient of Σ w · result with respect to argument 0, the scalar\n +float32 +1\.00\d+\n +float64 +1/,
  },
  {
    fault: "a gradient that changes from call to call",
    op: elementwise("restless", { value: (x: number) => x, derivative: () => calls++ }),
    laws: ["the same call gives the same bits"],
    says: /gradient 0, element \[0\]\n +second time +\d+\n +first time +\d+/,
  },
  {
    fault: "a reverse rule that cannot be batched rightly",
    op: (() => {
      const mixed = definePrimitive("mixed", { ...identity, batch: ({ inputs: [x] }) => flip(x, { axis: 0 }) });
      return elementwise("unbatchable", {
        value: (x: number) => x * x,
        derivative: (x) => mul(2, mixed(x)),
      });
    })(),
    laws: ["vmap(grad f) ≡ a loop of gradients"],
    says: /gradient 0 of example 0, the scalar\n +vmap +\S+\n +loop +\S+/,
  },
];
