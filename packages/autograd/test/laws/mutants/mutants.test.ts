import { LawViolation, type OperatorFunction, type OperatorLaw, operatorLaws } from "@glissade/autograd/testing";
import { check } from "fast-check";
import { describe, expect, test } from "vitest";
import { laws } from "../../../src/testing/laws/index.js";
import { brokenDerivatives } from "../../testing/broken/derivatives.js";
import { brokenHandling } from "../../testing/broken/handling.js";
import { brokenKernels } from "../../testing/broken/kernels.js";
import { optionsOf } from "../operators.js";
import { batchingMutants } from "./batching.js";
import { compilingMutants } from "./compiling.js";
import { derivedMutants } from "./derived.js";
import { elementwiseMutants } from "./elementwise.js";
import { kernelMutants } from "./kernels.js";
import { kinkMutants } from "./kinks.js";
import { type Mutant, primitiveOf, rebuilt } from "./mutant.js";
import { secondOrderMutants } from "./second-order.js";
import { structureMutants } from "./structure.js";

const families: Readonly<Record<string, readonly Mutant[]>> = {
  "operators that work element by element": elementwiseMutants,
  "reductions and what moves elements": structureMutants,
  "second derivatives": secondOrderMutants,
  "kinks and domains": kinkMutants,
  "batching rules": batchingMutants,
  "forward mode, and batches and code of derivatives": derivedMutants,
  "kernels and inference": kernelMutants,
  "compiled code": compilingMutants,
};

/** Cases of each law for a twin: its operator has been tried with all of them elsewhere. */
const casesOfTwins = 3;

/** What a law finds with as many cases as it draws by default; to find is enough, shrinking is tested elsewhere. */
function violationOf({ property }: OperatorLaw, numRuns: number): LawViolation | undefined {
  const { errorInstance, failed } = check(property, { numRuns, endOnFailure: true });
  if (failed && !(errorInstance instanceof LawViolation)) throw errorInstance;
  return errorInstance instanceof LawViolation ? errorInstance : undefined;
}

function expectFound(mutant: Mutant): void {
  const { of, law, throws } = mutant;
  const op = rebuilt(of, primitiveOf(mutant), mutant.breaks);
  const [chosen = expect.fail(`"${law}" does not apply`)] = operatorLaws(op, { laws: [law] });
  const violation = violationOf(chosen, chosen.numRuns) ?? expect.fail(`"${law}" holds`);
  expect(violation.law).toBe(law);
  const thrown = violation.values.find(([label]) => label === "threw")?.[1];
  // A mutant that fails by accident would prove nothing.
  if (throws === undefined) expect(thrown).toBeUndefined();
  else if (thrown !== undefined) expect(thrown).toMatch(throws);
}

function expectLawful(op: OperatorFunction, primitive: string): void {
  const twin = rebuilt(op, primitive, () => ({}));
  for (const law of operatorLaws(twin, optionsOf(op.operator?.name ?? "")))
    expect(violationOf(law, casesOfTwins), law.law).toBeUndefined();
}

/** The operators of mutants, each with its primitives that some mutant breaks. */
function twinsOf(mutants: readonly Mutant[]): readonly (readonly [OperatorFunction, string])[] {
  const twins = new Map(mutants.map((each) => [`${each.of.operator?.name} ${primitiveOf(each)}`, each]));
  return [...twins.values()].map((each) => [each.of, primitiveOf(each)]);
}

/** Laws about what a primitive cannot do, which operators made for it break. */
const foundElsewhere = [...brokenDerivatives, ...brokenHandling, ...brokenKernels].flatMap(({ laws }) => laws);

test("every law finds some fault", () => {
  const finders = new Set([
    ...Object.values(families)
      .flat()
      .map(({ law }) => law),
    ...foundElsewhere,
  ]);
  expect(laws.map(({ name }) => name).filter((name) => !finders.has(name))).toEqual([]);
});

for (const [family, mutants] of Object.entries(families)) {
  describe(`mutants of ${family}`, () => {
    for (const each of mutants) test(`${each.fault}: found by "${each.law}"`, () => expectFound(each));
    for (const [op, primitive] of twinsOf(mutants)) {
      test(`${op.operator?.name} with its own ${primitive} keeps every law`, () => expectLawful(op, primitive));
    }
  });
}
