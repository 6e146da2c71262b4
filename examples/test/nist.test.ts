import { square, sub, sum, tensor } from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { certifiedDigits, fitProblem } from "../support/nist/fit.js";
import { problems } from "../support/nist/problems.js";

describe("NIST's nonlinear regressions", () => {
  test("are 27, each with the certified residual sum of squares at its certified parameters", () => {
    expect(problems).toHaveLength(27);
    for (const { name, x, y, fitted, parameters, residualSumOfSquares } of problems) {
      const rest = sum(square(sub(y, fitted(tensor(Float64Array.from(parameters)), x)))).item();
      // Lanczos1 fits to the last bits, which its 11 printed digits do not.
      if (name === "Lanczos1") expect(rest).toBeLessThan(1e-20);
      else expect(certifiedDigits(rest, residualSumOfSquares), name).toBeGreaterThan(9.5);
    }
  });

  test("are solved to 6 digits from all near starts, with their deviations, and from all far ones but that of MGH10", () => {
    for (const problem of problems) {
      const near = fitProblem(problem, problem.start2).digits;
      expect(near.parameters, problem.name).toBeGreaterThanOrEqual(6);
      if (problem.name !== "Lanczos1") expect(near.deviations, problem.name).toBeGreaterThanOrEqual(6);
      if (problem.name === "MGH10") continue;
      expect(fitProblem(problem, problem.start1).digits.parameters, problem.name).toBeGreaterThanOrEqual(6);
    }
  });
});

test("certified digits are those of the relative error, from 0 to 11", () => {
  expect(certifiedDigits(1.001, 1)).toBeCloseTo(3, 10);
  expect(certifiedDigits(-2, -2)).toBe(11);
  expect(certifiedDigits(50, 1)).toBe(0);
  expect(certifiedDigits(Number.NaN, 1)).toBe(0);
});
