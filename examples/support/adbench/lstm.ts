// A long short-term memory that predicts a text bit by bit, its gates with diagonal weights (ADBench's LSTM).
import {
  add,
  concat,
  exp,
  grad,
  jit,
  log,
  mul,
  neg,
  scan,
  sigmoid,
  slice,
  split,
  stack,
  sub,
  sum,
  type Tensor,
  tanh,
  valueAndGrad,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import { array, distance, type Instance, readJson } from "./vectors.js";

interface Stored {
  readonly name: string;
  readonly layers: number;
  readonly bits: number;
  /** [2 layers, 4 bits]: weights and biases by turns, of the forget, input, output and change gate. */
  readonly main: readonly number[];
  /** [3, bits]: what the input and the output are scaled by, and what is added to the output. */
  readonly extra: readonly number[];
  /** [2 layers, bits]: hidden and cell by turns. */
  readonly state: readonly number[];
  readonly sequence: readonly string[];
  readonly objective: number;
  readonly gradient: readonly number[];
}

export interface Network {
  readonly main: Tensor;
  readonly extra: Tensor;
}

const rows = (matrix: Tensor): Tensor[] =>
  split(matrix, matrix.shape[0] ?? 0).map((row) => row.reshape([matrix.shape[1] ?? 0]));

const gate = (x: Tensor, weight: Tensor, bias: Tensor): Tensor => add(mul(x, weight), bias);

/** One layer: from its weights, input, hidden and cell to the next hidden and cell. */
function layer(weight: Tensor, bias: Tensor, input: Tensor, hidden: Tensor, cell: Tensor): readonly [Tensor, Tensor] {
  const [wf, wi, wo, wg] = split(weight, 4);
  const [bf, bi, bo, bg] = split(bias, 4);
  const kept = mul(cell, sigmoid(gate(input, wf, bf)));
  const next = add(kept, mul(sigmoid(gate(hidden, wi, bi)), tanh(gate(hidden, wg, bg))));
  return [mul(sigmoid(gate(input, wo, bo)), tanh(next)), next];
}

function objectiveOf({ layers, bits, sequence }: Stored, state: Tensor): (network: Network) => Tensor {
  const text = array(
    sequence.flatMap((character) => [...character].map(Number)),
    [sequence.length, bits],
  );
  const given = { input: slice(text, { stop: [-1] }), gold: slice(text, { start: [1] }) };
  return ({ main, extra }) => {
    const parameters = rows(main);
    const [inWeight, outWeight, outBias] = rows(extra);
    if (!inWeight || !outWeight || !outBias) throw new RangeError("lstm: three extra rows are needed.");
    const step = (carry: Tensor, { input, gold }: typeof given): readonly [Tensor, Tensor] => {
      const before = rows(carry);
      const after: Tensor[] = [];
      let x = mul(input, inWeight);
      for (let i = 0; i < layers; i++) {
        const [weight, bias, hidden, cell] = [
          parameters[2 * i],
          parameters[2 * i + 1],
          before[2 * i],
          before[2 * i + 1],
        ];
        if (!weight || !bias || !hidden || !cell) throw new RangeError("lstm: a layer lacks its rows.");
        const [next, nextCell] = layer(weight, bias, x, hidden, cell);
        after.push(next, nextCell);
        x = next;
      }
      const y = gate(x, outWeight, outBias);
      // The 2 is the benchmark's own.
      const normal = sub(y, log(add(2, sum(exp(y)))));
      return [stack(after), sum(mul(gold, normal))];
    };
    const [, terms] = scan(step, state, given);
    return mul(neg(sum(terms)), 1 / ((sequence.length - 1) * bits));
  };
}

function instanceOf(stored: Stored): Instance {
  const { name, layers, bits } = stored;
  const network = { main: array(stored.main, [2 * layers, 4 * bits]), extra: array(stored.extra, [3, bits]) };
  const objective = objectiveOf(stored, array(stored.state, [2 * layers, bits]));
  const [value, both] = [jit(objective), jit((at: Network) => valueAndGrad(objective)(at))];
  return {
    name,
    family: "LSTM",
    parameters: stored.gradient.length,
    objective: () => void value(network).data(),
    derivative: () => void both(network).grads.main.data(),
    errors() {
      const { grads } = both(network);
      const gradient = concat([grads.main.reshape([-1]), grads.extra.reshape([-1])]);
      return {
        objective: distance(value(network).data(), [stored.objective]),
        derivative: distance(gradient.data(), stored.gradient),
      };
    },
    costs: () => [costOf(objective, network), costOf((at: Network) => grad(objective)(at), network)],
    published: {},
  };
}

export const lstmInstances = (): Instance[] => readJson<Stored[]>("./lstm.json").map(instanceOf);
