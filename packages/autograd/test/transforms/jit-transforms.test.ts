import {
  add,
  customGradient,
  div,
  exp,
  expectCompilations,
  generator,
  grad,
  hvp,
  jit,
  jvp,
  matmul,
  mul,
  round,
  sin,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
  variable,
  variableGrads,
  vjp,
  vmap,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));
const vectors = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });

/** A scalar function of two vectors whose parts do not all depend on both. */
const f = (x: Tensor, y: Tensor): Tensor => sum(mul(sin(mul(x, y)), add(exp(x), tanh(y))));

const d = (g: typeof f, x: Tensor, y: Tensor): Tensor => grad((v: Tensor) => g(v, y))(x);

/** Derivatives, maps and their compositions, each as a function of a scalar function of two vectors. */
const transforms: Record<string, (g: typeof f, x: Tensor, y: Tensor) => Tensor> = {
  value: (g, x, y) => g(x, y),
  grad: (g, x, y) => add(d(g, x, y), grad(g, { argnums: 1 })(x, y)),
  "grad of grad": (g, x, y) => grad((v: Tensor) => sum(mul(d(g, v, y), y)))(x),
  "mixed second derivative": (g, x, y) => grad((v: Tensor) => sum(mul(d(g, x, v), x)))(y),
  jvp: (g, x, y) => jvp(g, [x, y], [y, x])[1],
  "jvp of grad": (g, x, y) => jvp((v: Tensor) => d(g, v, y), [x], [y])[1],
  "grad of jvp": (g, x, y) => grad((v: Tensor) => jvp((u: Tensor) => g(u, y), [v], [y])[1])(x),
  hvp: (g, x, y) => hvp((v: Tensor) => g(v, y), [x], [y]),
  vmap: (g, x, y) => vmap((a: Tensor) => g(mul(x, a), y))(y),
  "vmap of grad": (g, x, y) => vmap((a: Tensor) => d(g, mul(x, a), y))(y),
  "grad of vmap": (g, x, y) => grad((v: Tensor) => sum(vmap((a: Tensor) => g(mul(v, a), a))(y)))(x),
  "vmap of vmap": (g, x, y) => vmap((a: Tensor) => vmap((b: Tensor) => g(mul(x, a), mul(y, b)))(x))(y),
  vjp: (g, x, y) => vjp(g, x, y)[1](tensor(2, { dtype: "float64" }))[1],
  "vmap of jvp": (g, x, y) => vmap((a: Tensor) => jvp((v: Tensor) => g(v, y), [x], [mul(y, a)])[1])(y),
};

describe.each(Object.entries(transforms))("%s", (_, transform) => {
  test("of a jitted function, and compiled itself, is that of the function", () => {
    const inside = jit(f);
    const outside = jit((x: Tensor, y: Tensor) => transform(f, x, y));
    const both = jit((x: Tensor, y: Tensor) => transform(inside, x, y));
    fc.assert(
      fc.property(vectors, vectors, (a, b) => {
        const [x, y] = [float64(...a), float64(...b)];
        const expected = transform(f, x, y).data();
        for (const actual of [transform(inside, x, y), outside(x, y), both(x, y)]) {
          expect(actual.shape).toEqual(transform(f, x, y).shape);
          const data = actual.data();
          for (const [i, value] of expected.entries())
            expect(Math.abs((data[i] as number) - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)));
        }
      }),
      { numRuns: 10 },
    );
    expect(outside.stats().compilations).toBe(1);
    // Within vmap of vmap the operands keep the shapes of one example, so that one trace does.
    expect(inside.stats().compilations).toBe(1);
  });
});

