import {
  add,
  cos,
  customGradient,
  exp,
  grad,
  hvp,
  jvp,
  matmul,
  mul,
  ShapeError,
  sin,
  sum,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
  variable,
  vmap,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));
const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

describe("jvp and hvp", () => {
  test("push tangents forward through trees, integers among the results", () => {
    const [y, dy] = jvp(
      (p: { x: Tensor }) => [sin(p.x), tensor(Int32Array.of(1))],
      [{ x: float64(0.5) }],
      [{ x: float64(2) }],
    );
    expect(y[0]?.item()).toBeCloseTo(Math.sin(0.5), 15);
    expect(dy[0]?.item()).toBeCloseTo(2 * Math.cos(0.5), 15);
    expect(dy[1]?.toArray()).toEqual([0]);
  });

  test("nest with reverse mode in every order", () => {
    const d = (x: Tensor): Tensor => jvp(cube, [x], [tensor(1)])[1];
    expect([d(tensor(2)).item(), grad(d)(tensor(2)).item(), jvp(d, [tensor(2)], [tensor(1)])[1].item()]).toEqual([
      12, 12, 12,
    ]);
    // Perturbations are not confused: d/dx (x · d/dy (x + y)) = 1
    const f = (x: Tensor): Tensor => mul(x, jvp((y: Tensor) => add(x, y), [tensor(1)], [tensor(1)])[1]);
    expect(jvp(f, [tensor(1)], [tensor(1)])[1].item()).toBe(1);
  });

  test("hvp is the Hessian times a vector", () => {
    const f = (x: Tensor): Tensor => sum(mul(mul(x, x), exp(x)));
    const x = float64(0.3, -0.7);
    const diagonal = [...x.data()].map((v) => (v * v + 4 * v + 2) * Math.exp(v));
    const product = hvp(f, [x], [float64(1, 10)]).data();
    expect(product[0]).toBeCloseTo(diagonal[0] ?? 0, 12);
    expect(product[1]).toBeCloseTo(10 * (diagonal[1] ?? 0), 12);
  });

  test("tangents are matched by key, whatever their order", () => {
    const f = (p: { a: Tensor; b: Tensor }): Tensor => add(p.a, mul(p.b, 10));
    const tangents = { b: tensor(0), a: tensor(1) };
    expect(jvp(f, [{ a: tensor(1), b: tensor(1) }], [tangents])[1].item()).toBe(1);
  });

  test("refuse tangents unlike their primals", () => {
    const along = (tangent: unknown) => () => jvp((x: unknown) => sin(x as Tensor), [zeros([2])], [tangent]);
    expect(along(zeros([3]))).toThrow(ShapeError);
    expect(along(zeros([2], { dtype: "float64" }))).toThrow(/dtype float64, its primal float32/);
    expect(along([zeros([2])])).toThrow(/no tree like the primals/);
  });

  test("a rule that is not linear in its cotangent is refused, not taken for zero", () => {
    const bad = customGradient((x: Tensor) => x, { vjp: ({ cotangent }) => [mul(cotangent, cotangent)] });
    expect(() => jvp(bad, [tensor(1)], [tensor(1)])).toThrow(/not linear in its cotangent: it applies mul/);
  });
});

