/** Recurrent layers in plain numbers, one example and step after another, from the formulas of PyTorch's documentation. */
import { affine } from "./plain-attention.js";

/** The kinds of recurrent layers. */
export type RecurrentKind = "tanh" | "relu" | "LSTM" | "GRU";

/** Settings of a layer, and its parameters by PyTorch's names. */
export interface PlainRecurrent {
  readonly kind: RecurrentKind;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly parameters: Readonly<Record<string, ArrayLike<number>>>;
}

/** One example: a row for each cell. */
export interface PlainStates {
  readonly hidden: readonly (readonly number[])[];
  readonly cell: readonly (readonly number[])[];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

type State = readonly [hidden: readonly number[], cell: readonly number[]];

/** The next state from the gates' parts of input and hidden state. */
function advance(kind: RecurrentKind, a: readonly number[], b: readonly number[], [h, c]: State): State {
  const H = h.length;
  const sum = (gate: number, k: number): number => a[gate * H + k]! + b[gate * H + k]!;
  if (kind === "GRU") {
    const next = h.map((old, k) => {
      const n = Math.tanh(a[2 * H + k]! + sigmoid(sum(0, k)) * b[2 * H + k]!);
      const z = sigmoid(sum(1, k));
      return (1 - z) * n + z * old;
    });
    return [next, c];
  }
  if (kind === "LSTM") {
    const cell = c.map((old, k) => sigmoid(sum(1, k)) * old + sigmoid(sum(0, k)) * Math.tanh(sum(2, k)));
    return [cell.map((v, k) => sigmoid(sum(3, k)) * Math.tanh(v)), cell];
  }
  return [h.map((_, k) => (kind === "tanh" ? Math.tanh(sum(0, k)) : Math.max(0, sum(0, k)))), c];
}

/** The outputs of one example [L][…], and its last states. */
export function recur(
  rows: readonly (readonly number[])[],
  first: PlainStates,
  { kind, hidden, layers, bidirectional, parameters }: PlainRecurrent,
): { outputs: number[][]; last: PlainStates } {
  const count = { tanh: 1, relu: 1, LSTM: 4, GRU: 3 }[kind] * hidden;
  const last = { hidden: [...first.hidden], cell: [...first.cell] };
  let below = rows.map((row) => [...row]);
  for (let layer = 0; layer < layers; layer++) {
    const outputs = below.map((): number[] => []);
    for (const [d, suffix] of (bidirectional ? ["", "_reverse"] : [""]).entries()) {
      const name = (part: string): ArrayLike<number> | undefined => parameters[`${part}_l${layer}${suffix}`];
      const at = layer * (bidirectional ? 2 : 1) + d;
      let state: State = [first.hidden[at]!, first.cell[at]!];
      for (let step = 0; step < below.length; step++) {
        const l = d === 1 ? below.length - 1 - step : step;
        const a = affine(below[l]!, name("weight_ih")!, name("bias_ih"), count);
        const b = affine(state[0], name("weight_hh")!, name("bias_hh"), count);
        state = advance(kind, a, b, state);
        outputs[l]!.push(...state[0]);
      }
      last.hidden[at] = state[0];
      last.cell[at] = state[1];
    }
    below = outputs;
  }
  return { outputs: below, last };
}
