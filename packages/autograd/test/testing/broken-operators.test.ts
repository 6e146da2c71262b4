import { LawViolation, type OperatorLaw, operatorLaws } from "@glissade/autograd/testing";
import { check } from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenDerivatives } from "./broken/derivatives.js";
import { brokenHandling } from "./broken/handling.js";
import { brokenKernels } from "./broken/kernels.js";
import type { BrokenOperator } from "./broken/parts.js";

const brokenOperators = [...brokenDerivatives, ...brokenKernels, ...brokenHandling];

/** The law's smallest counterexample under default settings. */
function violationOf({ law, property, numRuns }: OperatorLaw): LawViolation {
  const { errorInstance, failed } = check(property, { numRuns });
  if (failed && errorInstance instanceof LawViolation) return errorInstance;
  return expect.fail(failed ? `"${law}" failed with ${String(errorInstance)}` : `"${law}" holds`);
}

/** The number of tensor elements in the TypeScript of a call. */
function elementsIn(call: string): number {
  const data = [...call.matchAll(/tensor\(([^{)]*)/g)].map(([, text = ""]) => text);
  return data.reduce((sum, text) => sum + (text.match(/[^[\], ]+/g) ?? []).length, 0);
}

const lawsOf = ({ op, laws }: BrokenOperator): OperatorLaw[] => operatorLaws(op, { laws });

describe.each(brokenOperators)("$fault", (broken) => {
  test("is found by a law, which names operator, law, call and values", () => {
    const [first] = lawsOf(broken);
    if (first === undefined) return expect.fail("no law applies");
    const violation = violationOf(first);
    expect(violation.message).toContain(`breaks the law "${first.law}"`);
    expect(violation.message).toMatch(broken.says);
    expect(violation.message).toContain(violation.call);
  });

  test("is found by every law that should", () => {
    for (const law of lawsOf(broken)) expect(violationOf(law).law).toBe(law.law);
  });

  test("comes down to a call on few and simple numbers", () => {
    const [first] = lawsOf(broken);
    if (first === undefined) return expect.fail("no law applies");
    const { call } = violationOf(first);
    // A batch of three examples counts as one.
    expect(elementsIn(call)).toBeLessThanOrEqual(call.startsWith("vmap") ? 6 : 2);
  });
});
