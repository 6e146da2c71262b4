import type { Schedule } from "../../compile/kernel.js";
import type { MemoryPlan } from "../../compile/memory.js";
import type { FunctionWriter } from "./encoder.js";
import { op, simd } from "./opcodes.js";

/** Where a buffer is: at a distance from the base of the run's memory, or behind a pointer that stands at one. */
export interface BufferAddress {
  readonly indirect: boolean;
  readonly offset: number;
}

/** Where the buffers of a program are, by their numbers. */
export type AddressOf = (buffer: number) => BufferAddress;

/** The places that a plan gives the buffers of a program. */
export const addressesOf =
  ({ buffers }: Schedule, { locations }: MemoryPlan): AddressOf =>
  (number) => {
    const buffer = buffers[number];
    const location = buffer && locations.get(buffer);
    if (location === undefined) throw new Error(`buffer ${number} has no place`);
    return location.kind === "inside"
      ? { indirect: false, offset: location.offset }
      : { indirect: true, offset: location.pointer };
  };

/** Puts the address of a buffer on the stack; `base` is the local that holds the base of its program's memory. */
export function pushAddress(w: FunctionWriter, { indirect, offset }: BufferAddress, base = 0, further = 0): void {
  w.get(base);
  if (indirect) w.memory(op.i32Load, offset, 2);
  else if (offset !== 0) w.i32(offset).op(op.i32Add);
  if (further !== 0) w.i32(further).op(op.i32Add);
}

/** Up to so many bytes are moved by loads and stores: a call of memory.copy takes longer. */
const movedBytes = 128;

/** Copies `bytes` bytes between the addresses that the two put on the stack. */
export function copyBytes(w: FunctionWriter, to: () => void, from: () => void, bytes: number): void {
  if (bytes > movedBytes) {
    to();
    from();
    w.i32(bytes).memoryCopy();
    return;
  }
  let at = 0;
  while (at < bytes) {
    to();
    from();
    const left = bytes - at;
    if (left >= 16) w.simdMemory(simd.load, at, 0).simdMemory(simd.store, at, 0);
    else if (left >= 8) w.memory(op.i64Load, at, 0).memory(op.i64Store, at, 0);
    else if (left >= 4) w.memory(op.i32Load, at, 0).memory(op.i32Store, at, 0);
    else w.memory(op.i32Load8U, at, 0).memory(op.i32Store8, at, 0);
    at += left >= 16 ? 16 : left >= 8 ? 8 : left >= 4 ? 4 : 1;
  }
}
