import { type Tensor, tensor, ValueError, variable } from "@glissade/autograd";
import { constant, cosine, exponential, linear, type Schedule, sgd, stepDecay, warmup } from "@glissade/optim";
import { describe, expect, test } from "vitest";

const schedules: readonly (readonly [string, Schedule, (step: number) => number])[] = [
  ["constant", constant(0.3), () => 0.3],
  ["stepDecay", stepDecay(2, { every: 3, factor: 0.5 }), (k) => 2 * 0.5 ** Math.floor(k / 3)],
  ["stepDecay by default", stepDecay(1, { every: 2 }), (k) => 0.1 ** Math.floor(k / 2)],
  ["exponential", exponential(2, { factor: 0.9 }), (k) => 2 * 0.9 ** k],
  ["cosine", cosine(2, { steps: 8, end: 0.5 }), (k) => 0.5 + 0.75 * (1 + Math.cos((Math.PI * Math.min(k, 8)) / 8))],
  ["cosine to 0", cosine(2, { steps: 8 }), (k) => 1 + Math.cos((Math.PI * Math.min(k, 8)) / 8)],
  ["linear", linear(2, { steps: 8, end: 3 }), (k) => 2 + Math.min(k, 8) / 8],
  ["linear to 0", linear(2, { steps: 5 }), (k) => 2 - (2 * Math.min(k, 5)) / 5],
  [
    "warmup",
    warmup(exponential(2, { factor: 0.5 }), { steps: 4 }),
    (k) => (k < 4 ? (2 * (k + 1)) / 5 : 2 * 0.5 ** (k - 4)),
  ],
];

describe.each(schedules)("%s", (_, schedule, formula) => {
  test("is its formula, of numbers and of tensors", () => {
    for (let step = 0; step < 12; step++) {
      expect(schedule(step)).toBeCloseTo(formula(step), 12);
      const at: Tensor = schedule(tensor(step, { dtype: "float64" }));
      expect(at.item()).toBe(schedule(step));
    }
  });

  test("is the rate of a stepper", () => {
    const w = variable(tensor(0, { dtype: "float64" }));
    const stepper = sgd(w, { lr: schedule });
    let sum = 0;
    for (let step = 0; step < 12; step++) {
      expect(stepper.lr).toBe(schedule(step));
      stepper.step(tensor(-1, { dtype: "float64" }));
      sum += formula(step);
    }
    expect(w.value.item()).toBeCloseTo(sum, 11);
  });
});

test.each([
  [() => constant(-1), /constant: rate must be a finite number of 0 or more, not -1/],
  [() => stepDecay(1, { every: 0 }), /stepDecay: every must be a whole number of 1 or more, not 0/],
  [() => exponential(1, { factor: Number.NaN }), /exponential: factor must be .* not NaN/],
  [() => cosine(1, { steps: 0 }), /cosine: steps must be a finite number above 0, not 0/],
  [() => linear(1, { steps: 1, end: -1 }), /linear: end must be .* not -1/],
  [() => warmup(constant(1), { steps: 0.5 }), /warmup: steps must be a whole number of 1 or more, not 0.5/],
  [() => Reflect.apply(warmup, undefined, [0.1, { steps: 1 }]), /warmup: the schedule is a number, not a schedule/],
])("a number out of range is refused: %s", (make, message) => {
  expect(make).toThrow(ValueError);
  expect(make).toThrow(message);
});
