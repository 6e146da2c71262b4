import {
  add,
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
import type { Draw, Sampler } from "@glissade/autograd/testing";
import { type BrokenOperator, identity, oneTensor, oneVector } from "./parts.js";

/** Two operands that broadcast. */
const pair: Sampler = (draw) => draw.broadcastable(2).map((shape) => draw.tensor(shape));

/** Operators that go wrong on unusual input, or depend on what they should not. */
export const brokenHandling: readonly BrokenOperator[] = [
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
  {
    fault: "broadcasting that weighs stretched operands otherwise",
    op: Object.assign((a: Tensor, b: Tensor): Tensor => (a.rank === b.rank ? add(a, b) : add(a, mul(2, b))), {
      operator: { name: "uneven", samples: pair },
    }),
    laws: ["broadcasting ≡ explicit broadcastTo"],
    says: /result 0, element \[0\]\n +broadcast +\S+\n +broadcastTo first +\S+/,
  },
  {
    fault: "broadcasting to another shape",
    op: Object.assign((a: Tensor, b: Tensor): Tensor => (a.rank < b.rank ? reshape(add(a, b), [-1, 1]) : add(a, b)), {
      operator: { name: "columns", samples: pair },
    }),
    laws: ["broadcasting ≡ explicit broadcastTo"],
    says: /shape of result 0\n +broadcast +\[1,1\]\n +broadcastTo first +\[1\]/,
  },
  {
    fault: "an elementwise operator whose result has another shape",
    op: Object.assign((x: TensorLike): Tensor => reshape(mul(x, 1), [-1]), {
      operator: { name: "flattening", samples: oneTensor, elementwise: true },
    }),
    laws: ["an element depends on the elements at its place only"],
    says: /shape of the result\n +result +\[1\]\n +operands, broadcast +\[\]/,
  },
  {
    fault: "a shape that depends on the dtype",
    op: Object.assign((x: Tensor): Tensor => (x.dtype === "float32" ? reshape(x, [...x.shape, 1]) : mul(x, 1)), {
      operator: { name: "dtypeShaped", samples: oneTensor },
    }),
    laws: ["float32 ≈ float64"],
    says: /shape of result 0\n +float32 +\[1\]\n +float64 +\[\]/,
  },
  {
    fault: "a raw error for what is no axis",
    op: Object.assign((x: TensorLike, { axis }: { axis: number }): Tensor => mul(x, axis.toFixed().length), {
      operator: {
        name: "rawAxis",
        samples: (draw: Draw) => [draw.tensor(draw.shape({ minRank: 1 })), { axis: 0 }],
      },
    }),
    laws: ["what is no axis is refused by a typed error"],
    says: /rawAxis\(tensor\(\[0\], \{ dtype: "float64" \}\), \{ axis: 99 \}\)\n +where +option axis[^\n]*\n +threw +nothing/,
  },
];
