import { add, mul } from "@glissade/autograd";
import { nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { type GradientTransform, type NoState, stateless } from "./transform.js";

/**
 * Adds decay · parameter to every gradient, the gradient of ½ · decay · Σ parameter². Before `trace` this is PyTorch's `weight_decay` of SGD;
 * after an adaptive transform it is decoupled decay (Loshchilov & Hutter, Decoupled weight decay regularization, 2019).
 *
 * @param decay 0 or more.
 * @throws ValueError for a negative or NaN decay; ValueError, ShapeError, DTypeError (from `update`) where the parameters do not match the
 * gradients.
 * @example
 * const rule = chain(addWeightDecay(1e-4), trace({ momentum: 0.9 }), scale(-0.1));
 */
export function addWeightDecay(decay: number): GradientTransform<NoState> {
  nonNegative("addWeightDecay", "decay", decay);
  return stateless((gradients, params) =>
    mapTrees("addWeightDecay", ["gradients", gradients], { params }, (gradient, parameter) =>
      add(gradient, mul(decay, parameter)),
    ),
  );
}

/** The decay of a stepper as a part of its chain: nothing for 0. */
export function decayBy(operator: string, decay: number): GradientTransform<NoState>[] {
  nonNegative(operator, "weightDecay", decay);
  return decay === 0 ? [] : [addWeightDecay(decay)];
}
