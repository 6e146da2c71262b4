import {
  add,
  checkpoint,
  definePrimitive,
  div,
  exp,
  expectCompilations,
  GradientError,
  generator,
  grad,
  hvp,
  implicitDiff,
  jit,
  jvp,
  linalg,
  matmul,
  mul,
  neg,
  sin,
  sub,
  sum,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
  variable,
  variableGrads,
  vmap,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

describe("checkpoint", () => {
  // Of operators that are rounded correctly, so that only the order of sums can change a bit.
  const layer = (x: Tensor): Tensor => div(mul(x, add(x, 1)), add(mul(x, x), 1));
  const deep = (block: (x: Tensor) => Tensor) => (x: Tensor) => sum(block(block(block(x))));
  const x = tensor([0.3, -1.2, 2]);

  test.each<[string, (f: (x: Tensor) => Tensor) => Tensor]>([
    ["values", (f) => f(x)],
    ["sums of gradients", (f) => grad((v: Tensor) => add(sum(mul(v, 0.3)), add(f(v), mul(f(v), sum(mul(v, v))))))(x)],
    ["gradients", (f) => grad(f)(x)],
    [
      "batches of gradients",
      (f) =>
        vmap(grad(f))(
          tensor([
            [0.3, -1.2, 2],
            [1, 2, 3],
          ]),
        ),
    ],
    ["compiled gradients", (f) => jit(grad(f))(x)],
    ["gradients of the compiled function", (f) => grad(jit(f))(x)],
    ["tangents", (f) => jvp(f, [x], [x])[1]],
    ["Hessian-vector products", (f) => hvp(f, [x], [x])],
  ])("leaves %s the same to the bit", (_, use) => {
    expect(use(deep(checkpoint(layer))).data()).toEqual(use(deep(layer)).data());
  });

  test("has derivatives of its derivatives", () => {
    const second = (f: (x: Tensor) => Tensor): Float64Array =>
      grad((v: Tensor) => sum(mul(grad(f)(v), v)))(float64(0.3, -1.2, 2)).data() as Float64Array;
    const [expected, actual] = [second(deep(layer)), second(deep(checkpoint(layer)))];
    for (let i = 0; i < 3; i++) expect(actual[i]).toBeCloseTo(expected[i] as number, 12);
  });

  test("computes again in the reverse pass what it did not keep", () => {
    let runs = 0;
    const counted: (v: Tensor) => Tensor = definePrimitive("counted", {
      infer: ({ inputs: [v] }) => v,
      run: ({ inputs: [v] }) => {
        runs++;
        return v.data;
      },
      vjp: ({ cotangent }) => [cotangent],
      batch: { none: "it counts" },
      linear: "none",
      samples: undefined,
    });
    const block = (v: Tensor): Tensor => sin(counted(v));
    const square = (f: typeof block) => (v: Tensor) => {
      const y = f(v);
      return sum(mul(y, y));
    };
    const runsOf = (f: (v: Tensor) => Tensor): number => {
      runs = 0;
      f(x).data();
      return runs;
    };
    const again = checkpoint(block);
    expect([block, again].map((f) => runsOf(grad(square(f))))).toEqual([1, 2]);
    expect([block, again].map((f) => runsOf(jit(grad(square(f)))))).toEqual([1, 2]);
  });

  test("reads and assigns Variables, and draws the same numbers twice", () => {
    const [w, count] = [variable(2), variable(0)];
    const random = generator(4);
    const noisy = checkpoint((v: Tensor) => {
      count.assign(add(count.value, 1));
      return mul(mul(w.value, v), random.normal([3]));
    });
    const noise = generator(4).normal([3]);
    const { value, grads } = variableGrads(() => sum(mul(noisy(x), noisy(x))), [w]);
    const second = generator(4);
    second.normal([3]);
    const product = sum(mul(mul(x, noise), mul(x, second.normal([3])))).item();
    expect(value.item()).toBeCloseTo(4 * product, 5);
    expect(grads[0].item()).toBeCloseTo(4 * product, 5);
    expect([count.value.item(), random.state()]).toEqual([2, second.state()]);
  });

  test("takes trees, and refuses what it cannot do again", () => {
    const f = checkpoint((p: { a: Tensor; b: readonly [Tensor] }, n: number) => [mul(p.a, n), p.b[0]] as const);
    expect(f({ a: tensor(2), b: [tensor(5)] }, 3).map((t) => t.item())).toEqual([6, 5]);
    expect(checkpoint(() => null)()).toBe(null);
    expect(() => checkpoint(1 as never)).toThrow(ValueError);
    expect(() => checkpoint((v: Tensor) => tensor(v.item()))(tensor(1))).toThrow(TransformError);
    expect(() => checkpoint(async (v: Tensor) => v)(tensor(1))).toThrow(/returned a Promise/);
  });
});

describe("implicitDiff", () => {
  /** Newton's method for x³ + x = a, reading values as it likes. */
  const cubicRoot = (a: Tensor): Tensor => {
    const data = a.data();
    const roots = Float64Array.from(data, (target) => {
      let x = target;
      for (let k = 0; k < 60; k++) x -= (x ** 3 + x - target) / (3 * x * x + 1);
      return x;
    });
    return tensor(roots, { shape: a.shape, dtype: "float64" });
  };
  const root = implicitDiff(cubicRoot, { residual: (x, a) => sub(add(mul(x, mul(x, x)), x), a) });
  const a = float64(2, 10, -3);
  const x = cubicRoot(a).data();

  test("gives derivatives of a root, to the second order, whatever the solver did", () => {
    expect(root(a).data()).toEqual(x);
    const first = [...x].map((v) => 1 / (3 * v * v + 1));
    const second = [...x].map((v) => (-6 * v) / (3 * v * v + 1) ** 3);
    const gradient = grad((v: Tensor) => sum(root(v)))(a).data();
    const tangent = jvp(root, [a], [float64(1, 2, 3)])[1].data();
    const curvature = grad((v: Tensor) => sum(grad((u: Tensor) => sum(root(u)))(v)))(a).data();
    const product = hvp((v: Tensor) => sum(root(v)), [a], [float64(1, 1, 1)]).data();
    for (let i = 0; i < 3; i++) {
      expect(gradient[i]).toBeCloseTo(first[i] as number, 12);
      expect(tangent[i]).toBeCloseTo((i + 1) * (first[i] as number), 12);
      expect(curvature[i]).toBeCloseTo(second[i] as number, 12);
      expect(product[i]).toBeCloseTo(second[i] as number, 12);
    }
  });

  test("of a minimiser over trees is that of the closed form, batched and compiled too", () => {
    // Ridge regression: the minimiser of |Xw − y|² + λ|w|² solves (XᵀX + λ) w = Xᵀ y.
    const random = generator(3);
    const data = random.normal([6, 2], { dtype: "float64" });
    const identity = tensor(Float64Array.of(1, 0, 0, 1), { shape: [2, 2] });
    const closed = (y: Tensor, ridge: Tensor): Tensor =>
      linalg.solve(add(matmul(data.mT, data), mul(identity, ridge)), matmul(data.mT, y));
    const objective = (w: Tensor, y: Tensor, ridge: Tensor): Tensor => {
      const error = sub(matmul(data, w), y);
      return add(sum(mul(error, error)), mul(ridge, sum(mul(w, w))));
    };
    const fitted = implicitDiff((p: { y: Tensor; ridge: Tensor }) => ({ w: closed(p.y, p.ridge) }), {
      residual: ({ w }, { y, ridge }) => ({ w: grad((v: Tensor) => objective(v, y, ridge))(w) }),
    });
    const y = random.normal([6], { dtype: "float64" });
    const ridge = tensor(0.7, { dtype: "float64" });
    const loss = (solve: (y: Tensor, ridge: Tensor) => Tensor) => (target: Tensor, weight: Tensor) =>
      sum(exp(solve(target, weight)));
    const implicit = loss((target, weight) => fitted({ y: target, ridge: weight }).w);
    const [due, got] = [loss(closed), implicit].map((f) => grad(f, { argnums: [0, 1] })(y, ridge));
    for (let k = 0; k < 2; k++) {
      const [expected, actual] = [due?.[k]?.data() ?? [], got?.[k]?.data() ?? []];
      for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i] as number, 10);
    }
    const compiled = jit(grad(implicit));
    for (let i = 0; i < 2; i++) {
      const [expected, actual] = [grad(loss(closed))(y, ridge).data(), compiled(y, ridge).data()];
      for (let k = 0; k < 6; k++) expect(actual[k]).toBeCloseTo(expected[k] as number, 10);
    }
    expectCompilations(compiled, 1);
    const ys = random.normal([3, 6], { dtype: "float64" });
    const [all, each] = [grad(implicit), grad(loss(closed))].map((g) => vmap((v: Tensor) => g(v, ridge))(ys).data());
    for (let k = 0; k < 18; k++) expect(all?.[k]).toBeCloseTo(each?.[k] as number, 10);
  });

  test("holds integers, and gives them no derivative", () => {
    const scaled = implicitDiff((v: Tensor, n: Tensor) => mul(v, n), { residual: (s, v, n) => sub(s, mul(v, n)) });
    expect(grad((v: Tensor) => sum(scaled(v, tensor(Int32Array.of(2, 3)))))(float64(1, 1)).toArray()).toEqual([2, 3]);
  });

  test("refuses what does not fit", () => {
    expect(() => implicitDiff(1 as never, { residual: (s: Tensor) => neg(s) })).toThrow(ValueError);
    expect(() => implicitDiff(neg, {} as never)).toThrow(ValueError);
    expect(() => implicitDiff(async (v: Tensor) => v, { residual: (s) => s })(tensor(1))).toThrow(TransformError);
    const unlike = implicitDiff((v: Tensor) => v, { residual: () => zeros([3]) });
    expect(() => grad((v: Tensor) => sum(unlike(v)))(zeros([2]))).toThrow(GradientError);
    const tree = implicitDiff((v: Tensor) => v, { residual: (s) => [s] as never });
    expect(() => grad((v: Tensor) => sum(tree(v)))(zeros([2]))).toThrow(/residual is \[\*\], the solution \*/);
    const mixed = implicitDiff((v: Tensor) => [v, tensor(Int32Array.of(1))], { residual: (s) => s });
    expect(() => grad((v: Tensor) => sum(mixed(v)[0] ?? v))(zeros([2]))).toThrow(/dtype float32, int32/);
  });
});
