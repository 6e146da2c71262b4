import {
  add,
  DTypeError,
  mul,
  ShapeError,
  square,
  sum,
  type Tensor,
  tensor,
  ValueError,
  variable,
  variableGrads,
} from "@glissade/autograd";
import { sgd } from "@glissade/optim";
import { describe, expect, test } from "vitest";

const float64 = { dtype: "float64" } as const;

const loss = (w: { readonly value: Tensor }) => (): Tensor => sum(square(w.value));

describe("a step", () => {
  test("takes gradients in the form of the variables, whatever the order of keys", () => {
    const params = { w: variable([1, 2]), layers: [variable([3])] };
    const stepper = sgd(params, { lr: 1 });
    stepper.step({ layers: [tensor([1])], w: tensor([0.5, 0]) });
    expect([params.w.value.toArray(), params.layers[0]!.value.toArray()]).toEqual([[0.5, 2], [2]]);
  });

  test("steps a single Variable", () => {
    const w = variable([1, 2]);
    sgd(w, { lr: 0.5 }).step(tensor([2, 2]));
    expect(w.value.toArray()).toEqual([0, 1]);
  });

  test("of minimize gives the loss before it", () => {
    const w = variable([3, -1]);
    const { value } = sgd([w], { lr: 0.25 }).minimize(loss(w));
    expect(value.item()).toBe(10);
    expect(w.value.toArray()).toEqual([1.5, -0.5]);
  });

  test("keeps float32 parameters float32, and mixes dtypes in one tree", () => {
    const params = [variable([1]), variable(tensor([1], float64))];
    const stepper = sgd(params, { lr: 0.1, momentum: 0.9, dampening: 0.5 });
    for (let i = 0; i < 3; i++) stepper.minimize(() => add(sum(square(params[0]!)), sum(square(params[1]!))));
    expect(params.map((each) => each.value.dtype)).toEqual(["float32", "float64"]);
    expect(params[0]!.value.item()).toBeCloseTo(params[1]!.value.item(), 6);
  });

  test("leaves Variables that are not trainable alone, and counts their gradient as zero", () => {
    const [w, b] = [variable([1]), variable([1])];
    const stepper = sgd([w, b], { lr: 0.5, momentum: 0.5 });
    b.trainable = false;
    stepper.step([tensor([1]), tensor([1])]);
    stepper.minimize(() => sum(mul(w, b)));
    expect(b.value.toArray()).toEqual([1]);
    b.trainable = true;
    stepper.step([tensor([0]), tensor([0])]);
    expect(b.value.toArray()).toEqual([1]);
  });

  test("does nothing when the loss throws", () => {
    const w = variable([1]);
    const stepper = sgd([w], { lr: 1 });
    expect(() =>
      stepper.minimize(() => {
        throw new RangeError("no data");
      }),
    ).toThrow(RangeError);
    expect(w.value.toArray()).toEqual([1]);
    expect(stepper.stateDict().sgd?.step).toBe(0);
  });

  test("by hand is the same as minimize", () => {
    const [a, b] = [variable([1, 2]), variable([1, 2])];
    const options = { lr: 0.1, momentum: 0.9 };
    const [byHand, minimizing] = [sgd([a], options), sgd([b], options)];
    for (let i = 0; i < 5; i++) {
      byHand.step(variableGrads(loss(a), [a]).grads);
      minimizing.minimize(loss(b));
    }
    expect(a.value.toArray()).toEqual(b.value.toArray());
  });
});

describe("the learning rate", () => {
  test("is 0.001 by default, can be read, and set at any time", () => {
    const w = variable([1]);
    const stepper = sgd([w]);
    expect(stepper.lr).toBe(0.001);
    stepper.lr = 0.5;
    stepper.step([tensor([1])]);
    expect([stepper.lr, w.value.item()]).toEqual([0.5, 0.5]);
  });

  test("can be a schedule of the steps taken, and be replaced by a number or another schedule", () => {
    const w = variable([0]);
    const stepper = sgd([w], { lr: (step) => add(1, step) });
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      seen.push(stepper.lr);
      stepper.step([tensor([-1])]);
    }
    expect([seen, w.value.item(), stepper.lr]).toEqual([[1, 2, 3], 6, 4]);
    stepper.lr = 10;
    stepper.step([tensor([-1])]);
    expect(w.value.item()).toBe(16);
    stepper.lr = (step) => mul(step, 0);
    stepper.step([tensor([-1])]);
    expect(w.value.item()).toBe(16);
  });

  test.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY])("%s is refused, and nothing changes", (lr) => {
    const stepper = sgd([variable([1])], { lr: 0.5 });
    expect(() => sgd([variable([1])], { lr })).toThrow(
      new ValueError(`sgd: lr must be a finite number of 0 or more, not ${lr}.`),
    );
    expect(() => {
      stepper.lr = lr;
    }).toThrow(ValueError);
    expect(stepper.lr).toBe(0.5);
  });
});

