import { describeValue } from "../convert.js";
import { isFloat, type Storage } from "../dtype.js";
import { GradientError, TransformError, ValueError } from "../errors.js";
import type { Aval, BatchContext, KernelContext, Node } from "../graph.js";
import { reshape, stretch } from "../ops/broadcast.js";
import { any } from "../ops/reduce.js";
import { where } from "../ops/where.js";
import { computedValue, Tensor } from "../tensor.js";
import { unflattenTree } from "../tree.js";
import type { CarryError, ConditionError } from "../types/control.js";
import type { Fit } from "../types/shape-error.js";
import {
  type Body,
  batchBody,
  bits,
  compileBody,
  dependences,
  inlineBody,
  loopDependences,
  makeBody,
  once,
  operandNodes,
  pushBody,
} from "./body.js";
import { traceControl } from "./control-trace.js";
import { refusePromise } from "./leaves.js";
import { carryLeaves, conditionTensor, nextCarry } from "./loop-carry.js";
import { awaitTangents, orZeros, type Push } from "./tangents.js";
import { applyTuple, defineTuple, type PullContext, type TuplePrimitive } from "./tuple.js";

/** Bodies of the same inputs: constants, and then carries. The first gives the condition, the second the next carries. */
interface WhileAttributes {
  readonly test: Body;
  readonly body: Body;
  readonly constantCount: number;
}

const whilePrimitive: TuplePrimitive<WhileAttributes> = defineTuple<WhileAttributes>("whileLoop", {
  results: ({ body }): readonly Aval[] => body.outputs,
  reaches: ({ test, body, constantCount }) => {
    // How often the body runs depends on what the test sees.
    const [tested = new Set<number>()] = dependences(test);
    return loopDependences(body, constantCount, body.outputs.length).map((own) => new Set([...own, ...tested]));
  },
  run: runWhile,
  pull: pullWhile,
  batch: batchWhile,
});

function runWhile({ inputs, attributes: { test, body, constantCount } }: KernelContext<WhileAttributes>): Storage[] {
  const [goesOn, step] = [compileBody(test), compileBody(body)];
  let nodes = operandNodes(inputs);
  const constants = nodes.slice(0, constantCount);
  const valueOf = (node: Node | undefined): Storage => {
    if (node === undefined) throw new Error("whileLoop: a body without a result");
    return computedValue(new Tensor(node), "whileLoop");
  };
  while (valueOf(goesOn(nodes)[0])[0] !== 0) nodes = [...constants, ...step(nodes)];
  return nodes.slice(constantCount).map(valueOf);
}

const noReverse =
  "grad: whileLoop has no derivative in reverse mode: the number of its steps is not known beforehand. Use scan with a fixed number, jvp, or implicitDiff.";

function pullWhile(context: PullContext<WhileAttributes>): (Tensor | undefined)[] {
  const { attributes, direction } = context;
  if (direction !== "forward") throw new GradientError(noReverse);
  return awaitTangents(context, pushWhile(attributes), noReverse);
}

/** The tangents of a loop's results from those of its operands: the loop of carries and tangents together. */
const pushWhile =
  ({ test, body, constantCount }: WhileAttributes): Push =>
  (operands, tangents) => {
    const constantTangents = tangents.flatMap((tangent, i) => (tangent !== undefined && i < constantCount ? [i] : []));
    const carryTangents = body.inputs.flatMap(({ dtype }, i) => (i >= constantCount && isFloat(dtype) ? [i] : []));
    const pushed = once(body, `while ${constantCount} ${constantTangents.join()}`, () =>
      tangentLoop(body, constantTangents, carryTangents, constantCount),
    );
    const tangentOf = (i: number): Tensor => orZeros(tangents[i], operands[i]);
    const wideTest = makeBody(test.name, pushed.inputs, test.outputs);
    const results = applyTuple(
      whilePrimitive,
      [
        ...operands.slice(0, constantCount),
        ...constantTangents.map(tangentOf),
        ...operands.slice(constantCount),
        ...carryTangents.map(tangentOf),
      ],
      { test: wideTest, body: pushed, constantCount: constantCount + constantTangents.length },
    );
    const carryCount = operands.length - constantCount;
    return {
      primals: results.slice(0, carryCount),
      tangents: body.outputs.map((_, carry) => {
        const place = carryTangents.indexOf(constantCount + carry);
        return place < 0 ? undefined : results[carryCount + place];
      }),
    };
  };

function tangentLoop(
  body: Body,
  constantTangents: readonly number[],
  carryTangents: readonly number[],
  constantCount: number,
): Body {
  const moving = new Set([...constantTangents, ...carryTangents]);
  const pushed = pushBody(
    body,
    body.inputs.map((_, i) => moving.has(i)),
  );
  const tangentsAt = (positions: readonly number[]): Node[] => positions.flatMap((i) => pushed.inputs[i] ?? []);
  return makeBody(
    body.name,
    [
      ...body.inputs.slice(0, constantCount),
      ...tangentsAt(constantTangents),
      ...body.inputs.slice(constantCount),
      ...tangentsAt(carryTangents),
    ],
    [...pushed.primals, ...carryTangents.flatMap((i) => pushed.outputs[i - constantCount] ?? [])],
  );
}

