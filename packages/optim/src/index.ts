/** Optimisers for functions of tensors: steppers made of gradient transforms, the roads downhill of the lecture note, minibatches. */
export type { MinibatchOptions, MinibatchState } from "./data/batch-order.js";
export {
  type AsyncMinibatches,
  type AsyncMinibatchOptions,
  type BatchOf,
  type BatchPlace,
  type BatchSource,
  type Minibatches,
  minibatches,
} from "./data/minibatches.js";
export { prefetch } from "./data/prefetch.js";
export { type CurveFitOptions, curveFit, curveFitSync } from "./least-squares/curve-fit.js";
export { leastSquares, leastSquaresSync } from "./least-squares/least-squares.js";
export type { RobustLoss } from "./least-squares/loss.js";
export type { LeastSquaresMethod, LeastSquaresOptions, LeastSquaresResult } from "./least-squares/options.js";
export { type BatchOptions, minimizeBatch, minimizeBatchSync } from "./minimize/batch.js";
export type { Bounds } from "./minimize/bounds.js";
export { minimize, minimizeSync } from "./minimize/minimize.js";
export type { MinimizeMethod, MinimizeOptions, MinimizeResult, Tolerances } from "./minimize/options.js";
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
export { cosine, cosineRestarts, type OneCycleOptions, oneCycle } from "./schedules/cosine.js";
export { type CyclicOptions, cyclic } from "./schedules/cyclic.js";
export { constant, exponential, linear, multiStep, polynomial, stepDecay } from "./schedules/decay.js";
export { join, warmup } from "./schedules/join.js";
export {
  type PlateauOptions,
  type PlateauSchedule,
  type PlateauState,
  reduceOnPlateau,
} from "./schedules/plateau.js";
export type { Schedule } from "./schedules/schedule.js";
export { type AdabeliefOptions, adabelief } from "./steppers/adabelief.js";
export { type AdadeltaOptions, adadelta } from "./steppers/adadelta.js";
export { type AdafactorOptions, adafactor } from "./steppers/adafactor.js";
export { type AdagradOptions, adagrad } from "./steppers/adagrad.js";
export { type AdamOptions, adam, adamw } from "./steppers/adam.js";
export { type AdamaxOptions, adamax } from "./steppers/adamax.js";
export { type AsgdOptions, asgd } from "./steppers/asgd.js";
export { defineStepper, type StepperFactory, type StepperOptions, stepper } from "./steppers/define-stepper.js";
export { type LambOptions, lamb } from "./steppers/lamb.js";
export { type LionOptions, lion } from "./steppers/lion.js";
export { type MuonOptions, muon } from "./steppers/muon.js";
export { type NadamOptions, nadam } from "./steppers/nadam.js";
export { type RadamOptions, radam } from "./steppers/radam.js";
export type { LearningRate } from "./steppers/rate.js";
export { type RmspropOptions, rmsprop } from "./steppers/rmsprop.js";
export { type RpropOptions, rprop } from "./steppers/rprop.js";
export { type SgdOptions, sgd } from "./steppers/sgd.js";
export type { GroupState, StateDict } from "./steppers/state-dict.js";
export type {
  CommonOptions,
  GradientsFor,
  GroupOf,
  KnownOptions,
  Stepper,
  StepperGroup,
  Ungrouped,
  VariablesOf,
} from "./steppers/stepper.js";
export { type AccumulateState, accumulate } from "./transforms/accumulate.js";
export { type AdadeltaState, type AdadeltaTransformOptions, scaleByAdadelta } from "./transforms/adadelta.js";
export { type AdagradState, type AdagradTransformOptions, scaleByAdagrad } from "./transforms/adagrad.js";
export { type AdamState, type AdamTransformOptions, scaleByAdam } from "./transforms/adam.js";
export { type AdamaxState, type AdamaxTransformOptions, scaleByAdamax } from "./transforms/adamax.js";
export { type AverageIteratesOptions, type AverageIteratesState, averageIterates } from "./transforms/asgd.js";
export { type BeliefTransformOptions, scaleByBelief } from "./transforms/belief.js";
export { centralize } from "./transforms/centralize.js";
export { clipByGlobalNorm, clipByValue, globalNorm } from "./transforms/clip.js";
export { type EmaOptions, type EmaState, ema } from "./transforms/ema.js";
export {
  clipByRms,
  type FactoredRmsOptions,
  type FactoredRmsState,
  scaleByFactoredRms,
  scaleByParameterRms,
} from "./transforms/factored.js";
export { type LionState, type LionTransformOptions, scaleByLion } from "./transforms/lion.js";
export { type LookaheadOptions, type LookaheadState, lookahead } from "./transforms/lookahead.js";
export { type Mask, type MaskTree, masked } from "./transforms/masked.js";
export { type NadamState, type NadamTransformOptions, scaleByNadam } from "./transforms/nadam.js";
export { addNoise, type NoiseOptions } from "./transforms/noise.js";
export { type SkipState, skipNotFinite } from "./transforms/not-finite.js";
export { type OrthogonalizeOptions, orthogonalize } from "./transforms/orthogonalize.js";
export { type RadamTransformOptions, scaleByRadam } from "./transforms/radam.js";
export { type RmsState, type RmsTransformOptions, scaleByRms } from "./transforms/rms.js";
export { type RpropState, type RpropTransformOptions, scaleByRprop } from "./transforms/rprop.js";
export { type CountState, scale, scaleBySchedule } from "./transforms/scale.js";
export { type TraceOptions, type TraceState, trace } from "./transforms/trace.js";
export { applyUpdates, chain, type GradientTransform, type NoState } from "./transforms/transform.js";
export { scaleByTrustRatio } from "./transforms/trust-ratio.js";
export { addWeightDecay } from "./transforms/weight-decay.js";