describe("parameter groups", () => {
  test("have options of their own before the common ones", () => {
    const [a, b] = [variable([1]), variable([1])];
    const stepper = sgd(
      [
        { variables: [a], lr: 0.5 },
        { variables: { b }, momentum: 0.9 },
      ],
      { lr: 0.1 },
    );
    stepper.step([[tensor([1])], { b: tensor([1]) }]);
    stepper.step([[tensor([1])], { b: tensor([1]) }]);
    expect(a.value.item()).toBe(0);
    expect(b.value.item()).toBeCloseTo(1 - 0.1 - 0.19, 6);
    expect(stepper.groups.map((group) => group.lr)).toEqual([0.5, 0.1]);
    expect(stepper.groups[1]!.variables).toEqual([b]);
    expect(() => stepper.lr).toThrow(/the groups have different learning rates; read stepper.groups\[i\].lr/);
    stepper.lr = 0.25;
    expect(stepper.lr).toBe(0.25);
    stepper.groups[0]!.lr = 1;
    expect(stepper.groups.map((group) => group.lr)).toEqual([1, 0.25]);
  });

  test("minimise together", () => {
    const [a, b] = [variable([1]), variable([2])];
    const stepper = sgd([{ variables: a }, { variables: [b] }], { lr: 0.25 });
    expect(stepper.minimize(() => sum(add(square(a), square(b)))).value.item()).toBe(5);
    expect([a.value.item(), b.value.item()]).toEqual([0.5, 1]);
  });
});

describe("what is refused", () => {
  const w = variable([1, 2], { name: "w" });
  const nesterovRule = /sgd: nesterov needs momentum above 0 and dampening 0/;

  test.each([
    [{ momentum: -1 }, /sgd: momentum must be a finite number of 0 or more, not -1/],
    [{ momentum: Number.NaN }, /sgd: momentum must be .* not NaN/],
    [{ dampening: Number.NaN }, /sgd: dampening must be .* not NaN/],
    [{ weightDecay: -1 }, /sgd: weightDecay must be .* not -1/],
    [{ nesterov: true }, nesterovRule],
    [{ nesterov: true, momentum: 0.9, dampening: 0.1 }, nesterovRule],
  ])("options %o", (options, message) => {
    expect(() => sgd([w], options)).toThrow(ValueError);
    expect(() => sgd([w], options)).toThrow(message);
  });

  test("variables that are none, no floats, missing or there twice", () => {
    expect(() => sgd({ w: tensor([1]) })).toThrow(/sgd: variables at w is an object \(Tensor\), not a Variable/);
    expect(() => sgd([variable(tensor([1], { dtype: "int32" }))])).toThrow(DTypeError);
    expect(() => sgd([])).toThrow(/sgd: there are no variables to step/);
    expect(() => sgd({ a: w, b: w })).toThrow(/sgd: the Variable w is there twice/);
    expect(() => sgd([{ variables: [w] }, { variables: [w] }])).toThrow(/is there twice/);
  });

  test("gradients of another structure, shape or dtype, and no Variable is half updated", () => {
    const params = { a: variable([1, 2]), b: variable([3]) };
    const stepper = sgd(params, { lr: 1, momentum: 0.9 });
    const step = (gradients: unknown) => () => Reflect.apply(stepper.step, stepper, [gradients]);
    const a = tensor([1, 1]);
    expect(step({ a })).toThrow(
      new ValueError(
        "sgd: gradients has the structure {a: *}, and the variables {a: *, b: *}. Both must have the same keys and lengths.",
      ),
    );
    expect(step({ a, b: tensor([1, 2]) })).toThrow(
      new ShapeError("sgd: gradients at b has shape [2], and the variables [1]. They must agree."),
    );
    expect(step({ a, b: tensor([1], float64) })).toThrow(DTypeError);
    expect(step({ a, b: 1 })).toThrow(/sgd: gradients at b is a number, not a tensor/);
    expect([params.a.value.toArray(), params.b.value.toArray(), stepper.stateDict().sgd?.step]).toEqual([
      [1, 2],
      [3],
      0,
    ]);
    const grouped = sgd([{ variables: [variable([1])] }]);
    expect(() => Reflect.apply(grouped.step, grouped, [[]])).toThrow(
      /sgd: step takes an array of 1 trees of gradients/,
    );
  });
});
