import {
  generator,
  grad,
  hessian,
  hvp,
  jacobian,
  jit,
  jvp,
  matmul,
  mul,
  stack,
  sum,
  type Tensor,
  transpose,
  vmap,
} from "@glissade/autograd";
import { test } from "vitest";
import { build } from "./random-functions.js";

test("x", () => {
  const f0 = build([
    [27, 0, 0, 0],
    [20, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [8, 17, 0, 0],
  ] as never);
  const x = generator(0).normal([3], { dtype: "float64" }),
    v = generator(1).normal([3], { dtype: "float64" });
  const f1 = jit(f0);
  const f2 = (x: Tensor) => sum(jacobian(f1, { mode: "forward" })(x), { axis: 0 });
  void v;
  console.log(f2(x).toString());
  const f3 = jit(f0);
  console.log(sum(jacobian(f3)(x), { axis: 0 }).toString());
  const g1 = jit((x: Tensor) => sum(jacobian(f0, { mode: "forward" })(x), { axis: 0 }));
  console.log(g1(x).toString());
  console.log(jit((x: Tensor) => grad((y: Tensor) => sum(mul(g1(y), v)))(x))(x).toString());
});
