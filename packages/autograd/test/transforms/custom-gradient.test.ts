import {
  add,
  cast,
  checkGradients,
  clip,
  cos,
  customGradient,
  GradientError,
  grad,
  jvp,
  mul,
  round,
  sin,
  stopGradient,
  sum,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
  vjp,
  vmap,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

describe("stopGradient and customGradient", () => {
  test("stopGradient is a constant to derivatives of every kind", () => {
    const f = (x: Tensor): Tensor => mul(x, stopGradient(mul(x, x)));
    expect(grad(f)(tensor(3)).item()).toBe(9);
    expect(jvp(f, [tensor(3)], [tensor(1)])[1].item()).toBe(9);
    expect(vmap(grad(f))(tensor([1, 2])).toArray()).toEqual([1, 4]);
  });

  test("the rule takes the place of the derivative, to any order", () => {
    const straight = customGradient((x: Tensor) => round(x), { vjp: ({ cotangent }) => [cotangent] });
    expect([straight(tensor(0.7)).item(), grad(straight)(tensor(0.7)).item()]).toEqual([1, 1]);
    const odd = customGradient(cube, {
      vjp: ({ inputs: [x], output, cotangent }) => [mul(cotangent, add(mul(x, x), mul(0, output)))],
    });
    expect(grad(odd)(tensor(3)).item()).toBe(9);
    expect(grad(grad(odd))(tensor(3)).item()).toBe(6);
    expect(jvp(odd, [tensor(3)], [tensor(2)])[1].item()).toBe(18);
  });

  test("works over trees, and under vmap", () => {
    const f = customGradient((p: { a: Tensor; b: Tensor }) => ({ s: add(p.a, p.b), d: mul(p.a, p.b) }), {
      vjp: ({ cotangent: { s, d } }) => [{ a: s, b: mul(2, d) }],
    });
    const loss = (p: { a: Tensor; b: Tensor }): Tensor => {
      const { s, d } = f(p);
      return sum(add(s, mul(3, d)));
    };
    const g = grad(loss)({ a: tensor([1, 2]), b: tensor([3, 4]) });
    expect([g.a.toArray(), g.b.toArray()]).toEqual([
      [1, 1],
      [6, 6],
    ]);
    const rows = vmap(grad(loss), { inAxes: [{ a: 0, b: null }] })({ a: tensor([[1], [2]]), b: tensor([3]) });
    expect([rows.a.toArray(), rows.b.toArray()]).toEqual([
      [[1], [1]],
      [[6], [6]],
    ]);
  });

  test("a wrong rule is named", () => {
    const named = customGradient(
      function twice(x: Tensor) {
        return mul(2, x);
      },
      { vjp: () => [zeros([7])] },
    );
    expect(() => grad((x: Tensor) => sum(named(x)))(zeros([2]))).toThrow(GradientError);
    expect(() => grad((x: Tensor) => sum(named(x)))(zeros([2]))).toThrow(
      /the vjp of twice made \[7\] float32 for \[2\] float32; they must be alike/,
    );
    const few = customGradient((x: Tensor) => x, { vjp: () => [] });
    expect(() => grad((x: Tensor) => sum(few(x)))(zeros([2]))).toThrow(
      /must return an array like the arguments, \[\*\]/,
    );
    expect(() => customGradient((x: Tensor) => x, {} as never)).toThrow(ValueError);
  });
});

describe("the shape of a customGradient's trees", () => {
  test("cotangents are matched by key, whatever their order", () => {
    const f = customGradient((p: { a: Tensor; b: Tensor }) => add(p.a, mul(p.b, 10)), {
      vjp: ({ cotangent }) => [{ b: mul(cotangent, 10), a: cotangent }],
    });
    const g = grad(f)({ a: tensor(1), b: tensor(1) });
    expect([g.a.item(), g.b.item()]).toEqual([1, 10]);
  });

  test("integers among arguments and results have no cotangent: null may stand in the place of one", () => {
    const pick = customGradient((x: Tensor, i: Tensor) => ({ value: sum(mul(x, cast(i, "float32"))), count: sum(i) }), {
      vjp: ({ inputs: [, i], cotangent }) => [mul(cotangent.value, cast(i, "float32")), null],
    });
    const flags = tensor(Int32Array.of(1, 0, 1));
    expect(grad((x: Tensor) => pick(x, flags).value)(tensor([5, 6, 7])).toArray()).toEqual([1, 0, 1]);
    expect(pick(tensor([5, 6, 7]), flags).count.item()).toBe(2);
  });

  test("what the function closes over is a constant", () => {
    const w = tensor(3);
    const loss = (v: Tensor): Tensor =>
      customGradient((x: Tensor) => mul(x, v), { vjp: ({ cotangent }) => [cotangent] })(w);
    expect(grad(loss)(tensor(2)).item()).toBe(0);
  });
});

describe("customGradient with a jvp", () => {
  /** x · y with both rules off by known factors, to see which one is used. */
  const marked = customGradient((x: Tensor, y: Tensor) => ({ product: mul(x, y), sum: add(x, y) }), {
    vjp: ({ inputs: [x, y], cotangent: { product, sum: s } }) => [
      mul(2, add(mul(product, y), s)),
      mul(2, add(mul(product, x), s)),
    ],
    jvp: ({ inputs: [x, y], tangents: [dx, dy] }) => ({
      sum: mul(3, add(dx, dy)),
      product: mul(3, add(mul(dx, y), mul(x, dy))),
    }),
  });

  test("forward mode uses it, reverse mode the vjp", () => {
    const [, tangent] = jvp(marked, [tensor(5), tensor(7)], [tensor(1), tensor(10)]);
    expect([tangent.product.item(), tangent.sum.item()]).toEqual([3 * 57, 3 * 11]);
    const g = grad((x: Tensor) => marked(x, tensor(7)).product);
    expect(g(tensor(5)).item()).toBe(14);
  });

  test("takes the place of a vjp that is not linear in its cotangent", () => {
    /** Cotangents above 1 are cut off, as in gradient clipping. */
    const clipped = customGradient((x: Tensor) => mul(x, 1), {
      vjp: ({ cotangent }) => [clip(cotangent, { min: -1, max: 1 })],
      jvp: ({ tangents: [dx] }) => dx,
    });
    const f = (x: Tensor): Tensor => mul(clipped(mul(x, x)), 100);
    expect(grad(f)(tensor(3)).item()).toBe(6);
    expect(jvp(f, [tensor(3)], [tensor(1)])[1].item()).toBe(600);
  });

  test("nests: each order of a right pair of rules agrees with the operators' own", () => {
    const own = customGradient((x: Tensor) => mul(sin(x), x), {
      vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, add(mul(cos(x), x), sin(x)))],
      jvp: ({ inputs: [x], tangents: [dx] }) => mul(dx, add(mul(cos(x), x), sin(x))),
    });
    const plain = (x: Tensor): Tensor => mul(sin(x), x);
    const one = tensor(new Float64Array([1])).reshape([]);
    const forward = (f: (x: Tensor) => Tensor) => (x: Tensor) => jvp(f, [x], [one])[1];
    const x = tensor(new Float64Array([0.7])).reshape([]);
    const nests: readonly ((f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor)[] = [
      forward,
      grad,
      (f) => forward(grad(f)),
      (f) => grad(forward(f)),
      (f) => forward(forward(f)),
      (f) => grad(grad(f)),
      (f) => forward(grad(grad(f))),
      (f) => grad(forward(grad(f))),
    ];
    for (const nest of nests) expect(nest(own)(x).item()).toBeCloseTo(nest(plain)(x).item(), 12);
    checkGradients(own, [x], { order: 2 });
  });

  test("goes under vmap, and over it", () => {
    const f = (x: Tensor, y: Tensor): Tensor => marked(x, y).product;
    const forward = (x: Tensor): Tensor => jvp(f, [x, tensor(7)], [tensor(1), tensor(0)])[1];
    const xs = tensor([1, 2, 3]);
    expect(vmap(forward)(xs).toArray()).toEqual([21, 21, 21]);
    const batched = (x: Tensor): Tensor => vmap(f, { inAxes: [0, null] })(x, tensor(7));
    expect(jvp(batched, [xs], [tensor([1, 0, 1])])[1].toArray()).toEqual([21, 0, 21]);
    expect(vmap(grad((x: Tensor) => f(x, tensor(7))))(xs).toArray()).toEqual([14, 14, 14]);
    // The batched form of a cotangent keeps both rules.
    const slopes = (x: Tensor): Tensor => vmap((v: Tensor) => vjp(f, v, tensor(7))[1](v)[0])(x);
    expect(jvp(slopes, [xs], [tensor([1, 1, 1])])[1].toArray()).toEqual([14, 14, 14]);
  });

  test("a wrong one is named", () => {
    const vjpRule = { vjp: ({ cotangent }: { cotangent: Tensor }) => [cotangent] };
    const same = (x: Tensor): Tensor => mul(x, 1);
    const shape = customGradient(same, { ...vjpRule, jvp: () => zeros([7]) });
    expect(() => jvp(shape, [zeros([2])], [zeros([2])])).toThrow(
      "customGradient: the jvp of same made [7] float32 for [2] float32; they must be alike.",
    );
    const tree = customGradient(same, { ...vjpRule, jvp: ({ tangents }) => tangents });
    expect(() => jvp(tree, [zeros([2])], [zeros([2])])).toThrow(
      "customGradient: the jvp of same returned [*]; it must return a tree like the result, *.",
    );
    expect(() => customGradient(same, { ...vjpRule, jvp: 3 as never })).toThrow(ValueError);
    expect(() => customGradient((async () => zeros([1])) as never, vjpRule as never)()).toThrow(TransformError);
  });
});
