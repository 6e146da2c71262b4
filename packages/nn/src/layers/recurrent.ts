import {
  cast,
  concat,
  expandDims,
  type FloatDType,
  type Generator,
  reshape,
  type Shape,
  scan,
  shapeError,
  stack,
  swapaxes,
  type Tensor,
  type TensorLike,
  take,
  type Variable,
  variable,
  zeros,
} from "@glissade/autograd";
import { freshGenerator } from "../init/drawing.js";
import { uniform } from "../init/fill.js";
import { Module } from "../module.js";
import { checkChance, checkCount, checkFloat, sameShape, showShape, sizeOf, toInput } from "../operand.js";
import type { LayerCost } from "../summary.js";
import { Dropout } from "./dropout.js";
import { affine } from "./linear.js";

/** Options of `LSTM` and `GRU`, and of `RNN` beside its nonlinearity. */
export interface RecurrentOptions {
  /** Layers one above another, each of which reads the outputs of the one below; default 1. */
  readonly numLayers?: number;
  /** Whether there are biases; default true. */
  readonly bias?: boolean;
  /** Whether input and output are [N, L, …]; default false: [L, N, …], as in PyTorch. States are [layers, N, …] in either case. */
  readonly batchFirst?: boolean;
  /** The chance in training that an output of a layer, except the last, is dropped; default 0. */
  readonly dropout?: number;
  /** Whether each layer also reads from the end, beside the other direction; default false. */
  readonly bidirectional?: boolean;
  /** Draws first values and what is dropped; default: a generator with a fresh random seed. */
  readonly generator?: Generator;
  /** Of the parameters; default float32. */
  readonly dtype?: FloatDType;
}

/** The parameters of one layer in one direction; G is the number of gates. */
export interface RecurrentCell {
  /** What PyTorch adds to the names: `_l0`, `_l0_reverse`, `_l1`, … */
  readonly suffix: string;
  /** [G · hidden, in] */
  readonly weightIh: Variable;
  /** [G · hidden, hidden] */
  readonly weightHh: Variable;
  /** [G · hidden], or undefined without biases. */
  readonly biasIh: Variable | undefined;
  /** The same. */
  readonly biasHh: Variable | undefined;
}

/** A state of a call: its name in messages, and what was given. */
export type GivenState = readonly [name: string, value: TensorLike | undefined];

/** What all recurrent layers are: cells in layers and directions, run by `scan`. */
export abstract class Recurrent<In extends number, Hidden extends number> extends Module {
  readonly inputSize: In;
  readonly hiddenSize: Hidden;
  readonly numLayers: number;
  readonly batchFirst: boolean;
  readonly bidirectional: boolean;
  readonly dropout: Dropout;
  /** Layer by layer; where there are two directions, forward and then reverse. */
  readonly cells: readonly RecurrentCell[];
  readonly #layer: string;
  readonly #gates: number;

  constructor(
    layer: string,
    gates: number,
    inputSize: In,
    hiddenSize: Hidden,
    {
      numLayers = 1,
      bias = true,
      batchFirst = false,
      dropout = 0,
      bidirectional = false,
      generator,
      dtype = "float32",
    }: RecurrentOptions,
  ) {
    super();
    for (const [name, count] of Object.entries({ inputSize, hiddenSize, numLayers })) checkCount(layer, name, count);
    checkChance(layer, "dropout", dropout);
    checkFloat(layer, dtype);
    this.#layer = layer;
    this.#gates = gates;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.batchFirst = batchFirst;
    this.bidirectional = bidirectional;
    const drawing = { generator: generator ?? freshGenerator(), dtype };
    this.dropout = new Dropout(dropout, { generator: drawing.generator });
    const bound = 1 / Math.sqrt(hiddenSize);
    const parameter = (name: string, shape: readonly number[]): Variable =>
      variable(uniform(shape, { ...drawing, min: -bound, max: bound }), { name });
    const rows = gates * hiddenSize;
    const directions = bidirectional ? 2 : 1;
    this.cells = Array.from({ length: numLayers * directions }, (_, i): RecurrentCell => {
      const suffix = `_l${Math.floor(i / directions)}${i % directions === 1 ? "_reverse" : ""}`;
      const columns = i < directions ? inputSize : directions * hiddenSize;
      return {
        suffix,
        weightIh: parameter(`weight_ih${suffix}`, [rows, columns]),
        weightHh: parameter(`weight_hh${suffix}`, [rows, hiddenSize]),
        biasIh: bias ? parameter(`bias_ih${suffix}`, [rows]) : undefined,
        biasHh: bias ? parameter(`bias_hh${suffix}`, [rows]) : undefined,
      };
    });
  }

  /**
   * One step of a cell.
   *
   * @param input What the gates get of the input, biases added: [N, G · hidden].
   * @param hidden What they get of the hidden state: the same.
   * @param states [N, hidden] each, the hidden one first.
   */
  protected abstract step(input: Tensor, hidden: Tensor, states: readonly Tensor[]): readonly Tensor[];

