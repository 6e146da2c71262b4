import { describeValue } from "../convert.js";
import { ValueError } from "../errors.js";
import type { KernelContext, Primitive } from "../graph.js";
import { stretch } from "../ops/broadcast.js";
import { apply } from "../primitive.js";
import type { Tensor } from "../tensor.js";
import { unflattenTree } from "../tree.js";
import { type Body, batchBody, dependences, inlineBody, makeBody, pullBody, resultsOf, runBody } from "./body.js";
import { callBody } from "./call.js";
import { traceControl } from "./control-trace.js";
import { refusePromise } from "./leaves.js";
import { carryLeaves, type ResultTree, resultLeaves } from "./loop-carry.js";
import { applyTuple, defineTuple, type PullContext, type TuplePrimitive } from "./tuple.js";

/**
 * The first operand, when the second is there: what is computed from it is computed after that, and is not the same computation as one from the
 * operand itself, so that no compiler puts the two together.
 */
const afterPrimitive: Primitive<undefined> = {
  name: "after",
  linear: [0],
  infer: ({ inputs: [x] }) => x,
  run: ({ inputs: [x] }) => x.data,
  vjp: ({ cotangent }) => [cotangent, undefined],
  batch: ({ inputs: [x, until], batched: [whole], size }) =>
    apply(afterPrimitive, [whole ? x : stretch(x, [size, ...x.shape]), until], undefined),
  lower: () => ({ kind: "reshape" }),
};

const checkpointPrimitive: TuplePrimitive<Body> = defineTuple<Body>("checkpoint", {
  results: resultsOf,
  reaches: dependences,
  run: ({ inputs, attributes: body }: KernelContext<Body>) => runBody(body, inputs),
  accumulates: true,
  pull: pullCheckpoint,
  batch: ({ inputs, batched, size, attributes: body }) =>
    applyTuple(checkpointPrimitive, inputs, batchBody(body, batched, size)),
  inline: (inputs, body) => inlineBody(body, inputs),
});

/** The reverse pass starts from the operands again. */
function pullCheckpoint(context: PullContext<Body>): (Tensor | undefined)[] {
  const { inputs, attributes: body, cotangents, needed, direction, gathered } = context;
  const given = cotangents.map((cotangent) => cotangent !== undefined);
  const sofar = gathered.map((cotangent) => cotangent !== undefined);
  const derived = pullBody(body, given, needed, direction, sofar);
  const [first, ...others] = cotangents.filter((cotangent) => cotangent !== undefined);
  // The cotangents of forward mode are placeholders, on which nothing may depend but what is linear in them.
  const operands =
    first === undefined || direction !== "reverse"
      ? inputs
      : inputs.map((input) => apply(afterPrimitive, [input, first], undefined));
  const starts = gathered.filter((cotangent) => cotangent !== undefined);
  const offered = [...operands, ...starts, ...(first === undefined ? [] : [first]), ...others];
  const results = callBody(
    derived.body,
    derived.taken.flatMap((position) => offered[position] ?? []),
  );
  return derived.places.map((place) => (place === undefined ? undefined : results[place]));
}

/**
 * The function, with less memory for its derivative: what it computes on the way is not kept for the reverse pass but computed again there (A. Griewank &
 * A. Walther, "Algorithm 799: revolve", ACM TOMS 26, 2000). Values and gradients are the same to the bit.
 *
 * @param f Takes and returns trees of tensors; called once for each call, with placeholders. It may read and assign Variables, and draw random numbers: those of the
 * second time are those of the first.
 * @throws ValueError where `f` is no function, or takes or returns anything but trees of tensors and numbers; TransformError where it reads a tensor or returns a Promise.
 * @example
 * const block = checkpoint((x: Tensor) => tanh(matmul(x, w.value)));
 * grad((x: Tensor) => sum(block(block(x))))(x);
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  if (typeof f !== "function") throw new ValueError(`checkpoint: takes a function, not ${describeValue(f)}.`);
  return (...args) => {
    const given = carryLeaves("checkpoint", args, "the arguments");
    let tree: ResultTree = resultLeaves("checkpoint", null);
    const operands = given.tensors.map(({ shape, dtype }) => ({ shape, dtype, origin: "an argument" }));
    const traced = traceControl("checkpoint", operands, [
      (inputs) => {
        const result = f(...(unflattenTree(given.structure, inputs) as A));
        refusePromise("checkpoint", result);
        tree = resultLeaves("checkpoint", result);
        return tree.tensors;
      },
    ]);
    const { inputs, assigned, assignedInputs, constants, constantInputs, outputs } = traced;
    const [results = []] = outputs;
    if (results.length === 0) return tree.rebuild([]) as R;
    const parts = applyTuple(
      checkpointPrimitive,
      [...constants, ...given.tensors, ...assigned.map((variable) => variable.value)],
      makeBody("checkpoint", [...constantInputs, ...inputs, ...assignedInputs], results),
    );
    const count = tree.tensors.length;
    for (const [i, variable] of assigned.entries()) variable.assign(parts[count + i] ?? variable.value);
    return tree.rebuild(parts.slice(0, count)) as R;
  };
}
