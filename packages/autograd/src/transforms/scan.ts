import { describeValue } from "../convert.js";
import { ValueError } from "../errors.js";
import type { BatchContext } from "../graph.js";
import { stretch } from "../ops/broadcast.js";
import { moveaxis } from "../ops/movement.js";
import { shapeError } from "../origin.js";
import { showShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { describePath, flattenTree, tensorLeaf, unflattenTree } from "../tree.js";
import type { BatchOf, ScannedError, StepOf, StepsOf } from "../types/batch.js";
import type { CarryError } from "../types/control.js";
import type { Fit } from "../types/shape-error.js";
import { batchBody, dependences, loopDependences, makeBody } from "./body.js";
import { traceControl } from "./control-trace.js";
import { refusePromise } from "./leaves.js";
import { carryLeaves, nextCarry, resultLeaves } from "./loop-carry.js";
import { pushScan } from "./scan-forward.js";
import { type ApplyScan, pullScan } from "./scan-reverse.js";
import { runScan, type ScanAttributes, scanResults } from "./scan-run.js";
import { awaitTangents, type Push } from "./tangents.js";
import { applyTuple, defineTuple, type TuplePrimitive } from "./tuple.js";

const scanPrimitive: TuplePrimitive<ScanAttributes> = defineTuple<ScanAttributes>("scan", {
  results: scanResults,
  reaches: ({ body, constantCount, carryCount }) => loopDependences(body, constantCount, carryCount),
  run: runScan,
  steps: ({ body: { inputs, outputs }, ...loop }) => ({ inputs, outputs, ...loop }),
  pull: (context) =>
    context.direction === "forward" ? awaitTangents(context, pushOf(context.attributes)) : pullScan(context, applyScan),
  batch: batchScan,
});

const applyScan: ApplyScan = (attributes, operands) => applyTuple(scanPrimitive, operands, attributes);

const pushOf =
  (attributes: ScanAttributes): Push =>
  (operands, tangents) =>
    pushScan(attributes, operands, tangents, applyScan);

/** The batch axis goes behind the axis of the steps; carries that no batched operand reaches stay as they are. */
function batchScan({ inputs, batched, size, attributes }: BatchContext<ScanAttributes>): Tensor[] {
  const { body, constantCount, carryCount } = attributes;
  const dependsOn = dependences(body);
  const flags = [...batched];
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < carryCount; i++) {
      const at = constantCount + i;
      if (flags[at] || ![...(dependsOn[i] ?? [])].some((k) => flags[k])) continue;
      flags[at] = true;
      changed = true;
    }
  }
  const isSingle = body.outputs.map((_, i) => i < carryCount && !flags[constantCount + i]);
  const operands = inputs.map((x, i) => {
    if (i >= constantCount + carryCount) return batched[i] ? moveaxis(x, 0, 1) : x;
    return flags[i] && !batched[i] ? stretch(x, [size, ...x.shape]) : x;
  });
  const results = applyTuple(scanPrimitive, operands, { ...attributes, body: batchBody(body, flags, size, isSingle) });
  return results.map((result, i) => {
    if (i >= carryCount) return moveaxis(result, 1, 0);
    return isSingle[i] ? stretch(result, [size, ...result.shape]) : result;
  });
}

/** Options of `scan`. */
export interface ScanOptions {
  /** The number of steps, where nothing is scanned. */
  readonly length?: number;
  /** From the last to the first; default false. What is stacked stays in the place of what was scanned. */
  readonly reverse?: boolean;
}

/**
 * A loop with a carry over the leading axis of tensors: `f(carry, x)` gives `[next carry, y]`, and the ys are stacked. It is one step of the graph,
 * however long; `f` is called once, with placeholders. Differentiable in both modes: the reverse keeps the carry of each step. Batches, and
 * goes into `jit`.
 *
 * Variables that `f` assigns are carried too, and so are generators that it draws from.
 *
 * @param f Takes and returns trees of tensors; the carry keeps its structure, shapes and dtypes.
 * @param init The first carry: a tree of tensors and numbers (float32).
 * @param xs A tree of tensors with one leading size, or null.
 * @param options.length The number of steps where xs is null.
 * @param options.reverse Starts from the end; default false.
 * @returns `[last carry, stacked ys]`.
 * @throws ValueError where `f` returns no pair, a carry of another structure, or the number of steps is not known; ShapeError, DTypeError for a carry of another
 * shape or dtype, or leading sizes that differ; TransformError where `f` reads a tensor or returns a Promise.
 * @example
 * const [total, sums] = scan((sum: Tensor, x: Tensor) => [add(sum, x), add(sum, x)] as const, tensor(0), tensor([1, 2, 3]));
 * sums.toArray(); // [1, 3, 6]
 */
