import type { Tensor } from "@glissade/autograd";
import * as g from "@glissade/autograd";
import fc from "fast-check";

/** A smooth function of a vector, drawn at random: what it is built of, and what it does. */
export interface RandomFunction {
  readonly plan: readonly Instruction[];
  readonly apply: (x: Tensor) => Tensor;
}

type Instruction = readonly [kind: number, first: number, second: number, salt: number];
type Step = (x: Tensor, y: Tensor, salt: number) => Tensor;

const axisOf = (x: Tensor, salt: number): number => salt % x.rank;
const joined = (x: Tensor, y: Tensor): readonly [Tensor, Tensor] => {
  const fits = x.shape.every((side, i) => {
    const other = y.shape[i - x.rank + y.rank];
    return other === undefined || other === side || other === 1 || side === 1;
  });
  return fits ? [x, y] : [x, g.mean(y)];
};

/** Whether an operator along this axis sees one element only: softmax is then constant and logsumexp the identity. */
const isSingle = (x: Tensor, salt: number): boolean => x.rank === 0 || x.shape[axisOf(x, salt)] === 1;

/** Steps that are linear, alone or in both operands together. The half keeps x − x from being nothing. */
const linearSteps: readonly Step[] = [
  (x, y) => g.add(...joined(x, y)),
  (x, y) => g.sub(x, g.mul(joined(x, y)[1], 0.5)),
  (x, _, salt) => (x.rank === 0 ? x : g.sum(x, { axis: axisOf(x, salt), keepDims: salt % 2 === 0 })),
  (x, _, salt) => (x.rank === 0 ? x : g.flip(x, { axis: axisOf(x, salt) })),
  (x) => g.transpose(x),
  (x) => g.reshape(x, [-1]),
  (x, _, salt) => (x.rank > 2 ? x : g.expandDims(x, salt % (x.rank + 1))),
  (x, _, salt) => (x.rank === 0 ? x : g.take(x, [0, salt % (x.shape[0] ?? 1), 0], { axis: 0 })),
  (x) =>
    x.rank === 0 ? x : g.slice(x, { start: x.shape.map(() => 0), stop: x.shape.map((side) => Math.max(1, side - 1)) }),
  (x) => (x.rank === 0 ? x : g.pad(x, { widths: 1 })),
];

/** Tanh and its like keep what they give within a few units, so that third derivatives stay of moderate size. */
const curvedSteps: readonly Step[] = [
  (x, y) => g.mul(g.tanh(x), joined(x, y)[1]),
  (x, y) => g.div(x, g.add(g.square(g.tanh(joined(x, y)[1])), 1)),
  (x) => g.tanh(x),
  (x) => g.sin(x),
  (x) => g.cos(x),
  (x) => g.sigmoid(x),
  (x) => g.softplus(x),
  (x) => g.exp(g.sin(x)),
  (x) => g.log(g.add(g.square(x), 1)),
  (x) => g.sqrt(g.add(g.square(x), 1)),
  (x) => g.erf(x),
  (x) => g.atan(x),
  (x) => g.square(g.sin(x)),
  (x, _, salt) => (isSingle(x, salt) ? g.tanh(x) : g.softmax(x, { axis: axisOf(x, salt) })),
  (x, _, salt) => (isSingle(x, salt) ? g.sin(x) : g.logsumexp(x, { axis: axisOf(x, salt) })),
  (x, _, salt) => (x.rank === 0 ? g.tanh(x) : g.cumsum(g.tanh(x), { axis: axisOf(x, salt) })),
  (x, _, salt) => (x.rank === 0 ? g.cos(x) : g.concat([x, g.sin(x)], { axis: axisOf(x, salt) })),
  (x) => (x.rank < 2 ? g.tanh(x) : g.matmul(g.tanh(x), g.swapaxes(g.sin(x), x.rank - 1, x.rank - 2))),
  (x) => (x.rank === 1 ? g.mul(g.expandDims(g.tanh(x), 1), x) : g.sin(x)),
];

const steps = [...linearSteps, ...curvedSteps];

/** The tensors of a program stay below this, so that Hessians by every road stay cheap. */
const LARGEST = 32;

/** A value of a program, and whether it is known to bend with the program's input. */
interface Made {
  readonly x: Tensor;
  readonly isCurved: boolean;
}

/**
 * The function that a plan describes. A program of linear steps alone ends with a sine, and every result has a weight of its own, so that the sum of
 * a softmax is no constant: few programs have second derivatives that are zero.
 */
function build(plan: readonly Instruction[]): (x: Tensor) => Tensor {
  return (x) => {
    const pool: Made[] = [{ x, isCurved: false }];
    let last: Made = { x, isCurved: false };
    for (const [kind, first, second, salt] of plan) {
      // The latest is drawn on twice as often as the rest: long chains rather than many short ones.
      const from = (pick: number): Made => pool[Math.max(0, pool.length - 1 - (pick % (pool.length + 1)))] ?? last;
      const [a, b] = [from(first), from(second)];
      const index = kind % steps.length;
      const made = steps[index]?.(a.x, b.x, salt);
      if (made === undefined || made.size > LARGEST) continue;
      last = { x: made, isCurved: a.isCurved || index >= linearSteps.length };
      pool.push(last);
    }
    const values = g.reshape(last.isCurved ? last.x : g.sin(last.x), [-1]);
    return g.mul(values, g.linspace(1, 2, values.size, { dtype: x.dtype }));
  };
}

/** Random smooth functions from vectors to vectors; their plans print and shrink. */
export const randomFunctions: fc.Arbitrary<RandomFunction> = fc
  .array(fc.tuple(fc.nat(steps.length - 1), fc.nat(20), fc.nat(20), fc.nat(100)), { minLength: 1, maxLength: 6 })
  .map((plan) => ({ plan, apply: build(plan), toString: () => JSON.stringify(plan) }));