/** Goes on while any example does; those that have ended keep their carries. */
function batchWhile({ inputs, batched, size, attributes }: BatchContext<WhileAttributes>): Tensor[] {
  const { test, body, constantCount } = attributes;
  const flags = inputs.map((_, i) => i >= constantCount || batched[i] === true);
  const whole = once(body, `while batch ${constantCount} ${bits(flags)} ${size}`, (): WhileAttributes => {
    const step = batchBody(body, flags, size);
    const carries = step.inputs.slice(constantCount).map((node) => new Tensor(node));
    const [goesOn] = inlineBody(
      batchBody(test, flags, size),
      step.inputs.map((node) => new Tensor(node)),
    );
    if (goesOn === undefined) throw new Error("whileLoop has no condition");
    const next = step.outputs.map((node, i) => {
      const after = new Tensor(node);
      const aligned = reshape(goesOn, [size, ...after.shape.slice(1).map(() => 1)]);
      return where(aligned, after, carries[i] ?? after).node;
    });
    return {
      test: makeBody(test.name, step.inputs, [any(goesOn).node]),
      body: makeBody(body.name, step.inputs, next),
      constantCount,
    };
  });
  const operands = inputs.map((x, i) => (flags[i] && !batched[i] ? stretch(x, [size, ...x.shape]) : x));
  return applyTuple(whilePrimitive, operands, whole);
}

/**
 * A loop with a carry that goes on while a condition holds. Each function is called once, with placeholders. Differentiable in forward mode (`jvp`); not in reverse,
 * for the number of steps is not known: use `scan` there. Under `vmap` it goes on while it does for any example, and those that have ended stay as they are.
 *
 * @param test Takes the carry and returns a bool scalar tensor.
 * @param body Takes the carry and returns the next one, of the same structure, shapes and dtypes. Variables that it assigns are carried too.
 * @param init The first carry: a tree of tensors and numbers (float32).
 * @returns The first carry for which the condition does not hold.
 * @throws ValueError, ShapeError, DTypeError for a carry that changes its form, or a condition that is no bool scalar; TransformError where a function reads a
 * tensor or returns a Promise, or the test assigns a Variable; GradientError from `grad`.
 * @example
 * whileLoop((x: Tensor) => less(x, 100), (x: Tensor) => mul(x, 2), tensor(3)).item(); // 192
 */
export function whileLoop<C, P extends Tensor, Next>(
  test: (carry: C) => Fit<ConditionError<"whileLoop", P>, P>,
  body: (carry: C) => C | Fit<CarryError<"whileLoop", C, Next>, Next>,
  init: C,
): C {
  for (const f of [test, body]) {
    if (typeof f !== "function")
      throw new ValueError(`whileLoop: takes a test and a body, functions, not ${describeValue(f)}.`);
  }
  const carry = carryLeaves("whileLoop", init);
  const count = carry.tensors.length;
  const rebuilt = (inputs: readonly Tensor[]): C => unflattenTree(carry.structure, inputs) as C;
  const traced = traceControl(
    "whileLoop",
    carry.tensors.map(({ shape, dtype }) => ({ shape, dtype, origin: "the carry" })),
    [
      (inputs) => {
        const condition: unknown = test(rebuilt(inputs));
        refusePromise("whileLoop", condition);
        return [conditionTensor("whileLoop", condition)];
      },
      (inputs) => {
        const next: unknown = body(rebuilt(inputs));
        refusePromise("whileLoop", next);
        return nextCarry("whileLoop", carry, next);
      },
    ],
  );
  const { inputs, assigned, assignedInputs, constants, constantInputs, outputs } = traced;
  const [[condition, ...held] = [], next = []] = outputs;
  if (condition === undefined || held.some((node, i) => node !== assignedInputs[i]))
    throw new TransformError(
      "whileLoop: the test assigned a Variable (a generator does, when it draws). Assign in the body.",
    );
  const bodyInputs = [...constantInputs, ...inputs, ...assignedInputs];
  const results = applyTuple(
    whilePrimitive,
    [...constants, ...carry.tensors, ...assigned.map((variable) => variable.value)],
    {
      test: makeBody("the test of a whileLoop", bodyInputs, [condition]),
      body: makeBody("whileLoop", bodyInputs, next),
      constantCount: constants.length,
    },
  );
  for (const [i, variable] of assigned.entries()) variable.assign(results[count + i] ?? variable.value);
  return rebuilt(results.slice(0, count));
}
