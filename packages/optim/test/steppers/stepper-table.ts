import { mul, neg, type Variable } from "@glissade/autograd";
import {
  accumulate,
  adabelief,
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamw,
  addNoise,
  addWeightDecay,
  asgd,
  type CommonOptions,
  centralize,
  chain,
  clipByGlobalNorm,
  clipByValue,
  ema,
  lamb,
  lion,
  lookahead,
  masked,
  muon,
  nadam,
  radam,
  rmsprop,
  rprop,
  type Stepper,
  scale,
  scaleByAdam,
  scaleBySchedule,
  sgd,
  skipNotFinite,
  stepper,
  trace,
} from "@glissade/optim";

/** Variables by name. */
export type Weights = { readonly [name: string]: Variable };

/** A stepper, or one of its options, to try laws on. */
export interface Entry {
  readonly name: string;
  readonly make: (weights: Weights, options?: CommonOptions) => Stepper<Weights>;
  /** Whether it takes matrices only. */
  readonly matricesOnly?: boolean;
  /** Whether what happens to one Variable depends on the gradients of others. */
  readonly coupled?: boolean;
  /** Whether a gradient that is not finite is no error. */
  readonly takesNotFinite?: boolean;
}

/** Every stepper, and those made of every transform. */
export const steppers: readonly Entry[] = [
  { name: "sgd", make: (w, o) => sgd(w, o) },
  { name: "sgd with all options", make: (w, o) => sgd(w, { momentum: 0.9, dampening: 0.1, weightDecay: 0.01, ...o }) },
  { name: "sgd, nesterov", make: (w, o) => sgd(w, { momentum: 0.9, nesterov: true, ...o }) },
  { name: "adam", make: (w, o) => adam(w, o) },
  { name: "adam, amsgrad", make: (w, o) => adam(w, { amsgrad: true, weightDecay: 0.01, ...o }) },
  { name: "adamw", make: (w, o) => adamw(w, o) },
  { name: "nadam", make: (w, o) => nadam(w, o) },
  { name: "radam", make: (w, o) => radam(w, { betas: [0.9, 0.9], ...o }) },
  { name: "adamax", make: (w, o) => adamax(w, o) },
  { name: "adagrad", make: (w, o) => adagrad(w, { lrDecay: 0.1, ...o }) },
  { name: "adadelta", make: (w, o) => adadelta(w, o) },
  { name: "rmsprop", make: (w, o) => rmsprop(w, o) },
  { name: "rmsprop, centered", make: (w, o) => rmsprop(w, { centered: true, momentum: 0.5, ...o }) },
  { name: "rprop", make: (w, o) => rprop(w, o) },
  { name: "asgd", make: (w, o) => asgd(w, { t0: 3, weightDecay: 0.01, ...o }) },
  { name: "adabelief", make: (w, o) => adabelief(w, { weightDecay: 0.01, ...o }) },
  { name: "lion", make: (w, o) => lion(w, { weightDecay: 0.01, ...o }) },
  { name: "lamb", make: (w, o) => lamb(w, o) },
  { name: "adafactor", make: (w, o) => adafactor(w, { weightDecay: 0.01, ...o }) },
  { name: "muon", matricesOnly: true, make: (w, o) => muon(w, o) },
  { name: "clipByGlobalNorm", coupled: true, make: (w, o) => stepper(w, { transform: clipByGlobalNorm(0.5), ...o }) },
  { name: "clipByValue", make: (w, o) => stepper(w, { transform: clipByValue(0.1), ...o }) },
  {
    name: "addNoise",
    coupled: true,
    make: (w, o) => stepper(w, { transform: addNoise({ eta: 0.01, seed: 3 }), ...o }),
  },
  {
    name: "ema and centralize",
    make: (w, o) => stepper(w, { transform: chain(centralize(), ema({ decay: 0.8 })), ...o }),
  },
  {
    name: "scaleBySchedule",
    make: (w, o) => stepper(w, { transform: scaleBySchedule((count) => mul(0.5, count)), ...o }),
  },
  {
    name: "accumulate",
    make: (w, o) =>
      stepper(w, { transform: accumulate(chain(scaleByAdam(), addWeightDecay(0.1)), { every: 3 }), ...o }),
  },
  {
    name: "masked",
    make: (w, o) => stepper(w, { transform: masked(trace({ momentum: 0.9 }), (_, path) => path < "m"), ...o }),
  },
  {
    name: "lookahead",
    make: (w, o) =>
      stepper(w, {
        updates: (lr) =>
          lookahead(
            chain(
              scaleByAdam(),
              scale(() => neg(lr())),
            ),
            { every: 3 },
          ),
        ...o,
      }),
  },
  {
    name: "skipNotFinite",
    coupled: true,
    takesNotFinite: true,
    make: (w, o) => stepper(w, { transform: skipNotFinite(trace({ momentum: 0.9 })), ...o }),
  },
];
