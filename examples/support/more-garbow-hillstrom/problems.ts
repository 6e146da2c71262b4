import { readFileSync } from "node:fs";
import { square, sum, type Tensor } from "@glissade/autograd";
import { largeProblems } from "./large.js";
import { smallProblems } from "./small.js";
import type { ResidualFunction } from "./vectors.js";

/** What SciPy 1.10 reached from the standard start, with exact derivatives. */
export interface Baseline {
  readonly value: number;
  /** Of the function with its gradient. */
  readonly evaluations: number;
  readonly iterations: number;
}

interface Certified {
  readonly start: readonly number[];
  readonly m: number;
  readonly valueAtStart: number;
  readonly gradientAtStart: readonly number[];
  readonly residualsAtStart: readonly number[];
  readonly minima: readonly { readonly x: readonly number[]; readonly value: number }[];
  readonly scipy: Readonly<Record<"BFGS" | "L-BFGS-B" | "Newton-CG" | "trust-exact", Baseline>>;
}

/** A problem of Moré, Garbow & Hillstrom: f(x) = Σ residuals(x)². */
export interface Problem extends Certified {
  readonly name: string;
  readonly residuals: ResidualFunction;
  readonly f: (x: Tensor) => Tensor;
  /** Whether a value is at a minimum that is known. */
  readonly isSolved: (value: number) => boolean;
}

const residualsOf: Readonly<Record<string, ResidualFunction>> = { ...smallProblems, ...largeProblems };

const certified: Readonly<Record<string, Certified>> = JSON.parse(
  readFileSync(new URL("./certified.json", import.meta.url), "utf8"),
);

/** Local minima above the least one that the paper or later ones know of, at which a method may rightly end. */
const localMinima: Readonly<Record<string, number>> = {
  biggs_exp6: 5.655649925e-3,
  trigonometric_n4: 3.028241149e-4,
};

/** Whether a value is at a listed minimum, to 1e-6 of it, or at a known local one. */
const reaches = (minima: readonly number[], local: number | undefined, value: number): boolean =>
  minima.some((least) => value <= least + 1e-6 * (1 + Math.abs(least))) ||
  (local !== undefined && Math.abs(value - local) <= 1e-6 * local);

/** 30 of the 35 problems, in the order of the paper. */
export const problems: readonly Problem[] = Object.entries(certified).map(([name, values]) => {
  const residuals = residualsOf[name];
  if (residuals === undefined) throw new RangeError(`There are no residuals of ${name}.`);
  const minima = values.minima.map((minimum) => minimum.value);
  return {
    name,
    ...values,
    residuals,
    f: (x) => sum(square(residuals(x))),
    isSolved: (value) => reaches(minima, localMinima[name], value),
  };
});
