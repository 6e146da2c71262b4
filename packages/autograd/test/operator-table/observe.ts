import { sample } from "fast-check";
import { recordings } from "../../src/testing/arbitrary.js";
import { callNodes, floats } from "../../src/testing/derivatives.js";
import { laws } from "../../src/testing/laws/index.js";
import type { OperatorFunction } from "../../src/testing/operator-laws.js";
import { type Law, type OperatorUnderTest, Trial } from "../../src/testing/trial.js";
import { lawsOfColumns } from "./columns.js";
import type { Observation, Outcome } from "./table.js";

/** Those of `operatorLaws`, which decide which laws a suite has: the table and the suites agree on what applies. */
const probes = { seed: 20, numRuns: 25 };

/** On how many of the cases that a law says something about it is tried. */
export const casesPerLaw = 5;

/** What the table is told of an operator besides itself. */
export interface Declared {
  readonly elementwise?: boolean;
  readonly except?: Readonly<Record<string, string>>;
}

/** Tries the laws of the table on an operator. */
export function observe(name: string, op: OperatorFunction, declared: Declared): Observation {
  const info = op.operator;
  if (info?.samples === undefined) throw new Error(`${name} has no samples.`);
  const { samples } = info;
  const elementwise = declared.elementwise ?? info.elementwise ?? false;
  const subject = (...args: readonly unknown[]): unknown => op(...(args as never[]));
  const operator: OperatorUnderTest = { name, subject, elementwise };
  const exceptions = declared.except ?? {};
  const trialsOf = (drawing: Law["drawing"]): Trial[] =>
    sample(recordings(samples, drawing), probes).flatMap((recording) =>
      recording === undefined ? [] : [new Trial(operator, recording)],
    );
  const outcomes = new Map<string, Outcome>();
  for (const law of laws.filter(({ name }) => lawsOfColumns.includes(name) && !(name in exceptions))) {
    const outcome = outcomeOf(law, trialsOf(law.drawing));
    if (outcome !== undefined) outcomes.set(law.name, outcome);
  }
  const plain = trialsOf({ style: "plain" });
  const takesFloats = plain.some(({ call }) => call.operands.length > 0);
  const givesFloats = plain.some(({ call }) => floats(call.results()).length > 0);
  return { name, outcomes, exceptions, takesFloats, givesFloats, noDerivative: reasonAgainst(plain) };
}

function outcomeOf(law: Law, trials: readonly Trial[]): Outcome | undefined {
  let cases = 0;
  for (const trial of trials) {
    try {
      if (trial.recording.error !== undefined) throw trial.recording.error;
      if (!law.applies(trial)) continue;
      law.check(trial);
    } catch (error) {
      return { broken: `${trial.operator.name} breaks the law "${law.name}" in ${trial}: ${String(error)}` };
    }
    cases++;
    if (cases === casesPerLaw) break;
  }
  return cases === 0 ? undefined : { cases };
}

/** Why no call of an operator has a derivative: of its results, or in the words of the first primitive that says so. */
function reasonAgainst(trials: readonly Trial[]): string | undefined {
  if (trials.some((trial) => trial.isDifferentiable)) return undefined;
  for (const { call } of trials) {
    const { nodes, results } = callNodes(call, false);
    const [result] = results;
    if (result !== undefined && floats(results).length === 0) {
      return `not differentiable: its result is ${result.dtype === "bool" ? "boolean" : "integer"}`;
    }
    for (const { primitive, inputs } of nodes) {
      if (inputs.length > 0 && "none" in primitive.vjp) return `not differentiable: ${primitive.vjp.none}`;
    }
  }
  return "not differentiable: its result depends on no float tensor";
}
