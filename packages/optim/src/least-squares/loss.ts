import type { Vector } from "../minimize/vector.js";
import type { Matrix } from "./factorization.js";

/** How much a residual counts: `linear` is its square, the others grow more slowly for outliers. */
export type RobustLoss = "linear" | "huber" | "soft-l1" | "cauchy";

/** ρ, ρ′ and ρ″ at z = (residual / scale)². */
type Rho = (z: number) => readonly [value: number, first: number, second: number];

/**
 * The loss functions of Triggs, McLauchlan, Hartley & Fitzgibbon, "Bundle Adjustment — A Modern Synthesis" (2000), named and scaled as
 * in scipy.optimize.least_squares.
 */
export const losses: Readonly<Record<RobustLoss, Rho>> = {
  linear: (z) => [z, 1, 0],
  huber: (z) => (z <= 1 ? [z, 1, 0] : [2 * Math.sqrt(z) - 1, z ** -0.5, -0.5 * z ** -1.5]),
  "soft-l1": (z) => {
    const root = Math.sqrt(1 + z);
    return [2 * (root - 1), 1 / root, -0.5 / (root * root * root)];
  },
  cauchy: (z) => [Math.log1p(z), 1 / (1 + z), -1 / ((1 + z) * (1 + z))],
};

/** Residuals as linear least squares sees them near a place: of the loss and its derivatives. */
export interface Weighted {
  /** Σ scale² ρ((residual / scale)²). */
  readonly value: number;
  /** Factors on the rows of the Jacobian. */
  readonly rows: Vector;
  /** Factors on the residuals. */
  readonly residuals: Vector;
}

/**
 * The value of the loss, and the factors after which JᵀJ approximates its Hessian and Jᵀr is half its gradient (Triggs et al. 2000,
 * section 4.3). Curvature is kept above a tenth of ρ′: without it, the factors of outliers would drown the rest in rounding.
 */
export function weigh(loss: RobustLoss, scale: number, residuals: Vector): Weighted {
  const rho = losses[loss];
  const rows = new Float64Array(residuals.length);
  const factors = new Float64Array(residuals.length);
  let value = 0;
  for (const [i, residual] of residuals.entries()) {
    const z = (residual / scale) ** 2;
    const [rhoValue, first, second] = rho(z);
    value += loss === "linear" ? residual * residual : scale * scale * rhoValue;
    const curvature = Math.max(first + 2 * second * z, 0.1 * first);
    rows[i] = Math.sqrt(curvature);
    factors[i] = first / Math.sqrt(curvature);
  }
  return { value, rows, residuals: factors };
}

/** A matrix with its rows multiplied. */
export const scaleRows = ({ rows, columns, data }: Matrix, factors: Vector): Matrix => ({
  rows,
  columns,
  data: data.map((entry, i) => entry * (factors[Math.floor(i / columns)] ?? 1)),
});
