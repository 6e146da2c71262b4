import type { Buffer, Kernel } from "../compile/kernel.js";
import { buffersOf, bytesOf, planMemory } from "../compile/memory.js";
import type { Place } from "../compile/open-loops.js";
import { schedule } from "../compile/schedule.js";
import { simplify, type Value } from "../compile/values.js";
import type { Node } from "../graph.js";
import { type KernelCost, kernelCost } from "./cost.js";

/** Where a value is after compiling. */
export interface PlacedValue {
  /** The numbers of the kernels that compute it: several where it is computed again for each use. */
  readonly kernels: readonly number[];
  /** Bytes of the memory that it is in; undefined for one that lives in registers only. */
  readonly bytes: number | undefined;
  /** Bytes from the base of the program's memory; undefined for what is elsewhere (arguments, results) or nowhere. */
  readonly offset: number | undefined;
}

/** A function after compiling. */
export interface PlanView {
  readonly kernels: readonly KernelCost[];
  /** By the ids of nodes. */
  readonly values: ReadonlyMap<number, PlacedValue>;
  /** Bytes of the program's memory. */
  readonly bytes: number;
}

/** How the graph between placeholders and outputs is compiled. */
export function planOf(inputs: readonly Node[], outputs: readonly Node[]): PlanView {
  const own = new Set(inputs);
  const computed = [...new Set(outputs)].filter((node) => node.symbolic && !own.has(node));
  const known = new Map<Node, Value>();
  const places = new Map<Value, Place>();
  const program = simplify(inputs, computed, known);
  const scheduled = schedule(program, places);
  const { locations, bytes } = planMemory(scheduled, () => 0);
  const counted = new Set<unknown>();
  const kernelsOf = kernelsByValue(program.values, places, scheduled.kernels);
  const values = new Map<number, PlacedValue>();
  for (const [node, value] of known) {
    const buffer = places.get(value)?.buffer;
    const location = buffer && locations.get(buffer);
    values.set(node.id, {
      kernels: [...(kernelsOf.get(value) ?? [])].sort((a, b) => a - b),
      bytes: buffer && bytesOf(buffer),
      offset: location?.kind === "inside" ? location.offset : undefined,
    });
  }
  return { kernels: scheduled.kernels.map((kernel) => kernelCost(kernel, counted)), values, bytes };
}

/** The kernels of each value: where it is placed, and otherwise those of what it is used for. */
function kernelsByValue(
  values: readonly Value[],
  places: ReadonlyMap<Value, Place>,
  kernels: readonly Kernel[],
): ReadonlyMap<Value, ReadonlySet<number>> {
  const writers = new Map<Buffer, number>();
  for (const [number, kernel] of kernels.entries())
    for (const buffer of buffersOf(kernel)) if (isWritten(kernel, buffer)) writers.set(buffer, number);
  // Loops that were opened and left empty have a position and are no kernels: positions are told by what is stored.
  const numbers = new Map<number, number>();
  for (const { position, buffer } of places.values()) {
    const number = buffer && writers.get(buffer);
    if (number !== undefined) numbers.set(position, number);
  }
  const found = new Map<Value, Set<number>>();
  for (const value of [...values].reverse()) {
    const place = places.get(value);
    const number = place && numbers.get(place.position);
    const own = number === undefined ? (found.get(value) ?? new Set<number>()) : new Set([number]);
    found.set(value, own);
    for (const input of value.inputs) {
      const users = found.get(input) ?? new Set<number>();
      for (const each of own) users.add(each);
      found.set(input, users);
    }
  }
  for (const value of values) if (value.input !== undefined || value.data !== undefined) found.set(value, new Set());
  return found;
}

function isWritten(kernel: Kernel, buffer: Buffer): boolean {
  switch (kernel.kind) {
    case "loops":
      return kernel.stores.some((store) => store.buffer === buffer);
    case "steps":
      return [...kernel.stacked.map(({ outer }) => outer), ...kernel.carries.map(({ last }) => last)].includes(buffer);
    default:
      return kernel.out === buffer;
  }
}
