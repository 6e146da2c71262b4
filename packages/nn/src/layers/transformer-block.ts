import {
  add,
  type Fit,
  type FloatDType,
  type Generator,
  gelu,
  type Ok,
  relu,
  type Shape,
  type ShapeOf,
  shapeError,
  type Tensor,
  type TensorLike,
  ValueError,
} from "@glissade/autograd";
import { freshGenerator } from "../init/drawing.js";
import { Module } from "../module.js";
import { checkChance, checkCount, checkEps, checkFloat, showSetting, showShape, sizeOf, toInput } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import type { LayerCost } from "../summary.js";
import type { AttentionMasks } from "./attention-masks.js";
import { Dropout } from "./dropout.js";
import { LayerNorm } from "./layer-norm.js";
import { Linear } from "./linear.js";
import { MultiHeadAttention } from "./multi-head-attention.js";

/** Options of `TransformerBlock`. */
export interface TransformerBlockOptions {
  /** The features between the two layers of the feed-forward part; default 2048. */
  readonly dimFeedforward?: number;
  /** The chance in training that something is dropped: weights of the attention, and what each part adds. Default 0.1. */
  readonly dropout?: number;
  /** Between the two layers: "relu" (default), "gelu" or a function. */
  readonly activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** Of the two normalisations; default 1e-5. */
  readonly layerNormEps?: number;
  /** Whether each part normalises what it reads, as in GPT-2, and not the sum with what it adds; default false. */
  readonly normFirst?: boolean;
  /** Whether every call is causal: place i looks at 0 … i only. Default false. */
  readonly isCausal?: boolean;
  /** Whether the input is [N, L, E]; default false: [L, N, E], as in PyTorch. */
  readonly batchFirst?: boolean;
  /** Whether layers and normalisations have biases; default true. */
  readonly bias?: boolean;
  /** Draws first values and what is dropped; default: a generator with a fresh random seed. */
  readonly generator?: Generator;
  /** Of the parameters; default float32. */
  readonly dtype?: FloatDType;
}

const activations = { relu: (x: Tensor) => relu(x), gelu: (x: Tensor) => gelu(x) };

/**
 * Self-attention and a feed-forward part, each added to its input and normalised (A. Vaswani et al., "Attention is all you need",
 * 2017), as torch.nn.TransformerEncoderLayer with its options and defaults. Parameters as there: `self_attn.…`, `linear1.…`,
 * `linear2.…`, `norm1.…`, `norm2.…`.
 *
 * @param embedDim E, the features of input and result.
 * @param numHeads Divides E.
 * @throws ValueError for numbers that are no such whole numbers, a dropout that is no chance, a negative eps or an unknown
 * activation; DTypeError for a dtype that is no float.
 * @example
 * const block = new TransformerBlock(64, 4, { batchFirst: true, normFirst: true, isCausal: true, dimFeedforward: 256 });
 * block.forward(zeros([32, 10, 64])).shape; // [32, 10, 64]
 */
export class TransformerBlock<
  E extends number = number,
  const O extends Given<TransformerBlockOptions> = Given<TransformerBlockOptions>,
> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"block", [E, OptionsIn<O>]>;
  /** `self_attn` in a state. */
  readonly selfAttn: MultiHeadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly activation: (x: Tensor) => Tensor;
  readonly normFirst: boolean;
  readonly isCausal: boolean;

  constructor(embedDim: E, numHeads: number, ...options: Refusing<O, TransformerBlockOptions>);
  constructor(
    embedDim: E,
    numHeads: number,
    {
      dimFeedforward = 2048,
      dropout = 0.1,
      activation = "relu",
      layerNormEps = 1e-5,
      normFirst = false,
      isCausal = false,
      batchFirst = false,
      bias = true,
      generator,
      dtype = "float32",
    }: TransformerBlockOptions = {},
  ) {
    super();
    checkSettings(embedDim, numHeads, { dimFeedforward, dropout, layerNormEps, dtype });
    this.activation = activationOf(activation);
    const drawing = { generator: generator ?? freshGenerator(), dtype, bias };
    const dropping = { generator: drawing.generator };
    const norm = { eps: layerNormEps, bias, dtype };
    this.selfAttn = new MultiHeadAttention<number>(embedDim, numHeads, { ...drawing, dropout, batchFirst });
    this.linear1 = new Linear(embedDim, dimFeedforward, drawing);
    this.dropout = new Dropout(dropout, dropping);
    this.linear2 = new Linear(dimFeedforward, embedDim, drawing);
    this.norm1 = new LayerNorm<number>(embedDim, norm);
    this.norm2 = new LayerNorm<number>(embedDim, norm);
    this.dropout1 = new Dropout(dropout, dropping);
    this.dropout2 = new Dropout(dropout, dropping);
    this.normFirst = normFirst;
    this.isCausal = isCausal;
  }

  /**
   * @param x [L, N, E], or [N, L, E] where `batchFirst`, or [L, E] for one example.
   * @param masks What places may look at; `isCausal` defaults to that of the block.
   * @returns The same shape.
   * @throws ShapeError where the input or a mask does not fit; DTypeError for a mask of integers.
   * @example
   * new TransformerBlock(8, 2).forward(zeros([5, 1, 8])).shape; // [5, 1, 8]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
    masks?: AttentionMasks,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike, masks: AttentionMasks = {}): Tensor {
    const input = toInput("TransformerBlock", x, this.linear1.weight);
    const { embedDim, batchFirst } = this.selfAttn;
    if ((input.rank !== 2 && input.rank !== 3) || input.shape.at(-1) !== embedDim) {
      const form = batchFirst ? `[N, L, ${embedDim}]` : `[L, N, ${embedDim}]`;
      throw shapeError(
        `TransformerBlock: the input ${showShape(input.shape)} must be ${form}, with batchFirst ${batchFirst}, or [L, ${embedDim}].`,
        [input],
      );
    }
    const all = { isCausal: this.isCausal, ...masks };
    if (this.normFirst) {
      const attended = add(input, this.#attend(this.norm1.forward(input), all));
      return add(attended, this.#feed(this.norm2.forward(attended)));
    }
    const attended = this.norm1.forward(add(input, this.#attend(input, all)));
    return this.norm2.forward(add(attended, this.#feed(attended)));
  }

  /** The activation and the two sums. */
  override cost([x = []]: readonly Shape[]): LayerCost {
    const hidden = sizeOf(x.slice(0, -1)) * this.linear1.outFeatures;
    return { flops: hidden + 2 * sizeOf(x), kept: hidden + 2 * sizeOf(x) };
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    for (const [name, value] of Object.entries(this)) yield [name === "selfAttn" ? "self_attn" : name, value];
  }

  #attend(x: Tensor, masks: AttentionMasks): Tensor {
    return this.dropout1.forward(this.selfAttn.forward(x, x, x, masks));
  }

  #feed(x: Tensor): Tensor {
    const between = this.dropout.forward(this.activation(this.linear1.forward(x)));
    return this.dropout2.forward(this.linear2.forward(between));
  }
}

/** Checks here what the parts would refuse under their own names. */
function checkSettings(
  embedDim: number,
  numHeads: number,
  {
    dimFeedforward,
    dropout,
    layerNormEps,
    dtype,
  }: Required<Pick<TransformerBlockOptions, "dimFeedforward" | "dropout" | "layerNormEps" | "dtype">>,
): void {
  const layer = "TransformerBlock";
  for (const [name, count] of Object.entries({ embedDim, numHeads, dimFeedforward })) checkCount(layer, name, count);
  if (embedDim % numHeads !== 0) {
    throw new ValueError(
      `${layer}: numHeads ${numHeads} does not divide embedDim ${embedDim}. Use one of its divisors.`,
    );
  }
  checkChance(layer, "dropout", dropout);
  checkEps(layer, layerNormEps);
  checkFloat(layer, dtype);
}

function activationOf(activation: "relu" | "gelu" | ((x: Tensor) => Tensor)): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (Object.hasOwn(activations, activation)) return activations[activation];
  throw new ValueError(
    `TransformerBlock: unknown activation ${showSetting(activation)}. Use "relu", "gelu" or a function of tensors.`,
  );
}
