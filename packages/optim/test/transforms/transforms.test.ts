import { add, mul, ShapeError, square, sum, type Tensor, tensor, ValueError, variable } from "@glissade/autograd";
import {
  addWeightDecay,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  clipByValue,
  type GradientTransform,
  globalNorm,
  scale,
  scaleBySchedule,
  stepper,
  trace,
} from "@glissade/optim";
import { describe, expect, test } from "vitest";

const f64 = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });

/** The updates of several steps on the same gradient. */
function updatesOf(rule: GradientTransform, gradient: Tensor, steps: number, params: Tensor = gradient): unknown[] {
  let state = rule.init([params]);
  return Array.from({ length: steps }, () => {
    const [updates, next] = rule.update([gradient], state, [params]);
    state = next;
    return updates[0]?.toArray();
  });
}

describe("the transforms", () => {
  test("trace accumulates, and Nesterov looks ahead", () => {
    expect(updatesOf(trace({ momentum: 0.5 }), f64(1), 3)).toEqual([[1], [1.5], [1.75]]);
    expect(updatesOf(trace({ momentum: 0.5, nesterov: true }), f64(1), 3)).toEqual([[1.5], [1.75], [1.875]]);
    expect(updatesOf(trace({ momentum: 0.5, dampening: 0.5 }), f64(1), 3)).toEqual([[1], [1], [1]]);
  });

  test("addWeightDecay adds the parameters", () => {
    expect(updatesOf(addWeightDecay(0.5), f64(1, 2), 1, f64(10, 20))).toEqual([[6, 12]]);
  });

  test("scale takes numbers, tensors and Variables, and never widens", () => {
    const rate = variable(tensor(2, { dtype: "float64" }));
    expect(updatesOf(scale(-2), f64(1), 1)).toEqual([[-2]]);
    expect(updatesOf(scale(tensor(3)), f64(1), 1)).toEqual([[3]]);
    const rule = scale(rate);
    rate.assign(tensor(4, { dtype: "float64" }));
    const [[update]] = rule.update([tensor([1])], [], []);
    expect([update?.dtype, update?.toArray()]).toEqual(["float32", [4]]);
  });

  test("scaleBySchedule counts the updates", () => {
    expect(
      updatesOf(
        scaleBySchedule((count) => add(count, 1)),
        f64(10),
        3,
      ),
    ).toEqual([[10], [20], [30]]);
  });

  test("globalNorm and clipByGlobalNorm take all leaves together", () => {
    expect(globalNorm({ a: tensor([3]), b: [f64(4)] }).item()).toBe(5);
    expect(globalNorm([]).item()).toBe(0);
    const [clipped] = clipByGlobalNorm(1).update({ a: f64(3), b: f64(4) }, [], undefined);
    expect(globalNorm(clipped).item()).toBeCloseTo(1, 6);
    expect(clipped.a.item() / clipped.b.item()).toBeCloseTo(0.75, 12);
    expect(updatesOf(clipByGlobalNorm(10), f64(3, 4), 1)).toEqual([[3, 4]]);
    expect(updatesOf(clipByGlobalNorm(1), f64(0, 0), 1)).toEqual([[0, 0]]);
  });

  test("clipByGlobalNorm does not overflow in float32", () => {
    const [[clipped]] = clipByGlobalNorm(1).update([tensor([3e30, 4e30])], [], []);
    expect(clipped?.toArray()).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
  });

  test("clipByValue cuts both sides", () => {
    expect(updatesOf(clipByValue(1.5), f64(-3, 0.5, 2), 1)).toEqual([[-1.5, 0.5, 1.5]]);
  });

  test("chain applies them in order, and is pure", () => {
    const rule = chain(addWeightDecay(1), trace({ momentum: 0.5 }), scale(-1));
    const params = { w: f64(1) };
    const state = rule.init(params);
    const [first, next] = rule.update({ w: f64(1) }, state, params);
    const [again] = rule.update({ w: f64(1) }, state, params);
    const [second] = rule.update({ w: f64(1) }, next, params);
    expect([first.w.item(), again.w.item(), second.w.item()]).toEqual([-2, -2, -3]);
    expect(applyUpdates(params, second).w.item()).toBe(-2);
    expect(updatesOf(chain(), f64(7), 1)).toEqual([[7]]);
  });
});

