import { add, arange, type Generator, type Tensor } from "@glissade/autograd";
import { Embedding, LayerNorm, Linear, Module, TransformerBlock } from "@glissade/nn";

/** Sizes of a character model. */
export interface GptSizes {
  readonly characters: number;
  /** How many characters it sees at most. */
  readonly context: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly dropout: number;
}

/** A transformer that reads characters and scores the next one at each place (Radford et al., "Language models are unsupervised multitask learners", 2019). */
export class CharGpt extends Module {
  readonly context: number;
  readonly characters: Embedding;
  readonly places: Embedding;
  readonly blocks: readonly TransformerBlock[];
  readonly norm: LayerNorm;
  readonly head: Linear;

  constructor({ characters, context, width, layers, heads, dropout }: GptSizes, generator: Generator) {
    super();
    this.context = context;
    this.characters = new Embedding(characters, width, { generator });
    this.places = new Embedding(context, width, { generator });
    this.blocks = Array.from(
      { length: layers },
      () =>
        new TransformerBlock(width, heads, {
          dimFeedforward: 4 * width,
          dropout,
          activation: "gelu",
          normFirst: true,
          isCausal: true,
          batchFirst: true,
          generator,
        }),
    );
    this.norm = new LayerNorm(width);
    this.head = new Linear(width, characters, { generator });
    // Small first values, as GPT-2: embeddings of variance 1 would drown what the blocks add.
    for (const { weight } of [this.characters, this.places]) weight.assign(weight.value.mul(0.02));
  }

  /**
   * @param text Character numbers, [N, L] with L up to the context.
   * @returns Scores of the next character at each place, [N, L, characters].
   */
  forward(text: Tensor): Tensor {
    const length = text.shape[1] ?? 0;
    let hidden = add(this.characters.forward(text), this.places.forward(arange(length)));
    for (const block of this.blocks) hidden = block.forward(hidden);
    return this.head.forward(this.norm.forward(hidden));
  }
}
