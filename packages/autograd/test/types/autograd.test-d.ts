import {
  add,
  type DType,
  elementwise,
  type GradientOf,
  grad,
  jvp,
  matmul,
  type Shape,
  sum,
  type Tensor,
  type TensorLike,
  type Tree,
  tensor,
  type Variable,
  valueAndGrad,
  variable,
  variableGrads,
  vjp,
  vmap,
  zeros,
} from "@glissade/autograd";
import { describe, expectTypeOf, test } from "vitest";

describe("tensors", () => {
  test("have a shape and a dtype as types, permissive by default", () => {
    expectTypeOf(zeros([2, 3])).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(zeros([2, 3] as Shape, { dtype: "float32" as DType })).toEqualTypeOf<Tensor>();
    expectTypeOf(zeros([2, 3]).shape).toEqualTypeOf<[2, 3]>();
    expectTypeOf(tensor([1], { dtype: "float64" }).data()).toExtend<Float64Array>();
    expectTypeOf<Tensor<[2, 3], "float32">>().toExtend<Tensor>();
    expectTypeOf(tensor([1]).item()).toBeNumber();
  });

  test("go into operators with everything that is like a tensor", () => {
    expectTypeOf(add).parameters.toEqualTypeOf<[a: TensorLike, b: TensorLike]>();
    expectTypeOf(add(tensor([1]), [[2]])).toEqualTypeOf<Tensor<[number, number], "float32">>();
    expectTypeOf(matmul(new Float32Array(2), variable([1, 2]))).toEqualTypeOf<Tensor<[], "float32">>();
    // @ts-expect-error a string is no tensor
    add("1", 2);
    // @ts-expect-error options have named fields
    sum(tensor([1]), { axes: 0 });
    // @ts-expect-error no such dtype
    zeros([1], { dtype: "float16" });
  });

  test("have operators as methods", () => {
    expectTypeOf(tensor([1]).add(2).mul([3]).sum({ axis: 0, keepDims: true })).toEqualTypeOf<Tensor<[1], "float32">>();
    expectTypeOf(tensor([[1, 2]]).mT).toEqualTypeOf<Tensor<[2, 1], "float32">>();
    // @ts-expect-error options have named fields
    tensor([1]).sum(0);
  });

  test("are held by Variables", () => {
    expectTypeOf(variable([1])).toEqualTypeOf<Variable<[1], "float32">>();
    expectTypeOf(variable([1] as TensorLike)).toEqualTypeOf<Variable>();
    expectTypeOf(variable(zeros([2], { dtype: "float64" })).value).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf<Variable>().toExtend<TensorLike>();
  });
});

describe("derivatives", () => {
  const loss = (p: { w: Tensor; b: [Tensor, number] }, x: Tensor): Tensor => sum(add(p.w, mul3(x, p.b[0])));
  const mul3 = (a: Tensor, b: Tensor): Tensor => add(a, b);

  test("have the form of what they are taken with respect to", () => {
    expectTypeOf(grad(loss)).returns.toEqualTypeOf<GradientOf<{ w: Tensor; b: [Tensor, number] }>>();
    expectTypeOf(grad(loss)).returns.toEqualTypeOf<{ w: Tensor; b: [Tensor, Tensor<readonly [], "float32">] }>();
    expectTypeOf(grad(loss, { argnums: 1 })).returns.toEqualTypeOf<Tensor>();
    expectTypeOf(grad((x: Tensor, y: Tensor) => sum(add(x, y)), { argnums: [0, 1] })).returns.toEqualTypeOf<
      readonly [Tensor, Tensor]
    >();
  });

  test("come with the value and aux", () => {
    const { value, grads, aux } = valueAndGrad((x: Tensor): [Tensor, { n: number }] => [sum(x), { n: 1 }], {
      hasAux: true,
    })(tensor([1]));
    expectTypeOf(value).toEqualTypeOf<Tensor>();
    expectTypeOf(grads).toEqualTypeOf<Tensor>();
    expectTypeOf(aux).toEqualTypeOf<{ n: number }>();
  });

  test("follow a tree of Variables", () => {
    const w = variable([1]);
    const { grads } = variableGrads(() => sum(w.value), { w, more: [w] });
    expectTypeOf(grads.w).toEqualTypeOf<Tensor<[1], "float32">>();
    expectTypeOf(grads.more[0]).toEqualTypeOf<Tensor<[1], "float32">>();
  });

  test("go forward, backward and over batches with the function's own types", () => {
    const f = (x: Tensor): { y: Tensor } => ({ y: x });
    const x = tensor([1]);
    const [y, dy] = jvp(f, [x], [x]);
    expectTypeOf(y).toEqualTypeOf<{ y: Tensor }>();
    expectTypeOf(dy).toEqualTypeOf<{ y: Tensor }>();
    expectTypeOf(vjp(f, x)[0]).toEqualTypeOf<{ y: Tensor }>();
    expectTypeOf(vjp(f, x)[1]({ y: x })[0]).toEqualTypeOf<Tensor<[1], "float32">>();
    expectTypeOf(vmap(f)(x)).toEqualTypeOf<{ y: Tensor }>();
  });
});

describe("operators of one's own", () => {
  test("take as many operands as their value function", () => {
    const cube = elementwise("cube", { value: (x: number) => x ** 3 });
    expectTypeOf(cube).toBeCallableWith(tensor([1]));
    // @ts-expect-error one operand only
    cube(1, 2);
    const both = elementwise("both", { value: (a: number, b: number) => a + b, derivative: [() => 1, () => 1] });
    expectTypeOf(both).toBeCallableWith(1, [2]);
  });

  test("trees nest arrays and objects", () => {
    expectTypeOf<{ a: Tensor[]; b: { c: Tensor } }>().toExtend<Tree>();
  });
});
