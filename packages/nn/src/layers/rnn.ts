import {
  add,
  type Fit,
  lerp,
  mul,
  type Ok,
  relu,
  type ShapeOf,
  sigmoid,
  split,
  type Tensor,
  type TensorLike,
  tanh,
  ValueError,
} from "@glissade/autograd";
import { showSetting } from "../operand.js";
import type { FirstOf, OutputOf, Shaped, ShapeRule, StateOf } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import { Recurrent, type RecurrentOptions } from "./recurrent.js";

/** Options of `RNN`. */
export interface RNNOptions extends RecurrentOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh) over sequences (J. L. Elman, "Finding structure in time", 1990), as torch.nn.RNN.
 * Parameters as there, layer by layer: `weight_ih_l0` [hidden, in], `weight_hh_l0` [hidden, hidden], `bias_ih_l0`, `bias_hh_l0`
 * [hidden], those of the other direction ending in `_reverse`; all start uniform on ±1/√hidden.
 *
 * @param inputSize The features of the input.
 * @param hiddenSize The features of the state.
 * @throws ValueError for numbers that are no whole numbers above 0, a dropout that is no chance, or an unknown nonlinearity;
 * DTypeError for a dtype that is no float.
 * @example
 * const layer = new RNN(8, 16, { batchFirst: true });
 * const [output, hidden] = layer.forward(zeros([32, 10, 8])); // [32, 10, 16] and [1, 32, 16]
 */
export class RNN<
  In extends number = number,
  Hidden extends number = number,
  const O extends Given<RNNOptions> = Given<RNNOptions>,
> extends Recurrent<In, Hidden> {
  readonly nonlinearity: "tanh" | "relu";
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"recurrent", ["RNN", In, Hidden, OptionsIn<O>]>;

  constructor(inputSize: In, hiddenSize: Hidden, ...options: Refusing<O, RNNOptions>);
  constructor(inputSize: In, hiddenSize: Hidden, { nonlinearity = "tanh", ...options }: RNNOptions = {}) {
    super("RNN", 1, inputSize, hiddenSize, options);
    if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
      throw new ValueError(`RNN: unknown nonlinearity ${showSetting(nonlinearity)}. Use "tanh" or "relu".`);
    }
    this.nonlinearity = nonlinearity;
  }

  /**
   * @param x [L, N, in], or [N, L, in] where `batchFirst`, or [L, in] for one sequence.
   * @param h0 The first states [layers · directions, N, hidden], or without N; default zeros.
   * @returns The states of the last layer at all steps [L, N, directions · hidden], in the form of the input, and the last states
   * of all layers, in that of `h0`.
   * @throws ShapeError where the input or `h0` does not fit.
   * @example
   * new RNN(3, 4).forward(zeros([5, 3]))[0].shape; // [5, 4]
   */
  forward<X extends TensorLike, Self extends Shaped, H extends TensorLike | undefined = undefined>(
    this: Self,
    x: Fit<OutputOf<Self, ShapeOf<X>>, X>,
    h0?: H & FirstOf<Self, "h0", ShapeOf<X>, ShapeOf<H>>,
  ): readonly [output: Tensor<Ok<OutputOf<Self, ShapeOf<X>>>>, hidden: Tensor<StateOf<Self, ShapeOf<X>>>];
  forward(x: TensorLike, h0?: TensorLike): readonly [output: Tensor, hidden: Tensor] {
    const { output, last } = this.run(x, [["h0", h0]]);
    const [hidden = output] = last;
    return [output, hidden];
  }

  protected override step(input: Tensor, hidden: Tensor): readonly Tensor[] {
    const sum = add(input, hidden);
    return [this.nonlinearity === "tanh" ? tanh(sum) : relu(sum)];
  }
}

/**
 * Long short-term memory over sequences (S. Hochreiter, J. Schmidhuber, 1997, with the forget gate of F. A. Gers et al., 2000),
 * as torch.nn.LSTM: with the gates i, f, g, o, stacked in this order in the parameters, cₜ = σ(f) cₜ₋₁ + σ(i) tanh(g) and hₜ =
 * σ(o) tanh(cₜ). Parameters as `RNN`, with 4 · hidden rows.
 *
 * @param inputSize The features of the input.
 * @param hiddenSize The features of both states.
 * @throws ValueError for numbers that are no whole numbers above 0, or a dropout that is no chance; DTypeError for a dtype that
 * is no float.
 * @example
 * const layer = new LSTM(8, 16, { batchFirst: true });
 * const [output, [hidden, cell]] = layer.forward(zeros([32, 10, 8])); // [32, 10, 16], and [1, 32, 16] each
 */
export class LSTM<
  In extends number = number,
  Hidden extends number = number,
  const O extends Given<RecurrentOptions> = Given<RecurrentOptions>,
