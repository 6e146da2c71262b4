import { generator, matmul, mT, type Tensor, tensor, ValueError, variable } from "@glissade/autograd";
import {
  accumulate,
  addNoise,
  centralize,
  chain,
  clipByRms,
  defineStepper,
  ema,
  type GradientTransform,
  globalNorm,
  lookahead,
  masked,
  orthogonalize,
  scaleByParameterRms,
  scaleByTrustRatio,
  sgd,
  skipNotFinite,
  stepper,
} from "@glissade/optim";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

const f64 = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });

/** The updates on these gradients of one leaf, one after the other. */
function updatesOf(rule: GradientTransform, gradients: readonly Tensor[], params: Tensor = f64(0)): unknown[] {
  let state = rule.init([params]);
  return gradients.map((gradient) => {
    const [updates, next] = rule.update([gradient], state, [params]);
    state = next;
    return updates[0]?.toArray();
  });
}

describe("addNoise", () => {
  test("is normal, of a falling variance, and follows from seed and state", () => {
    const rule = addNoise({ eta: 4, gamma: 1, seed: 5 });
    const zero = tensor(new Float64Array(20_000));
    const state = rule.init([zero]);
    const [[first], next] = rule.update([zero], state, [zero]);
    const [[second]] = rule.update([zero], next, [zero]);
    const [[again]] = rule.update([zero], next, [zero]);
    expect(first?.std().item()).toBeCloseTo(2, 1);
    expect(second?.std().item()).toBeCloseTo(Math.SQRT2, 1);
    expect(second?.mean().item()).toBeCloseTo(0, 1);
    expect(again?.toArray()).toEqual(second?.toArray());
    const correlation =
      first
        ?.mul(second ?? zero)
        .mean()
        .item() ?? 1;
    expect(correlation).toBeCloseTo(0, 1);
  });

  test("is other noise for each leaf, and keeps dtypes", () => {
    const rule = addNoise({ eta: 1 });
    const leaves = [tensor([0, 0]), tensor([0, 0]), f64(0, 0)];
    const [[a, b, c]] = rule.update(leaves, rule.init(leaves), leaves);
    expect(a?.toArray()).not.toEqual(b?.toArray());
    expect([a?.dtype, c?.dtype]).toEqual(["float32", "float64"]);
  });
});

describe("scales and clips", () => {
  test("centralize subtracts the mean of each output's weights", () => {
    const [updates] = centralize().update(
      [
        tensor([
          [1, 3],
          [2, 2],
        ]),
        tensor([1, 2]),
      ],
      [],
      [],
    );
    expect(updates.map((each) => each.toArray())).toEqual([
      [
        [-1, 1],
        [0, 0],
      ],
      [1, 2],
    ]);
    const [[columns]] = centralize({ axis: 1 }).update(
      [
        tensor([
          [1, 3],
          [2, 2],
        ]),
      ],
      [],
      [],
    );
    expect(columns?.toArray()).toEqual([
      [-0.5, 0.5],
      [0.5, -0.5],
    ]);
  });

  test("clipByRms, scaleByParameterRms and scaleByTrustRatio go leaf by leaf", () => {
    expect(updatesOf(clipByRms(2), [f64(6, 6), f64(1, 1)])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    expect(updatesOf(scaleByParameterRms(0.5), [f64(1, 2)], f64(3, 3))).toEqual([[3, 6]]);
    expect(updatesOf(scaleByParameterRms(0.5), [f64(1, 2)], f64(0, 0))).toEqual([[0.5, 1]]);
    expect(updatesOf(scaleByTrustRatio(), [f64(3, 4)], f64(6, 8))).toEqual([[6, 8]]);
    expect(updatesOf(scaleByTrustRatio(), [f64(3, 4)], f64(0, 0))).toEqual([[3, 4]]);
    expect(updatesOf(scaleByTrustRatio(), [f64(0, 0)], f64(1, 1))).toEqual([[0, 0]]);
  });

  test("orthogonalize brings singular values near 1 and keeps the shape", () => {
    const drawn = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      columns: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(drawn, ({ rows, columns, seed }) => {
        const gradient = generator(seed).normal([rows, columns], { dtype: "float64" });
        const [[q]] = orthogonalize({ steps: 10 }).update([gradient], [], []);
        if (q === undefined) throw new Error("there is one update");
        expect(q.shape).toEqual([rows, columns]);
        // Their squares are the eigenvalues of Q Qᵀ, or Qᵀ Q, whose trace is their sum; √max(1, rows / columns) is in Q.
        const side = Math.min(rows, columns);
        const gram = rows > columns ? matmul(mT(q), q) : matmul(q, mT(q));
        const mean = globalNorm(q).item() ** 2 / side / Math.max(1, rows / columns);
        expect(gram.shape).toEqual([side, side]);
        expect(mean).toBeGreaterThan(0.3);
        expect(mean).toBeLessThan(1.7);
      }),
    );
  });
});

