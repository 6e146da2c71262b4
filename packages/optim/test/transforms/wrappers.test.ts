import { add, generator, type Tensor, tensor, variable } from "@glissade/autograd";
import {
  accumulate,
  addWeightDecay,
  applyUpdates,
  chain,
  ema,
  type GradientTransform,
  lookahead,
  masked,
  scale,
  scaleByAdam,
  sgd,
  skipNotFinite,
  stepper,
  trace,
} from "@glissade/optim";
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

describe("accumulate", () => {
  test("hands on the mean of every so many", () => {
    const gradients = [1, 2, 6, 3, 3, 3, 1].map((g) => f64(g));
    expect(updatesOf(accumulate(scale(-1), { every: 3 }), gradients)).toEqual([[0], [0], [-3], [0], [0], [-3], [0]]);
  });

  test("counts a step of what it wraps only when there is one", () => {
    const gradients = [1, 1, 1, 1].map((g) => f64(g));
    const rule = accumulate(trace({ momentum: 0.5 }), { every: 2 });
    expect(updatesOf(rule, gradients)).toEqual([[0], [1], [0], [1.5]]);
  });

  test("is one step on the mean, for every rule", () => {
    const random = generator(2);
    const gradients = Array.from({ length: 8 }, () => random.normal([3], { dtype: "float64" }));
    const means = [0, 4].map((i) =>
      gradients
        .slice(i, i + 4)
        .reduce((sum, g) => add(sum, g))
        .div(4),
    );
    const params = f64(1, 2, 3);
    const rule = (): GradientTransform => chain(addWeightDecay(0.1), scaleByAdam());
    const together = updatesOf(accumulate(rule(), { every: 4 }), gradients, params);
    expect([together[3], together[7]]).toEqual(updatesOf(rule(), means, params));
  });
});

describe("ema", () => {
  test("averages, corrected for its start or not", () => {
    const gradients = [f64(1), f64(3)];
    const [first, second] = updatesOf(ema({ decay: 0.5 }), gradients);
    expect([first, second]).toEqual([[1], [expect.closeTo(7 / 3, 14)]]);
    expect(updatesOf(ema({ decay: 0.5, debias: false }), gradients)).toEqual([[0.5], [1.75]]);
  });
});

describe("masked", () => {
  const params = {
    layers: [
      { w: f64(1, 2), b: f64(3) },
      { w: f64(4), b: f64(5) },
    ],
    scale: f64(6),
  };
  const doubled = (mask: Parameters<typeof masked>[1]): unknown => {
    const rule = masked(chain(scale(2)), mask);
    return JSON.parse(JSON.stringify(rule.update(params, rule.init(params), params)[0]));
  };
  const onlyWeights = {
    layers: [
      { w: [2, 4], b: [3] },
      { w: [8], b: [5] },
    ],
    scale: [6],
  };

  test("takes a tree of booleans, booleans for whole subtrees, or a function", () => {
    expect(
      doubled({
        layers: [
          { w: true, b: false },
          { w: true, b: false },
        ],
        scale: false,
      }),
    ).toEqual(onlyWeights);
    expect(doubled((_, path) => path.endsWith(".w"))).toEqual(onlyWeights);
    expect(doubled((param) => param.size > 1)).toEqual({
      layers: [
        { w: [2, 4], b: [3] },
        { w: [4], b: [5] },
      ],
      scale: [6],
    });
    expect(doubled({ layers: [true, false], scale: true })).toEqual({
      layers: [
        { w: [2, 4], b: [6] },
        { w: [4], b: [5] },
      ],
      scale: [12],
    });
    expect(doubled(false)).toEqual(JSON.parse(JSON.stringify(params)));
  });

  test("remembers what it chose, under its place", () => {
    const rule = masked(trace({ momentum: 0.9 }), (_, path) => path === "layers[1].w");
    expect(JSON.stringify(rule.init(params))).toBe('{"trace":{"layers[1].w":[0]}}');
  });

  test("decays some and not others, the order of keys left aside", () => {
    const rule = masked(addWeightDecay(1), { a: true, b: false });
    const [updates] = rule.update({ b: f64(1), a: f64(1) }, [], { a: f64(10), b: f64(10) });
    expect([updates.a.toArray(), updates.b.toArray()]).toEqual([[11], [1]]);
  });

  test.each([[{ layers: [true], scale: true }], [{ layers: true }], [[true]], [{ layers: 1, scale: true }]])(
    "refuses the mask %o",
    (mask) => {
      const rule: unknown = Reflect.apply(masked, undefined, [chain(), mask]);
      expect(() => Reflect.apply((rule as GradientTransform).init, rule, [params])).toThrow(
        /masked: the mask.* does not fit the parameters/,
      );
    },
  );
});

