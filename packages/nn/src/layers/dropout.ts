import { type Generator, mul, type Shape, type ShapeOf, type Tensor, type TensorLike, where } from "@glissade/autograd";
import { freshGenerator } from "../init/drawing.js";
import { Module } from "../module.js";
import { checkChance, sizeOf, toTensor } from "../operand.js";
import type { ShapeRule } from "../shapes/chain.js";
import type { LayerCost } from "../summary.js";

/** Options of `Dropout`. */
export interface DropoutOptions {
  /** Draws what is dropped; default: a generator with a fresh random seed. */
  readonly generator?: Generator;
}

/**
 * In training, sets each element to 0 with chance p and divides the others by 1 − p, so that the expectation stays; in evaluation
 * passes everything on (N. Srivastava et al., "Dropout", JMLR 15, 2014, in its inverted form).
 *
 * @param p In [0, 1]; default 0.5.
 * @throws ValueError where p is outside.
 * @example
 * const layer = new Dropout(0.2, { generator: generator(1) });
 * layer.eval().forward([1, 2]).toArray(); // [1, 2]
 */
export class Dropout extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"keep", []>;
  readonly p: number;
  readonly #generator: Generator;

  constructor(p = 0.5, { generator }: DropoutOptions = {}) {
    super();
    checkChance("Dropout", "p", p);
    this.p = p;
    this.#generator = generator ?? freshGenerator();
  }

  /**
   * @param x Any shape; in training each call draws anew.
   * @example
   * new Dropout(1).forward([1, 2]).toArray(); // [0, 0]
   */
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>>;
  forward(x: TensorLike): Tensor {
    const input = toTensor("Dropout", x);
    if (!this.training || this.p === 0) return input;
    const kept = this.#generator.bernoulli(input.shape, { p: 1 - this.p });
    // A mask, not a product: what is dropped may be infinite.
    return where(kept, mul(input, this.p === 1 ? 0 : 1 / (1 - this.p)), 0);
  }

  protected override drawsFrom(): Generator[] {
    return [this.#generator];
  }

  /** In training a product for each element, and nothing in evaluation. */
  override cost([x = []]: readonly Shape[]): LayerCost {
    return { flops: this.training && this.p > 0 ? sizeOf(x) : 0 };
  }
}
