import { generator } from "@glissade/autograd";
import { positive, wholeNumber } from "../arguments.js";
import type { Routine } from "../roads/drive.js";
import { type Meter, makeMeter } from "../roads/meter.js";
import { budgetOf } from "../roads/options.js";
import { checkTravel } from "../roads/travel.js";
import type { TensorTree } from "../tree.js";
import { boxOf } from "./bounds.js";
import { journey } from "./journey.js";
import type { Sampled } from "./method.js";
import { makerOf } from "./methods.js";
import { epsilonOf, type Objective, type SmoothPoint } from "./objective.js";
import type { MinimizeOptions, MinimizeResult } from "./options.js";
import { rulesOf } from "./rules.js";
import type { Vector } from "./vector.js";

/** @throws ValueError for an option out of range. */
function checkOptions<T>(operator: string, { memory, sigma, populationSize }: MinimizeOptions<T>): void {
  if (memory !== undefined) wholeNumber(operator, "memory", memory, 1);
  if (sigma !== undefined) positive(operator, "sigma", sigma);
  if (populationSize !== undefined) wholeNumber(operator, "populationSize", populationSize, 5);
}

/** A way down that has been checked, and waits for its start and its function. */
export type Descend<T> = (x0: Vector, objectiveOf: (meter: Meter) => Objective) => Routine<MinimizeResult<T>>;

/**
 * What the options ask for, over trees like `tree`.
 *
 * @throws ValueError for options out of range.
 */
export function descentOf<T>(operator: string, tree: TensorTree, options: MinimizeOptions<T>): Descend<T> {
  const { bounds, method = bounds === undefined ? "l-bfgs" : "l-bfgs-b", memory = 10, sigma = 0.5 } = options;
  const { generator: source = generator(0), populationSize } = options;
  const make = makerOf(operator, method, bounds !== undefined);
  checkOptions(operator, options);
  checkTravel(operator, options);
  const budget = budgetOf(operator, options);
  const rules = rulesOf(operator, options, epsilonOf(tree));
  return function* (x0, objectiveOf) {
    const box = bounds && (yield* boxOf(operator, bounds, tree, x0));
    const meter = makeMeter(budget);
    const objective = objectiveOf(meter);
    const made = make(objective, { operator, memory, box, sigma, populationSize, source, spreads: rules.spreads });
    const travelled = { tree, meter, budget, options };
    if (made.kind === "sampled") {
      const arrived = (point: Sampled): string | undefined => made.method.arrived?.(point);
      return (yield* journey({ ...travelled, method: made.method, arrived }, yield* objective.value(x0)))[0];
    }
    const arrived = (point: SmoothPoint, previous?: SmoothPoint): string | undefined =>
      rules.arrived(made.method, point, previous);
    return (yield* journey({ ...travelled, method: made.method, arrived }, yield* objective.withGradient(x0)))[0];
  };
}
