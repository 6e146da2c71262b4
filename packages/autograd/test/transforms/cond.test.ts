import {
  add,
  cond,
  DTypeError,
  expectCompilations,
  generator,
  grad,
  greater,
  jit,
  less,
  mul,
  neg,
  ShapeError,
  scan,
  sin,
  sqrt,
  sub,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
  variable,
  variableGrads,
  vmap,
  whileLoop,
  zeros,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose, type F, float64, forwardUses, reverseUses, scalar } from "./control-uses.js";

/** For each way of writing the function: with control flow, and as it is for these numbers. */
const functions = {
  cond: {
    f: ((x, y) =>
      cond(
        greater(x, 0),
        (a: Tensor, b: Tensor) => mul(sin(a), b),
        (a: Tensor) => mul(mul(a, a), y),
        x,
        y,
      )) as F,
    written: (positive: boolean): F => (positive ? (x, y) => mul(sin(x), y) : (x, y) => mul(mul(x, x), y)),
  },
};

describe.each(Object.entries({ ...forwardUses, ...reverseUses }))("cond: %s", (name, use) => {
  const number = fc.double({ min: 0.1, max: 1.5, noNaN: true });
  test("is that of the branch taken, compiled or not", () => {
    const compiled = jit((x: Tensor, y: Tensor) => use(functions.cond.f, x, y));
    fc.assert(
      fc.property(number, number, fc.boolean(), (a, b, positive) => {
        const [x, y] = [scalar(positive ? a : -a), scalar(b)];
        // Under vmap the branch differs from example to example: each is compared by where.
        const chosen: F = (u, v) => {
          const sign = greater(u, 0);
          return add(
            mul(functions.cond.written(true)(u, v), sign),
            mul(functions.cond.written(false)(u, v), sub(1, sign)),
          );
        };
        const expected = use(name.includes("vmap") ? chosen : functions.cond.written(positive), x, y);
        expectClose(use(functions.cond.f, x, y), expected);
        expectClose(compiled(x, y), expected);
      }),
      { numRuns: 10 },
    );
    expectCompilations(compiled, 1);
  });
});

describe("cond", () => {
  test("computes only the branch taken, of whatever form", () => {
    const f = jit((x: Tensor) =>
      cond(
        less(x, 0),
        (v: Tensor) => ({ y: [neg(v), tensor(1)] }),
        (v: Tensor) => ({
          y: [
            whileLoop(
              (u: Tensor) => greater(u, 1),
              (u: Tensor) => mul(u, 0.5),
              v,
            ),
            tensor(2),
          ],
        }),
        x,
      ),
    );
    expect(f(tensor(-3)).y.map((t) => t?.item())).toEqual([3, 1]);
    expect(f(tensor(8)).y.map((t) => t?.item())).toEqual([1, 2]);
    expect(
      cond(
        true,
        () => 1,
        () => 2,
      ),
    ).toBe(1);
    expect(
      cond(
        variable(tensor(false)),
        () => tensor(1),
        () => tensor(2),
      ).item(),
    ).toBe(2);
    expect(
      cond(
        tensor(true),
        () => null,
        () => null,
      ),
    ).toBe(null);
  });

  test("keeps NaN of the other branch out of the gradient", () => {
    const root = (x: Tensor): Tensor =>
      cond(
        greater(x, 0),
        (v: Tensor) => sqrt(v),
        () => scalar(0),
        x,
      );
    expect(grad(root)(scalar(0)).item()).toBe(0);
    expect(grad(root)(scalar(4)).item()).toBe(0.25);
  });

  test("assigns the Variables of the branch taken, and has derivatives for those it reads", () => {
    const [w, count] = [variable(3), variable(0)];
    const random = generator(1);
    const loss = (x: Tensor): Tensor =>
      cond(
        greater(x, 0),
        () => {
          count.assign(add(count.value, 1));
          return mul(w.value, x);
        },
        () => add(mul(w.value, 0), random.uniform([])),
      );
    expect(variableGrads(() => loss(tensor(2)), [w]).grads[0].item()).toBe(2);
    expect([count.value.item(), random.state().counter]).toEqual([1, 0]);
    expect(loss(tensor(-2)).item()).toBe(generator(1).uniform([]).item());
    expect([count.value.item(), random.state().counter]).toEqual([1, 1]);
  });

  test("goes into scan, and scan into it", () => {
    const f = (x: Tensor): Tensor =>
      scan(
        (c: Tensor, v: Tensor) =>
          [
            cond(
              greater(v, 0),
              (a: Tensor) => add(a, mul(v, v)),
              (a: Tensor) => a,
              c,
            ),
            null,
          ] as const,
        scalar(0),
        x,
      )[0];
    expect(grad(f)(float64(1, -2, 3)).toArray()).toEqual([2, 0, 6]);
    expect(
      vmap(grad(f))(
        tensor([
          [1, -2],
          [-3, 4],
        ]),
      ).toArray(),
    ).toEqual([
      [2, 0],
      [0, 8],
    ]);
  });

  test("refuses what does not fit", () => {
    const one = () => tensor(1);
    // @ts-expect-error the compiler sees it too
    expect(() => cond(tensor(1), one, one)).toThrow(DTypeError);
    // @ts-expect-error the compiler sees it too
    expect(() => cond(tensor([true]), one, one)).toThrow(ShapeError);
    expect(() => cond(1 as never, one, one)).toThrow(ValueError);
    expect(() => cond(tensor(true), one, 1 as never)).toThrow(ValueError);
    // @ts-expect-error the compiler sees it too
    expect(() => cond(tensor(true), one, () => zeros([2]))).toThrow(/the result is \[\] float32 .* \[2\] float32/);
    expect(() =>
      cond(
        tensor(true),
        (): unknown => one(),
        () => [one()],
      ),
    ).toThrow(/return \* and \[\*\]/);
    expect(() => cond(tensor(true), (x: Tensor) => tensor(x.item()), one, tensor(1))).toThrow(TransformError);
    expect(() =>
      cond(
        tensor(true),
        async () => one(),
        async () => one(),
      ),
    ).toThrow(/returned a Promise/);
  });
});
