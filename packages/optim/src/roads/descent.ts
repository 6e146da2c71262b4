import { mul, realize, sub, type Tensor } from "@glissade/autograd";
import { positive } from "../arguments.js";
import type { MinibatchOptions } from "../data/batch-order.js";
import { type BatchOf, exampleCount, minibatches } from "../data/minibatches.js";
import { globalNorm } from "../transforms/clip.js";
import { mapTrees, tensorTree } from "../tree.js";
import { drive, driveSync, type Routine, read } from "./drive.js";
import { evaluationOf, type GradientOptions } from "./gradient.js";
import { type Meter, makeMeter } from "./meter.js";
import { type Budget, budgetOf, type RoadOptions, type RoadResult } from "./options.js";
import { checkStart } from "./start.js";
import { checkTravel, type Point, type Road, travel } from "./travel.js";

/** Options of `gradientDescent`. */
export interface GradientDescentOptions<T> extends RoadOptions<T>, GradientOptions {
  /** x ← x − stepSize · gradient; above 0. */
  readonly stepSize: number;
  /** A Euclidean norm of the gradient at which to stop, converged; above 0. */
  readonly gradientTolerance?: number;
}

/** Options of `stochasticGradientDescent`. */
export interface StochasticGradientDescentOptions<T>
  extends GradientDescentOptions<T>,
    Omit<MinibatchOptions, "batchSize" | "dropLast"> {}

/** Options of `minibatchGradientDescent`. */
export interface MinibatchGradientDescentOptions<T>
  extends GradientDescentOptions<T>,
    Omit<MinibatchOptions, "batchSize"> {
  /** How many examples each update sees; default 256, or all where there are fewer. */
  readonly batchSize?: number;
}

/** The batch size of the lecture note. */
const defaultBatchSize = 256;

/** A place, and the Euclidean norm of the gradient there, where a tolerance asks for it. */
export interface DescentPoint<T> extends Point<T> {
  readonly norm: number | undefined;
}

/** A descent that has been checked and waits for its start. */
export interface Descent<T> {
  readonly evaluate: (x: T) => Routine<DescentPoint<T>>;
  /** Goes on from a place that has been evaluated. */
  readonly from: (start: DescentPoint<T>, stepSize: number) => Routine<RoadResult<T>>;
}

/**
 * What all descents share.
 *
 * @param nextLoss The loss of the next evaluation: always the same, or that of the next batch.
 * @throws ValueError, DTypeError for options out of range or a bad start.
 */
export function makeDescent<T>(
  operator: string,
  nextLoss: () => (x: T) => Tensor,
  options: Omit<GradientDescentOptions<T>, "stepSize">,
  [meter, budget]: readonly [Meter, Budget],
): Descent<T> {
  const { gradientTolerance } = options;
  checkTravel(operator, options);
  if (gradientTolerance !== undefined) positive(operator, "gradientTolerance", gradientTolerance);
  const evaluation = evaluationOf<T>(operator, options, meter);
  const evaluate = function* (x: T): Routine<DescentPoint<T>> {
    const point = yield* evaluation(nextLoss(), x);
    const { gradient } = point;
    const asked = gradientTolerance !== undefined && gradient !== undefined;
    return { ...point, norm: asked ? yield* read(globalNorm(gradient)) : undefined };
  };
  return {
    evaluate,
    from(start, stepSize) {
      const road: Road<T, DescentPoint<T>> = {
        skipsNonFinite: false,
        advance({ x, gradient }) {
          const moved = mapTrees(operator, ["x", x], { gradient }, (leaf, slope) => sub(leaf, mul(stepSize, slope)));
          // Leaves that the loss does not read would go on holding what they were made from.
          realize(...tensorTree(operator, "x", moved).leaves);
          return evaluate(moved);
        },
        arrived({ norm }) {
          if (gradientTolerance === undefined || norm === undefined || norm > gradientTolerance) return undefined;
          return `the gradient's norm ${norm} is at most ${gradientTolerance}`;
        },
      };
      return travel(road, start, meter, budget, options);
    },
  };
}

