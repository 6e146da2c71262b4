import {
  add,
  dot,
  matmul,
  mul,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from "@glissade/autograd";
import {
  adabelief,
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamw,
  asgd,
  type CommonOptions,
  lamb,
  lion,
  muon,
  nadam,
  radam,
  rmsprop,
  rprop,
  type Stepper,
  type StepperFactory,
  sgd,
} from "@glissade/optim";
import { describe, expect, test } from "vitest";
import * as later from "./plain-later-steppers.js";
import * as matrices from "./plain-matrix-steppers.js";
import * as plain from "./plain-steppers.js";

const float64 = { dtype: "float64" } as const;

/** A method, and the same on plain numbers. */
interface Case {
  readonly name: string;
  readonly make: (variable: unknown) => Pick<Stepper<unknown>, "minimize" | "stateDict">;
  readonly reference: (start: readonly number[]) => (gradient: readonly number[]) => readonly number[];
}

/** The options go to both sides, which take from them what they know. */
function both<O extends CommonOptions, P>(
  name: string,
  factory: StepperFactory<O>,
  reference: plain.Plain<P>,
  options: O & P,
): Case {
  return {
    name,
    make: (variable) => factory([variable], options),
    reference: (start) => reference(start, options),
  };
}

const [lr, weightDecay] = [0.01, 0.1];
const moments = { lr, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 } as const;
const descent = { lr: 1e-3, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 };
const rms = { lr, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false };
const averaging = { lr: 1e-3, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0 };
const factored = { lr, betaDecay: -0.8, eps: [2 ** -52, 1e-3], d: 1, weightDecay: 0 } as const;
const ignore = (): void => undefined;

const onVectors: readonly Case[] = [
  both("sgd", sgd, plain.sgd, descent),
  both("sgd with momentum, dampening and decay", sgd, plain.sgd, {
    ...descent,
    momentum: 0.5,
    dampening: 0.1,
    weightDecay,
  }),
  both("sgd with Nesterov's momentum and decay", sgd, plain.sgd, {
    ...descent,
    momentum: 0.9,
    nesterov: true,
    weightDecay,
  }),
  both("adam", adam, plain.adam, moments),
  both("adam with amsgrad and decay", adam, plain.adam, { ...moments, betas: [0.9, 0.9], amsgrad: true, weightDecay }),
  both("adam with other betas and eps", adam, plain.adam, { ...moments, betas: [0.5, 0.8], eps: 0.1 }),
  both("adamw", adamw, plain.adam, { ...moments, decoupled: true, weightDecay }),
  both("adamw with amsgrad", adamw, plain.adam, { ...moments, decoupled: true, weightDecay, amsgrad: true }),
  both("nadam", nadam, plain.nadam, { ...moments, momentumDecay: 4e-3 }),
  both("nadam with decay", nadam, plain.nadam, { ...moments, momentumDecay: 0.1, weightDecay }),
  both("nadam with decoupled decay", nadam, plain.nadam, {
    ...moments,
    momentumDecay: 4e-3,
    weightDecay,
    decoupled: true,
    decoupledWeightDecay: true,
  }),
  both("radam", radam, plain.radam, moments),
  both("radam that is rectified early", radam, plain.radam, { ...moments, betas: [0.8, 0.95], weightDecay }),
  both("radam that is never rectified", radam, plain.radam, { ...moments, lr: 1e-4, betas: [0.9, 0.6] }),
  both("radam with decoupled decay", radam, plain.radam, {
    ...moments,
    weightDecay,
    decoupled: true,
    decoupledWeightDecay: true,
  }),
  both("adamax", adamax, plain.adamax, moments),
  both("adamax with decay", adamax, plain.adamax, { ...moments, betas: [0.7, 0.9], weightDecay }),
  both("adagrad", adagrad, plain.adagrad, { lr: 0.1, lrDecay: 0, initialAccumulator: 0, eps: 1e-10, weightDecay: 0 }),
  both("adagrad with decays", adagrad, plain.adagrad, {
    lr: 0.1,
    lrDecay: 0.02,
    initialAccumulator: 0.5,
    eps: 1e-6,
    weightDecay,
  }),
  both("adadelta", adadelta, plain.adadelta, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 }),
  both("adadelta with decay", adadelta, plain.adadelta, { lr: 0.5, rho: 0.8, eps: 1e-4, weightDecay }),
  both("rmsprop", rmsprop, plain.rmsprop, rms),
  both("rmsprop with momentum and decay", rmsprop, plain.rmsprop, { ...rms, lr: 1e-3, momentum: 0.9, weightDecay }),
  both("rmsprop, centered", rmsprop, plain.rmsprop, { ...rms, lr: 1e-3, eps: 0.1, centered: true }),
  both("rprop", rprop, plain.rprop, { lr, etas: [0.5, 1.2], stepSizes: [1e-6, 50] }),
  both("rprop with other steps", rprop, plain.rprop, { lr: 0.1, etas: [0.3, 1.5], stepSizes: [1e-3, 0.2] }),
  both("asgd", asgd, plain.asgd(ignore), averaging),
  both("asgd with decays", asgd, plain.asgd(ignore), { ...averaging, lambd: 0.1, alpha: 0.5, t0: 20, weightDecay }),
  both("adafactor of a vector", adafactor, matrices.adafactor, { ...factored, shape: undefined }),
  both("adabelief", adabelief, later.adabelief, { ...moments, eps: 1e-16 }),
  both("adabelief with decay", adabelief, later.adabelief, { ...moments, eps: 1e-4, weightDecay }),
  both("lion", lion, later.lion, { lr: 1e-3, betas: [0.9, 0.99], weightDecay: 0 }),
  both("lion with decay", lion, later.lion, { lr: 1e-3, betas: [0.8, 0.9], weightDecay }),
  both("lamb", lamb, later.lamb, { ...moments, eps: 1e-6, weightDecay: 0.01 }),
  both("lamb with more decay", lamb, later.lamb, { ...moments, lr: 1e-3, betas: [0.8, 0.9], eps: 1e-4, weightDecay }),
];

