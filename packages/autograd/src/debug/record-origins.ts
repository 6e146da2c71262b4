import { describeValue } from "../convert.js";
import { ValueError } from "../errors.js";
import { recordingOrigins } from "../origin.js";

/**
 * Calls `f`, and keeps the source line of every operator that it applies, so that errors of shape say where each operand was made. Slow (a stack is read for
 * each operator): for looking into a fault, not for every step.
 *
 * @param f Called without arguments; it must work synchronously.
 * @returns What `f` returns.
 * @throws ValueError where `f` is no function; whatever `f` throws.
 * @example
 * recordOrigins(() => add(tanh(zeros([2, 3])), ones([4]))); // ShapeError: … is the result of tanh at model.ts:12:30 …
 */
export function recordOrigins<T>(f: () => T): T {
  if (typeof f !== "function") throw new ValueError(`recordOrigins: takes a function, not ${describeValue(f)}.`);
  return recordingOrigins(f);
}
