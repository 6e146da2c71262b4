import { allocate, type Storage } from "../dtype.js";
import { type Aval, type KernelContext, makeConstant, type Node } from "../graph.js";
import { sizeOf } from "../shape.js";
import { computedValue, Tensor } from "../tensor.js";
import { type Body, compileBody, operandNodes, ownStorage } from "./body.js";

/**
 * A loop over the leading axis of some operands. The body's inputs, and the operands, are constants, carries, and then what is scanned; its
 * outputs are the next carries and then what is stacked.
 */
export interface ScanAttributes {
  readonly body: Body;
  readonly constantCount: number;
  readonly carryCount: number;
  readonly length: number;
  /** From the last to the first. */
  readonly reverse: boolean;
}

/** The carries after the last step, and the stacks. */
export const scanResults = ({ body, carryCount, length }: ScanAttributes): Aval[] =>
  body.outputs.map(({ shape, dtype }, i) => ({ shape: i < carryCount ? shape : [length, ...shape], dtype }));

/** Runs the body once for each step. */
export function runScan({ inputs, attributes }: KernelContext<ScanAttributes>): Storage[] {
  const { body, constantCount, carryCount, length, reverse } = attributes;
  const step = compileBody(body);
  const first = constantCount + carryCount;
  const given: Node[] = operandNodes(inputs.slice(0, first));
  const scanned = inputs.slice(first).map(({ shape, dtype, data }) => {
    const rest = shape.slice(1);
    return { data: ownStorage(data), dtype, shape: rest, size: sizeOf(rest) };
  });
  const stacks = body.outputs.slice(carryCount).map(({ shape, dtype }) => {
    const size = sizeOf(shape);
    return { size, data: allocate(dtype, length * size) };
  });
  for (let k = 0; k < length; k++) {
    const at = reverse ? length - 1 - k : k;
    for (const [i, { data, dtype, shape, size }] of scanned.entries())
      given[first + i] = makeConstant(shape, dtype, data.subarray(at * size, (at + 1) * size));
    const results = step(given);
    for (const [i, { size, data }] of stacks.entries()) {
      const result = results[carryCount + i];
      if (result !== undefined) data.set(storageOf(result), at * size);
    }
    for (let i = 0; i < carryCount; i++) given[constantCount + i] = results[i] as Node;
  }
  const carries = given.slice(constantCount, first).map((node) => ownStorage(storageOf(node)));
  return [...carries, ...stacks.map(({ data }) => data)];
}

const storageOf = (node: Node): Storage => computedValue(new Tensor(node), "scan");
