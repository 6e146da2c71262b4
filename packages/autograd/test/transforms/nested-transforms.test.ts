import {
  expandDims,
  generator,
  grad,
  hessian,
  hvp,
  jacobian,
  jit,
  jvp,
  matmul,
  mul,
  reshape,
  softplus,
  stack,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  transpose,
  vjp,
  vmap,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomFunctions } from "./random-functions.js";

type Map = (x: Tensor) => Tensor;

const SIDE = 3;
const draws = (seed: number, shape: number[]): Tensor => generator(seed).normal(shape, { dtype: "float64" });
const units = [0, 1, 2].map((i) => tensor(Float64Array.from([0, 1, 2], (k) => (k === i ? 1 : 0))));
const firstOf = (x: Tensor): Tensor => take(x, 0, { axis: 0 });
const rowsOf = (x: Tensor): Tensor[] => Array.from({ length: x.shape[0] ?? 0 }, (_, i) => take(x, i, { axis: 0 }));

/** The map of each row alone, put together again: what `vmap` stands for. */
const loop =
  (f: Map): Map =>
  (x) =>
    stack(rowsOf(x).map(f));

type Law = (f: Map, x: Tensor, v: Tensor) => readonly [actual: Tensor, expected: Tensor];

/** x and v are batches of two vectors each. */
const laws: Readonly<Record<string, Law>> = {
  "jacobian, forward ≡ reverse": (f, x) => {
    const first = firstOf(x);
    return [jacobian(f, { mode: "forward" })(first), jacobian(f)(first)];
  },
  "jvp ≡ jacobian · tangent": (f, x, v) => {
    const [p, t] = [firstOf(x), firstOf(v)];
    return [jvp(f, [p], [t])[1], matmul(jacobian(f)(p), t)];
  },
  "hessian ≡ jacobian(grad)": (f, x) => {
    const p = firstOf(x);
    const total: Map = (y) => sum(f(y));
    return [hessian(total)(p), jacobian(grad(total))(p)];
  },
  "hessian ≡ stacked hvp": (f, x) => {
    const p = firstOf(x);
    const total: Map = (y) => sum(f(y));
    return [hessian(total)(p), stack(units.map((unit) => hvp(total, [p], [unit])))];
  },
  "vmap(grad) ≡ loop of grads": (f, x) => {
    const slope = grad((y: Tensor) => sum(f(y)));
    return [vmap(slope)(x), loop(slope)(x)];
  },
  "grad(sum(vmap)) ≡ loop of grads": (f, x) => [
    grad((y: Tensor) => sum(vmap(f)(y)))(x),
    loop(grad((y: Tensor) => sum(f(y))))(x),
  ],
  "jit(vmap(jacobian)) ≡ loop of jacobians": (f, x) => [jit(vmap(jacobian(f)))(x), loop(jacobian(f))(x)],
  "vmap(vmap) ≡ loops": (f, x, v) => [vmap(vmap(f))(stack([x, v])), stack([loop(f)(x), loop(f)(v)])],
};

/** A link of a nest: a transform of maps of vectors, and the same by another road. */
type Link = (f: Map, v: Tensor) => readonly [road: Map, other: Map];

const links: readonly Link[] = [
  (f) => [
    grad((x: Tensor) => sum(f(x))),
    (x) => vjp((y: Tensor) => sum(f(y)), x)[1](tensor(1, { dtype: "float64" }))[0],
  ],
  (f, v) => [(x) => jvp(f, [x], [v])[1], (x) => matmul(jacobian(f)(x), v)],
  (f) => [jit(f), f],
  (f, v) => [(x) => sum(vmap(f)(stack([x, v])), { axis: 0 }), (x) => sum(stack([f(x), f(v)]), { axis: 0 })],
  (f) => [(x) => sum(jacobian(f, { mode: "forward" })(x), { axis: 0 }), grad((x: Tensor) => sum(f(x)))],
  (f, v) => [
    (x) => hvp((y: Tensor) => sum(mul(f(y), f(y))), [x], [v]),
    (x) => matmul(transpose(jacobian(grad((y: Tensor) => sum(mul(f(y), f(y)))))(x)), v),
  ],
];

/** Rounding grows with the size of what is added up on the way; a wrong derivative is off by more than a millionth. */
function expectClose(actual: Tensor, expected: Tensor, name: string): void {
  expect(actual.shape, name).toEqual(expected.shape);
  const [a, b] = [actual.data(), expected.data()];
  let scale = 1;
  for (const each of b) scale = Math.max(scale, Math.abs(each));
  for (let i = 0; i < b.length; i++) {
    const isNear = Math.abs((a[i] ?? 0) - (b[i] ?? 0)) <= 1e-7 * scale;
    if (!isNear || !Number.isFinite(scale)) expect(a, name).toEqual(b);
  }
}

/** A function under a nest of links, by one road and by the other. */
function checkNest(apply: Map, nest: readonly number[], seed: number): void {
  const [x, v] = [draws(seed, [SIDE]), draws(seed + 1, [SIDE])];
  let [road, other]: readonly [Map, Map] = [apply, apply];
  for (const kind of nest) {
    const link = links[kind];
    if (link) [road, other] = [link(road, v)[0], link(other, v)[1]];
  }
  expectClose(road(x), other(x), `nest ${nest.join(" ")}`);
}

/** A thousand programs in an ordinary run, a hundred thousand where the environment asks for 2,000 draws. */
const programs = 50 * Number(process.env.GLISSADE_FC_RUNS || 20);

describe("random programs, nested transforms", () => {
  const timeout = 60_000 + 100 * programs;

  test("agree with each other", { timeout }, () => {
    fc.assert(
      fc.property(randomFunctions, fc.nat(1e6), ({ apply }, seed) => {
        const [x, v] = [draws(seed, [2, SIDE]), draws(seed + 1, [2, SIDE])];
        for (const [name, law] of Object.entries(laws)) expectClose(...law(apply, x, v), name);
      }),
      { numRuns: programs },
    );
  });

  test("three deep, agree with the same nest by other roads", { timeout }, () => {
    const nests = fc.array(fc.nat(links.length - 1), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(randomFunctions, nests, fc.nat(1e6), ({ apply }, nest, seed) => checkNest(apply, nest, seed)),
      { numRuns: programs },
    );
  });

  test("three deep, where loops need more than one view in memory before they fit", () => {
    const apply: Map = (x) => softplus(reshape(mul(expandDims(tanh(x), 1), x), [-1]));
    checkNest(apply, [2, 4, 0], 0);
  });

  test("are seldom without a second derivative", () => {
    const plain = fc.sample(randomFunctions, { numRuns: 500, seed: 7 }).filter(({ apply }, seed) => {
      const second = hessian((y: Tensor) => sum(apply(y)))(draws(seed, [SIDE]));
      return second.data().every((element) => Math.abs(element) < 1e-12);
    });
    expect(plain.length / 500).toBeLessThanOrEqual(0.05);
  });
});