const orthogonal = { lr: 0.002, momentum: 0.95, nesterov: true, weightDecay: 0.1, adjust: "original" } as const;
const ofShape = (shape: readonly [number, number]): readonly Case[] => [
  both("adafactor", adafactor, matrices.adafactor, { ...factored, shape }),
  both("adafactor with decay", adafactor, matrices.adafactor, {
    ...factored,
    lr: 0.3,
    betaDecay: -0.5,
    d: 1.5,
    weightDecay,
    shape,
  }),
  both("muon", muon, matrices.muon, { ...orthogonal, shape }),
  both("muon by AdamW's rates", muon, matrices.muon, {
    ...orthogonal,
    momentum: 0.5,
    nesterov: false,
    weightDecay: 0,
    adjust: "matchRmsAdamw",
    shape,
  }),
];

/** The largest difference over the largest number. */
function distance(a: readonly number[], b: readonly number[]): number {
  const size = Math.max(...a.map(Math.abs), ...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / size;
}

/** A positive definite matrix. */
const curvature = [
  [3, 1, 0, 0.2, 0, 0],
  [1, 2, -0.5, 0, 0, 0.1],
  [0, -0.5, 1, 0, 0.3, 0],
  [0.2, 0, 0, 4, 0, -1],
  [0, 0, 0.3, 0, 0.5, 0],
  [0, 0.1, 0, -1, 0, 2],
];

/** Its minimum is not at 0, where relative differences would say nothing. */
const minimum = [1, 2, -1, 0.5, -2, 1.5];

const quadratic = {
  start: [1, -2, 3, 0.5, -1.5, 2.5],
  value(x: Tensor): Tensor {
    const away = sub(x, tensor(minimum, float64));
    return mul(0.5, dot(away, matmul(tensor(curvature, float64), away)));
  },
  gradient: (x: readonly number[]): number[] =>
    curvature.map((row) => row.reduce((s, entry, i) => s + entry * (x[i]! - minimum[i]!), 0)),
};

const rosenbrock = {
  start: [-1.2, 1, 0.5, -0.75],
  value(x: Tensor): Tensor {
    const [a, b] = [slice(x, { start: [0], stop: [4], step: [2] }), slice(x, { start: [1], stop: [4], step: [2] })];
    return sum(add(square(sub(1, a)), mul(100, square(sub(b, square(a))))));
  },
  gradient: (x: readonly number[]): number[] =>
    [0, 2].flatMap((i) => {
      const [a, b] = [x[i]!, x[i + 1]!];
      return [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)];
    }),
};

