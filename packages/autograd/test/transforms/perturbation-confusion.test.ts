import {
  add,
  checkpoint,
  cond,
  exp,
  grad,
  hessian,
  hvp,
  jacobian,
  jit,
  jvp,
  matmul,
  mul,
  scan,
  sin,
  stack,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
  variable,
  variableGrads,
  vjp,
  vmap,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

type Scalar = (x: Tensor) => Tensor;

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));
const scalar = (value: number): Tensor => tensor(value, { dtype: "float64" });
const square: Scalar = (x) => mul(x, x);
const cube: Scalar = (x) => mul(x, square(x));

/** Derivatives of a function of one number, by every road; each may stand for any `d` below. */
const roads: Readonly<Record<string, (f: Scalar) => Scalar>> = {
  grad: (f) => grad(f),
  jvp: (f) => (x) => jvp(f, [x], [scalar(1)])[1],
  vjp: (f) => (x) => vjp(f, x)[1](scalar(1))[0],
  "jacobian forward": (f) => (x) => jacobian(f, { mode: "forward" })(x),
  "grad in vmap": (f) => (x) => sum(vmap(grad(f))(stack([x]))),
  "grad in jit": (f) => jit(grad(f)),
  "jvp in jit": (f) => jit((x: Tensor) => jvp(f, [x], [scalar(1)])[1]),
};
const names = Object.keys(roads);
const pairs = names.flatMap((outer) => names.map((inner) => [outer, inner] as const));
const road = (name: string): ((f: Scalar) => Scalar) => {
  const found = roads[name];
  if (!found) throw new Error(`no road ${name}`);
  return found;
};

// The first function is the example of Siskind & Pearlmutter (2005), "Perturbation confusion and referential transparency".
describe.each(pairs)("%s of %s, over captured variables", (outerName, innerName) => {
  const [outer, inner] = [road(outerName), road(innerName)];

  test("d/dx (x · d/dy (x + y)) = 1", () => {
    expect(outer((x) => mul(x, inner((y) => add(x, y))(scalar(1))))(scalar(1)).item()).toBe(1);
  });

  test("d/dx (x · d/dy (x · y²) at y = x) = 6 x²", () => {
    expect(outer((x) => mul(x, inner((y) => mul(x, square(y)))(x)))(scalar(2)).item()).toBe(24);
  });

  test("an inner derivative of what does not use its argument is zero", () => {
    expect(outer((x) => add(x, inner((y) => add(square(x), mul(0, y)))(scalar(3))))(scalar(2)).item()).toBe(1);
  });

  test("d/dx d/dy (x³ y²) = 6 x² y", () => {
    const mixed = outer((x) => inner((y) => mul(cube(x), square(y)))(scalar(5)));
    expect(mixed(scalar(2)).item()).toBe(120);
  });

  test("d²/dx² x³ = 6 x", () => {
    expect(outer(inner(cube))(scalar(2)).item()).toBe(12);
  });
});

describe.each(names)("%s", (name) => {
  const d = road(name);

  test("three deep, each level capturing all outer ones", () => {
    // ∂x ∂y ∂z (x² y² z² + x y z) = 8 x y z + 1
    const f = d((x) => d((y) => d((z) => add(square(mul(x, mul(y, z))), mul(x, mul(y, z))))(scalar(4)))(scalar(3)));
    expect(f(scalar(2)).item()).toBe(8 * 24 + 1);
  });

  test("a captured tensor is a constant, even where it is the argument's own value", () => {
    const x = scalar(3);
    expect(d((y) => mul(x, y))(x).item()).toBe(3);
    expect(d((y) => mul(x, d((z) => mul(z, mul(x, y)))(y)))(x).item()).toBe(9);
  });
});

