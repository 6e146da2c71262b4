import type { Routine } from "../roads/drive.js";
import type { Point } from "../roads/travel.js";
import type { SmoothPoint } from "./objective.js";
import type { Vector } from "./vector.js";

/** A method at work: its state is between the calls. */
export interface Method<P extends Point<Vector>> {
  /** One iteration: the next place, or why there is none, in words. */
  readonly advance: (point: P) => Routine<P | string>;
  /** Why the method ends well at a place, besides the rules that all methods share. */
  readonly arrived?: (point: P) => string | undefined;
  /** What must vanish at a minimum, where that is not the gradient itself; shaped like it. */
  readonly slope?: (point: P) => Vector;
}

export type SmoothMethod = Method<SmoothPoint>;

/** A place of which only the value is known. */
export type Sampled = Point<Vector>;

/** A method without gradients: it hands on the best place it has seen. */
export type SampledMethod = Method<Sampled>;

/** What a line search that finds nothing means: at a minimum, to the last bits of the values. */
export const noDescent =
  "no step along the search direction lowers the value: it is as low as rounding lets it be, or f is not smooth";
