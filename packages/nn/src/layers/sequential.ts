import { type Fit, type Ok, type ShapeOf, Tensor, type TensorLike, ValueError } from "@glissade/autograd";
import { Module } from "../module.js";
import { toTensor } from "../operand.js";
import type { Adjacent, LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";

/** A module from tensor to tensor. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

/** What `Sequential` takes: modules from tensor to tensor, and plain functions such as `relu`. */
export type SequentialLayer = Layer | ((x: Tensor) => Tensor);

/**
 * Layers one after another. Parameters are named by their layer's place, as in PyTorch: `0.weight`, `2.bias`.
 *
 * @throws ValueError where a layer is neither a module with `forward` nor a function.
 * @example
 * const model = new Sequential(new Flatten(), new Linear(784, 100), relu, new Linear(100, 10));
 * model.forward(images).shape; // [32, 10]
 */
export class Sequential<const Layers extends readonly SequentialLayer[] = readonly SequentialLayer[]> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"chain", [Layers]>;
  /** The layers in order. */
  readonly layers: readonly SequentialLayer[];

  constructor(...layers: Adjacent<Layers>);
  constructor(...layers: readonly SequentialLayer[]) {
    super();
    for (const [i, layer] of layers.entries()) checkLayer("Sequential", `layer ${i}`, layer);
    this.layers = Object.freeze([...layers]);
  }

  /**
   * @param x What the first layer takes.
   * @returns What the last layer gives; `x` itself without layers.
   * @throws ValueError where a layer returns no tensor; what the layers throw.
   * @example
   * new Sequential(relu).forward([-1, 1]).toArray(); // [0, 1]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    let value = toTensor("Sequential", x);
    for (const [i, layer] of this.layers.entries()) value = applyLayer("Sequential", `layer ${i}`, layer, value);
    return value;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this.layers);
  }
}

/**
 * What a layer makes of a tensor.
 *
 * @throws ValueError where that is no tensor.
 */
export function applyLayer(owner: string, role: string, layer: SequentialLayer, x: Tensor): Tensor {
  const result: unknown = layer instanceof Module ? layer.forward(x) : layer(x);
  if (result instanceof Tensor) return result;
  const kind = result instanceof Promise ? "a Promise" : typeof result;
  throw new ValueError(`${owner}: ${role} returned ${kind}, not a tensor. Return the result of its operators.`);
}

/** @throws ValueError where `layer` is neither a module with `forward` nor a function. */
export function checkLayer(owner: string, role: string, layer: unknown): void {
  if (layer instanceof Module && "forward" in layer && typeof layer.forward === "function") return;
  const isClass = typeof layer === "function" && layer.prototype instanceof Module;
  if (typeof layer === "function" && !isClass) return;
  const found = isClass
    ? `the class ${layer.name}; write new ${layer.name}(…)`
    : `${layer === null ? "null" : typeof layer}; pass modules with a forward method, or functions from tensor to tensor`;
  throw new ValueError(`${owner}: ${role} is ${found}.`);
}