  /** Outputs in the form of the input, and the last states. */
  protected run(x: TensorLike, given: readonly GivenState[]): { output: Tensor; last: Tensor[] } {
    const { inputSize, hiddenSize }: { readonly inputSize: number; readonly hiddenSize: number } = this;
    const input = toInput(this.#layer, x, this.cells[0]?.weightIh);
    this.#checkInput(input);
    const isBatched = input.rank === 3;
    const sequence = !isBatched
      ? reshape(input, [input.shape[0] ?? 0, 1, inputSize])
      : this.batchFirst
        ? swapaxes(input, 0, 1)
        : input;
    const first = given.map((state) => this.#firstState(state, sequence.shape[1] ?? 0, isBatched));
    const { output, last } = this.#layers(sequence, first);
    const states = last.map((each) => {
      const stacked = stack(each);
      return isBatched ? stacked : reshape(stacked, [this.cells.length, hiddenSize]);
    });
    if (!isBatched) return { output: reshape(output, [input.shape[0] ?? 0, output.shape[2] ?? 0]), last: states };
    return { output: this.batchFirst ? swapaxes(output, 0, 1) : output, last: states };
  }

  /** Products of all cells with input and state at every step, biases, and about three operations for each gate; the outputs of all layers are kept. */
  override cost([x = []]: readonly Shape[]): LayerCost {
    const steps = sizeOf(x.slice(0, -1));
    const rows = this.#gates * this.hiddenSize;
    const products = this.cells.reduce((sum, { weightIh, weightHh }) => sum + 2 * (weightIh.size + weightHh.size), 0);
    const other = this.cells.length * rows * ((this.cells[0]?.biasIh === undefined ? 0 : 2) + 3);
    return { flops: steps * (products + other), kept: steps * this.cells.length * (rows + this.hiddenSize) };
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    for (const { suffix, weightIh, weightHh, biasIh, biasHh } of this.cells) {
      yield [`weight_ih${suffix}`, weightIh];
      yield [`weight_hh${suffix}`, weightHh];
      yield [`bias_ih${suffix}`, biasIh];
      yield [`bias_hh${suffix}`, biasHh];
    }
    yield ["batchFirst", this.batchFirst];
    yield ["dropout", this.dropout];
  }

  /** All layers over [L, N, in]: outputs of the last one, and for each kind of state the last of every cell. */
  #layers(sequence: Tensor, first: readonly (Tensor | undefined)[]): { output: Tensor; last: Tensor[][] } {
    const directions = this.bidirectional ? 2 : 1;
    const last: Tensor[][] = first.map(() => []);
    let output = sequence;
    for (let layer = 0; layer < this.numLayers; layer++) {
      const below = layer === 0 ? output : this.dropout.forward(output);
      const outputs = this.cells.slice(layer * directions, (layer + 1) * directions).map((cell, direction) => {
        const own = first.map((state) => state && take(state, layer * directions + direction, { axis: 0 }));
        const { outputs: all, states } = this.#direction(cell, below, own, direction === 1);
        for (const [i, state] of states.entries()) last[i]?.push(state);
        return all;
      });
      output = concat(outputs, { axis: -1 });
    }
    return { output, last };
  }

  /** One cell over [L, N, in]. The input's part of the gates is one product for all steps. */
  #direction(
    cell: RecurrentCell,
    sequence: Tensor,
    first: readonly (Tensor | undefined)[],
    reverse: boolean,
  ): { outputs: Tensor; states: readonly Tensor[] } {
    const gates = affine(sequence, cell.weightIh.value, cell.biasIh?.value);
    const empty = zeros([sequence.shape[1] ?? 0, this.hiddenSize], { dtype: gates.dtype });
    const init: readonly Tensor[] = first.map((state) => (state === undefined ? empty : cast(state, gates.dtype)));
    const advance = (states: readonly Tensor[], input: Tensor): readonly [readonly Tensor[], Tensor] => {
      const [hidden = empty] = states;
      const next = this.step(input, affine(hidden, cell.weightHh.value, cell.biasHh?.value), states);
      return [next, next[0] ?? hidden];
    };
    const [states, outputs] = scan(advance, init, gates, { reverse });
    return { outputs, states };
  }

  #checkInput(input: Tensor): void {
    const { shape, rank } = input;
    if ((rank === 2 || rank === 3) && shape[rank - 1] === this.inputSize) return;
    const form = this.batchFirst ? `[N, L, ${this.inputSize}]` : `[L, N, ${this.inputSize}]`;
    throw shapeError(
      `${this.#layer}: the input ${showShape(shape)} must be ${form}, with batchFirst ${this.batchFirst}, or [L, ${this.inputSize}]. Reshape or transpose it.`,
      [input],
    );
  }

  /** [cells, N, hidden], or undefined for zeros. */
  #firstState([name, value]: GivenState, examples: number, isBatched: boolean): Tensor | undefined {
    if (value === undefined) return undefined;
    const state = toInput(this.#layer, value, this.cells[0]?.weightIh);
    const lead = isBatched ? [this.cells.length, examples] : [this.cells.length];
    if (sameShape(state.shape, [...lead, this.hiddenSize])) {
      return isBatched ? state : expandDims(state, 1);
    }
    throw shapeError(
      `${this.#layer}: ${name} has shape ${showShape(state.shape)}; it must be ${isBatched ? "[layers · directions, N, hidden]" : "[layers · directions, hidden]"} = ${showShape([...lead, this.hiddenSize])}.`,
      [state],
    );
  }
}
