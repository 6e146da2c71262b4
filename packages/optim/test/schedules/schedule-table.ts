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
  reduceOnPlateau,
  type Schedule,
  stepDecay,
  warmup,
} from "@glissade/optim";

/** Every schedule; what has a state is made anew each time. */
export const schedules: readonly (readonly [name: string, make: () => Schedule])[] = [
  ["constant", () => constant(0.02)],
  ["stepDecay", () => stepDecay(0.05, { every: 3, factor: 0.5 })],
  ["multiStep", () => multiStep(0.05, { milestones: [2, 5, 11] })],
  ["exponential", () => exponential(0.05, { factor: 0.9 })],
  ["polynomial", () => polynomial(0.05, { steps: 10, power: 1.5, end: 0.001 })],
  ["cosine", () => cosine(0.05, { steps: 10 })],
  ["cosineRestarts", () => cosineRestarts(0.05, { steps: 2, multiply: 2 })],
  ["linear", () => linear(0.05, { steps: 8, end: 0.01 })],
  ["warmup", () => warmup(exponential(0.05, { factor: 0.9 }), { steps: 4 })],
  ["oneCycle", () => oneCycle(0.05, { steps: 12 })],
  ["cyclic", () => cyclic(0.01, { high: 0.05, up: 3, down: 2, mode: "triangular2" })],
  ["join", () => join([constant(0.05), linear(0.05, { steps: 5 })], { milestones: [6] })],
  ["reduceOnPlateau", () => reduceOnPlateau(0.05, { patience: 1, factor: 0.5 })],
];
