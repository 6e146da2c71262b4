import { type Tensor, tensor, ValueError, variable } from "@glissade/autograd";
import {
  constant,
  cosine,
  cosineRestarts,
  cyclic,
  exponential,
  join,
  linear,
  multiStep,
  oneCycle,
  polynomial,
  type Schedule,
  sgd,
  stepDecay,
  warmup,
} from "@glissade/optim";
import { describe, expect, test } from "vitest";

/** Half a cosine from 1 to 0. */
const fall = (part: number): number => (1 + Math.cos(Math.PI * part)) / 2;

/** PyTorch's formula for warm restarts, by walking through the periods. */
function restarts(k: number, first: number, multiply: number): number {
  let [left, length] = [k, first];
  while (left >= length) {
    left -= length;
    length *= multiply;
  }
  return fall(left / length);
}

/** Straight lines, or half cosines, through points. */
function through(points: readonly (readonly [step: number, rate: number])[], k: number, cosine: boolean): number {
  for (let i = 1; i < points.length; i++) {
    const [[from, a], [to, b]] = [points[i - 1]!, points[i]!];
    if (k <= to) {
      const part = (k - from) / (to - from);
      return cosine ? b + (a - b) * fall(part) : a + (b - a) * part;
    }
  }
  return points.at(-1)![1];
}

const schedules: readonly (readonly [string, Schedule, (step: number) => number])[] = [
  [
    "multiStep",
    multiStep(2, { milestones: [2, 5, 6], factor: 0.5 }),
    (k) => 2 * 0.5 ** [2, 5, 6].filter((m) => k >= m).length,
  ],
  ["multiStep without milestones", multiStep(2, { milestones: [] }), () => 2],
  ["polynomial", polynomial(2, { steps: 8, power: 2.5, end: 0.5 }), (k) => 0.5 + 1.5 * (1 - Math.min(k, 8) / 8) ** 2.5],
  ["polynomial by default", polynomial(2, { steps: 8 }), (k) => 2 - Math.min(k, 8) / 4],
  ["cosineRestarts", cosineRestarts(2, { steps: 3, end: 0.5 }), (k) => 0.5 + 1.5 * restarts(k, 3, 1)],
  ["cosineRestarts, growing", cosineRestarts(2, { steps: 1, multiply: 2 }), (k) => 2 * restarts(k, 1, 2)],
  ["cosineRestarts, growing faster", cosineRestarts(2, { steps: 2, multiply: 3 }), (k) => 2 * restarts(k, 2, 3)],
  [
    "oneCycle",
    oneCycle(2, { steps: 10 }),
    (k) =>
      through(
        [
          [0, 2 / 25],
          [2, 2],
          [9, 2 / 25e4],
        ],
        k,
        true,
      ),
  ],
  [
    "oneCycle in straight lines",
    oneCycle(2, { steps: 10, pctStart: 0.5, anneal: "linear", divFactor: 10, finalDivFactor: 5 }),
    (k) =>
      through(
        [
          [0, 0.2],
          [4, 2],
          [9, 0.04],
        ],
        k,
        false,
      ),
  ],
  [
    "oneCycle in three phases",
    oneCycle(2, { steps: 10, pctStart: 0.4, threePhase: true, divFactor: 10, finalDivFactor: 5 }),
    (k) =>
      through(
        [
          [0, 0.2],
          [3, 2],
          [6, 0.2],
          [9, 0.04],
        ],
        k,
        true,
      ),
  ],
  [
    "oneCycle without a climb",
    oneCycle(2, { steps: 5, pctStart: 0.2 }),
    (k) =>
      through(
        [
          [0, 2],
          [4, 2 / 25e4],
        ],
        k,
        true,
      ),
  ],
  [
    "cyclic",
    cyclic(1, { high: 3, up: 4, down: 2 }),
    (k) =>
      through(
        [
          [0, 1],
          [4, 3],
          [6, 1],
        ],
        k % 6,
        false,
      ),
  ],
  [
    "cyclic, triangular2",
    cyclic(1, { high: 3, up: 2, mode: "triangular2" }),
    (k) =>
      1 +
      through(
        [
          [0, 0],
          [2, 2],
          [4, 0],
        ],
        k % 4,
        false,
      ) *
        0.5 ** Math.floor(k / 4),
  ],
  [
    "cyclic, exponential",
    cyclic(1, { high: 3, up: 2, mode: "exponential", gamma: 0.9 }),
    (k) =>
      1 +
      through(
        [
          [0, 0],
          [2, 2],
          [4, 0],
        ],
        k % 4,
        false,
      ) *
        0.9 ** k,
  ],
  [
    "join",
    join([linear(0, { steps: 3, end: 3 }), constant(7), exponential(4, { factor: 0.5 })], { milestones: [3, 5] }),
    (k) => (k < 3 ? k : k < 5 ? 7 : 4 * 0.5 ** (k - 5)),
  ],
  ["join of one", join([linear(2, { steps: 4 })], { milestones: [] }), (k) => 2 - Math.min(k, 4) / 2],
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

test("restarts are exact at the boundaries of long periods, where logarithms round", () => {
  for (const multiply of [2, 3, 5, 7]) {
    const schedule = cosineRestarts(1, { steps: 3, multiply });
    let start = 0;
    for (let length = 3; start < 1e6; length *= multiply) {
      expect(schedule(start)).toBe(1);
      if (length > 1) expect(schedule(start + length - 1)).toBeCloseTo(fall((length - 1) / length), 9);
      start += length;
    }
  }
});

test.each([
  [
    () => multiStep(1, { milestones: [3, 3] }),
    /multiStep: milestones must be ascending whole numbers of 1 or more, not \[3, 3\]/,
  ],
  [() => polynomial(1, { steps: 3, power: 0 }), /polynomial: power must be a finite number above 0, not 0/],
  [() => cosineRestarts(1, { steps: 2.5 }), /cosineRestarts: steps must be a whole number/],
  [() => cosineRestarts(1, { steps: 2, multiply: 0 }), /cosineRestarts: multiply must be/],
  [() => oneCycle(1, { steps: 10, pctStart: 1 }), /oneCycle: pctStart must be/],
  [() => oneCycle(1, { steps: 10, pctStart: 0.5, threePhase: true }), /oneCycle: 2 · pctStart must be/],
  [
    () => Reflect.apply(oneCycle, undefined, [1, { steps: 3, anneal: "cos" }]),
    /oneCycle: anneal must be "cosine" or "linear", not cos/,
  ],
  [() => cyclic(1, { high: Number.NaN }), /cyclic: high must be .* not NaN/],
  [() => Reflect.apply(cyclic, undefined, [1, { high: 2, mode: "square" }]), /cyclic: mode must be .* not square/],
  [() => join([constant(1)], { milestones: [3] }), /join: 1 schedules want 0 milestones, not 1/],
  [() => join([], { milestones: [] }), /join: 0 schedules want 0 milestones, not 0; at least one schedule is wanted/],
  [
    () => Reflect.apply(join, undefined, [[0.1], { milestones: [] }]),
    /join: schedules\[0\] is a number, not a schedule/,
  ],
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