describe("closures returned out of a derivative", () => {
  // Manzyuk, Pearlmutter, Radul, Rush & Siskind (2019), "Perturbation confusion in forward automatic differentiation of
  // higher-order functions": s(u)(f)(x) = f(x + u), whose derivative along u at 0 is differentiation itself.
  const shifted =
    (u: Tensor) =>
    (f: Scalar): Scalar =>
    (x) =>
      f(add(x, u));

  test.each(names)("the amazing bug: differentiating a shift twice gives the second derivative, by %s", (name) => {
    const d = road(name);
    const operator =
      (f: Scalar): Scalar =>
      (x) =>
        d((u) => shifted(u)(f)(x))(scalar(0));
    expect(operator(operator(cube))(scalar(2)).item()).toBe(12);
    expect(operator(operator(operator(cube)))(scalar(2)).item()).toBe(6);
  });

  test("a closure over the argument of a finished derivative sees its value, as a constant", () => {
    let kept: Scalar | undefined;
    const slope = grad((x: Tensor) => {
      kept = (y) => mul(x, square(y));
      return cube(x);
    })(scalar(2));
    expect(slope.item()).toBe(12);
    if (!kept) throw new Error("the function was not called");
    const f = kept;
    expect([f(scalar(3)).item(), grad(f)(scalar(3)).item()]).toEqual([18, 12]);
    expect(grad((x: Tensor) => mul(x, grad(f)(x)))(scalar(3)).item()).toBe(24);
  });

  test("a pullback called inside another derivative keeps its own linearisation", () => {
    const [, pullback] = vjp(cube, scalar(2));
    expect(grad((x: Tensor) => mul(x, pullback(x)[0]))(scalar(3)).item()).toBe(72);
    // Made inside, at the outer argument, it depends on it: d/dx (3 x² · x) = 9 x².
    expect(grad((x: Tensor) => vjp(cube, x)[1](x)[0])(scalar(3)).item()).toBe(81);
  });
});

describe("captured Variables", () => {
  test("are constants of grad over arguments, and leaves of grad over Variables", () => {
    const w = variable(scalar(3));
    expect(grad((x: Tensor) => mul(w.value, square(x)))(scalar(2)).item()).toBe(12);
    const outer = variableGrads(() => mul(w.value, grad((x: Tensor) => mul(w.value, square(x)))(w.value)), { w });
    // w · 2 w · w = 2 w³, whose derivative is 6 w²
    expect([outer.value.item(), outer.grads.w.item()]).toEqual([54, 54]);
  });

  test("differentiated inside and outside at once are told apart", () => {
    const w = variable(scalar(2));
    const inner = (): Tensor => variableGrads(() => cube(w.value), [w]).grads[0];
    expect(variableGrads(() => mul(w.value, inner()), [w]).grads[0].item()).toBe(36);
    expect(grad((x: Tensor) => mul(x, mul(square(x), inner())))(scalar(2)).item()).toBe(144);
  });

  test("captured by a jitted derivative are read anew at each call", () => {
    const w = variable(scalar(2));
    const slope = jit((x: Tensor) => grad((y: Tensor) => mul(w.value, mul(x, square(y))))(x));
    expect([slope(scalar(3)).item(), grad(slope)(scalar(3)).item()]).toEqual([36, 24]);
    w.assign(scalar(5));
    expect([slope(scalar(3)).item(), grad(slope)(scalar(3)).item()]).toEqual([90, 60]);
  });
});

