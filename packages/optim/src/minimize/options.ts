import type { RoadOptions, RoadResult } from "../roads/options.js";

/** How `minimize` goes downhill. */
export type MinimizeMethod = "gradient-descent" | "nonlinear-cg" | "bfgs" | "l-bfgs" | "newton-cg" | "trust-region";

/** When a minimiser has arrived; the first rule that holds ends it, converged. */
export interface Tolerances {
  /**
   * For the largest magnitude in the gradient; 0 or more. Default 1e-8, and
   * 1e-4 where x0 has float32 leaves.
   */
  readonly gradientTolerance?: number;
  /** For the decrease of an iteration, as a share of max(|f|, 1); 0 or more. Default 0, which turns the rule off. */
  readonly valueTolerance?: number;
  /** For the largest change of a number of x in an iteration, as a share of max(|x|, 1); 0 or more. Default 0: off. */
  readonly stepTolerance?: number;
}

/** Options of `minimize`. */
export interface MinimizeOptions<T> extends RoadOptions<T>, Tolerances {
  /** Default "l-bfgs". */
  readonly method?: MinimizeMethod;
  /** How many steps "l-bfgs" remembers; 1 or more, default 10. */
  readonly memory?: number;
  /**
   * Compiles f, its gradient and its Hessian-vector product with `jit`: faster evaluations after the first. f must then be
   * traceable: no reading of values. Default false.
   */
  readonly compile?: boolean;
}

/** What `minimize` returns. */
export type MinimizeResult<T> = RoadResult<T>;
