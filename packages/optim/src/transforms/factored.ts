import {
  add,
  cast,
  div,
  maximum,
  mean,
  mul,
  pow,
  rsqrt,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tree,
  zeros,
} from "@glissade/autograd";
import { finite, nonNegative, positive } from "../arguments.js";
import { buildTree, mapTrees, matchingLeaves, tensorTree } from "../tree.js";
import { noSteps } from "./moments.js";
import { checkState, type GradientTransform, type NoState, stateless } from "./transform.js";

/** Options of `scaleByFactoredRms`. */
export interface FactoredRmsOptions {
  /** The average at step t ≥ 1 takes t^betaDecay of the new squares; at most 0, default −0.8. */
  readonly betaDecay?: number;
  /** The least root of the averaged squares; 0 or more, default the dtype's ε (1.2·10⁻⁷ or 2.2·10⁻¹⁶). */
  readonly eps?: number | undefined;
}

/** What `scaleByFactoredRms` remembers. */
export type FactoredRmsState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** Averaged squares of each row, [..., rows, 1], of leaves with two axes or more; of all elements of the others. */
  readonly rows: Tree;
  /** Averaged squares of each column, [..., 1, columns]; a single unused 0 for leaves with fewer axes. */
  readonly columns: Tree;
};

/** The distance from 1 to the next number. */
const epsilonOf = (dtype: string): number => (dtype === "float32" ? 2 ** -23 : 2 ** -52);

const shapesOf = (shape: readonly number[]): { rows: number[]; columns: number[] } =>
  shape.length < 2
    ? { rows: [...shape], columns: [] }
    : { rows: [...shape.slice(0, -1), 1], columns: [...shape.slice(0, -2), 1, shape[shape.length - 1] ?? 1] };

/**
 * Adafactor's direction g / √V̂: V̂ is the outer product of averaged squares of rows and of columns, over their mean, which takes far less memory
 * than the squares themselves; leaves with less than two axes keep all (Shazeer & Stern, Adafactor: adaptive learning rates with sublinear memory
 * cost, 2018). Where eps goes follows PyTorch's `Adafactor`.
 *
 * @param options.betaDecay Default −0.8.
 * @param options.eps Default the dtype's ε.
 * @throws ValueError for a betaDecay above 0 or an eps below.
 * @example
 * const rule = chain(scaleByFactoredRms(), clipByRms(1), scale(-0.01));
 */
export function scaleByFactoredRms(options: FactoredRmsOptions = {}): GradientTransform<FactoredRmsState> {
  const { betaDecay = -0.8, eps } = options;
  nonNegative("scaleByFactoredRms", "−betaDecay", -finite("scaleByFactoredRms", "betaDecay", betaDecay));
  if (eps !== undefined) nonNegative("scaleByFactoredRms", "eps", eps);
  return {
    init(params) {
      const { leaves, structure } = tensorTree("scaleByFactoredRms", "params", params);
      const empty = (axes: "rows" | "columns"): Tree =>
        buildTree(
          structure,
          leaves.map(({ shape, dtype }) => zeros(shapesOf(shape)[axes], { dtype })),
        );
      return { count: noSteps(), rows: empty("rows"), columns: empty("columns") };
    },
    update(gradients, state) {
      checkState("scaleByFactoredRms", state, ["count", "rows", "columns"]);
      const { leaves, forms, structure } = tensorTree("scaleByFactoredRms", "gradients", gradients);
      const before = (axes: "rows" | "columns"): Tensor[] =>
        matchingLeaves("scaleByFactoredRms", `the state's ${axes}`, state[axes], {
          name: "what belongs to the gradients",
          structure,
          forms: forms.map((form) => ({ ...form, shape: shapesOf(form.shape)[axes] })),
        });
      const [rows, columns] = [before("rows"), before("columns")];
      const count = add(state.count, 1);
      const share = pow(count, betaDecay);
      const results = leaves.map((g, i) =>
        factoredStep(g, rows[i] ?? g, columns[i] ?? g, share, eps ?? epsilonOf(g.dtype)),
      );
      const tree = <T>(part: keyof FactoredStep): T =>
        buildTree<T>(
          structure,
          results.map((result) => result[part]),
        );
      return [tree("update"), { count, rows: tree("rows"), columns: tree("columns") }];
    },
  };
}

interface FactoredStep {
  readonly update: Tensor;
  readonly rows: Tensor;
  readonly columns: Tensor;
}

function factoredStep(g: Tensor, rows: Tensor, columns: Tensor, share: Tensor, eps: number): FactoredStep {
  const advance = (before: Tensor, now: Tensor): Tensor => add(before, mul(cast(share, g.dtype), sub(now, before)));
  const squares = square(g);
  const divide = (squared: Tensor): Tensor => mul(rsqrt(maximum(squared, eps * eps)), g);
  if (g.rank < 2) {
    const all = advance(rows, squares);
    return { update: divide(all), rows: all, columns };
  }
  const nextRows = advance(rows, mean(squares, { axis: -1, keepDims: true }));
  const nextColumns = advance(columns, mean(squares, { axis: -2, keepDims: true }));
  const typical = maximum(mean(nextRows, { axis: -2, keepDims: true }), eps);
  return { update: divide(div(mul(nextRows, nextColumns), typical)), rows: nextRows, columns: nextColumns };
}

/** The root of the mean square of one leaf's elements; 0 where there are none. */
const rmsOf = (x: Tensor): Tensor => sqrt(div(sum(square(x)), Math.max(1, x.size)));

/**
 * Divides each leaf by max(1, RMS / limit), so that the root of its mean square is at most `limit` (Shazeer & Stern, Adafactor, 2018, section 6).
 *
 * @param limit Above 0.
 * @throws ValueError for a limit of 0, below, NaN or infinite.
 * @example
 * clipByRms(1).update([tensor([3, 3])], [], [])[0][0].toArray(); // [1, 1]
 */
export function clipByRms(limit: number): GradientTransform<NoState> {
  positive("clipByRms", "limit", limit);
  return stateless((gradients) =>
    mapTrees("clipByRms", ["gradients", gradients], {}, (g) => div(g, maximum(div(rmsOf(g), limit), 1))),
  );
}

/**
 * Multiplies each leaf by max(least, RMS of its parameter), so that steps are relative to the parameters (Shazeer & Stern, Adafactor, 2018,
 * section 8).
 *
 * @param least 0 or more; default 0.001.
 * @throws ValueError for a least below 0, NaN or infinite; ValueError, ShapeError, DTypeError (from `update`) where the parameters do not match
 * the gradients.
 * @example
 * const rule = chain(scaleByFactoredRms(), clipByRms(1), scaleByParameterRms(), scale(-0.01));
 */
export function scaleByParameterRms(least = 1e-3): GradientTransform<NoState> {
  nonNegative("scaleByParameterRms", "least", least);
  return stateless((gradients, params) =>
    mapTrees("scaleByParameterRms", ["gradients", gradients], { params }, (g, x) => mul(maximum(rmsOf(x), least), g)),
  );
}
