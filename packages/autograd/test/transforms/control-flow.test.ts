import {
  abs,
  add,
  cond,
  DTypeError,
  exp,
  expectCompilations,
  GradientError,
  generator,
  grad,
  greater,
  hvp,
  jit,
  jvp,
  less,
  lessEqual,
  mul,
  neg,
  ShapeError,
  scan,
  sin,
  sqrt,
  sub,
  sum,
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

const scalar = (x: number): Tensor => tensor(x, { dtype: "float64" });
const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const [got, due] = [actual.data(), expected.data()];
  for (const [i, value] of due.entries())
    expect(Math.abs((got[i] as number) - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)));
}

type F = (x: Tensor, y: Tensor) => Tensor;

const unaryUses: Record<string, (f: F, x: Tensor, y: Tensor) => Tensor> = {
  value: (f, x, y) => f(x, y),
  jvp: (f, x, y) => jvp(f, [x, y], [y, x])[1],
  "jvp of one argument": (f, x, y) => jvp((v: Tensor) => f(x, v), [y], [scalar(2)])[1],
  "jvp of jvp": (f, x, y) => jvp((v: Tensor) => jvp((u: Tensor) => f(u, v), [x], [v])[1], [y], [x])[1],
  vmap: (f, x, y) => vmap((v: Tensor) => f(mul(x, v), y))(float64(-1, 0.5, 2)),
  "vmap of both": (f, x, y) => vmap((v: Tensor) => f(mul(x, v), add(y, v)))(float64(-1, 0.5, 2)),
  "jvp of vmap": (f, x, y) => jvp((u: Tensor) => vmap((v: Tensor) => f(mul(u, v), y))(float64(-1, 0.5)), [x], [y])[1],
  "vmap of jvp": (f, x, y) => vmap((v: Tensor) => jvp((u: Tensor) => f(mul(u, v), y), [x], [v])[1])(float64(-1, 0.5)),
};

const reverseUses: Record<string, (f: F, x: Tensor, y: Tensor) => Tensor> = {
  grad: (f, x, y) => add(grad(f)(x, y), grad(f, { argnums: 1 })(x, y)),
  hvp: (f, x, y) => hvp((v: Tensor) => f(v, y), [x], [y]),
  "grad of grad": (f, x, y) => grad((v: Tensor) => grad((u: Tensor) => f(u, v))(x))(y),
  "grad of vmap": (f, x, y) => grad((u: Tensor) => sum(vmap((v: Tensor) => f(mul(u, v), y))(float64(-1, 2))))(x),
  "vmap of grad": (f, x, y) => vmap((v: Tensor) => grad(f)(mul(x, v), y))(float64(-1, 0.5, 2)),
};

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