describe("a stepper of one's own", () => {
  test("is a chain with a learning rate", () => {
    const w = variable(f64(3, 4));
    const clipped = stepper([w], { transform: chain(clipByGlobalNorm(1)), lr: 1, name: "clipped" });
    clipped.step([f64(30, 40)]);
    expect(w.value.toArray()).toEqual([expect.closeTo(2.4, 6), expect.closeTo(3.2, 6)]);
    expect(Object.keys(clipped.stateDict())).toEqual(["clipped"]);
  });

  test("takes groups, and 0.001 as its rate", () => {
    const [a, b] = [variable(f64(1)), variable(f64(1))];
    const grouped = stepper([{ variables: [a] }, { variables: [b], transform: scale(2), lr: 0.5 }], {
      transform: chain(),
    });
    grouped.minimize(() => sum(add(square(a), square(b))));
    expect([a.value.item(), b.value.item()]).toEqual([1 - 0.002, -1]);
  });
});

describe("what is refused", () => {
  test.each([
    [() => trace({ momentum: -1 }), /trace: momentum must be a finite number of 0 or more, not -1/],
    [() => trace({ momentum: 0, nesterov: true }), /trace: nesterov needs momentum above 0/],
    [() => addWeightDecay(Number.NaN), /addWeightDecay: decay must be .* not NaN/],
    [() => scale(Number.NaN), /scale: the factor must be a finite number, not NaN/],
    [() => clipByGlobalNorm(0), /clipByGlobalNorm: maxNorm must be a finite number above 0, not 0/],
    [() => clipByValue(-1), /clipByValue: limit must be a finite number above 0, not -1/],
  ])("a number out of range: %s", (make, message) => {
    expect(make).toThrow(ValueError);
    expect(make).toThrow(message);
  });

  test("a factor that is no scalar", () => {
    expect(() => scale(tensor([1, 2])).update([f64(1)], [], [])).toThrow(
      new ShapeError("scale: the factor must be a scalar, not shape [2]."),
    );
  });

  test("a stepper without a transform", () => {
    expect(() => Reflect.apply(stepper, undefined, [[variable(f64(1))], {}])).toThrow(
      new ValueError("stepper: the option transform is undefined, not a gradient transform; see chain."),
    );
  });

  test("a state of something else", () => {
    const gradients = [f64(1)];
    const rule = trace({ momentum: 0.9 });
    const foreign = (transform: object, state: unknown) => () =>
      Reflect.apply(Reflect.get(transform, "update"), transform, [gradients, state, gradients]);
    expect(foreign(rule, [])).toThrow(/trace: the state is an object \(Array\) without trace/);
    expect(foreign(rule, undefined)).toThrow(/trace: the state is undefined without trace/);
    expect(foreign(rule, { trace: [f64(1, 2)] })).toThrow(ShapeError);
    expect(
      foreign(
        scaleBySchedule(() => mul(1, 1)),
        [],
      ),
    ).toThrow(/scaleBySchedule: the state .* without count/);
    expect(foreign(chain(rule), [])).toThrow(/chain: the state is an array of 0, and the chain has 1 parts/);
    expect(foreign(chain(rule), { trace: 1 })).toThrow(/chain: the state is an object \(Object\)/);
  });

  test("parameters and updates that do not match", () => {
    expect(() => addWeightDecay(1).update([f64(1)], [], [f64(1, 2)])).toThrow(
      /addWeightDecay: params at \[0\] has shape \[2\], and gradients \[1\]/,
    );
    expect(() => applyUpdates([f64(1)], [tensor([1])])).toThrow(
      /applyUpdates: updates at \[0\] has dtype float32, and params float64/,
    );
    expect(() => globalNorm([1])).toThrow(/globalNorm: the tree at \[0\] is a number, not a tensor/);
  });
});