describe("a jitted function inside a transform", () => {
  test("is traced once for 10,000 gradients, and leaves nothing behind", () => {
    let calls = 0;
    const w = variable([1, 2]);
    const loss = jit((x: Tensor) => {
      calls++;
      return sum(mul(mul(w.value, w.value), x));
    });
    for (let i = 0; i < 10_000; i++) {
      const { grads } = variableGrads(() => loss(tensor([1, 1])), [w]);
      w.assign(sub(w.value, mul(1e-4, grads[0])));
    }
    expect(calls).toBe(1);
    expectCompilations(loss, 1);
    expect(w.value.data()[0]).toBeCloseTo((1 - 2e-4) ** 10_000, 3);
  });

  test("has derivatives with respect to Variables it reads, and assigns through the transform", () => {
    const [w, count] = [variable(3), variable(0)];
    const loss = jit((x: Tensor) => {
      count.assign(add(count.value, 1));
      return mul(mul(w.value, w.value), x);
    });
    const { value, grads } = variableGrads(() => loss(tensor(2)), [w]);
    expect([value.item(), grads[0].item(), count.value.item()]).toEqual([18, 12, 1]);
    expect(() =>
      grad((x: Tensor) => {
        loss(x);
        throw new RangeError("no");
      })(tensor(1)),
    ).toThrow(RangeError);
    expect(count.value.item()).toBe(1);
  });

  test("has derivatives with respect to tensors it closes over", () => {
    const scaled = grad((x: Tensor) => {
      const inner = jit((y: Tensor) => mul(mul(x, x), y));
      return inner(mul(x, 2));
    });
    expect(scaled(tensor(3)).item()).toBe(54);
    const rows = vmap((x: Tensor) => jit((y: Tensor) => mul(x, y))(tensor(10)));
    expect(rows(tensor([1, 2])).toArray()).toEqual([10, 20]);
  });

  test("closing over a tensor of one call does not use it in the next", () => {
    let outer = tensor(0);
    const inner = jit((y: Tensor) => mul(outer, y));
    const g = grad((x: Tensor) => {
      outer = x;
      return inner(x);
    });
    expect([g(tensor(3)).item(), g(tensor(5)).item()]).toEqual([6, 10]);
    expect(inner.stats().lastReason).toMatch(/closes over a tensor of the transform/);
  });

  test("draws random numbers under vmap as the plain function does", () => {
    const [a, b] = [generator(1), generator(1)];
    const noisy = (random: typeof a) => (x: Tensor) => add(x, random.normal([]));
    const jitted = jit(noisy(a));
    const x = tensor([0, 0]);
    for (let i = 0; i < 2; i++) expect(vmap(jitted)(x).data()).toEqual(vmap(noisy(b))(x).data());
    expect(a.state()).toEqual(b.state());
  });

  test("keeps custom rules, integers and several results apart", () => {
    const straight = customGradient((x: Tensor) => round(x), { vjp: ({ cotangent }) => [cotangent] });
    const g = jit((x: Tensor, i: Tensor) => ({ y: mul(straight(x), 2), i: add(i, 1), x }));
    const { grads, aux } = valueAndGrad(
      (x: Tensor) => {
        const { y, i, x: same } = g(x, tensor(Int32Array.of(4)));
        return [add(sum(y), sum(same)), i] as const;
      },
      { hasAux: true },
    )(float64(0.7));
    expect([grads.toArray(), aux.toArray()]).toEqual([[3], [5]]);
  });

  test("has the gradients of the function to the bit", () => {
    // Of operators that are rounded correctly, so that only the order of sums can change a bit.
    const block = (v: Tensor): Tensor => div(mul(v, add(v, 1)), add(mul(v, v), 1));
    const through = (h: typeof block) => (v: Tensor) => add(sum(mul(h(v), h(h(v)))), sum(mul(v, 0.3)));
    const x = tensor([0.3, -1.2, 2]);
    expect(grad(through(jit(block)))(x).data()).toEqual(grad(through(block))(x).data());
  });

  test("maps to batched products", () => {
    const layer = (x: Tensor): Tensor =>
      tanh(
        matmul(
          x,
          tensor([
            [0.1, 0.2],
            [0.3, -0.4],
          ]),
        ),
      );
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const [expected, actual] = [layer, jit(layer)].map((f) => vmap(f)(x.reshape([3, 1, 2])).data());
    for (let i = 0; i < 6; i++) expect(actual?.[i]).toBeCloseTo(expected?.[i] as number, 6);
  });
});