describe("what is refused", () => {
  const none: unknown = { init: 1 };
  test.each([
    ["accumulate", () => Reflect.apply(accumulate, undefined, [none, { every: 2 }])],
    ["lookahead", () => Reflect.apply(lookahead, undefined, [undefined])],
    ["masked", () => Reflect.apply(masked, undefined, [none, true])],
    ["skipNotFinite", () => Reflect.apply(skipNotFinite, undefined, [])],
  ])("%s of what is no transform", (name, act) => {
    expect(act).toThrow(ValueError);
    expect(act).toThrow(new RegExp(`${name}: the transform to wrap is .*, not a gradient transform`));
  });

  test.each([
    [() => accumulate(chain(), { every: 0 }), /accumulate: every must be a whole number of 1 or more, not 0/],
    [() => ema({ decay: 1 }), /ema: decay must be/],
    [() => addNoise({ eta: -1 }), /addNoise: eta must be/],
    [() => addNoise({ eta: 1, seed: 0.5 }), /seed 0.5 is no integer/],
    [() => lookahead(chain(), { alpha: 0 }), /lookahead: alpha must be/],
    [() => centralize({ axis: -1 }), /centralize: axis must be/],
    [() => clipByRms(0), /clipByRms: limit must be/],
    [() => orthogonalize({ steps: 100 }), /orthogonalize: steps must be at most 99/],
    [() => orthogonalize().init([f64(1)]), /orthogonalize: the parameter at \[0\] has shape \[1\], and only matrices/],
    [() => Reflect.apply(orthogonalize, undefined, [{ adjust: "none" }]), /orthogonalize: adjust must be/],
    [() => stepper([variable(f64(1))], { transform: chain(), updates: () => chain() }), /either transform or updates/],
    [
      () => Reflect.apply(stepper, undefined, [[variable(f64(1))], { updates: () => 1 }]),
      /the result of updates is a number/,
    ],
  ])("%s", (act, message) => {
    expect(act).toThrow(message);
  });
});

test("defineStepper makes a stepper with options, groups and a state of its own", () => {
  const lazy = defineStepper<{ readonly every?: number; readonly lr?: number }>("lazy", {
    lr: 0.5,
    transform: ({ every = 2 }) => accumulate(chain(), { every }),
  });
  const [a, b] = [variable(f64(1)), variable(f64(1))];
  const stepping = lazy([{ params: a }, { params: { b }, every: 1, lr: 1 }]);
  for (let i = 0; i < 2; i++) stepping.step([f64(1), { b: f64(1) }]);
  expect([a.value.item(), b.value.item()]).toEqual([0.5, -1]);
  expect(Object.keys(stepping.stateDict())).toEqual(["lazy"]);
  expect(() => stepping.loadStateDict(sgd([a]).stateDict())).toThrow(/lazy.loadStateDict: the state is of sgd/);
});
