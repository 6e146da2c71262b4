import { isFloat } from "../dtype.js";
import type { Node } from "../graph.js";
import type { Tensor } from "../tensor.js";
import { type Body, bits, dependences, makeBody, once, pushBody } from "./body.js";
import { type ApplyScan, movingInputs } from "./scan-reverse.js";
import type { ScanAttributes } from "./scan-run.js";
import { orZeros, type Pushed } from "./tangents.js";

interface ForwardPlan {
  readonly body: Body;
  /** The inputs that have a tangent. */
  readonly moving: readonly number[];
  /** The outputs that have one. */
  readonly moved: readonly number[];
}

/** Forward mode of a scan: one scan of carries and their tangents, which keeps no more of a step than the scan itself does. */
export function pushScan(
  attributes: ScanAttributes,
  operands: readonly Tensor[],
  tangents: readonly (Tensor | undefined)[],
  applyScan: ApplyScan,
): Pushed {
  const { body, constantCount, carryCount } = attributes;
  const given = tangents.map((tangent) => tangent !== undefined);
  const key = `scan tangents ${constantCount} ${carryCount} ${bits(given)}`;
  const plan = once(body, key, () => planForward(attributes, given));
  const first = constantCount + carryCount;
  const { before, among, after } = parted(plan.moving, constantCount, first);
  const tangentsOf = (positions: readonly number[]): Tensor[] =>
    positions.map((i) => orZeros(tangents[i], operands[i]));
  const results = applyScan(
    {
      ...attributes,
      body: plan.body,
      constantCount: constantCount + before.length,
      carryCount: carryCount + among.length,
    },
    [
      ...operands.slice(0, constantCount),
      ...tangentsOf(before),
      ...operands.slice(constantCount, first),
      ...tangentsOf(among),
      ...operands.slice(first),
      ...tangentsOf(after),
    ],
  );
  const movedCarries = plan.moved.filter((i) => i < carryCount).length;
  const stacks = carryCount + movedCarries;
  const stackCount = body.outputs.length - carryCount;
  const moved = [...results.slice(carryCount, stacks), ...results.slice(stacks + stackCount)];
  return {
    primals: [...results.slice(0, carryCount), ...results.slice(stacks, stacks + stackCount)],
    tangents: body.outputs.map((_, i) => moved[plan.moved.indexOf(i)]),
  };
}

/** Positions of constants, carries and scanned operands. */
const parted = (positions: readonly number[], constantCount: number, first: number) => ({
  before: positions.filter((i) => i < constantCount),
  among: positions.filter((i) => i >= constantCount && i < first),
  after: positions.filter((i) => i >= first),
});

function planForward({ body, constantCount, carryCount }: ScanAttributes, given: readonly boolean[]): ForwardPlan {
  const dependsOn = dependences(body);
  const reached = movingInputs(body.outputs, dependsOn, given, constantCount, carryCount);
  const moving = body.inputs.flatMap(({ dtype }, i) => (reached.has(i) && isFloat(dtype) ? [i] : []));
  const moved = body.outputs.flatMap(({ dtype }, i) => {
    const isMoved = i < carryCount ? moving.includes(constantCount + i) : moving.some((k) => dependsOn[i]?.has(k));
    return isMoved && isFloat(dtype) ? [i] : [];
  });
  const pushed = pushBody(
    body,
    body.inputs.map((_, i) => moving.includes(i)),
  );
  const first = constantCount + carryCount;
  const { before, among, after } = parted(moving, constantCount, first);
  const at = (nodes: readonly (Node | undefined)[], positions: readonly number[]): Node[] =>
    positions.flatMap((i) => nodes[i] ?? []);
  return {
    moving,
    moved,
    body: makeBody(
      body.name,
      [
        ...body.inputs.slice(0, constantCount),
        ...at(pushed.inputs, before),
        ...body.inputs.slice(constantCount, first),
        ...at(pushed.inputs, among),
        ...body.inputs.slice(first),
        ...at(pushed.inputs, after),
      ],
      [
        ...pushed.primals.slice(0, carryCount),
        ...at(
          pushed.outputs,
          moved.filter((i) => i < carryCount),
        ),
        ...pushed.primals.slice(carryCount),
        ...at(
          pushed.outputs,
          moved.filter((i) => i >= carryCount),
        ),
      ],
    ),
  };
}
