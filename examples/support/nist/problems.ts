import { readFileSync } from "node:fs";
import { log, reshape, split, type Tensor, tensor } from "@glissade/autograd";
import { type Model, models } from "./models.js";

/** A problem as NIST certifies it. */
interface Certified {
  readonly name: string;
  readonly difficulty: "lower" | "average" | "higher";
  /** One list for each predictor, a number for each observation. */
  readonly predictors: readonly (readonly number[])[];
  readonly response: readonly number[];
  /** The first start is far from the solution, the second near. */
  readonly start1: readonly number[];
  readonly start2: readonly number[];
  readonly parameters: readonly number[];
  readonly standardDeviations: readonly number[];
  readonly residualSumOfSquares: number;
  readonly residualStandardDeviation: number;
}

/** A problem of the StRD's nonlinear regressions, with its model. */
export interface Problem extends Certified {
  readonly x: readonly Tensor[];
  /** What the model is fitted to: the response, or its logarithm where NIST says so. */
  readonly y: Tensor;
  /** From parameters, of shape [p], to fitted values at any predictors. */
  readonly fitted: (parameters: Tensor, predictors: readonly Tensor[]) => Tensor;
}

const certified: readonly Certified[] = JSON.parse(readFileSync(new URL("./problems.json", import.meta.url), "utf8"));

const modelOf = (name: string): Model => {
  const model = models[name];
  if (model === undefined) throw new RangeError(`nist: there is no model of ${name}.`);
  return model;
};

const column = (values: readonly number[]): Tensor => tensor(Float64Array.from(values));

/** All 27 problems, in the order of the alphabet. */
export const problems: readonly Problem[] = certified.map((problem) => {
  const model = modelOf(problem.name);
  const response = column(problem.response);
  return {
    ...problem,
    x: problem.predictors.map(column),
    y: problem.name === "Nelson" ? log(response) : response,
    fitted: (parameters, predictors) =>
      model(...predictors, ...split(parameters, parameters.size).map((one) => reshape(one, []))),
  };
});
