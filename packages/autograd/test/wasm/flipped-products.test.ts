import { flip, generator, grad, jit, matmul, mul, sum, type Tensor, transpose } from "@glissade/autograd";
import { describe, expect, test } from "vitest";

/** Products of matrices of which one or both run backwards. */
const products: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "rows on the left": (x) => matmul(flip(x, { axis: 0 }), x),
  "columns on the left": (x) => matmul(flip(x, { axis: 1 }), x),
  "rows on the right": (x) => matmul(x, flip(x, { axis: 0 })),
  "columns on the right": (x) => matmul(x, flip(x, { axis: 1 })),
  "both, transposed": (x) => matmul(transpose(flip(x, { axis: 1 })), flip(x)),
  "a vector": (x) => matmul(flip(x), x.slice({ stop: [1] }).reshape([-1])),
};

describe.each(["float32", "float64"] as const)("compiled products of what is flipped, %s", (dtype) => {
  test.each(Object.entries(products))("%s", (_, product) => {
    for (const side of [1, 2, 3, 9]) {
      const x = generator(side).normal([side, side], { dtype });
      const slope = grad((y: Tensor) => sum(mul(product(y), product(y))));
      for (const f of [product, slope]) {
        const [compiled, reference] = [jit(f)(x).data(), f(x).data()];
        for (const [i, value] of reference.entries())
          expect(compiled[i]).toBeCloseTo(value as number, dtype === "float32" ? 2 : 9);
      }
    }
  });
});
