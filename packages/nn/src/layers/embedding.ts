import {
  arange,
  equal,
  expandDims,
  type FloatDType,
  type Generator,
  type Ok,
  type ShapeOf,
  shapeError,
  stopGradient,
  type Tensor,
  type TensorLike,
  take,
  ValueError,
  type Variable,
  variable,
  where,
} from "@glissade/autograd";
import { indicesIn } from "../indices.js";
import { freshGenerator } from "../init/drawing.js";
import { normal } from "../init/fill.js";
import { Module } from "../module.js";
import { checkCount, checkFloat, showShape, toTensor } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { LayerCost } from "../summary.js";

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** The index of a row that starts as zeros and does not learn; a negative one counts from the end. Default: none. */
  readonly paddingIdx?: number;
  /** Draws the first values; default: a generator with a fresh random seed. */
  readonly generator?: Generator;
  /** Of the weight; default float32. */
  readonly dtype?: FloatDType;
}

/** Options of `Embedding.fromPretrained`. */
export interface PretrainedOptions {
  /** Whether the rows stay as they are: then the weight is not trainable. Default true, as in PyTorch. */
  readonly freeze?: boolean;
  /** As in `EmbeddingOptions`, but the row keeps its values. */
  readonly paddingIdx?: number;
}

/**
 * A row of numbers for each index, with PyTorch's parameter: `weight` [numEmbeddings, embeddingDim], which starts normal with
 * mean 0 and standard deviation 1, as there.
 *
 * @param numEmbeddings The number of rows: indices are 0 … numEmbeddings − 1.
 * @param embeddingDim The length of a row.
 * @throws ValueError for numbers that are no whole numbers above 0, or a `paddingIdx` that is no row; DTypeError for a dtype that
 * is no float.
 * @example
 * const layer = new Embedding(1000, 64);
 * layer.forward([[1, 2, 3]]).shape; // [1, 3, 64]
 */
export class Embedding<Rows extends number = number, Length extends number = number> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"embedding", [Length]>;
  /** [numEmbeddings, embeddingDim] */
  readonly weight: Variable<[Rows, Length]>;
  /** The row that does not learn, counted from 0; undefined without one. */
  readonly paddingIdx: number | undefined;

  constructor(
    numEmbeddings: Rows,
    embeddingDim: Length,
    { paddingIdx, generator, dtype = "float32" }: EmbeddingOptions = {},
  ) {
    super();
    checkCount("Embedding", "numEmbeddings", numEmbeddings);
    checkCount("Embedding", "embeddingDim", embeddingDim);
    checkFloat("Embedding", dtype);
    this.paddingIdx = paddingIdx === undefined ? undefined : rowOf(paddingIdx, numEmbeddings);
    const rows = normal([numEmbeddings, embeddingDim], { generator: generator ?? freshGenerator(), dtype });
    const isPadding = expandDims(equal(arange(numEmbeddings), this.paddingIdx ?? -1), 1);
    this.weight = variable(paddingIdx === undefined ? rows : where(isPadding, 0, rows), { name: "weight" });
  }

  /**
   * A layer with given rows, as torch.nn.Embedding.from_pretrained.
   *
   * @param weight [numEmbeddings, embeddingDim], float32 or float64.
   * @param options.freeze Whether the rows do not learn; default true.
   * @param options.paddingIdx A row that does not learn.
   * @throws ShapeError where the weight has not two axes; DTypeError where it is no float; ValueError for a `paddingIdx` that is
   * no row.
   * @example
   * Embedding.fromPretrained(tensor([[1, 2], [3, 4]])).forward([1]).toArray(); // [[3, 4]]
   */
  static fromPretrained(weight: TensorLike, { freeze = true, paddingIdx }: PretrainedOptions = {}): Embedding {
    const rows = toTensor("Embedding", weight);
    const [count = 0, length = 0] = rows.shape;
    if (rows.rank !== 2) {
      throw shapeError(
        `Embedding: the weight ${showShape(rows.shape)} must be [numEmbeddings, embeddingDim]. Reshape it.`,
        [rows],
      );
    }
    checkFloat("Embedding", rows.dtype);
    const layer = new Embedding(count, length, {
      dtype: rows.dtype,
      ...(paddingIdx === undefined ? {} : { paddingIdx }),
    });
    layer.weight.assign(rows);
    layer.weight.trainable = !freeze;
    return layer;
  }

  /** The number of rows. */
  get numEmbeddings(): Rows {
    return this.weight.shape[0];
  }

  /** The length of a row. */
  get embeddingDim(): Length {
    return this.weight.shape[1];
  }

  /**
   * @param indices Integers of any shape.
   * @returns [...indices, embeddingDim].
   * @throws DTypeError where the indices are no integers; IndexError for an index that is no row: at once for plain numbers, for
   * tensors when the result is computed.
   * @example
   * new Embedding(10, 4).forward([3, 3]).shape; // [2, 4]
   */
  forward<X extends TensorLike, Self extends Shaped>(this: Self, indices: X): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(indices: TensorLike): Tensor {
    const rows = indicesIn(indices, toTensor("Embedding", indices), {
      operator: "Embedding",
      role: "index",
      indices: "indices",
      meaning: "",
      members: `rows of the weight ${showShape(this.weight.shape)}:`,
      remedy: "Make the layer with more rows, or map what it does not know to a row of its own.",
      size: this.numEmbeddings,
      ignored: undefined,
    });
    const weight: Tensor = this.weight.value;
    const taken = take(weight, rows, { axis: 0 });
    if (this.paddingIdx === undefined) return taken;
    return where(expandDims(equal(rows, this.paddingIdx), -1), stopGradient(taken), taken);
  }

  /** Nothing is calculated. */
  override cost(): LayerCost {
    return { flops: 0 };
  }
}

function rowOf(paddingIdx: number, count: number): number {
  if (Number.isInteger(paddingIdx) && paddingIdx >= -count && paddingIdx < count) {
    return paddingIdx < 0 ? paddingIdx + count : paddingIdx;
  }
  throw new ValueError(
    `Embedding: paddingIdx is ${String(paddingIdx)}; it must be a whole number from ${-count} to ${count - 1}, a row of the weight.`,
  );
}
