import {
  checkGradients,
  grad,
  jvp,
  mul,
  sin,
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
const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

describe("vjp", () => {
  test("pulls back as often as wanted, also after the value was read", () => {
    const [y, pullback] = vjp((a: Tensor, b: { c: Tensor }) => ({ y: mul(a, b.c), z: [sin(a)] }), tensor([1, 2]), {
      c: tensor([3, 4]),
    });
    expect(y.y.toArray()).toEqual([3, 8]);
    const [a, b] = pullback({ y: tensor([1, 1]), z: [zeros([2])] });
    expect([a.toArray(), b.c.toArray()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(pullback({ y: tensor([0, 2]), z: [zeros([2])] })[0].toArray()).toEqual([0, 8]);
    expect(pullback({ y: zeros([2]), z: [tensor([1, 0])] })[0].data()[0]).toBeCloseTo(Math.cos(1), 6);
  });

  test("differentiates under another derivative", () => {
    const f = (x: Tensor): Tensor => vjp(cube, x)[1](tensor(1))[0];
    expect(grad(f)(tensor(2)).item()).toBe(12);
    expect(grad(grad(f))(tensor(2)).item()).toBe(6);
    const [, pullback] = vjp(cube, tensor(2));
    expect(grad((ct: Tensor) => mul(ct, pullback(ct)[0]))(tensor(3)).item()).toBe(72);
  });

  test("refuses cotangents unlike the value", () => {
    const [, pullback] = vjp((x: Tensor): unknown => [x, sin(x)], tensor([1, 2]));
    expect(() => pullback(zeros([2]))).toThrow(ValueError);
    expect(() => pullback([zeros([2]), zeros([3])])).toThrow(/the cotangent at \[1\] has shape \[3\], the value \[2\]/);
    expect(() => pullback([zeros([2]), zeros([2], { dtype: "float64" })])).toThrow(
      /dtype float64, the value float32.*cast/,
    );
    expect(() => vjp((async () => tensor(1)) as never, tensor(1))).toThrow(TransformError);
    expect(() => vjp(3 as never)).toThrow(/must be a function/);
  });

  test("a result that does not depend on an argument pulls back to zeros, integers to nothing", () => {
    const [, pullback] = vjp((x: Tensor) => [x, tensor(Int32Array.of(1))], tensor([1, 2]));
    expect(pullback([tensor([1, 1]), null as never])[0].toArray()).toEqual([1, 1]);
    const [, none] = vjp((_: Tensor) => tensor(1), tensor([1, 2]));
    expect(none(tensor(1))[0].toArray()).toEqual([0, 0]);
  });

  test("matches cotangents by key, whatever their order", () => {
    const [, pullback] = vjp((x: Tensor): unknown => ({ a: x, b: [mul(x, 10)] }), tensor(1));
    expect(pullback({ b: [tensor(1)], a: tensor(0) })[0].item()).toBe(10);
    expect(() => pullback({ b: [tensor(1)], c: tensor(0) })).toThrow(
      "vjp: the pullback takes cotangents like the value, {a: *, b: [*]}, not {b: [*], c: *}.",
    );
    expect(() => pullback({ b: [tensor([1])], a: tensor(0) })).toThrow(/the cotangent at b\[0\] has shape \[1\]/);
  });

  test("goes under vmap, and vmap over the pullback gives a Jacobian", () => {
    const f = (x: Tensor): Tensor => mul(sin(x), sum(x));
    const rows = float64(1, 2, 3, 4, 5, 6).reshape([3, 2]);
    const ones = float64(1, 1);
    const mapped = vmap((x: Tensor) => vjp(f, x)[1](ones)[0])(rows).data();
    for (let row = 0; row < 3; row++) {
      const [, pullback] = vjp(f, rows.slice({ start: [row, 0], stop: [row + 1, 2] }).reshape([2]));
      expect([...pullback(ones)[0].data()]).toEqual([...mapped.subarray(2 * row, 2 * row + 2)]);
    }
    const [, pullback] = vjp((x: Tensor) => mul(x, x), float64(3, 4));
    expect(vmap((ct: Tensor) => pullback(ct)[0])(float64(1, 0, 0, 1).reshape([2, 2])).toArray()).toEqual([
      [6, 0],
      [0, 8],
    ]);
  });

  test("differentiates the value as well as the pullback, to second order and by forward mode", () => {
    const f = (x: Tensor): Tensor => {
      const [y, pullback] = vjp((z: Tensor) => mul(sin(z), z), x);
      return sum(mul(y, pullback(mul(x, x))[0]));
    };
    checkGradients(f, [float64(0.4, -1.2)], { order: 2 });
    const x = tensor(new Float64Array([0.4]));
    const direction = tensor(new Float64Array([1]));
    expect(jvp(f, [x], [direction])[1].item()).toBeCloseTo(grad(f)(x).data()[0] ?? Number.NaN, 14);
  });

  test("holds the history of a chain of 20,000 operators, and goes through it without a stack overflow", () => {
    const [y, pullback] = vjp(
      (x: Tensor) => {
        let result = x;
        for (let i = 0; i < 20_000; i++) result = mul(result, 1.0001);
        return result;
      },
      tensor(new Float64Array([1])),
    );
    const slope = y.data()[0];
    expect(pullback(tensor(new Float64Array([1])))[0].data()[0]).toBeCloseTo(slope ?? 0, 12);
    expect(pullback(tensor(new Float64Array([2])))[0].data()[0]).toBeCloseTo(2 * (slope ?? 0), 12);
  });
});
