import type { Tensor } from "@glissade/autograd";
import type { Bounds } from "../minimize/bounds.js";
import type { RoadOptions, RoadResult } from "../roads/options.js";
import type { RobustLoss } from "./loss.js";

/** How `leastSquares` goes downhill. */
export type LeastSquaresMethod = "levenberg-marquardt" | "gauss-newton";

/** Options of `leastSquares`. */
export interface LeastSquaresOptions<T> extends Omit<RoadOptions<T>, "target"> {
  /** Default "levenberg-marquardt". */
  readonly method?: LeastSquaresMethod;
  /** A box for x, in which x0 must lie; default none. */
  readonly bounds?: Bounds<T>;
  /** How residuals count; default "linear", their squares. The others bound the influence of outliers. */
  readonly loss?: RobustLoss;
  /** From which size on a residual counts as an outlier, in the unit of the residuals; above 0, default 1. Not for "linear". */
  readonly lossScale?: number;
  /**
   * For the cosine of the angle between the residuals and the space that their derivatives span, which vanishes at a minimum
   * whatever the units; 0 or more, default 1e-8, and 1e-4 where x0 has float32 leaves (Bates & Watts 1981).
   */
  readonly gradientTolerance?: number;
  /** For the decrease of an iteration, as a share of the value; 0 or more. Default 0, which turns the rule off. */
  readonly valueTolerance?: number;
  /**
   * For the step that would come next as a share of x, each number in units of its derivatives; 0 or more, default 1e-14, and 1e-6 where x0
   * has float32 leaves.
   */
  readonly stepTolerance?: number;
  /** Compiles the residuals and their Jacobian with `jit`; they must then be traceable. Default false. */
  readonly compile?: boolean;
}

/** What `leastSquares` and `curveFit` return. */
export interface LeastSquaresResult<T> extends RoadResult<T> {
  /** The sum over the squares of the residuals at `x`; with another loss, Σ lossScale² ρ((residual / lossScale)²). */
  readonly value: number;
  /** The derivative of `value`. */
  readonly gradient: T;
  /** The residuals at `x`, shaped as the function gives them, in float64. */
  readonly residuals: Tensor;
  /** Their derivatives, of shape [m, n]: one column for each number of x, leaf by leaf in row-major order. */
  readonly jacobian: Tensor;
  /**
   * The estimated covariance of x, of shape [n, n]: s² (JᵀJ)⁻¹ with s² = value / (m − n). Infinite on the diagonal and NaN beside it where the
   * residuals do not determine x, or m ≤ n. It takes the residuals as independent, of the same variance, and x as inside its bounds.
   */
  readonly covariance: Tensor;
  /** The square roots of the covariance's diagonal, as a tree like x: one standard deviation of each number. */
  readonly standardErrors: T;
}
