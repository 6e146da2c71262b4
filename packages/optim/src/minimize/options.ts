import type { RoadOptions, RoadResult } from "../roads/options.js";
import type { RandomOptions } from "../roads/start.js";
import type { Bounds } from "./bounds.js";

/** How `minimize` goes downhill. */
export type MinimizeMethod =
  | "gradient-descent"
  | "nonlinear-cg"
  | "bfgs"
  | "l-bfgs"
  | "l-bfgs-b"
  | "newton-cg"
  | "trust-region"
  | "nelder-mead"
  | "cma-es"
  | "differential-evolution";

/** When a minimiser has arrived; the first rule that holds ends it, converged. */
export interface Tolerances {
  /**
   * For the largest magnitude in the gradient; 0 or more. Default 1e-8, and
   * 1e-4 where x0 has float32 leaves.
   */
  readonly gradientTolerance?: number;
  /**
   * For the decrease of an iteration, as a share of max(|f|, 1); 0 or more. Default 0, which turns the rule off. In the methods without
   * gradients for the spread of the values that they compare; default 1e-8, and 1e-4 where x0 has float32 leaves.
   */
  readonly valueTolerance?: number;
  /**
   * For the largest change of a number of x in an iteration, as a share of max(|x|, 1); 0 or more. Default 0: off. In "nelder-mead" and
   * "cma-es" for the spread of the places; default as for values.
   */
  readonly stepTolerance?: number;
}

/** Options of `minimize`. */
export interface MinimizeOptions<T> extends RoadOptions<T>, Tolerances, RandomOptions {
  /** Default "l-bfgs", and "l-bfgs-b" where there are bounds. */
  readonly method?: MinimizeMethod;
  /** A box for x, in which x0 must lie. For "l-bfgs-b", "nelder-mead" and "cma-es"; "differential-evolution" needs a finite one. */
  readonly bounds?: Bounds<T>;
  /** How many steps "l-bfgs" and "l-bfgs-b" remember; 1 or more, default 10. */
  readonly memory?: number;
  /** The standard deviation of the first samples of "cma-es"; above 0, default 0.5. */
  readonly sigma?: number;
  /**
   * How many places a generation of "cma-es" and "differential-evolution" has; 5 or more, default 4 + ⌊3 ln n⌋ (Hansen) and 15 n of at
   * least 5 (SciPy).
   */
  readonly populationSize?: number;
  /**
   * Compiles f, its gradient and its Hessian-vector product with `jit`: faster evaluations after the first. f must then be
   * traceable: no reading of values. Default false.
   */
  readonly compile?: boolean;
}

/** What `minimize` returns. */
export type MinimizeResult<T> = RoadResult<T>;
