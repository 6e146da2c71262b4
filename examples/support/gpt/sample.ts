import { div, type Generator, jit, type Tensor, take, tensor } from "@glissade/autograd";
import type { CharGpt } from "./model.js";

/**
 * Writes on from a beginning, one character after the other, each drawn by the model's scores.
 *
 * @param alphabet What the numbers of characters stand for.
 * @returns A function of the beginning and the number of characters, that gives these.
 */
export function writer(
  model: CharGpt,
  alphabet: readonly string[],
  random: Generator,
): (beginning: string, count: number) => string {
  const { context } = model;
  // The window has one size, whatever is written so far: what stands behind the last character is not looked at.
  const scores = jit((window: Tensor, last: Tensor) =>
    take(model.forward(window.reshape([1, context])), last, { axis: 1 }),
  );
  return (beginning, count) => {
    const wasTraining = model.training;
    model.eval();
    const text = Array.from(beginning, (character) => Math.max(0, alphabet.indexOf(character)));
    for (let i = 0; i < count; i++) {
      const window = new Int32Array(context);
      const seen = text.slice(-context);
      window.set(seen);
      const next = scores(tensor(window), tensor(seen.length - 1, { dtype: "int32" }));
      // A little sharper than the model believes: fewer slips of the pen.
      const logits = div(next.reshape([alphabet.length]), 0.8);
      text.push(random.categorical([], { logits }).item());
    }
    if (wasTraining) model.train();
    return text
      .slice(beginning.length)
      .map((number) => alphabet[number] ?? "")
      .join("");
  };
}
