import {
  add,
  cast,
  concat,
  DTypeError,
  expectCompilations,
  generator,
  grad,
  hvp,
  jit,
  jvp,
  matmul,
  mul,
  reshape,
  ShapeError,
  scan,
  sin,
  stack,
  sub,
  sum,
  type Tensor,
  TransformError,
  take,
  tanh,
  tensor,
  ValueError,
  variable,
  variableGrads,
  vjp,
  vmap,
  zeros,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

interface State {
  readonly h: Tensor;
  readonly n: Tensor;
}

type Loop = (
  f: (s: State, x: Tensor) => readonly [State, Tensor],
  init: State,
  xs: Tensor,
  reverse: boolean,
) => [State, Tensor];

const looped: Loop = (f, init, xs, reverse) => {
  let state = init;
  const ys: Tensor[] = [];
  const steps = xs.shape[0] ?? 0;
  for (let k = 0; k < steps; k++) {
    const t = reverse ? steps - 1 - k : k;
    const [next, y] = f(state, take(xs, t, { axis: 0 }));
    state = next;
    if (reverse) ys.unshift(y);
    else ys.push(y);
  }
  return [state, stack(ys)];
};

const scanned: Loop = (f, init, xs, reverse) => scan(f, init, xs, { reverse });

/** A recurrence with a float and an integer carry, and a constant; its result depends on everything. */
const recurrence =
  (loop: Loop, reverse: boolean) =>
  (w: Tensor, h: Tensor, xs: Tensor): Tensor => {
    const [{ h: last, n }, ys] = loop(
      (s, x) => {
        const h = tanh(add(mul(w, s.h), mul(x, cast(s.n, "float64"))));
        return [{ n: add(s.n, 1), h }, mul(h, x)];
      },
      { h, n: tensor(Int32Array.of(1)).reshape([]) },
      xs,
      reverse,
    );
    return add(add(sum(mul(ys, ys)), last), mul(cast(n, "float64"), sum(w)));
  };

type F = (w: Tensor, h: Tensor, xs: Tensor) => Tensor;
const all = (g: F, w: Tensor, h: Tensor, xs: Tensor): Tensor =>
  concat(grad(g, { argnums: [0, 1, 2] })(w, h, xs).map((t) => reshape(t, [-1])));
const uses: Record<string, (g: F, w: Tensor, h: Tensor, xs: Tensor) => Tensor> = {
  value: (g, w, h, xs) => g(w, h, xs),
  grad: all,
  "grad of one argument": (g, w, h, xs) => grad(g, { argnums: 2 })(w, h, xs),
  jvp: (g, w, h, xs) => jvp(g, [w, h, xs], [h, w, mul(xs, w)])[1],
  "jvp of one argument": (g, w, h, xs) => jvp((v: Tensor) => g(w, v, xs), [h], [w])[1],
  hvp: (g, w, h, xs) => hvp((x: Tensor) => g(w, h, x), [xs], [mul(xs, xs)]),
  "grad of grad": (g, w, h, xs) => grad((v: Tensor) => sum(mul(all(g, v, h, xs), 0.5)))(w),
  "grad of jvp": (g, w, h, xs) => grad((v: Tensor) => jvp((u: Tensor) => g(u, h, xs), [v], [h])[1])(w),
  "jvp of jvp": (g, w, h, xs) => jvp((v: Tensor) => jvp((u: Tensor) => g(u, v, xs), [w], [v])[1], [h], [w])[1],
  vjp: (g, w, h, xs) => vjp(g, w, h, xs)[1](w)[2],
  "vmap over the constant": (g, w, h, xs) => vmap((v: Tensor) => g(mul(w, v), h, xs))(xs),
  "vmap over the carry": (g, w, h, xs) => vmap((v: Tensor) => g(w, mul(h, v), xs))(xs),
  "vmap over what is scanned": (g, w, h, xs) => vmap((v: Tensor) => g(w, h, v))(stack([xs, mul(xs, 2)], { axis: 0 })),
  "vmap of grad": (g, w, h, xs) => vmap((v: Tensor) => all(g, w, mul(h, v), mul(xs, v)))(xs),
  "grad of vmap": (g, w, h, xs) => grad((u: Tensor) => sum(vmap((v: Tensor) => g(u, mul(h, v), xs))(xs)))(w),
  "jvp of vmap": (g, w, h, xs) => jvp((u: Tensor) => vmap((v: Tensor) => g(u, h, mul(xs, v)))(xs), [w], [h])[1],
};

describe.each(Object.entries(uses))("scan: %s", (_, use) => {
  const number = fc.double({ min: -1.5, max: 1.5, noNaN: true });
  test("is that of the loop written out, compiled or not", () => {
    const jitted = [false, true].map((reverse) =>
      jit((w: Tensor, h: Tensor, xs: Tensor) => use(recurrence(scanned, reverse), w, h, xs)),
    );
    fc.assert(
      fc.property(
        number,
        number,
        fc.array(number, { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (a, b, elements, reverse) => {
          const args = [float64(a).reshape([]), float64(b).reshape([]), float64(...elements)] as const;
          const expected = use(recurrence(looped, reverse), ...args);
          const compiled = jitted[Number(reverse)] as (typeof jitted)[0];
          for (const actual of [use(recurrence(scanned, reverse), ...args), compiled(...args)]) {
            expect(actual.shape).toEqual(expected.shape);
            const [got, due] = [actual.data(), expected.data()];
            for (const [i, value] of due.entries())
              expect(Math.abs((got[i] as number) - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)));
          }
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("scan", () => {
  test("calls its function once, however long", () => {
    let calls = 0;
    const f = (x: Tensor): Tensor => {
      const [last] = scan(
        (c: Tensor, v: Tensor) => {
          calls++;
          return [add(mul(c, 0.999), mul(v, v)), null] as const;
        },
        tensor(0, { dtype: "float64" }),
        x,
      );
      return last;
    };
    const x = zeros([10_000], { dtype: "float64" }).add(1);
    const gradient = grad(f)(x).data();
    expect(gradient[9999]).toBe(2);
    expect(gradient[0]).toBeCloseTo(2 * 0.999 ** 9999, 12);
    expect(calls).toBe(1);
  });

  test("works over trees, null and lengths, and without steps", () => {
    const [carry, ys] = scan(
      (c: { a: Tensor; b: Tensor }) => [{ b: add(c.b, c.a), a: mul(c.a, 2) }, [c.a, 7]] as const,
      { a: tensor(1), b: tensor(0) },
      null,
      { length: 4 },
    );
    expect([carry.a.item(), carry.b.item()]).toEqual([16, 15]);
    expect((ys as unknown as Tensor[]).map((y) => y.toArray())).toEqual([
      [1, 2, 4, 8],
      [7, 7, 7, 7],
    ]);
    const [same, none] = scan((c: Tensor, x: Tensor) => [add(c, x), x] as const, tensor(3), zeros([0]));
    expect([same.item(), none.shape]).toEqual([3, [0]]);
    expect(
      grad((c: Tensor) => scan((s: Tensor, x: Tensor) => [mul(s, x), null] as const, c, zeros([0]))[0])(
        tensor(3),
      ).item(),
    ).toBe(1);
  });

  test("carries the Variables that it assigns, reads others, and has derivatives for them", () => {
    const [w, count] = [variable(0.5), variable(0)];
    const loss = (): Tensor =>
      scan(
        (c: Tensor, x: Tensor) => {
          count.assign(add(count.value, 1));
          return [add(mul(c, w.value), x), count.value] as const;
        },
        tensor(1),
        tensor([1, 2, 3]),
      )[0];
    const { value, grads } = variableGrads(loss, [w]);
    // w³ + w² + 2w + 3
    expect([value.item(), grads[0].item(), count.value.item()]).toEqual([4.375, 3.75, 3]);
    const step = jit(loss);
    step();
    expect(step().item()).toBe(4.375);
    expect(count.value.item()).toBe(9);
    expectCompilations(step, 1);
  });

  test("draws random numbers anew at each step, the same as a loop", () => {
    const [a, b] = [generator(3), generator(3)];
    const draws = scan(() => [[], a.normal([2])] as const, [], null, { length: 3 })[1] as Tensor;
    expect(draws.data()).toEqual(stack([b.normal([2]), b.normal([2]), b.normal([2])]).data());
    expect(a.state()).toEqual(b.state());
  });

  test("closes over tensors of enclosing transforms, and nests", () => {
    const f = (m: Tensor): Tensor =>
      sum(
        scan(
          (outer: Tensor, x: Tensor) => {
            const [inner] = scan((c: Tensor, y: Tensor) => [sin(add(mul(c, x), y)), null] as const, outer, m);
            return [add(inner, sum(m)), inner] as const;
          },
          tensor(0, { dtype: "float64" }),
          m,
        )[1],
      );
    const written = (m: Tensor): Tensor => {
      let outer = tensor(0, { dtype: "float64" }) as Tensor;
      let total = outer;
      for (let i = 0; i < 2; i++) {
        let inner = outer;
        for (let k = 0; k < 2; k++) inner = sin(add(mul(inner, take(m, i, { axis: 0 })), take(m, k, { axis: 0 })));
        outer = add(inner, sum(m));
        total = add(total, inner);
      }
      return total;
    };
    const m = float64(0.3, -0.8);
    for (const use of [grad, (g: typeof f) => (x: Tensor) => hvp(g, [x], [x])]) {
      const [due, got] = [use(written)(m).data(), use(f)(m).data()];
      for (const [i, value] of due.entries()) expect(got[i]).toBeCloseTo(value, 10);
    }
  });

  test("of a matrix recurrence has the gradients of the loop", () => {
    const random = generator(8);
    const [w, xs] = [random.normal([3, 3], { dtype: "float64" }), random.normal([5, 2, 3], { dtype: "float64" })];
    const rnn = (weights: Tensor): Tensor =>
      sum(
        scan(
          (h: Tensor, x: Tensor) => {
            const next = tanh(add(matmul(h, weights), x));
            return [next, next] as const;
          },
          zeros([2, 3], { dtype: "float64" }),
          xs,
        )[1],
      );
    const gradient = grad(rnn)(w).data();
    const step = 1e-6;
    for (const i of [0, 4, 7]) {
      const moved = (by: number): Tensor => {
        const data = w.data();
        data[i] = (data[i] as number) + by;
        return tensor(data, { shape: [3, 3] });
      };
      const slope = (rnn(moved(step)).item() - rnn(moved(-step)).item()) / (2 * step);
      expect(gradient[i]).toBeCloseTo(slope, 6);
    }
  });

  test("refuses what does not fit", () => {
    const same = (c: Tensor, x: Tensor) => [add(c, x), x] as const;
    // @ts-expect-error the compiler sees it too
    expect(() => scan(same, tensor(0), tensor(1))).toThrow(/xs is a scalar/);
    // @ts-expect-error the compiler sees it too
    expect(() => scan((c: Tensor) => [c, c] as const, tensor(0), [zeros([2]), zeros([3])])).toThrow(ShapeError);
    expect(() => scan((c: Tensor) => [c, c] as const, tensor(0), null)).toThrow(/number of steps is undefined/);
    expect(() => scan(same, tensor(0), zeros([2]), { length: 3 })).toThrow(ValueError);
    expect(() => scan(same, zeros([1]), zeros([2, 2]))).toThrow(
      /carry has shape \[1\] before a step and \[2\] after it/,
    );
    expect(() => scan(same, tensor(0), zeros([2], { dtype: "float64" }))).toThrow(DTypeError);
    expect(() => scan((() => tensor(1)) as never, tensor(0), zeros([2]))).toThrow(/returns \[carry, y\]/);
    expect(() => scan(() => [[], null] as never, tensor(0), zeros([2]))).toThrow(/must keep its structure/);
    expect(() => scan((c: Tensor) => [sub(c, c.item()), c] as const, tensor(0), zeros([2]))).toThrow(TransformError);
    expect(() => scan((c: Tensor) => [sub(c, c.item()), c] as const, tensor(0), zeros([2]))).toThrow(
      /scan \(the carry\)/,
    );
    expect(() => scan(2 as never, tensor(0), zeros([2]))).toThrow(ValueError);
  });
});
