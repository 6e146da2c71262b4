import { type Generator, ValueError } from "@glissade/autograd";
import type { Box } from "./bounds.js";
import { cmaEsMethod } from "./cma-es.js";
import { differentialEvolutionMethod } from "./differential-evolution.js";
import { gradientDescentMethod, nonlinearCgMethod } from "./first-order.js";
import { lbfgsbMethod } from "./l-bfgs-b.js";
import type { SampledMethod, SmoothMethod } from "./method.js";
import { nelderMeadMethod, type Spreads } from "./nelder-mead.js";
import { newtonCgMethod, trustRegionMethod } from "./newton.js";
import type { Objective } from "./objective.js";
import type { MinimizeMethod } from "./options.js";
import { bfgsMethod, lbfgsMethod } from "./quasi-newton.js";

/** What the options say to a method. */
export interface Settings {
  readonly operator: string;
  readonly memory: number;
  readonly box: Box | undefined;
  readonly sigma: number;
  readonly populationSize: number | undefined;
  readonly source: Generator;
  readonly spreads: Spreads;
}

/** A method that follows gradients, or one that compares values. */
export type Made =
  | { readonly kind: "smooth"; readonly method: SmoothMethod }
  | { readonly kind: "sampled"; readonly method: SampledMethod };

type Make = (objective: Objective, settings: Settings) => Made;

const smooth =
  (make: (objective: Objective, memory: number) => SmoothMethod): Make =>
  (objective, { memory }) => ({ kind: "smooth", method: make(objective, memory) });

const openBox = (size: number): Box => ({
  lower: new Float64Array(size).fill(Number.NEGATIVE_INFINITY),
  upper: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
});

function finiteBox({ operator, box }: Settings): Box {
  if (box !== undefined && [...box.lower, ...box.upper].every(Number.isFinite)) return box;
  throw new ValueError(
    `${operator}: "differential-evolution" needs finite bounds for every number of x. Give bounds: { lower, upper }.`,
  );
}

const makers: Readonly<Record<MinimizeMethod, Make>> = {
  "gradient-descent": smooth(gradientDescentMethod),
  "nonlinear-cg": smooth(nonlinearCgMethod),
  bfgs: smooth(bfgsMethod),
  "l-bfgs": smooth(lbfgsMethod),
  "l-bfgs-b": (objective, { memory, box }) => ({
    kind: "smooth",
    method: lbfgsbMethod(objective, memory, box ?? openBox(objective.size)),
  }),
  "newton-cg": smooth(newtonCgMethod),
  "trust-region": smooth(trustRegionMethod),
  "nelder-mead": (objective, { box, spreads }) => ({
    kind: "sampled",
    method: nelderMeadMethod(objective, box, spreads),
  }),
  "cma-es": (objective, settings) => {
    const { populationSize = 4 + Math.floor(3 * Math.log(objective.size)) } = settings;
    return { kind: "sampled", method: cmaEsMethod(objective, settings.box, { ...settings, populationSize }) };
  },
  "differential-evolution": (objective, settings) => {
    const { populationSize = Math.max(5, 15 * objective.size) } = settings;
    const method = differentialEvolutionMethod(objective, finiteBox(settings), { ...settings, populationSize });
    return { kind: "sampled", method };
  },
};

const bounded: ReadonlySet<MinimizeMethod> = new Set(["l-bfgs-b", "nelder-mead", "cma-es", "differential-evolution"]);

/** @throws ValueError for a name that is none, or a method that knows no bounds where there are some. */
export function makerOf(operator: string, method: MinimizeMethod, hasBounds: boolean): Make {
  if (!Object.hasOwn(makers, method)) {
    throw new ValueError(
      `${operator}: method must be one of ${Object.keys(makers).join(", ")}, not ${String(method)}.`,
    );
  }
  if (hasBounds && !bounded.has(method)) {
    throw new ValueError(`${operator}: "${method}" knows no bounds. Use one of ${[...bounded].join(", ")}.`);
  }
  return makers[method];
}
