import { grad, type Tensor, type TensorLike, tensor } from "@glissade/autograd";

type Unary = (x: Tensor) => Tensor;

/** The value of an operator at a number, in float64. */
export const valueAt = (f: (...x: Tensor[]) => Tensor, ...x: number[]): number =>
  Number(f(...x.map((each) => tensor(each, { dtype: "float64" }))).item());

/** Its derivative of some order at a number, in float64. */
export function slopeAt(f: Unary, x: number, order = 1): number {
  let derivative = f;
  for (let i = 0; i < order; i++) derivative = grad(derivative);
  return valueAt(derivative, x);
}

/** Both partial derivatives at a pair of numbers, in float64. */
export function slopesAt(f: (a: TensorLike, b: TensorLike) => Tensor, a: number, b: number): [number, number] {
  const [da, db] = grad((x: Tensor, y: Tensor) => f(x, y), { argnums: [0, 1] })(
    tensor(a, { dtype: "float64" }),
    tensor(b, { dtype: "float64" }),
  );
  return [Number(da.item()), Number(db.item())];
}

/** The same in float32: what overflows there does so far earlier. */
export function slopeInFloat32(f: Unary, x: number, order = 1): number {
  let derivative = f;
  for (let i = 0; i < order; i++) derivative = grad(derivative);
  return Number(derivative(tensor(x)).item());
}
