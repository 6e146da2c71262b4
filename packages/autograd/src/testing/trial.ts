import { toStringMethod } from "fast-check";
import type { DType } from "../dtype.js";
import { inScope } from "../lifetime.js";
import { Call, type Subject } from "./call.js";
import { callNodes, isDifferentiable } from "./derivatives.js";
import { isCoarse } from "./differences.js";
import type { Style } from "./elements.js";
import type { Recording } from "./recording.js";

/** What the laws know of the operator they try. */
export interface OperatorUnderTest {
  readonly name: string;
  readonly subject: Subject;
  /** Works element by element: known of operators made by `elementwise`, and told of others. */
  readonly elementwise: boolean;
}

/** One drawn case of an operator. */
export class Trial {
  #first: Call | undefined;

  constructor(
    readonly operator: OperatorUnderTest,
    readonly recording: Recording,
  ) {}

  /** The case in float64. */
  get call(): Call {
    this.#first ??= this.render("float64");
    return this.#first;
  }

  /** The case with another dtype or another set of elements. */
  render(dtype: DType, variant = 0): Call {
    return new Call(this.operator.name, this.operator.subject, this.recording.render(dtype, variant));
  }

  /** Whether there is something to differentiate, with respect to something that has elements. */
  get isDifferentiable(): boolean {
    const { call } = this;
    if (call.operands.length === 0) return false;
    // In a scope of its own: at the end of the outermost one pending nodes may be computed, and forget what they came from.
    return inScope("laws", () => {
      const { results, leaves } = callNodes(call, false);
      return isDifferentiable(results, leaves);
    });
  }

  /** Whether float32 numbers occur on the way from float64 operands. */
  get isCoarse(): boolean {
    return isCoarse(callNodes(this.call, false).nodes);
  }

  toString(): string {
    return this.recording.error === undefined ? this.call.text() : `${this.operator.name}(…)`;
  }

  /** What fast-check prints for a counterexample. */
  [toStringMethod](): string {
    return this.toString();
  }
}

/** What must be true of an operator. */
export interface Law {
  /** As it is printed, and named in options. */
  readonly name: string;
  readonly drawing: {
    readonly style: Style;
    readonly zeroSize?: boolean;
    readonly long?: boolean;
    readonly variants?: number;
  };
  /** Cases drawn by default. */
  readonly runs: number;
  /** Whether the law says anything about this case. */
  applies(trial: Trial): boolean;
  /** @throws Finding where the law is broken; any other error also counts as a breach. */
  check(trial: Trial): void;
}
