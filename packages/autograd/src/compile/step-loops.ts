import { newWalk, type StepLoop } from "../graph.js";
import { sizeOf } from "../shape.js";
import type { Draft } from "./draft.js";
import type { Buffer, Kernel, Passage, Schedule } from "./kernel.js";
import { simplify, type Value, type Values } from "./values.js";

/** A loop over steps among the kernels: where the results that are asked for are. */
export interface ScheduledLoop {
  readonly results: ReadonlyMap<number, Buffer>;
  readonly position: number;
}

/** Which results of operators that have several are asked for. */
export type Asked = ReadonlyMap<Value, ReadonlySet<number>>;

/** The results that the picks of a program take. */
export function askedParts({ values }: Values): Asked {
  const asked = new Map<Value, Set<number>>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const part = partOf(value);
    const whole = value.inputs[0];
    if (part === undefined || whole === undefined) continue;
    const known = asked.get(whole);
    if (known === undefined) asked.set(whole, new Set([part]));
    else known.add(part);
  }
  return asked;
}

/** Which result of another value a value is; undefined for all else. */
export const partOf = ({ primitive, attributes }: Value): number | undefined => primitive.part?.(attributes);

/** What loops are scheduled with. */
export interface LoopSurroundings {
  readonly draft: Draft;
  readonly bufferOf: (value: Value) => Buffer;
  readonly schedule: (program: Values) => Schedule;
}

/**
 * Puts a loop over steps among the kernels; gives the buffers of the results that are asked for, by number. Undefined where a step's program calls the host: then the whole
 * loop is left to it.
 */
export function scheduleSteps(
  value: Value,
  asked: ReadonlySet<number>,
  { draft, bufferOf, schedule }: LoopSurroundings,
): ReadonlyMap<number, Buffer> | undefined {
  const loop = value.primitive.steps?.(value.attributes);
  if (loop === undefined) return undefined;
  const { carryCount, constantCount, length, reverse } = loop;
  const stacks = [...asked].filter((part) => part >= carryCount).sort((a, b) => a - b);
  const moving = neededCarries(loop, asked);
  const program = schedule(
    simplify(
      loop.inputs,
      [...moving, ...stacks].flatMap((part) => loop.outputs[part] ?? []),
    ),
  );
  if (program.kernels.some(callsHost)) return undefined;

  const innerInputs = new Map(
    program.buffers.flatMap((buffer) => (buffer.source.kind === "input" ? [[buffer.source.position, buffer]] : [])),
  );
  const passages = (from: number, to: number): Passage[] =>
    value.inputs.slice(from, to).flatMap((operand, i) => {
      const inner = innerInputs.get(from + i);
      return inner === undefined ? [] : [{ inner, outer: bufferOf(operand) }];
    });
  const constants = [...passages(0, constantCount), ...ownConstants(program, draft)];
  const scanned = passages(constantCount + carryCount, value.inputs.length);

  const results = new Map<number, Buffer>();
  for (const part of asked) results.set(part, draft.newBuffer(...resultOf(loop, part), { kind: "temporary" }));
  const carries = moving.flatMap((carry, i) => {
    const output = program.outputs[i];
    const operand = value.inputs[constantCount + carry];
    if (output === undefined || operand === undefined) return [];
    const input = innerInputs.get(constantCount + carry);
    return [{ input, output, first: bufferOf(operand), last: results.get(carry) }];
  });
  const stacked = stacks.flatMap((part, i) => {
    const inner = program.outputs[moving.length + i];
    const outer = results.get(part);
    return inner === undefined || outer === undefined ? [] : [{ inner, outer }];
  });
  draft.kernels.push({ kind: "steps", program, length, reverse, constants, carries, scanned, stacked });
  return results;
}

/** The carries that are asked for, and those that results which are asked for follow from. */
function neededCarries({ inputs, outputs, constantCount, carryCount }: StepLoop, asked: ReadonlySet<number>): number[] {
  const carryOf = new Map(inputs.slice(constantCount, constantCount + carryCount).map((node, i) => [node, i]));
  const needed = new Set<number>();
  const walk = newWalk();
  const stack = [...asked];
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    if (part < carryCount) needed.add(part);
    const below = outputs.slice(part, part + 1);
    for (let node = below.pop(); node !== undefined; node = below.pop()) {
      if (node.mark === walk) continue;
      node.mark = walk;
      below.push(...node.inputs);
      const carry = carryOf.get(node);
      if (carry !== undefined && !needed.has(carry)) stack.push(carry);
    }
  }
  return [...needed].sort((a, b) => a - b);
}

const callsHost = (kernel: Kernel): boolean => kernel.kind === "host";

/** Constants of a step's program are constants of the program around it. */
const ownConstants = ({ buffers }: Schedule, draft: Draft): Passage[] =>
  buffers.flatMap((inner) => {
    const { source, dtype, size } = inner;
    return source.kind === "constant" ? [{ inner, outer: draft.newBuffer(dtype, size, source) }] : [];
  });

function resultOf({ outputs, carryCount, length }: StepLoop, part: number): [Buffer["dtype"], number] {
  const node = outputs[part];
  if (node === undefined) throw new Error(`a loop has no result ${part}`);
  return [node.dtype, (part < carryCount ? 1 : length) * sizeOf(node.shape)];
}
