import { allocate, isFloat } from "../dtype.js";
import type { Node } from "../graph.js";
import { inScope } from "../lifetime.js";
import { zeros } from "../ops/create.js";
import { leaf, type Tensor } from "../tensor.js";
import { alias } from "../transforms/leaves.js";
import { pullBack } from "../transforms/reverse.js";
import { nodesSince } from "../transforms/walk.js";
import type { Call } from "./call.js";

/**
 * Weights in general position, a fixed function of the index (a golden-ratio sequence, so that no two neighbours are alike): 1 first,
 * then short binary fractions between ±0.5 and ±1.5. `phase` gives another row of them.
 */
export function weight(index: number, phase = 0): number {
  if (index === 0) return phase === 0 ? 1 : 1 - phase / 4;
  const turn = (index * 0.6180339887498949 + phase * 0.4142135623730951) % 1;
  const size = 0.5 + Math.round(64 * turn) / 64;
  return (index * 0.7548776662466927 + phase / 3) % 1 < 0.5 ? size : -size;
}

/** Weights for the elements of several tensors, in their shapes and dtypes; the row goes on from one to the next. */
export function weightsLike(tensors: readonly Tensor[], phase = 0): Tensor[] {
  let index = 0;
  return tensors.map(({ shape, dtype, size }) => {
    const data = allocate(dtype, size);
    for (let i = 0; i < size; i++) data[i] = weight(index++, phase);
    return leaf(shape, dtype, data);
  });
}

/** The results that have derivatives. */
export const floats = (results: readonly Tensor[]): Tensor[] => results.filter((result) => isFloat(result.dtype));

/** Cotangents of leaves for weights on the float results, as graph inside a scope. */
export function pullBackWeights(
  results: readonly Tensor[],
  leaves: readonly Tensor[],
  weights: readonly Tensor[] = weightsLike(floats(results)),
): Tensor[] {
  return pullBack(floats(results), weights, leaves).map((g, i) => g ?? zerosLike(leaves[i]));
}

/** Cotangents of the operands of a call for weights on its float results, as graph inside a scope. */
export const cotangents = (call: Call, leaves: readonly Tensor[]): Tensor[] =>
  pullBackWeights(call.results(leaves), leaves);

const zerosLike = (x: Tensor | undefined): Tensor => zeros(x?.shape ?? [], { dtype: x?.dtype ?? "float64" });

/** Gradients of Σ w · result with respect to the operands, as graph; for weights w of your own, if given. */
export const gradientAt = (call: Call, operands: readonly Tensor[], weights?: readonly Tensor[]): Tensor[] =>
  inScope("laws", () => {
    const leaves = operands.map(alias);
    return pullBackWeights(call.results(leaves), leaves, weights);
  });

/**
 * Gradients of Σ w · result at other tensors than the drawn ones, followed by the weights. These are operands too: of an operator that is linear
 * they are all that its gradient depends on.
 */
export function gradientWith(call: Call, tensorsAndWeights: readonly Tensor[]): Tensor[] {
  const count = call.tensors.length;
  const at = call.at(tensorsAndWeights.slice(0, count));
  return gradientAt(at, at.operands, tensorsAndWeights.slice(count));
}

/** Gradients of Σ w · result with respect to the operands: their elements. */
export const gradients = (call: Call, operands: readonly Tensor[] = call.operands): ArrayLike<number>[] =>
  gradientAt(call, operands).map((g) => g.data());

/** Second derivatives of Σ w · result applied to directions (a Hessian-vector product), reverse over reverse. */
export function hessianProduct(call: Call, directions: readonly Tensor[]): ArrayLike<number>[] {
  const products = inScope("laws", () => {
    const leaves = call.operands.map(alias);
    return pullBack(cotangents(call, leaves), directions, leaves).map((g, i) => g ?? zerosLike(leaves[i]));
  });
  return products.map((product) => product.data());
}

/** The nodes that a call makes, inputs first: those of its results and, with `derivative`, of its gradients. */
export function callNodes(call: Call, derivative: boolean): { nodes: Node[]; results: Tensor[]; leaves: Tensor[] } {
  return inScope("laws", () => {
    const leaves = call.operands.map(alias);
    const first = leaves[0]?.node.id ?? 0;
    const results = call.results(leaves);
    const outputs =
      derivative && isDifferentiable(results, leaves) ? [...results, ...pullBackWeights(results, leaves)] : results;
    return { nodes: nodesSince(outputs, first), results, leaves };
  });
}

/** Whether some float result depends on an operand through operators that all have a derivative rule. */
export function isDifferentiable(results: readonly Tensor[], leaves: readonly Tensor[]): boolean {
  const outputs = floats(results);
  if (outputs.length === 0 || leaves.length === 0) return false;
  const first = Math.min(...leaves.map((x) => x.node.id));
  const dependent = new Set(leaves.map((x) => x.node));
  for (const node of nodesSince(outputs, first)) {
    if (dependent.has(node) || !isFloat(node.dtype) || !node.inputs.some((input) => dependent.has(input))) continue;
    if ("none" in node.primitive.vjp) return false;
    dependent.add(node);
  }
  return outputs.some(({ node }) => dependent.has(node));
}