describe.each(Object.entries({ ...unaryUses, ...reverseUses }))("cond: %s", (name, use) => {
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

/** x is multiplied by 1.5 + y² until it is beyond 4. */
const growing: F = (x, y) =>
  whileLoop(
    (s: { x: Tensor; n: Tensor }) => less(abs(s.x), 4),
    (s) => ({ n: add(s.n, 1), x: mul(s.x, add(1.5, mul(y, y))) }),
    { x, n: tensor(Int32Array.of(0)).reshape([]) },
  ).x;

const written: F = (x, y) => {
  // Values are read to count the steps, which do not depend on the point in a neighbourhood of it.
  let last = x;
  for (let k = 0; k < 40; k++) {
    const goesOn = less(abs(last), 4);
    last = add(mul(last, sub(1, goesOn)), mul(mul(last, add(1.5, mul(y, y))), goesOn));
  }
  return last;
};

describe.each(Object.entries(unaryUses))("whileLoop: %s", (_, use) => {
  const number = fc.double({ min: 0.5, max: 1.5, noNaN: true });
  test("is that of the steps taken, compiled or not", () => {
    const compiled = jit((x: Tensor, y: Tensor) => use(growing, x, y));
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [x, y] = [scalar(a), scalar(b)];
        const expected = use(written, x, y);
        expectClose(use(growing, x, y), expected);
        expectClose(compiled(x, y), expected);
      }),
      { numRuns: 10 },
    );
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
    expect(() => cond(tensor(1), one, one)).toThrow(DTypeError);
    expect(() => cond(tensor([true]), one, one)).toThrow(ShapeError);
    expect(() => cond(1 as never, one, one)).toThrow(ValueError);
    expect(() => cond(tensor(true), one, 1 as never)).toThrow(ValueError);
    expect(() => cond(tensor(true), one, () => zeros([2]))).toThrow(/result 0 is \[\] float32 .* \[2\] float32/);
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

describe("whileLoop", () => {
  test("takes as many steps as it needs, none too", () => {
    const doubled = (x: Tensor): Tensor =>
      whileLoop(
        (v: Tensor) => less(v, 100),
        (v: Tensor) => mul(v, 2),
        x,
      );
    expect([3, 200].map((x) => doubled(tensor(x)).item())).toEqual([192, 200]);
    expect(vmap(doubled)(tensor([3, 200, 60])).toArray()).toEqual([192, 200, 120]);
    expect(jvp(doubled, [tensor(3)], [tensor(1)])[1].item()).toBe(64);
  });

  test("carries Variables that its body assigns", () => {
    const [n, random] = [variable(0), generator(2)];
    const f = jit(() =>
      whileLoop(
        (x: Tensor) => lessEqual(x, 3),
        (x: Tensor) => {
          n.assign(add(n.value, 1));
          return add(x, random.uniform([]));
        },
        tensor(0),
      ),
    );
    const twin = generator(2);
    let [total, count] = [0, 0];
    while (total <= 3) {
      total = Math.fround(total + twin.uniform([]).item());
      count++;
    }
    expect([f().item(), n.value.item()]).toEqual([total, count]);
    expect(random.state()).toEqual(twin.state());
  });

  test("finds roots by Newton's method, to be differentiated forward", () => {
    const root = (a: Tensor): Tensor =>
      whileLoop(
        (x: Tensor) => greater(abs(sub(mul(x, x), a)), 1e-12),
        (x: Tensor) => sub(x, sub(mul(x, 0.5), mul(a, mul(0.5, exp(neg(lnOf(x))))))),
        add(a, 1),
      );
    const lnOf = (x: Tensor): Tensor => x.log();
    const [y, dy] = jvp(root, [scalar(2)], [scalar(1)]);
    expect(y.item()).toBeCloseTo(Math.SQRT2, 12);
    expect(dy.item()).toBeCloseTo(0.5 / Math.SQRT2, 8);
  });

  test("has no reverse, and says what to do", () => {
    expect(() => grad(growing)(scalar(1), scalar(1))).toThrow(GradientError);
    expect(() => grad(growing)(scalar(1), scalar(1))).toThrow(/no derivative in reverse mode.*scan.*jvp/);
    expect(() => grad(jit(growing))(scalar(1), scalar(1))).toThrow(GradientError);
  });

  test("refuses what does not fit", () => {
    const same = (x: Tensor): Tensor => x;
    expect(() => whileLoop(1 as never, same, tensor(1))).toThrow(ValueError);
    expect(() => whileLoop((x: Tensor) => x, same, tensor(1))).toThrow(DTypeError);
    expect(() => whileLoop((x: Tensor) => less(x, [1, 2]), same, tensor(1))).toThrow(/condition has shape \[2\]/);
    expect(() =>
      whileLoop(
        (x: Tensor) => less(x, 1),
        (x: Tensor) => add(x, [1]),
        tensor(1),
      ),
    ).toThrow(ShapeError);
    const v = variable(0);
    const assigning = (x: Tensor): Tensor => {
      v.assign(x);
      return less(x, 1);
    };
    expect(() => whileLoop(assigning, same, tensor(1))).toThrow(/test assigned a Variable/);
    expect(v.value.item()).toBe(0);
  });
});
