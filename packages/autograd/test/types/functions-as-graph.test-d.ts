import {
  checkpoint,
  cond,
  guard,
  implicitDiff,
  type Jitted,
  jit,
  scan,
  type Tensor,
  tap,
  tensor,
  variable,
  whileLoop,
} from "@glissade/autograd";
import { describe, expectTypeOf, test } from "vitest";

describe("functions that become graph", () => {
  test("keep their arguments and results", () => {
    const f = jit((x: Tensor, rate: number, mode?: "train") => ({ y: x, rate, mode }));
    expectTypeOf(f).toExtend<(x: Tensor, rate: number, mode?: "train") => { y: Tensor }>();
    expectTypeOf(f).toExtend<Jitted<[Tensor, number, "train"?], unknown>>();
    expectTypeOf(f.stats().compilations).toBeNumber();
    expectTypeOf(checkpoint((x: Tensor) => [x, x] as const)).returns.toEqualTypeOf<readonly [Tensor, Tensor]>();
    expectTypeOf(implicitDiff((a: Tensor) => a, { residual: (x, a) => (x === a ? x : a) })).parameters.toEqualTypeOf<
      [a: Tensor]
    >();
    // @ts-expect-error the jitted function takes what the function takes
    f(1, 2);
  });

  test("give state and branches their types", () => {
    expectTypeOf(guard(() => "train" as const)).toEqualTypeOf<"train">();
    expectTypeOf(tap(1, () => undefined)).toEqualTypeOf<Tensor>();
    expectTypeOf(
      cond(
        variable(true),
        (x: Tensor) => [x],
        (x: Tensor) => [x],
        tensor(1),
      ),
    ).toEqualTypeOf<Tensor[]>();
    expectTypeOf(
      whileLoop(
        ({ x }: { x: Tensor }) => x,
        (c) => c,
        { x: tensor(1) },
      ),
    ).toEqualTypeOf<{ x: Tensor<[], "float32"> }>();
    const [carry, ys] = scan((c: { n: Tensor }, x: Tensor) => [c, [x]] as const, { n: tensor(0) }, tensor([1]));
    expectTypeOf(carry).toEqualTypeOf<{ n: Tensor<[], "float32"> }>();
    expectTypeOf(ys).toEqualTypeOf<readonly [Tensor]>();
  });
});
