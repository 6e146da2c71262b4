import { allocate } from "../../dtype.js";
import { leaf, type Tensor } from "../../tensor.js";
import { floats, weightsLike } from "../derivatives.js";
import { floatValues, moved } from "../differences.js";
import { numberText } from "../source-text.js";
import type { Law, Trial } from "../trial.js";
import { elementText, Finding, magnitude } from "../violation.js";
import { elementsOf, pushed } from "./first-order.js";

/** What the one-sided differences step by: far less than the distance to the next kink. */
const step = 2 ** -20;

/** A difference quotient beyond this, relative to the values, belongs to a jump or a vertical tangent: neither has a subgradient. */
const steepest = 1e3;

/** Relative to the difference quotients, which the curvature bends by about a step. */
const tolerance = 1e-4;

/** How many elements are moved by themselves, besides all together. */
const movedAlone = 4;

/** All elements moved together, and a few of them one by one. */
function* directions(operands: readonly Tensor[]): Iterable<readonly Tensor[]> {
  yield weightsLike(operands, 1);
  let count = 0;
  for (const [k, operand] of operands.entries()) {
    for (let i = 0; i < operand.size && count < movedAlone; i++, count++) {
      yield operands.map((x, other) => {
        const data = allocate(x.dtype, x.size);
        if (other === k) data[i] = 1;
        return leaf(x.shape, x.dtype, data);
      });
    }
  }
}

/** Whether a rule's derivative lies between the quotients on either side; where these are too steep, there is nothing to say. */
function isBetween(tangent: number, left: number, right: number, scale: number): boolean {
  const steeper = Math.max(Math.abs(left), Math.abs(right));
  if (!(steeper <= steepest * scale)) return true;
  const slack = tolerance * Math.max(steeper, scale);
  return tangent >= Math.min(left, right) - slack && tangent <= Math.max(left, right) + slack;
}

/** The derivative along `v` against the differences on either side, element by element of each result. */
function checkBetween({ call }: Trial, results: readonly Tensor[], v: readonly Tensor[]): void {
  const tangents = elementsOf(pushed(call, v));
  const at = (distance: number): readonly ArrayLike<number>[] =>
    floatValues(call)(moved(call.operands, elementsOf(v), distance));
  const [before, here, after] = [at(-step), elementsOf(results), at(step)];
  for (const [k, result] of results.entries()) {
    const scale = Math.max(1, magnitude(here[k] ?? []));
    for (let i = 0; i < result.size; i++) {
      const value = here[k]?.[i] ?? Number.NaN;
      const left = (value - (before[k]?.[i] ?? Number.NaN)) / step;
      const right = ((after[k]?.[i] ?? Number.NaN) - value) / step;
      const tangent = tangents[k]?.[i] ?? Number.NaN;
      if (isBetween(tangent, left, right, scale)) continue;
      throw new Finding(call.text(), `derivative of result ${k}, ${elementText(result.shape, i)}`, [
        ["rule", numberText(tangent)],
        ["on either side", `${numberText(left)} and ${numberText(right)}`],
      ]);
    }
  }
}

/**
 * At a kink a rule may take either side or anything between (Clarke, Optimization and Nonsmooth Analysis, 1983, ch. 2): so say the
 * derivatives along all elements together and along single ones.
 */
export const kinks: Law = {
  name: "the derivative at a kink lies between those on either side",
  drawing: { style: "kinked" },
  runs: 100,
  applies: (trial) => trial.recording.hasKinks && trial.isDifferentiable && !trial.isCoarse,
  check(trial) {
    const results = floats(trial.call.results());
    for (const v of directions(trial.call.operands)) checkBetween(trial, results, v);
  },
};
