import { type Tensor, tensor } from "@glissade/autograd";
import { treeOf } from "../minimize/objective.js";
import type { TensorTree } from "../tree.js";
import { factor, inverseGram, type Matrix, undetermined } from "./factorization.js";
import type { Linearised } from "./system.js";

/** What a fit says of the uncertainty of x. */
export interface Estimate<T> {
  readonly covariance: Tensor;
  readonly standardErrors: T;
}

/**
 * What a fit says of the uncertainty of x.
 *
 * @param variance Of the residuals; default estimated from them.
 */
export function estimateOf<T>(tree: TensorTree, { weighted, value }: Linearised, variance?: number): Estimate<T> {
  const { rows, columns: n } = weighted.jacobian;
  const share = variance ?? (rows > n ? value / (rows - n) : undefined);
  const inverse = inverseGram(factor(weighted.jacobian, weighted.residuals));
  const data = share === undefined ? undetermined(n).data : inverse.data.map((entry) => entry * share);
  const errors = Float64Array.from({ length: n }, (_, i) => Math.sqrt(data[i * n + i] ?? 0));
  return { covariance: matrixTensor({ rows: n, columns: n, data }), standardErrors: treeOf<T>(tree, errors) };
}

export const matrixTensor = ({ rows, columns, data }: Matrix): Tensor => tensor(data).reshape([rows, columns]);