function* descend<T>(
  operator: string,
  nextLoss: () => (x: T) => Tensor,
  x0: T,
  options: GradientDescentOptions<T>,
): Routine<RoadResult<T>> {
  const stepSize = positive(operator, "stepSize", options.stepSize);
  const budget = budgetOf(operator, options);
  const descent = makeDescent(operator, nextLoss, options, [makeMeter(budget), budget]);
  return yield* descent.from(yield* descent.evaluate(x0), stepSize);
}

function gradientDescentRoutine<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: GradientDescentOptions<T>,
): Routine<RoadResult<T>> {
  checkStart("gradientDescent", f, x0);
  return descend("gradientDescent", () => f, x0, options);
}

/** Descends on one batch after the other, epoch by epoch. */
function batchRoutine<T, B>(
  operator: string,
  f: (x: T, batch: BatchOf<B>) => Tensor,
  x0: T,
  data: B,
  options: GradientDescentOptions<T> & MinibatchOptions,
): Routine<RoadResult<T>> {
  checkStart(operator, f, x0);
  const batches = endless(minibatches(data, { ...options, shuffle: options.shuffle ?? true }));
  const nextLoss = (): ((x: T) => Tensor) => {
    const batch = batches.next().value;
    return (x) => f(x, batch);
  };
  return descend(operator, nextLoss, x0, options);
}

function* endless<B>(epochs: Iterable<B>): Generator<B, never> {
  for (;;) yield* epochs;
}

function minibatchRoutine<T, B>(
  f: (x: T, batch: BatchOf<B>) => Tensor,
  x0: T,
  data: B,
  options: MinibatchGradientDescentOptions<T>,
): Routine<RoadResult<T>> {
  const operator = "minibatchGradientDescent";
  const examples = exampleCount(tensorTree(operator, "data", data));
  const batchSize = options.batchSize ?? Math.min(defaultBatchSize, examples);
  return batchRoutine(operator, f, x0, data, { ...options, batchSize });
}

function stochasticRoutine<T, B>(
  f: (x: T, batch: BatchOf<B>) => Tensor,
  x0: T,
  data: B,
  options: StochasticGradientDescentOptions<T>,
): Routine<RoadResult<T>> {
  return batchRoutine("stochasticGradientDescent", f, x0, data, { ...options, batchSize: 1 });
}

/**
 * Gradient descent on the whole function: x ← x − stepSize · gradient, the gradient by differentiation or by finite differences (the
 * third road of the lecture note on optimisation of Stanford's CS231n). A loss that becomes infinite or NaN ends it at the last
 * parameters with a finite loss.
 *
 * @param f From a tree like `x0` to a scalar float tensor.
 * @param x0 A tree of float tensors: the start.
 * @param options.stepSize Above 0.
 * @param options.gradient "automatic" (default), "forward" or "central".
 * @param options.iterations How many updates; default 1000, unless `evaluations` or `seconds` is given.
 * @param options.gradientTolerance Stops, converged, at a gradient of this Euclidean norm.
 * @returns A Promise of `RoadResult`, with value and gradient at `x`.
 * @throws (as a rejection) ValueError for options out of range, DTypeError for an `x0` that is no float, GradientError where `f` gives no
 * float scalar.
 * @example
 * const { x } = await gradientDescent((w) => sum(square(sub(w, 1))), zeros([2]), { stepSize: 0.1, iterations: 100 });
 */
export async function gradientDescent<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: GradientDescentOptions<T>,
): Promise<RoadResult<T>> {
  return drive(gradientDescentRoutine(f, x0, options));
}

/**
 * `gradientDescent` without a Promise, for backends that read synchronously.
 *
 * @throws as `gradientDescent` rejects.
 * @example
 * gradientDescentSync((w) => sum(square(w)), ones([2]), { stepSize: 0.5, iterations: 1 }).value; // 0
 */
