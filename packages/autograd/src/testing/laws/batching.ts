import { allocate, isFloat, type Storage } from "../../dtype.js";
import { sameShape } from "../../shape.js";
import { leaf, type Tensor } from "../../tensor.js";
import { vmap } from "../../transforms/vmap.js";
import { callNodes, floats, gradientWith, weightsLike } from "../derivatives.js";
import type { Law, Trial } from "../trial.js";
import { expectClose, expectSame, Finding, magnitude } from "../violation.js";

/** The number of examples in a batch. */
const examples = 3;

/** Rounding differs where a batch is summed in another order. */
const tolerance = 1e-10;

/** Which tensors are mapped: all where the case's number says so, and at least one. */
function mappedTensors(trial: Trial): boolean[] {
  const { tensors } = trial.call;
  const mask = trial.recording.salt % 2 ** tensors.length;
  return tensors.map((_, i) => mask === 0 || (mask >> i) % 2 === 1);
}

/** The calls of the loop: example `i` has its own elements in mapped tensors, and those of the first in the others. */
function loopTensors(trial: Trial, mapped: readonly boolean[]): Tensor[][] {
  const variants = Array.from({ length: examples }, (_, i) => trial.render("float64", i).tensors);
  return variants.map((tensors) => tensors.map((x, k) => (mapped[k] ? x : (variants[0]?.[k] ?? x))));
}

/** The examples of one tensor along a new leading axis. */
function stack(rows: readonly Tensor[]): Tensor {
  const [first] = rows;
  if (first === undefined) throw new Error("a batch has examples");
  const data = allocate(first.dtype, first.size * rows.length);
  for (const [i, row] of rows.entries()) data.set(row.data(), i * first.size);
  return leaf([rows.length, ...first.shape], first.dtype, data);
}

type OfTensors = (tensors: readonly Tensor[]) => Tensor[];

/** `weights` makes further tensors for each example, which are mapped too. */
function checkBatch(trial: Trial, f: OfTensors, what: string, weights: (example: number) => Tensor[] = () => []): void {
  const drawn = mappedTensors(trial);
  const mapped = [...drawn, ...weights(0).map(() => true)];
  const loop = loopTensors(trial, drawn).map((tensors, i) => [...tensors, ...weights(i)]);
  const expected = loop.map((tensors) => f(tensors));
  const batch = (loop[0] ?? []).map((x, k) => (mapped[k] ? stack(loop.map((tensors) => tensors[k] ?? x)) : x));
  const inAxes = [mapped.map((isMapped) => (isMapped ? 0 : null))];
  const results = vmap((tensors: readonly Tensor[]) => f(tensors), { inAxes })(batch);
  const axes = drawn.map((isMapped) => (isMapped ? "0" : "null")).join(", ");
  const text = (): string => `vmap over ${axes} of ${trial.call.textOf(batch)}`;
  for (const [k, result] of results.entries()) {
    const values = result.data();
    const size = values.length / examples;
    for (const [i, example] of expected.entries()) {
      const row = example[k];
      if (row === undefined || !sameShape([examples, ...row.shape], result.shape) || row.dtype !== result.dtype) {
        throw new Finding(text(), `shape and dtype of ${what} ${k}`, [
          ["vmap", `${JSON.stringify(result.shape)} ${result.dtype}`],
          ["each example", `${JSON.stringify(row?.shape)} ${row?.dtype}`],
        ]);
      }
      compareExample(text, `${what} ${k} of example ${i}`, values.subarray(i * size, (i + 1) * size), row);
    }
  }
}

function compareExample(call: () => string, what: string, actual: Storage, row: Tensor): void {
  const expected = row.data();
  const comparison = { call, what, shape: row.shape, actual: ["vmap", actual], expected: ["loop", expected] } as const;
  if (isFloat(row.dtype)) expectClose(comparison, tolerance * Math.max(1, magnitude(expected)));
  else expectSame(comparison);
}

/** Whether every operator on the way has a batching rule: one that has none says why. */
const isBatchable = ({ call }: Trial, derivative: boolean): boolean =>
  callNodes(call, derivative).nodes.every(
    ({ primitive, value }) => value !== undefined || !("none" in primitive.batch),
  );

export const batching: Law = {
  name: "vmap(f) ≡ a loop",
  drawing: { style: "plain", variants: examples },
  runs: 120,
  applies: (trial) => trial.call.tensors.length > 0 && isBatchable(trial, false),
  check: (trial) => checkBatch(trial, (tensors) => trial.call.resultsOf(tensors), "result"),
};

export const gradientBatching: Law = {
  name: "vmap(grad f) ≡ a loop of gradients",
  drawing: { style: "smooth", variants: examples },
  runs: 40,
  applies: (trial) => trial.isDifferentiable && isBatchable(trial, true),
  check(trial) {
    const outputs = floats(trial.call.results());
    const gradientOf = (tensors: readonly Tensor[]): Tensor[] => gradientWith(trial.call, tensors);
    checkBatch(trial, gradientOf, "gradient", (example) => weightsLike(outputs, example));
  },
};
