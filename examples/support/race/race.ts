import { full, generator, mul, neg, sum, tensor, valueAndGrad } from "@glissade/autograd";
import { applyUpdates, type GradientTransform } from "@glissade/optim";
import { type Landscape, noiseOf, type Points } from "./landscapes.js";

/** How one method came down one landscape. */
export interface Run {
  /** Evaluations of value and gradient until the height was below the goal; undefined where it never was. */
  readonly evaluations: number | undefined;
  /** The least height seen. */
  readonly lowest: number;
  /** The learning rate that was the best of the grid. */
  readonly rate: number;
  readonly path: readonly (readonly [x: number, y: number])[];
}

/** Learning rates to choose from: four in each power of ten, and no round ones, whose steps would fit into the distance to a minimum. */
const rates = Array.from({ length: 25 }, (_, i) => 10 ** (i / 4 - 5.1));

/**
 * Sends a stepper down a landscape with all rates at once, one in each element of x and y: transforms that work element by element do not mix
 * them. The first rate to come below the goal is the best one, and ends the race; else the one that came lowest.
 *
 * @param rule Directions of gradients, element by element.
 * @param goal The height to reach.
 * @param budget How many evaluations each rate gets.
 */
export function race(rule: GradientTransform, landscape: Landscape, goal: number, budget: number): Run {
  const random = generator(1);
  const factor = neg(tensor(rates, { dtype: "float64" }));
  const [x, y] = landscape.start.map((each) => full([rates.length], each, { dtype: "float64" }));
  if (x === undefined || y === undefined) throw new RangeError(`race: ${landscape.name} has no start.`);
  let points: Points = { x, y };
  let state = rule.init(points);
  const seen: { readonly x: Float64Array; readonly y: Float64Array }[] = [];
  const lowest = rates.map(() => Number.POSITIVE_INFINITY);

  for (let evaluations = 1; evaluations <= budget; evaluations++) {
    const noise = noiseOf(landscape, random);
    const { grads } = valueAndGrad((p: Points) => sum(landscape.height(p, noise)))(points);
    const heights = landscape.height(points).data();
    seen.push({ x: Float64Array.from(points.x.data()), y: Float64Array.from(points.y.data()) });
    for (const [i, height] of heights.entries()) if (height < (lowest[i] ?? 0)) lowest[i] = height;
    const reached = heights.findIndex((height) => height < goal);
    if (reached >= 0) return runOf(reached, evaluations);
    const [directions, next] = rule.update(grads, state, points);
    state = next;
    points = applyUpdates(points, { x: mul(factor, directions.x), y: mul(factor, directions.y) });
  }
  return runOf(lowest.indexOf(Math.min(...lowest)), undefined);

  function runOf(index: number, evaluations: number | undefined): Run {
    const path = seen.map((each) => [each.x[index] ?? Number.NaN, each.y[index] ?? Number.NaN] as const);
    return { evaluations, lowest: lowest[index] ?? Number.NaN, rate: rates[index] ?? Number.NaN, path };
  }
}
