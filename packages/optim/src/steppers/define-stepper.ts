import { type Tensor, ValueError } from "@glissade/autograd";
import { type GradientTransform, isTransform } from "../transforms/transform.js";
import { describeValue } from "../tree.js";
import type { LearningRate } from "./rate.js";
import {
  type CommonOptions,
  defaultRate,
  type GroupOf,
  type KnownOptions,
  makeStepper,
  type Stepper,
  type Ungrouped,
  type VariablesOf,
} from "./stepper.js";

/** Makes steppers of one kind: of a tree of float Variables, or of an array of parameter groups `{params, lr?, …}`. */
export interface StepperFactory<O extends CommonOptions> {
  /** @throws ValueError for options out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats. */
  <const G extends readonly GroupOf<O>[]>(groups: G & KnownOptions<G, O>, options?: O): Stepper<VariablesOf<G>>;
  <W>(variables: Ungrouped<W>, options?: O): Stepper<W>;
}

/**
 * Defines a kind of stepper by its chain of transforms: `sgd`, `adam` and all others are made so, and so can yours be.
 *
 * @param name For messages and saved states.
 * @param define.lr The learning rate where none is given; default 0.001.
 * @param define.transform From a group's options, and the learning rate of the coming step (a function that gives a float64 scalar, to be asked within
 * `update`), to what makes directions of gradients; the step is −lr times the direction.
 * @example
 * const signSgd = defineStepper("signSgd", { lr: 0.01, transform: () => scaleByLion({ betas: [0, 0] }) });
 * signSgd([w], { lr: 0.1 }).minimize(() => sum(square(w)));
 */
export function defineStepper<O extends CommonOptions = CommonOptions>(
  name: string,
  define: {
    readonly lr?: LearningRate;
    readonly transform: (options: Partial<O>, lr: () => Tensor) => GradientTransform;
  },
): StepperFactory<O> {
  function make<const G extends readonly GroupOf<O>[]>(
    groups: G & KnownOptions<G, O>,
    options?: O,
  ): Stepper<VariablesOf<G>>;
  function make<W>(variables: Ungrouped<W>, options?: O): Stepper<W>;
  function make(variables: unknown, options?: Partial<O>): Stepper<unknown> {
    const given: Partial<O> = options ?? {};
    return makeStepper(name, variables, given, define.lr ?? defaultRate, (own, lr) => ({
      transform: define.transform(own, lr),
      gives: "directions",
    }));
  }
  return make;
}

/** Options of `stepper`; either `transform` or `updates` is wanted. */
export interface StepperOptions extends CommonOptions {
  /** What makes directions of gradients; the step is −lr times the direction. */
  readonly transform?: GradientTransform;
  /**
   * What makes whole updates of gradients, given the learning rate of the coming step: a function that gives a float64 scalar, to be asked within
   * `update`. For transforms such as `lookahead`.
   */
  readonly updates?: (lr: () => Tensor) => GradientTransform;
  /** Names the stepper in messages and saved states; default "stepper". */
  readonly name?: string;
}

/**
 * A stateful optimiser made of a gradient transform: each step moves the Variables by −lr times the direction that the transform makes of
 * the gradients. The transform's state is held in Variables, made now.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, transform?}`.
 * @param options.transform See `chain`.
 * @param options.updates In place of `transform`: whole updates, with the rate in them.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.skipNotFinite Default false.
 * @param options.name For messages and saved states; default "stepper".
 * @throws ValueError for no Variables, one that is there twice, a negative or NaN rate, no transform, or two; DTypeError for Variables that are no
 * floats.
 * @example
 * const w = variable([1, 2]);
 * const clipped = stepper([w], { transform: chain(clipByGlobalNorm(1), trace({ momentum: 0.9 })), lr: 0.1 });
 * clipped.minimize(() => sum(square(w))).value.item(); // 5
 */
export function stepper<const G extends readonly GroupOf<StepperOptions>[]>(
  groups: G & KnownOptions<G, StepperOptions>,
  options: StepperOptions,
): Stepper<VariablesOf<G>>;
export function stepper<W>(variables: Ungrouped<W>, options: StepperOptions): Stepper<W>;
export function stepper(variables: unknown, options: StepperOptions): Stepper<unknown> {
  const name = options.name ?? "stepper";
  return makeStepper(name, variables, options, defaultRate, ({ transform, updates }: StepperOptions, lr) => {
    if (transform !== undefined && updates !== undefined) {
      throw new ValueError(`${name}: give either transform or updates, not both.`);
    }
    const given = updates === undefined ? transform : updates(lr);
    if (!isTransform(given)) {
      const option = updates === undefined ? "option transform" : "result of updates";
      throw new ValueError(`${name}: the ${option} is ${describeValue(given)}, not a gradient transform; see chain.`);
    }
    return { transform: given, gives: updates === undefined ? "directions" : "updates" };
  });
}
