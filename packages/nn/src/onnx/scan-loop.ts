import type { GraphBuilder, Value, ValueType } from "./builder.js";
import type { Extent } from "./extent.js";

/** A loop over the leading axis of values. */
export interface ScanLoop {
  readonly name: string;
  /** What the first step starts from. */
  readonly states: readonly Value[];
  /** What a step gets one part of; at least one. */
  readonly scanned: readonly Value[];
  readonly length: Extent;
  /** From the last to the first; what is stacked stays in the place of what was scanned. */
  readonly reverse: boolean;
  /** From states and parts to next states and what is stacked. */
  step(states: readonly Value[], parts: readonly Value[]): { states: readonly Value[]; stacked: readonly Value[] };
}

const behindFirst = ({ type, shape }: Value): ValueType => ({ type, shape: shape.slice(1) });

/** The last states and the stacks. */
export function scanLoop(b: GraphBuilder, loop: ScanLoop): { states: Value[]; stacked: Value[] } {
  const { name, states, scanned, length, reverse } = loop;
  let stackedTypes: readonly ValueType[] = [];
  const body = b.body(name, [...states, ...scanned.map(behindFirst)], (inputs) => {
    const result = loop.step(inputs.slice(0, states.length), inputs.slice(states.length));
    stackedTypes = result.stacked;
    return [...result.states, ...result.stacked];
  });
  const direction = Number(reverse);
  const results = b.emitAll(
    "Scan",
    [...states, ...scanned],
    [...states, ...stackedTypes.map(({ type, shape }) => ({ type, shape: [length, ...shape] }))],
    {
      body: { graph: body },
      num_scan_inputs: { int: scanned.length },
      scan_input_directions: { ints: scanned.map(() => direction) },
      scan_output_directions: { ints: stackedTypes.map(() => direction) },
    },
  );
  return { states: results.slice(0, states.length), stacked: results.slice(states.length) };
}
