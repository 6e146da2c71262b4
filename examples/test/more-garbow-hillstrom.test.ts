import { grad } from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { problems } from "../support/more-garbow-hillstrom/problems.js";
import { solve } from "../support/more-garbow-hillstrom/solve.js";
import { column } from "../support/more-garbow-hillstrom/vectors.js";

/** Agreement to 12 digits of the largest of the numbers. */
function expectClose(found: ArrayLike<number>, certified: readonly number[]): void {
  const size = Math.max(...certified.map(Math.abs), 1e-300);
  expect(found).toHaveLength(certified.length);
  certified.forEach((value, i) => void expect(Math.abs((found[i] ?? Number.NaN) - value) / size).toBeLessThan(1e-12));
}

test("there are 30 problems", () => {
  expect(problems).toHaveLength(30);
});

describe.each(problems)("$name", ({ f, residuals, start, valueAtStart, gradientAtStart, residualsAtStart, minima }) => {
  test("has the certified residuals, value and gradient at its start", () => {
    const x = column(start);
    const byName = [...residuals(x).data()].sort((a, b) => a - b);
    expectClose(
      byName,
      [...residualsAtStart].sort((a, b) => a - b),
    );
    expectClose(f(x).data(), [valueAtStart]);
    expectClose(grad(f)(x).data(), gradientAtStart);
  });

  test("has its minima where they are listed", () => {
    for (const { x, value } of minima) {
      expect(Math.abs(f(column(x)).item() - value)).toBeLessThanOrEqual(1e-12 * value + 1e-20);
    }
  });
});

describe("from the standard starts", () => {
  test.each([
    ["bfgs", 28],
    ["l-bfgs", 27],
    ["newton-cg", 28],
    ["trust-region", 29],
    ["levenberg-marquardt", 29],
  ] as const)("%s solves at least %i of 30", (method, least) => {
    const unsolved = problems.filter((problem) => !solve(problem, method).isSolved).map(({ name }) => name);
    expect(unsolved.length, unsolved.join(", ")).toBeLessThanOrEqual(problems.length - least);
  });
});