/** Steps 100 times with both, and compares after each. */
function follow(
  { make, reference }: Case,
  { start, value, gradient }: typeof quadratic,
  shape: readonly number[],
): void {
  const x = variable(reshape(tensor(start, float64), shape));
  const stepper = make(x);
  const next = reference(start);
  let point: readonly number[] = start;
  for (let step = 0; step < 100; step++) {
    stepper.minimize(() => value(reshape(x.value, [start.length])));
    point = next(gradient(point));
    expect(distance([...x.value.data()], point)).toBeLessThan(1e-12);
  }
}

describe.each(onVectors)("$name follows the published formula for 100 steps", (each) => {
  test("on a quadratic", () => follow(each, quadratic, [6]));
  test("on Rosenbrock's function", () => follow(each, rosenbrock, [4]));
});

describe.each(ofShape([2, 3]))("$name of a wide matrix follows the published formula for 100 steps", (each) => {
  test("on a quadratic", () => follow(each, quadratic, [2, 3]));
});

describe.each(ofShape([3, 2]))("$name of a tall matrix follows the published formula for 100 steps", (each) => {
  test("on a quadratic", () => follow(each, quadratic, [3, 2]));
});

describe.each(ofShape([2, 2]))("$name of a square matrix follows the published formula for 100 steps", (each) => {
  test("on Rosenbrock's function", () => follow(each, rosenbrock, [2, 2]));
});

test("asgd averages what PyTorch's does", () => {
  let mean: readonly number[] = [];
  const options = { ...averaging, t0: 20 };
  const next = plain.asgd((average) => (mean = [...average]))(quadratic.start, options);
  const x = variable(tensor(quadratic.start, float64));
  const stepper = asgd([x], options);
  let point: readonly number[] = quadratic.start;
  for (let step = 0; step < 60; step++) {
    stepper.minimize(() => quadratic.value(x.value));
    point = next(quadratic.gradient(point));
  }
  const state: unknown = JSON.parse(JSON.stringify(stepper.stateDict().asgd?.groups[0]?.state));
  const [{ average }] = state as [{ average: [number[]] }];
  expect(distance(average[0], mean)).toBeLessThan(1e-12);
});

const rateOf = (make: (variables: Variable[]) => { readonly lr: number }): number => make([variable([1])]).lr;

test("the defaults are PyTorch's, or the authors'", () => {
  const rates = {
    sgd,
    adam,
    adamw,
    nadam,
    radam,
    adamax,
    adagrad,
    adadelta,
    rmsprop,
    rprop,
    asgd,
    adabelief,
    lion,
    lamb,
    adafactor,
  };
  const found = Object.entries(rates).map(([name, make]) => [name, rateOf(make)]);
  expect(Object.fromEntries(found)).toEqual({
    sgd: 1e-3,
    adam: 1e-3,
    adamw: 1e-3,
    nadam: 2e-3,
    radam: 1e-3,
    adamax: 2e-3,
    adagrad: 0.01,
    adadelta: 1,
    rmsprop: 0.01,
    rprop: 0.01,
    asgd: 0.01,
    adabelief: 1e-3,
    lion: 1e-4,
    lamb: 1e-3,
    adafactor: 0.01,
  });
  expect(muon([variable([[1]])]).lr).toBe(1e-3);
});