describe("skipNotFinite", () => {
  test("gives no update, keeps the state and counts", () => {
    const rule = skipNotFinite(trace({ momentum: 0.5 }));
    const gradients = [f64(1, 1), f64(Number.NaN, 1), f64(1, Number.NEGATIVE_INFINITY), f64(1, 1)];
    expect(updatesOf(rule, gradients, f64(0, 0))).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [1.5, 1.5],
    ]);
    let state = rule.init([f64(0)]);
    for (const gradient of [f64(Number.NaN), f64(1)]) [, state] = rule.update([gradient], state, [f64(0)]);
    expect(state.skipped.item()).toBe(1);
  });

  test("in a stepper is no error, whatever it stands for", () => {
    const w = variable(f64(1, 2));
    const skipping = stepper([w], { transform: chain(skipNotFinite(scaleByAdam())), lr: 0.1 });
    skipping.step([f64(Number.NaN, 1)]);
    expect(w.value.toArray()).toEqual([1, 2]);
    skipping.step([f64(1, 1)]);
    expect(w.value.toArray()).toEqual([expect.closeTo(0.9), expect.closeTo(1.9)]);
  });

  test("of one group does not speak for the others", () => {
    const [a, b] = [variable(f64(1)), variable(f64(2))];
    const grouped = stepper([{ params: a, transform: skipNotFinite(chain()) }, { params: b }], { transform: chain() });
    expect(() => grouped.step([f64(1), f64(Number.NaN)])).toThrow(/stepper: the gradient holds NaN or infinity/);
    grouped.step([f64(Number.NaN), f64(1)]);
    expect([a.value.item(), b.value.item()]).toEqual([1, 2 - 0.001]);
  });

  test("as an option skips the whole step, of all groups, and its count", () => {
    const [a, b] = [variable(f64(1)), variable(f64(2))];
    const skipping = sgd([{ params: a }, { params: b }], { lr: 1, momentum: 0.5, skipNotFinite: true });
    skipping.step([f64(1), f64(Number.NaN)]);
    expect([a.value.item(), b.value.item(), skipping.stateDict().sgd?.step]).toEqual([1, 2, 0]);
  });
});

describe("lookahead", () => {
  test("goes ahead, and back half the way", () => {
    const rule = lookahead(scale(-1), { every: 2, alpha: 0.5 });
    let params = { w: f64(10) };
    let state = rule.init(params);
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const [updates, next] = rule.update({ w: f64(2) }, state, params);
      [params, state] = [applyUpdates(params, updates), next];
      seen.push(params.w.item());
    }
    expect(seen).toEqual([8, 8, 6, 6]);
  });

  test("in a stepper takes the rate of the step", () => {
    const w = variable(f64(10));
    const ahead = stepper([w], {
      lr: (step) => add(step, 1),
      updates: (lr) =>
        lookahead(
          scale(() => lr().neg()),
          { every: 2 },
        ),
    });
    for (let i = 0; i < 2; i++) ahead.step([f64(1)]);
    expect(w.value.item()).toBe(10 - 0.5 * 3);
  });
});
