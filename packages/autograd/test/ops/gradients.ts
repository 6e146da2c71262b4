import { cast, grad, type NestedData, type NestedNumbers, sum, Tensor, tensor } from "@glissade/autograd";

/** The gradient of Σ f(x), in float64, or of order 2 the gradient of Σ of the gradient. */
export function gradientAt(f: (x: Tensor) => Tensor, x: NestedData | Tensor, order = 1): NestedNumbers {
  let total = (y: Tensor): Tensor => sum(f(y));
  for (let i = 1; i < order; i++) {
    const inner = total;
    total = (y) => sum(grad(inner)(y));
  }
  return grad(total)(float64(x)).toArray();
}

/** Plain data or a tensor as a float64 tensor. */
export const float64 = (x: NestedData | Tensor): Tensor =>
  x instanceof Tensor ? cast(x, "float64") : tensor(x, { dtype: "float64" });
