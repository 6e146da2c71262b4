import { definePrimitive, diagonal as diagonalOf, exp, grad, linalg, mul, tensor } from "@glissade/autograd";
import { describeOperator, LawViolation, operatorLaws } from "@glissade/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logDetDefinition, toeplitz, toeplitzLogDet } from "../support/toeplitz/log-det.js";
import { firstYear, nile } from "../support/toeplitz/nile.js";
import { fitProcess, negativeLogLikelihood, smoothed } from "../support/toeplitz/process.js";

describeOperator(toeplitzLogDet);

describe("a rule that is wrong on purpose is found", () => {
  const reverse = "reverse rule ≡ central differences";
  const faults: Readonly<Record<string, typeof logDetDefinition>> = {
    "half of the band's derivative": {
      ...logDetDefinition,
      vjp(context) {
        const rule = logDetDefinition.vjp;
        const [diagonal, band] = typeof rule === "function" ? rule(context) : [];
        return [diagonal, band && mul(0.5, band)];
      },
    },
    "the wrong sign": {
      ...logDetDefinition,
      vjp(context) {
        const rule = logDetDefinition.vjp;
        return typeof rule === "function" ? rule(context).map((part) => part && mul(-1, part)) : [];
      },
    },
  };

  test.each(Object.entries(faults))("%s", (_, definition) => {
    const broken = definePrimitive("brokenLogDet", definition);
    const law = operatorLaws(broken).find(({ law }) => law === reverse);
    const { failed, errorInstance } = fc.check(law!.property, { numRuns: law!.numRuns });
    expect(failed).toBe(true);
    expect(errorInstance).toBeInstanceOf(LawViolation);
  });
});

describe("toeplitzLogDet", () => {
  test("agrees with a Cholesky factor, and is NaN where there is none", () => {
    const [diagonal, band] = [tensor(3, { dtype: "float64" }), tensor(Float64Array.of(1, -0.5, 0.25))];
    const factor = diagonalOf(linalg.cholesky(toeplitz(diagonal, band))).data();
    const expected = 2 * Array.from(factor).reduce((total, value) => total + Math.log(value), 0);
    expect(toeplitzLogDet(diagonal, band).item()).toBeCloseTo(expected, 12);
    expect(toeplitzLogDet(tensor(1), tensor([2])).item()).toBeNaN();
    expect(() => toeplitzLogDet(tensor([1, 2]), tensor([1]))).toThrow(
      "toeplitzLogDet: the diagonal has shape [2] and the band [1].",
    );
  });
});

describe("the process of the Nile", () => {
  test("is fitted to a point where the likelihood is flat, and knows the fall about 1898", () => {
    expect([nile.length, firstYear, nile.reduce((total, value) => total + value, 0)]).toEqual([100, 1871, 91935]);
    const { x, converged, value } = fitProcess(nile);
    expect(converged).toBe(true);
    const y = tensor(Float64Array.from(nile));
    const slopes = grad((process: typeof x) => negativeLogLikelihood(process, y))(x);
    for (const slope of Object.values(slopes)) expect(Math.abs(slope.item())).toBeLessThan(1e-5);
    // White noise alone is less likely by far.
    const variance = nile.reduce((total, flow) => total + (flow - 919.35) ** 2, 0) / 100;
    expect(value).toBeLessThan(50 * (Math.log(2 * Math.PI * variance) + 1) - 10);
    expect(exp(x.length).item()).toBeGreaterThan(3);
    const { mean, deviation } = smoothed(x, nile);
    const average = (from: number, to: number): number =>
      mean.slice(from - firstYear, to - firstYear).reduce((total, level) => total + level, 0) / (to - from);
    expect(average(1880, 1890) - average(1905, 1915)).toBeGreaterThan(100);
    for (const value of deviation) expect(value).toBeGreaterThan(0);
  });
});
