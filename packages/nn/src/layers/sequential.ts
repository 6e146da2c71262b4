import { Tensor, type TensorLike, ValueError } from "@glissade/autograd";
import { Module } from "../module.js";
import { toTensor } from "../operand.js";

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
export class Sequential extends Module {
  /** The layers in order. */
  readonly layers: readonly SequentialLayer[];

  constructor(...layers: readonly SequentialLayer[]) {
    super();
    layers.forEach(checkLayer);
    this.layers = Object.freeze([...layers]);
  }

  /**
   * @param x What the first layer takes.
   * @returns What the last layer gives; `x` itself without layers.
   * @throws ValueError where a layer returns no tensor; what the layers throw.
   * @example
   * new Sequential(relu).forward([-1, 1]).toArray(); // [0, 1]
   */
  forward(x: TensorLike): Tensor {
    let value = toTensor("Sequential", x);
    for (const [i, layer] of this.layers.entries()) {
      const result: unknown = layer instanceof Module ? layer.forward(value) : layer(value);
      if (!(result instanceof Tensor)) {
        const kind = result instanceof Promise ? "a Promise" : typeof result;
        throw new ValueError(
          `Sequential: layer ${i} returned ${kind}, not a tensor. Return the result of its operators.`,
        );
      }
      value = result;
    }
    return value;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this.layers);
  }
}

function checkLayer(layer: unknown, i: number): void {
  if (layer instanceof Module && "forward" in layer && typeof layer.forward === "function") return;
  const isClass = typeof layer === "function" && layer.prototype instanceof Module;
  if (typeof layer === "function" && !isClass) return;
  const found = isClass
    ? `the class ${layer.name}; write new ${layer.name}(…)`
    : `${layer === null ? "null" : typeof layer}; pass modules with a forward method, or functions from tensor to tensor`;
  throw new ValueError(`Sequential: layer ${i} is ${found}.`);
}
