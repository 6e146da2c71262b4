/** Optimisers for functions of tensors: steppers made of gradient transforms, the roads downhill of the lecture note, minibatches. */
export {
  type BatchOf,
  type Minibatches,
  type MinibatchOptions,
  type MinibatchState,
  minibatches,
} from "./minibatches.js";
export {
  type GradientDescentOptions,
  gradientDescent,
  gradientDescentSync,
  type MinibatchGradientDescentOptions,
  minibatchGradientDescent,
  minibatchGradientDescentSync,
  type StochasticGradientDescentOptions,
  stochasticGradientDescent,
  stochasticGradientDescentSync,
} from "./roads/descent.js";
export type { GradientOptions } from "./roads/gradient.js";
export type { HistoryEntry, RoadOptions, RoadProgress, RoadResult } from "./roads/options.js";
export {
  type RandomLocalSearchOptions,
  type RandomSearchOptions,
  randomLocalSearch,
  randomLocalSearchSync,
  randomSearch,
  randomSearchSync,
} from "./roads/search.js";
export {
  type StepSizeSweepOptions,
  type StepSizeSweepResult,
  type SweepEntry,
  stepSizeSweep,
  stepSizeSweepSync,
} from "./roads/sweep.js";
export {
  constant,
  cosine,
  exponential,
  linear,
  type Schedule,
  stepDecay,
  warmup,
} from "./schedules.js";
export { type AdamOptions, adam, adamw } from "./steppers/adam.js";
export type { LearningRate } from "./steppers/rate.js";
export { type SgdOptions, sgd } from "./steppers/sgd.js";
export type { GroupState, StateDict } from "./steppers/state-dict.js";
export {
  type GradientsFor,
  type GroupOf,
  type Stepper,
  type StepperGroup,
  type StepperOptions,
  stepper,
  type VariablesOf,
} from "./steppers/stepper.js";
export { type AdamState, type AdamTransformOptions, scaleByAdam } from "./transforms/adam.js";
export { clipByGlobalNorm, clipByValue, globalNorm } from "./transforms/clip.js";
export { type CountState, scale, scaleBySchedule } from "./transforms/scale.js";
export { type TraceOptions, type TraceState, trace } from "./transforms/trace.js";
export { applyUpdates, chain, type GradientTransform, type NoState } from "./transforms/transform.js";
export { addWeightDecay } from "./transforms/weight-decay.js";
