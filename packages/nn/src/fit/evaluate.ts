import { flattenTree, jit, Tensor, ValueError } from "@glissade/autograd";
import { checkedMean } from "./checks.js";
import type { EvaluationOptions } from "./options.js";

/** Means of the loss and the metrics over a data set. */
export type Evaluate = () => Promise<Readonly<Record<string, number>>>;

/** The evaluation of a loss and metrics over a data set; batches count by their examples. */
export function evaluation<B>(
  loss: (batch: B) => Tensor,
  { data, metrics = {} }: EvaluationOptions<B>,
  isCompiled: boolean,
): Evaluate {
  const measures = Object.entries({ loss, ...metrics });
  const all = (batch: B): Tensor[] =>
    measures.map(([name, measure]) => checkedMean(`the evaluation's ${name}`, measure(batch)));
  const measure = isCompiled ? jit(all) : all;
  return async () => {
    const sums = measures.map(() => 0);
    let examples = 0;
    for await (const batch of data) {
      const count = exampleCount(batch);
      for (const [i, value] of measure(batch).entries()) sums[i] = (sums[i] ?? 0) + count * value.item();
      examples += count;
    }
    if (examples === 0)
      throw new ValueError(
        "fit: the evaluation data have no batch. An iterable that is used up gives none: pass an array, or minibatches.",
      );
    return Object.fromEntries(measures.map(([name], i) => [name, (sums[i] ?? 0) / examples]));
  };
}

/** The size of the leading axis of the first tensor of a batch. */
function exampleCount(batch: unknown): number {
  const first = flattenTree(batch).leaves.find(({ value }) => value instanceof Tensor)?.value;
  return first instanceof Tensor ? (first.shape[0] ?? 1) : 1;
}
