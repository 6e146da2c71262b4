import { isFloat } from "../../dtype.js";
import { stretch } from "../../ops/broadcast.js";
import { sameShape } from "../../shape.js";
import { leaf, type Tensor } from "../../tensor.js";
import type { Call } from "../call.js";
import { groupShape } from "../choices.js";
import { numberText } from "../source-text.js";
import type { Law, Trial } from "../trial.js";
import { elementText, expectSame, Finding } from "../violation.js";

/** The shape to which a case's tensors broadcast, where the sampler drew them to do so: undefined otherwise. */
function broadcastShape({ call, recording }: Trial): number[] | undefined {
  const { tensors } = call;
  const [group, ...others] = recording.tape.groups;
  if (group === undefined || others.length > 0 || group.length !== tensors.length || group.length < 2) return undefined;
  return group.every((shape, k) => sameShape(shape, tensors[k]?.shape ?? [])) ? groupShape(group) : undefined;
}

/**
 * The shape of the result of an operator that works element by element; undefined where this one does not, as far as is known: it
 * says so itself, or its operands broadcast and its result has their shape.
 */
function elementwiseShape(trial: Trial): readonly number[] | undefined {
  const { call, operator } = trial;
  const shape = broadcastShape(trial) ?? (call.tensors.length === 1 ? call.tensors[0]?.shape : undefined);
  if (operator.elementwise || shape === undefined) return operator.elementwise ? shape : undefined;
  return call.tensors.length > 1 && call.results().every((result) => sameShape(result.shape, shape))
    ? shape
    : undefined;
}

export const broadcasting: Law = {
  name: "broadcasting ≡ explicit broadcastTo",
  drawing: { style: "plain" },
  runs: 100,
  applies: (trial) => broadcastShape(trial) !== undefined,
  check(trial) {
    const { call } = trial;
    const shape = broadcastShape(trial) ?? [];
    const explicit = call.resultsOf(call.tensors.map((x) => stretch(x, shape)));
    for (const [k, result] of call.results().entries()) {
      const actual = result.data();
      const expected = explicit[k];
      if (expected === undefined || !sameShape(expected.shape, result.shape)) {
        throw new Finding(call.text(), `shape of result ${k}`, [
          ["broadcast", JSON.stringify(result.shape)],
          ["broadcastTo first", JSON.stringify(expected?.shape)],
        ]);
      }
      expectSame({
        call: () => call.text(),
        what: `result ${k}`,
        shape: result.shape,
        actual: ["broadcast", actual],
        expected: ["broadcastTo first", expected.data()],
      });
    }
  },
};

/** The tensor's element that meets element `flat` of the result, as a scalar. */
function elementAt(x: Tensor, shape: readonly number[], flat: number): Tensor {
  const whole = stretch(x, shape);
  return leaf([], x.dtype, whole.data().slice(flat, flat + 1));
}

/** How many elements of a result are computed by themselves. */
const elementsTried = 6;

export const elementByElement: Law = {
  name: "an element depends on the elements at its place only",
  drawing: { style: "awkward" },
  runs: 80,
  applies: (trial) => elementwiseShape(trial) !== undefined,
  check(trial) {
    const { call } = trial;
    const shape = elementwiseShape(trial) ?? [];
    const [result] = call.results();
    if (result === undefined) return;
    if (!sameShape(result.shape, shape)) {
      throw new Finding(call.text(), "shape of the result", [
        ["result", JSON.stringify(result.shape)],
        ["operands, broadcast", JSON.stringify(shape)],
      ]);
    }
    const all = result.data();
    for (let i = 0; i < Math.min(all.length, elementsTried); i++) {
      const [alone] = call.resultsOf(call.tensors.map((x) => elementAt(x, shape, i)));
      if (Object.is(alone?.item(), all[i])) continue;
      throw new Finding(call.text(), `result, ${elementText(shape, i)}`, [
        ["among the others", numberText(all[i] ?? Number.NaN)],
        ["by itself", numberText(alone?.item() ?? Number.NaN)],
      ]);
    }
  },
};

/** Whether NaN stands at a place of any float operand. */
const meetsNaN = (call: Call, shape: readonly number[], flat: number): boolean =>
  call.operands.some((x) => Number.isNaN(stretch(x, shape).data()[flat]));

export const propagatesNaN: Law = {
  name: "NaN in, NaN out",
  drawing: { style: "awkward" },
  runs: 80,
  applies: (trial) =>
    elementwiseShape(trial) !== undefined && trial.call.results().every(({ dtype }) => isFloat(dtype)),
  check(trial) {
    const { call } = trial;
    const shape = elementwiseShape(trial) ?? [];
    const [result] = call.results();
    const values = result?.data() ?? [];
    for (let i = 0; i < values.length; i++) {
      if (!meetsNaN(call, shape, i) || Number.isNaN(values[i])) continue;
      throw new Finding(call.text(), `result, ${elementText(shape, i)}`, [
        ["result", numberText(values[i] ?? Number.NaN)],
        ["operands", "NaN at the same place"],
      ]);
    }
  },
};