export function gradientDescentSync<T>(f: (x: T) => Tensor, x0: T, options: GradientDescentOptions<T>): RoadResult<T> {
  return driveSync(gradientDescentRoutine(f, x0, options));
}

/**
 * Mini-batch gradient descent: each update follows the gradient on another batch of the data, epoch after epoch in another random
 * order. `value` and `gradient` of the result are those at `x` on the last batch; `f(x, data)` gives the loss on all.
 *
 * @param f From a tree like `x0` and a batch of the data to a scalar float tensor.
 * @param x0 A tree of float tensors: the start.
 * @param data A tree of tensors whose leading axes count the same examples.
 * @param options.stepSize Above 0.
 * @param options.batchSize Default 256, or all where there are fewer.
 * @param options.shuffle Default true.
 * @param options.generator Draws the orders; default `generator(0)`.
 * @param options.iterations How many updates; default 1000, unless `evaluations` or `seconds` is given.
 * @returns A Promise of `RoadResult`.
 * @throws (as a rejection) as `gradientDescent` and `minibatches`.
 * @example
 * const loss = (w: Tensor, { x, y }: { x: Tensor; y: Tensor }) => mean(square(sub(matmul(x, w), y)));
 * const { x: w } = await minibatchGradientDescent(loss, zeros([3]), { x: inputs, y: targets }, { stepSize: 0.1, batchSize: 32 });
 */
export async function minibatchGradientDescent<T, B>(
  f: (x: T, batch: BatchOf<B>) => Tensor,
  x0: T,
  data: B,
  options: MinibatchGradientDescentOptions<T>,
): Promise<RoadResult<T>> {
  return drive(minibatchRoutine(f, x0, data, options));
}

/**
 * `minibatchGradientDescent` without a Promise, for backends that read synchronously.
 *
 * @throws as `minibatchGradientDescent` rejects.
 * @example
 * const { x } = minibatchGradientDescentSync(loss, zeros([3]), { x: inputs, y: targets }, { stepSize: 0.1, seconds: 2 });
 */
export function minibatchGradientDescentSync<T, B>(
  f: (x: T, batch: BatchOf<B>) => Tensor,
  x0: T,
  data: B,
  options: MinibatchGradientDescentOptions<T>,
): RoadResult<T> {
  return driveSync(minibatchRoutine(f, x0, data, options));
}

/**
 * Stochastic gradient descent: mini-batch gradient descent with batches of one example.
 *
 * @param f From a tree like `x0` and a batch of one example to a scalar float tensor; the leading axis is there, of size 1.
 * @param x0 A tree of float tensors: the start.
 * @param data A tree of tensors whose leading axes count the same examples.
 * @param options As for `minibatchGradientDescent`, without `batchSize`.
 * @returns A Promise of `RoadResult`.
 * @throws (as a rejection) as `minibatchGradientDescent`.
 * @example
 * const { x } = await stochasticGradientDescent(loss, zeros([3]), { x: inputs, y: targets }, { stepSize: 0.01, seconds: 2 });
 */
export async function stochasticGradientDescent<T, B>(
  f: (x: T, batch: BatchOf<B>) => Tensor,
  x0: T,
  data: B,
  options: StochasticGradientDescentOptions<T>,
): Promise<RoadResult<T>> {
  return drive(stochasticRoutine(f, x0, data, options));
}

/**
 * `stochasticGradientDescent` without a Promise, for backends that read synchronously.
 *
 * @throws as `stochasticGradientDescent` rejects.
 * @example
 * const { x } = stochasticGradientDescentSync(loss, zeros([3]), { x: inputs, y: targets }, { stepSize: 0.01, iterations: 500 });
 */
export function stochasticGradientDescentSync<T, B>(
  f: (x: T, batch: BatchOf<B>) => Tensor,
  x0: T,
  data: B,
  options: StochasticGradientDescentOptions<T>,
): RoadResult<T> {
  return driveSync(stochasticRoutine(f, x0, data, options));
}
