import {
  add,
  div,
  jit,
  minimum,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  type Variable,
  variable,
  variableGrads,
  zerosLike,
} from "@glissade/autograd";
import type { Averages } from "./average.js";
import type { Optimizer } from "./options.js";

/** What a step is made of. */
export interface StepParts<B> {
  readonly loss: (batch: B) => Tensor;
  readonly parameters: readonly Variable[];
  readonly optimizer: Optimizer;
  readonly clipNorm: number | undefined;
  readonly accumulate: number;
  readonly averages: Averages | undefined;
  readonly compile: boolean;
}

/** Takes batches and, when enough have come, a step. */
export interface Stepping<B> {
  /** The loss of the step that this batch completes, a mean over its batches; undefined where more have to come. */
  take(batch: B): number | undefined;
  /** Takes the step with what has come so far, at the end of an epoch; undefined where nothing has. */
  finish(): number | undefined;
}

/** Steps on the gradients of single batches, or on means over several. */
export function stepping<B>(parts: StepParts<B>): Stepping<B> {
  return parts.accumulate === 1 ? single(parts) : accumulating(parts);
}

const compiled = <A extends readonly unknown[], R>(f: (...args: A) => R, isCompiled: boolean): ((...args: A) => R) =>
  isCompiled ? jit(f) : f;

/** Gradients, no longer together than the norm. */
function clipped(grads: readonly Tensor[], norm: number | undefined): readonly Tensor[] {
  if (norm === undefined) return grads;
  const squares = grads.map((grad) => sum(square(grad)));
  const length = sqrt(squares.reduce((total, each) => add(total, each)));
  // A gradient of length 0 stays: 0 / 0 is NaN, and the minimum of 1 and ∞ is 1.
  const factor = minimum(1, div(norm, add(length, 1e-12)));
  return grads.map((grad) => mul(grad, factor));
}

function update<B>({ optimizer, averages, clipNorm }: StepParts<B>, grads: readonly Tensor[]): void {
  optimizer.step(clipped(grads, clipNorm) as never);
  averages?.update();
}

function single<B>(parts: StepParts<B>): Stepping<B> {
  const step = compiled((batch: B) => {
    const { value, grads } = variableGrads(() => parts.loss(batch), parts.parameters);
    update(parts, grads);
    return value;
  }, parts.compile);
  return { take: (batch) => step(batch).item(), finish: () => undefined };
}

function accumulating<B>(parts: StepParts<B>): Stepping<B> {
  const { parameters, accumulate } = parts;
  const sums = parameters.map(({ value }) => variable(zerosLike(value), { trainable: false }));
  const gather = compiled((batch: B) => {
    const { value, grads } = variableGrads(() => parts.loss(batch), parameters);
    for (const [i, total] of sums.entries()) total.assign(add(total.value, grads[i] ?? 0));
    return value;
  }, parts.compile);
  const apply = compiled((count: number) => {
    update(
      parts,
      sums.map(({ value }) => div(value, count)),
    );
    for (const total of sums) total.assign(zerosLike(total.value));
  }, parts.compile);
  let losses: number[] = [];
  const finish = (): number | undefined => {
    if (losses.length === 0) return undefined;
    apply(losses.length);
    const loss = losses.reduce((total, each) => total + each, 0) / losses.length;
    losses = [];
    return loss;
  };
  return {
    take(batch) {
      losses.push(gather(batch).item());
      return losses.length === accumulate ? finish() : undefined;
    },
    finish,
  };
}
