import { add, cast, mul, type Tensor, type Tree, tensor, ValueError } from "@glissade/autograd";
import { nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { filled } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `trace`. */
export interface TraceOptions {
  /** What part of the trace stays from step to step; above 0. */
  readonly momentum: number;
  /** What part of each gradient but the first is left out; default 0. */
  readonly dampening?: number;
  /** Look ahead along the trace (Nesterov, 1983); wants dampening 0. Default false. */
  readonly nesterov?: boolean;
}

/** What `trace` remembers. */
export type TraceState = {
  /** Like the parameters; zero before the first step. */
  readonly trace: Tree;
  /** With dampening: the weight of the next gradient, 1 for the first and 1 − dampening then. */
  readonly gradientWeight?: Tensor;
};

/** @throws ValueError for numbers below 0, NaN, and Nesterov without momentum or with dampening. */
export function checkMomentum(operator: string, momentum: number, dampening: number, nesterov: boolean): void {
  nonNegative(operator, "momentum", momentum);
  nonNegative(operator, "dampening", dampening);
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new ValueError(
      `${operator}: nesterov needs momentum above 0 and dampening 0, not momentum ${momentum} and dampening ${dampening}.`,
    );
  }
}

/**
 * Momentum: b ← momentum · b + (1 − dampening) · g, and b takes the gradient's place; with `nesterov`, g + momentum · b does. The first b is g
 * itself. This is PyTorch's form of Polyak's heavy ball (Sutskever et al., On the importance of initialization and momentum in deep
 * learning, 2013).
 *
 * @param options.momentum Above or equal to 0, usually 0.9.
 * @param options.dampening Default 0.
 * @param options.nesterov Default false.
 * @throws ValueError for numbers below 0, NaN, and Nesterov without momentum or with dampening.
 * @example
 * const rule = chain(trace({ momentum: 0.9 }), scale(-0.01));
 */
export function trace({ momentum, dampening = 0, nesterov = false }: TraceOptions): GradientTransform<TraceState> {
  checkMomentum("trace", momentum, dampening, nesterov);
  const damped = dampening !== 0;
  const remember = (traced: Tree, weight: number): TraceState =>
    damped ? { trace: traced, gradientWeight: tensor(weight, { dtype: "float64" }) } : { trace: traced };
  return {
    init(params) {
      return remember(filled("trace", params), 1);
    },
    update(gradients, state) {
      checkState("trace", state, damped ? ["trace", "gradientWeight"] : ["trace"]);
      const weight = state.gradientWeight;
      const traced = mapTrees("trace", ["the state's trace", state.trace], { gradients }, (before, gradient) =>
        add(mul(momentum, before), weight === undefined ? gradient : mul(cast(weight, gradient.dtype), gradient)),
      );
      const updates = mapTrees("trace", ["gradients", gradients], { trace: traced }, (gradient, b) =>
        nesterov ? add(gradient, mul(momentum, b)) : b,
      );
      return [updates, remember(traced, 1 - dampening)];
    },
  };
}