> extends Recurrent<In, Hidden> {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"recurrent", ["LSTM", In, Hidden, OptionsIn<O>]>;

  constructor(inputSize: In, hiddenSize: Hidden, ...options: Refusing<O, RecurrentOptions>);
  constructor(inputSize: In, hiddenSize: Hidden, options: RecurrentOptions = {}) {
    super("LSTM", 4, inputSize, hiddenSize, options);
  }

  /**
   * @param x [L, N, in], or [N, L, in] where `batchFirst`, or [L, in] for one sequence.
   * @param states The first hidden and cell states, [layers · directions, N, hidden] each, or without N; default zeros.
   * @returns The hidden states of the last layer at all steps [L, N, directions · hidden], in the form of the input, and the last
   * hidden and cell states of all layers.
   * @throws ShapeError where the input or a state does not fit; ValueError where `states` is no pair.
   * @example
   * new LSTM(3, 4).forward(zeros([5, 3]))[1][1].shape; // [1, 4]
   */
  forward<X extends TensorLike, Self extends Shaped, H extends TensorLike = Tensor, C extends TensorLike = Tensor>(
    this: Self,
    x: Fit<OutputOf<Self, ShapeOf<X>>, X>,
    states?: readonly [
      H & FirstOf<Self, "the hidden state", ShapeOf<X>, ShapeOf<H>>,
      C & FirstOf<Self, "the cell state", ShapeOf<X>, ShapeOf<C>>,
    ],
  ): readonly [
    output: Tensor<Ok<OutputOf<Self, ShapeOf<X>>>>,
    states: readonly [hidden: Tensor<StateOf<Self, ShapeOf<X>>>, cell: Tensor<StateOf<Self, ShapeOf<X>>>],
  ];
  forward(
    x: TensorLike,
    states?: readonly [TensorLike, TensorLike],
  ): readonly [output: Tensor, states: readonly [hidden: Tensor, cell: Tensor]] {
    if (states !== undefined && (!Array.isArray(states) || states.length !== 2)) {
      throw new ValueError("LSTM: the states are no pair. Pass [hidden, cell], as the layer returns them.");
    }
    const { output, last } = this.run(x, [
      ["the hidden state", states?.[0]],
      ["the cell state", states?.[1]],
    ]);
    const [hidden = output, cell = output] = last;
    return [output, [hidden, cell]];
  }

  protected override step(input: Tensor, hidden: Tensor, [, cell = hidden]: readonly Tensor[]): readonly Tensor[] {
    const gates = add(input, hidden);
    const [i, f, g, o] = split(gates, 4, { axis: -1 });
    const next = add(mul(sigmoid(f), cell), mul(sigmoid(i), tanh(g)));
    return [mul(sigmoid(o), tanh(next)), next];
  }
}

/**
 * Gated recurrent units over sequences (K. Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014), as
 * torch.nn.GRU: with the gates r, z, n, stacked in this order in the parameters, n = tanh(W_in x + b_in + σ(r) (W_hn h + b_hn))
 * and hₜ = (1 − σ(z)) n + σ(z) hₜ₋₁. Parameters as `RNN`, with 3 · hidden rows.
 *
 * @param inputSize The features of the input.
 * @param hiddenSize The features of the state.
 * @throws ValueError for numbers that are no whole numbers above 0, or a dropout that is no chance; DTypeError for a dtype that
 * is no float.
 * @example
 * const layer = new GRU(8, 16, { numLayers: 2, bidirectional: true });
 * const [output, hidden] = layer.forward(zeros([10, 32, 8])); // [10, 32, 32] and [4, 32, 16]
 */
export class GRU<
  In extends number = number,
  Hidden extends number = number,
  const O extends Given<RecurrentOptions> = Given<RecurrentOptions>,
> extends Recurrent<In, Hidden> {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"recurrent", ["GRU", In, Hidden, OptionsIn<O>]>;

  constructor(inputSize: In, hiddenSize: Hidden, ...options: Refusing<O, RecurrentOptions>);
  constructor(inputSize: In, hiddenSize: Hidden, options: RecurrentOptions = {}) {
    super("GRU", 3, inputSize, hiddenSize, options);
  }

  /**
   * @param x [L, N, in], or [N, L, in] where `batchFirst`, or [L, in] for one sequence.
   * @param h0 The first states [layers · directions, N, hidden], or without N; default zeros.
   * @returns The states of the last layer at all steps [L, N, directions · hidden], in the form of the input, and the last states
   * of all layers, in that of `h0`.
   * @throws ShapeError where the input or `h0` does not fit.
   * @example
   * new GRU(3, 4).forward(zeros([5, 3]))[1].shape; // [1, 4]
   */
  forward<X extends TensorLike, Self extends Shaped, H extends TensorLike | undefined = undefined>(
    this: Self,
    x: Fit<OutputOf<Self, ShapeOf<X>>, X>,
    h0?: H & FirstOf<Self, "h0", ShapeOf<X>, ShapeOf<H>>,
  ): readonly [output: Tensor<Ok<OutputOf<Self, ShapeOf<X>>>>, hidden: Tensor<StateOf<Self, ShapeOf<X>>>];
  forward(x: TensorLike, h0?: TensorLike): readonly [output: Tensor, hidden: Tensor] {
    const { output, last } = this.run(x, [["h0", h0]]);
    const [hidden = output] = last;
    return [output, hidden];
  }

  protected override step(input: Tensor, hidden: Tensor, [state = hidden]: readonly Tensor[]): readonly Tensor[] {
    const [ri, zi, ni] = split(input, 3, { axis: -1 });
    const [rh, zh, nh] = split(hidden, 3, { axis: -1 });
    const proposed = tanh(add(ni, mul(sigmoid(add(ri, rh)), nh)));
    return [lerp(proposed, state, sigmoid(add(zi, zh)))];
  }
}