export function scan<C, const Xs, Next, Y, const Length extends number = number>(
  f: (carry: C, x: StepOf<Xs>) => readonly [C | Fit<CarryError<"scan", C, Next>, Next>, Y],
  init: C,
  xs: Fit<ScannedError<Xs>, Xs>,
  options: ScanOptions & { readonly length?: Length } = {},
): [C, BatchOf<Y, StepsOf<Xs, Length>>] {
  if (typeof f !== "function")
    throw new ValueError(`scan: the first argument must be a function, not ${describeValue(f)}.`);
  const carry = carryLeaves("scan", init);
  const scanned = scannedLeaves(xs);
  const length = stepCount(scanned.leaves, options.length);
  let stack = (_: readonly Tensor[]): unknown => null;
  const operands = [
    ...carry.tensors.map(({ shape, dtype }, i) => ({
      shape,
      dtype,
      origin: describePath("the carry", carry.paths[i] ?? ""),
    })),
    ...scanned.leaves.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype, origin: "one step of xs" })),
  ];
  const traced = traceControl("scan", operands, [
    (inputs) => {
      const first = unflattenTree(carry.structure, inputs.slice(0, carry.tensors.length));
      const each = scanned.rebuild(inputs.slice(carry.tensors.length));
      const result: unknown = f(first as C, each as StepOf<Xs>);
      refusePromise("scan", result);
      if (!Array.isArray(result) || result.length !== 2)
        throw new ValueError("scan: the function returns [carry, y]; y may be null.");
      const ys = resultLeaves("scan", result[1]);
      stack = ys.rebuild;
      return [...nextCarry("scan", carry, result[0]), ...ys.tensors];
    },
  ]);
  const { inputs, assigned, assignedInputs, constants, constantInputs, outputs } = traced;
  const [all = []] = outputs;
  const [own, count] = [carry.tensors.length, all.length - assigned.length];
  const body = makeBody(
    `scan${f.name === "" ? "" : ` of ${f.name}`}`,
    [...constantInputs, ...inputs.slice(0, own), ...assignedInputs, ...inputs.slice(own)],
    [...all.slice(0, own), ...all.slice(count), ...all.slice(own, count)],
  );
  const carryCount = own + assigned.length;
  const results = applyTuple(
    scanPrimitive,
    [...constants, ...carry.tensors, ...assigned.map((variable) => variable.value), ...scanned.leaves],
    { body, constantCount: constants.length, carryCount, length, reverse: options.reverse ?? false },
  );
  for (const [i, variable] of assigned.entries()) variable.assign(results[own + i] as Tensor);
  return [
    unflattenTree(carry.structure, results.slice(0, own)) as C,
    stack(results.slice(carryCount)) as BatchOf<Y, StepsOf<Xs, Length>>,
  ];
}

function scannedLeaves(xs: unknown): { leaves: Tensor[]; rebuild: (leaves: readonly Tensor[]) => unknown } {
  if (xs === null || xs === undefined) return { leaves: [], rebuild: () => xs };
  const { leaves, structure } = flattenTree(xs);
  const tensors = leaves.map((leaf) => tensorLeaf("scan", "xs", leaf));
  const [first] = tensors;
  for (const [i, x] of tensors.entries()) {
    if (x.rank === 0)
      throw shapeError(`scan: ${describePath("xs", leaves[i]?.path ?? "")} is a scalar; it needs an axis to scan.`, [
        x,
      ]);
    if (x.shape[0] !== first?.shape[0]) {
      throw shapeError(
        `scan: ${describePath("xs", leaves[i]?.path ?? "")} has ${x.shape[0]} steps (shape ${showShape(x.shape)}), others have ${first?.shape[0]}. Leading sizes must be one.`,
        [x, ...(first === undefined ? [] : [first])],
      );
    }
  }
  return { leaves: tensors, rebuild: (parts) => unflattenTree(structure, parts) };
}

function stepCount([first]: readonly Tensor[], given: number | undefined): number {
  const own = first?.shape[0];
  const count = own ?? given;
  if (count === undefined || !Number.isSafeInteger(count) || count < 0) {
    throw new ValueError(
      `scan: the number of steps is ${String(count)}; scan tensors, or pass the option length, an integer of 0 or more.`,
    );
  }
  if (own !== undefined && given !== undefined && own !== given)
    throw new ValueError(`scan: the option length is ${given}, and xs have ${own} steps. Leave it out.`);
  return count;
}
