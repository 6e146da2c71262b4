import { describeValue } from "../convert.js";
import { isFloat } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Aval, BatchContext, KernelContext } from "../graph.js";
import { reshape } from "../ops/broadcast.js";
import { zeros } from "../ops/create.js";
import { where } from "../ops/where.js";
import { shapeError } from "../origin.js";
import { sameShape, showShape } from "../shape.js";
import type { Tensor, Variable } from "../tensor.js";
import { describePath, sameStructure, showStructure, unflattenTree } from "../tree.js";
import type { BranchError, ConditionError } from "../types/control.js";
import type { Fit } from "../types/shape-error.js";
import {
  type Body,
  batchBody,
  bits,
  type Derived,
  dependences,
  makeBody,
  once,
  pullBody,
  pushBody,
  runBody,
  standIn,
} from "./body.js";
import { callBody } from "./call.js";
import { traceControl } from "./control-trace.js";
import { refusePromise } from "./leaves.js";
import { carryLeaves, conditionTensor, type ResultTree, resultLeaves } from "./loop-carry.js";
import { awaitTangents, type Push } from "./tangents.js";
import { applyTuple, defineTuple, type PullContext, type TuplePrimitive } from "./tuple.js";

/** Two bodies of the same inputs and results. The operands are the condition and then the inputs. */
interface CondAttributes {
  readonly onTrue: Body;
  readonly onFalse: Body;
}

const condPrimitive: TuplePrimitive<CondAttributes> = defineTuple<CondAttributes>("cond", {
  results: ({ onTrue }): readonly Aval[] => onTrue.outputs,
  // The condition chooses between results, and has no derivative.
  reaches: ({ onTrue, onFalse }) =>
    dependences(onTrue).map((own, i) => new Set([0, ...shifted(own), ...shifted(dependences(onFalse)[i] ?? [])])),
  run({ inputs, attributes: { onTrue, onFalse } }: KernelContext<CondAttributes>) {
    const [condition, ...operands] = inputs;
    return runBody(condition.data[0] === 0 ? onFalse : onTrue, operands);
  },
  pull: pullCond,
  batch: batchCond,
});

const shifted = (positions: Iterable<number>): number[] => [...positions].map((position) => position + 1);

/** Values and tangents of the branch that is taken. */
const pushCond =
  ({ onTrue, onFalse }: CondAttributes): Push =>
  (operands, tangents) => {
    const [condition, ...inputs] = operands;
    const [, ...moving] = tangents;
    if (condition === undefined) throw new Error("cond has no condition");
    const flags = moving.map((tangent) => tangent !== undefined);
    const moved = onTrue.outputs.flatMap(({ dtype }, i) => (isFloat(dtype) ? [i] : []));
    const branch = (body: Body): Body =>
      once(body, `cond tangents ${bits(flags)}`, () => {
        const pushed = pushBody(body, flags);
        const own = pushed.inputs.filter((node) => node !== undefined);
        return makeBody(
          body.name,
          [...body.inputs, ...own],
          [...pushed.primals, ...moved.flatMap((i) => pushed.outputs[i] ?? [])],
        );
      });
    const results = applyTuple(
      condPrimitive,
      [condition, ...inputs, ...moving.filter((tangent) => tangent !== undefined)],
      { onTrue: branch(onTrue), onFalse: branch(onFalse) },
    );
    const count = onTrue.outputs.length;
    return {
      primals: results.slice(0, count),
      tangents: onTrue.outputs.map((_, i) => (moved.includes(i) ? results[count + moved.indexOf(i)] : undefined)),
    };
  };

/** The derivative of the branch that is taken. */
function pullCond(context: PullContext<CondAttributes>): (Tensor | undefined)[] {
  const { inputs, attributes, cotangents, needed, direction } = context;
  if (direction === "forward") return awaitTangents(context, pushCond(attributes));
  const [condition, ...operands] = inputs;
  if (condition === undefined) throw new Error("cond has no condition");
  const given = cotangents.map((cotangent) => cotangent !== undefined);
  const asked = needed.slice(1);
  const [onTrue, onFalse] = [attributes.onTrue, attributes.onFalse].map((branch) =>
    pullBody(branch, given, asked, direction),
  );
  if (onTrue === undefined || onFalse === undefined) throw new Error("cond has two branches");
  const taken = [...new Set([...onTrue.taken, ...onFalse.taken])];
  const reached = operands.flatMap((_, i) =>
    onTrue.places[i] === undefined && onFalse.places[i] === undefined ? [] : [i],
  );
  const offered = [...operands, ...cotangents.filter((cotangent) => cotangent !== undefined)];
  const branch = (derived: Derived): Body => widen(derived, taken, offered, reached, operands);
  const results = applyTuple(condPrimitive, [condition, ...taken.flatMap((position) => offered[position] ?? [])], {
    onTrue: branch(onTrue),
    onFalse: branch(onFalse),
  });
  const pulled = new Array<Tensor | undefined>(inputs.length).fill(undefined);
  for (const [k, i] of reached.entries()) pulled[i + 1] = results[k];
  return pulled;
}