describe("batches of derivatives", () => {
  test("vmap in grad in vmap, with closures at each level", () => {
    const points = float64(1, 2, 3);
    const weights = float64(2, 5);
    // For each a: d/dx Σ_w w a x³ at x = a, that is 3 a³ Σ w
    const slopes = vmap((a: Tensor) =>
      grad((x: Tensor) => sum(vmap((w: Tensor) => mul(w, mul(a, cube(x))))(weights)))(a),
    )(points);
    expect(slopes.toArray()).toEqual([21, 168, 567]);
  });

  test("grad in vmap in grad: the inner argument is an outer one's element", () => {
    // Σᵢ xᵢ · d/dy (y² x₀) at xᵢ = Σᵢ 2 x₀ xᵢ²
    const f = (x: Tensor): Tensor => {
      const first = sum(mul(x, float64(1, 0)));
      return sum(vmap((each: Tensor) => mul(each, grad((y: Tensor) => mul(square(y), first))(each)))(x));
    };
    expect(grad(f)(float64(2, 3)).toArray()).toEqual([2 * 13 + 4 * 4, 4 * 6]);
  });

  test("two levels of vmap with a derivative between them make the outer product", () => {
    const products = vmap((a: Tensor) => vmap((b: Tensor) => grad((x: Tensor) => mul(a, mul(b, x)))(a))(float64(3, 4)));
    expect(products(float64(1, 2)).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
  });

  test("jit at every layer", () => {
    const f = jit((x: Tensor) => mul(x, jit(grad(jit((y: Tensor) => mul(x, cube(y)))))(x)));
    const slopes = jit(vmap(jit(grad(f))));
    // d/dx 3 x⁴ = 12 x³
    expect(slopes(float64(1, 2)).toArray()).toEqual([12, 96]);
  });
});

describe("matrices of derivatives of functions that capture", () => {
  const a = tensor(Float64Array.of(2, 1, 1, 3)).reshape([2, 2]);

  test("hessian of a quadratic form scaled by an outer variable", () => {
    const f = (scale: Tensor): Tensor =>
      sum(hessian((x: Tensor) => mul(scale, sum(mul(x, matmul(a, x)))))(float64(1, 1)));
    expect([f(scalar(5)).item(), grad(f)(scalar(5)).item()]).toEqual([70, 14]);
  });

  test("hessian of a function that differentiates along its own argument", () => {
    // x · ∇(Σ y³) at x = 3 Σ x³, whose Hessian is diagonal with 18 x
    const f = (x: Tensor): Tensor => jvp((y: Tensor) => sum(cube(y)), [x], [x])[1];
    expect(hessian(f)(float64(1, 2)).toArray()).toEqual([
      [18, 0],
      [0, 36],
    ]);
  });

  test("hvp inside grad, the direction being the outer argument", () => {
    // vᵀ H(v) v of Σ x³ is 6 Σ v³
    const f = (v: Tensor): Tensor =>
      sum(
        mul(
          v,
          hvp((x: Tensor) => sum(cube(x)), [v], [v]),
        ),
      );
    expect(grad(f)(float64(1, 2)).toArray()).toEqual([18, 72]);
  });

  test.each(["forward", "reverse"] as const)("jacobian of a captured jacobian, in %s mode", (mode) => {
    const f = (x: Tensor): Tensor => jacobian((y: Tensor) => mul(sum(x), square(y)), { mode })(x);
    // ∂/∂x_k of δ_ij 2 x_i Σx, at x = (1, 2)
    expect(jacobian(f, { mode })(float64(1, 2)).toArray()).toEqual([
      [
        [8, 2],
        [0, 0],
      ],
      [
        [0, 0],
        [4, 10],
      ],
    ]);
  });
});

describe("constructs with a body", () => {
  test("a scan over a captured variable, with a derivative in its step", () => {
    // c ← d/dy (x y²) at c = 2 x c, three times from 1: 8 x³
    const f = (x: Tensor): Tensor =>
      scan(
        (carry: Tensor, _: Tensor) => [grad((y: Tensor) => mul(x, square(y)))(carry), carry] as [Tensor, Tensor],
        scalar(1),
        float64(0, 0, 0),
      )[0];
    expect([grad(f)(scalar(2)).item(), jvp(f, [scalar(2)], [scalar(1)])[1].item()]).toEqual([96, 96]);
    expect(grad(grad(f))(scalar(2)).item()).toBe(96);
  });

  test("cond and checkpoint closing over arguments of two derivatives", () => {
    const f = (x: Tensor): Tensor =>
      grad((y: Tensor) =>
        cond(
          y.greater(0),
          (z: Tensor) => checkpoint((u: Tensor) => mul(x, cube(u)))(z),
          (z: Tensor) => sub(z, x),
          y,
        ),
      )(x);
    expect([grad(f)(scalar(2)).item(), grad(f)(scalar(-2)).item()]).toEqual([36, 0]);
  });

  test("stopGradient of an outer argument stops it in the outer derivative alone", () => {
    const f = (x: Tensor): Tensor => grad((y: Tensor) => mul(stopGradient(x), mul(sin(y), exp(x))))(scalar(0));
    expect(grad(f)(scalar(2)).item()).toBeCloseTo(2 * Math.exp(2), 12);
  });
});