describe("vmap", () => {
  const rows = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  test("maps the axes it is told to, and repeats what does not depend on them", () => {
    const dot = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b));
    expect(vmap(dot)(rows, rows).toArray()).toEqual([14, 77]);
    expect(vmap(dot, { inAxes: [0, null] })(rows, tensor([1, 0, 1])).toArray()).toEqual([4, 10]);
    expect(vmap(dot, { inAxes: 1 })(rows, rows).toArray()).toEqual([17, 29, 45]);
    expect(vmap((a: Tensor) => mul(a, 2), { outAxes: -1 })(rows).toArray()).toEqual([
      [2, 8],
      [4, 10],
      [6, 12],
    ]);
    expect(vmap((_: Tensor) => tensor([1, 2]))(rows).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(vmap((a: Tensor) => [sum(a), tensor(7)], { outAxes: [0, null] })(rows)[1]?.toArray()).toBe(7);
  });

  test("takes trees of arguments and of axes", () => {
    const f = (p: { w: Tensor; b: Tensor }, x: Tensor): { y: Tensor } => ({ y: add(matmul(p.w, x), p.b) });
    const w = tensor([
      [
        [1, 0],
        [0, 1],
      ],
      [
        [2, 0],
        [0, 2],
      ],
    ]);
    const mapped = vmap(f, { inAxes: [{ w: 0, b: null }, 0] })(
      { w, b: tensor([10, 20]) },
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(mapped.y.toArray()).toEqual([
      [11, 22],
      [16, 28],
    ]);
  });

  test("nests, and goes with grad either way round", () => {
    const outer = vmap((a: Tensor) => vmap((b: Tensor) => mul(a, b))(tensor([1, 10])));
    expect(outer(tensor([1, 2, 3])).toArray()).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    expect(vmap(grad((x: Tensor) => sum(cube(x))))(rows).toArray()).toEqual([
      [3, 12, 27],
      [48, 75, 108],
    ]);
    expect(grad((x: Tensor) => sum(vmap((row: Tensor) => sum(cube(row)))(x)))(rows).toArray()).toEqual([
      [3, 12, 27],
      [48, 75, 108],
    ]);
    const jacobianColumns = vmap((v: Tensor) => jvp((x: Tensor) => mul(sin(x), x), [float64(1, 2)], [v])[1])(
      tensor(new Float64Array([1, 0, 0, 1]), { shape: [2, 2] }),
    );
    expect(jacobianColumns.data()[0]).toBeCloseTo(Math.sin(1) + Math.cos(1), 12);
    expect(jacobianColumns.data()[1]).toBe(0);
    expect(cos(tensor(0)).item()).toBe(1);
  });

  test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    [
      "reading a mapped tensor",
      () => vmap((x: Tensor) => tensor(x.item()))(zeros([3])),
      TransformError,
      /item: this tensor has no value: it depends on a placeholder made by vmap \(the arguments at \[0\], one example of \[3\]\)/,
    ],
    [
      "realizing what depends on one",
      () => vmap((x: Tensor) => sum(mul(x, 2)).data() && x)(zeros([3, 2])),
      TransformError,
      /data: this tensor has no value/,
    ],
    [
      "sizes that differ",
      () => vmap((a: Tensor, b: Tensor) => add(a, b))(zeros([2]), zeros([3])),
      ShapeError,
      /at \[1\] has 3 examples along axis 0 of \[3\], others have 2/,
    ],
    ["nothing mapped", () => vmap((a: Tensor) => a, { inAxes: null })(zeros([2])), ValueError, /no argument is mapped/],
    [
      "an axis out of range",
      () => vmap((a: Tensor) => a, { inAxes: 2 })(zeros([2])),
      Error,
      /axis 2 is out of range for rank 1/,
    ],
    [
      "axes that do not fit",
      () => vmap((a: Tensor) => a, { inAxes: [0, 0] })(zeros([2])),
      ValueError,
      /inAxes \[0,0\] does not fit/,
    ],
    [
      "an unmapped place for a mapped result",
      () => vmap((a: Tensor) => a, { outAxes: null })(zeros([2])),
      ValueError,
      /outAxes is null for a result that depends/,
    ],
    [
      "a Promise",
      () => vmap((async (a: Tensor) => a) as never)(zeros([2]) as never),
      TransformError,
      /returned a Promise/,
    ],
  ])("refuses %s", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  test("assigns shared values to Variables, never mapped ones", () => {
    const v = variable(0);
    vmap((x: Tensor) => {
      v.assign(tensor(5));
      return x;
    })(zeros([2]));
    expect(v.value.item()).toBe(5);
    const mapped = vmap((x: Tensor) => {
      v.assign(x);
      return x;
    });
    expect(() => mapped(zeros([2]))).toThrow(/a mapped value was assigned to a Variable/);
    expect(v.value.item()).toBe(5);
  });

  test("a tensor that escapes says where it was made, and prints without a value", () => {
    let escaped: Tensor = tensor(0);
    vmap((x: Tensor) => {
      escaped = mul(x, 2);
      return x;
    })(zeros([3]));
    expect(() => escaped.item()).toThrow(/placeholder made by vmap/);
    expect(String(escaped)).toBe("Tensor<[], float32> (no value inside this transform)");
    expect(() => variable(escaped)).toThrow(TransformError);
  });
});