/** A derived body that takes all operands that either branch takes, and gives zeros where only the other has a result. */
function widen(
  { body, taken, places }: Derived,
  allTaken: readonly number[],
  offered: readonly Tensor[],
  reached: readonly number[],
  operands: readonly Tensor[],
): Body {
  const own = new Map(taken.map((position, k) => [position, body.inputs[k]]));
  const inputs = allTaken.flatMap((position) => {
    const operand = offered[position];
    return own.get(position) ?? (operand === undefined ? [] : standIn(operand, body.name).node);
  });
  const outputs = reached.flatMap((i) => {
    const operand = operands[i];
    return (
      body.outputs[places[i] ?? -1] ??
      (operand === undefined ? [] : zeros(operand.shape, { dtype: operand.dtype }).node)
    );
  });
  return makeBody(body.name, inputs, outputs);
}

/** A condition for each example takes both branches, and chooses between their results. */
function batchCond({ inputs, batched, size, attributes: { onTrue, onFalse } }: BatchContext<CondAttributes>): Tensor[] {
  const [condition, ...operands] = inputs;
  const [choosesEach, ...flags] = batched;
  const [whole, other] = [batchBody(onTrue, flags, size), batchBody(onFalse, flags, size)];
  if (!choosesEach) return applyTuple(condPrimitive, inputs, { onTrue: whole, onFalse: other });
  const others = callBody(other, operands);
  return callBody(whole, operands).map((result, i) => {
    const aligned = reshape(condition, [size, ...result.shape.slice(1).map(() => 1)]);
    return where(aligned, result, others[i] ?? result);
  });
}

/**
 * One of two functions, by a condition that is known only when the graph runs: only the branch taken is computed. Each function is called once, with
 * placeholders. Differentiable in both modes; under `vmap` with a condition for each example both branches are computed, as by `where`. A plain boolean calls
 * its function at once.
 *
 * @param pred A bool scalar tensor, or a boolean.
 * @param onTrue, onFalse Take the operands; their results have one structure, and the same shapes and dtypes. Variables that one assigns keep their values in
 * the other.
 * @param operands Trees of tensors and numbers.
 * @throws DTypeError, ShapeError where the condition is no bool scalar; ValueError, ShapeError where the results of the functions differ; TransformError where a
 * function reads a tensor or returns a Promise.
 * @example
 * const x = tensor(-4);
 * cond(greater(x, 0), (v: Tensor) => sqrt(v), (v: Tensor) => neg(v), x).item(); // 4
 */
export function cond<P extends Tensor | Variable | boolean, A extends readonly unknown[], R, Other>(
  pred: Fit<ConditionError<"cond", P>, P>,
  onTrue: (...operands: A) => R,
  onFalse: (...operands: A) => R | Fit<BranchError<R, Other>, Other>,
  ...operands: A
): R {
  for (const branch of [onTrue, onFalse]) {
    if (typeof branch !== "function")
      throw new ValueError(`cond: takes a condition and two functions, not ${describeValue(branch)}.`);
  }
  if (typeof pred === "boolean") return (pred ? onTrue : onFalse)(...operands) as R;
  const condition = conditionTensor("cond", pred);
  const given = carryLeaves("cond", operands, "the operands");
  const results: ResultTree[] = [];
  const branch =
    (f: (...operands: A) => unknown) =>
    (inputs: readonly Tensor[]): readonly Tensor[] => {
      const result = f(...(unflattenTree(given.structure, inputs) as A));
      refusePromise("cond", result);
      const tree = resultLeaves("cond", result);
      results.push(tree);
      return tree.tensors;
    };
  const origins = given.tensors.map(({ shape, dtype }) => ({ shape, dtype, origin: "an operand" }));
  const traced = traceControl("cond", origins, [branch(onTrue), branch(onFalse)]);
  const [whenTrue, whenFalse] = results;
  if (whenTrue === undefined || whenFalse === undefined) throw new Error("cond has two branches");
  checkAlike(whenTrue, whenFalse);
  const { assigned, assignedInputs, constants, constantInputs, inputs } = traced;
  const [first, second] = traced.outputs.map((outputs) =>
    makeBody("cond", [...constantInputs, ...inputs, ...assignedInputs], outputs),
  );
  if (first === undefined || second === undefined || first.outputs.length === 0) return whenTrue.rebuild([]) as R;
  const held = assigned.map((variable) => variable.value);
  const parts = applyTuple(condPrimitive, [condition, ...constants, ...given.tensors, ...held], {
    onTrue: first,
    onFalse: second,
  });
  const count = whenTrue.tensors.length;
  for (const [i, variable] of assigned.entries()) variable.assign(parts[count + i] ?? variable.value);
  return whenTrue.rebuild(parts.slice(0, count)) as R;
}

function checkAlike(a: ResultTree, b: ResultTree): void {
  const show = ({ structure }: ResultTree): string => (structure === undefined ? "nothing" : showStructure(structure));
  const alike =
    a.structure === undefined || b.structure === undefined
      ? a.structure === b.structure
      : sameStructure(a.structure, b.structure);
  if (!alike)
    throw new ValueError(
      `cond: the functions return ${show(a)} and ${show(b)}. They must return trees of one structure.`,
    );
  for (const [i, x] of a.tensors.entries()) {
    const y = b.tensors[i] ?? x;
    if (sameShape(x.shape, y.shape) && x.dtype === y.dtype) continue;
    throw shapeError(
      `cond: ${describePath("the result", a.paths[i] ?? "")} is ${showShape(x.shape)} ${x.dtype} from one function and ${showShape(y.shape)} ${y.dtype} from the other. ` +
        "Both must have the same shape and dtype; use broadcastTo and cast.",
      [x, y],
    );
  }
}
