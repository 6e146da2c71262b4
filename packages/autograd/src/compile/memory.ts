import { bytesPerElement } from "../dtype.js";
import type { Buffer, Carry, Kernel, Schedule, StepsKernel } from "./kernel.js";

/**
 * Bytes up to which inputs and outputs are copied into and out of the program's own memory at each run, instead of being pointed to: what is kept outside costs some 3 µs to take and
 * to give back, a copy of so many bytes half of it.
 */
const smallBytes = 512;
/** Temporaries start at multiples of it: a cache line. */
const alignment = 64;

/** Where a buffer is during a run. */
export type Location =
  /** At a distance from the base of the program's memory. */
  | { readonly kind: "inside"; readonly offset: number }
  /** Elsewhere: its address stands at a distance from the base. */
  | { readonly kind: "outside"; readonly pointer: number };

/** The memory of a program: a block of its own whose layout is known before it runs. */
export interface MemoryPlan {
  readonly locations: ReadonlyMap<Buffer, Location>;
  /** Scratch memory of kernels that ask for it. */
  readonly scratch: ReadonlyMap<Kernel, number>;
  /** What loops over steps keep in their scratch memory. */
  readonly loops: ReadonlyMap<StepsKernel, StepsMemory>;
  /** A 32-bit word that is not zero after a run that failed. */
  readonly failure: number;
  /** Bytes of the whole block. */
  readonly bytes: number;
  /** Bytes of temporaries at the busiest moment. */
  readonly peak: number;
  /** Bytes that the temporaries alive at the busiest moment need at least. */
  readonly liveBytes: number;
}

/** The memory of a loop over steps: that of a step's program, and the states between steps behind it. */
export interface StepsMemory {
  readonly plan: MemoryPlan;
  /** Two places for each carry, one behind the other: while a step reads one, it writes the other. */
  readonly slots: ReadonlyMap<Carry, number>;
  readonly bytes: number;
}

/** Whether a buffer is copied rather than pointed to. */
export const isSmall = ({ dtype, size }: Buffer): boolean => size * bytesPerElement(dtype) <= smallBytes;

/** Gives every buffer its place: temporaries share memory where they are not alive at the same time. */
export function planMemory({ kernels, buffers }: Schedule, scratchOf: (kernel: Kernel) => number): MemoryPlan {
  const locations = new Map<Buffer, Location>();
  let fixed = 0;
  const take = (bytes: number, align: number): number => {
    fixed = roundUp(fixed, align);
    const at = fixed;
    fixed += bytes;
    return at;
  };
  const failure = take(4, 4);
  const lives: Life[] = [];
  const alive = lifetimes(kernels);
  for (const buffer of buffers) {
    const isTemporary = buffer.source.kind === "temporary" && buffer.outputs.length === 0;
    if (isTemporary && !isSmall(buffer)) {
      const life = alive.get(buffer);
      if (life !== undefined) lives.push({ ...life, buffer, bytes: bytesOf(buffer) });
    } else if (isSmall(buffer)) {
      locations.set(buffer, { kind: "inside", offset: take(bytesOf(buffer), 8) });
    } else {
      locations.set(buffer, { kind: "outside", pointer: take(4, 4) });
    }
  }
  const loops = new Map<StepsKernel, StepsMemory>();
  for (const [position, kernel] of kernels.entries()) {
    if (kernel.kind === "steps") loops.set(kernel, planSteps(kernel, scratchOf));
    const bytes = kernel.kind === "steps" ? (loops.get(kernel)?.bytes ?? 0) : scratchOf(kernel);
    if (bytes > 0) lives.push({ first: position, last: position, kernel, bytes });
  }
  const start = roundUp(fixed, alignment);
  const scratch = new Map<Kernel, number>();
  const peak = packLives(lives, (life, offset) => {
    if ("buffer" in life) locations.set(life.buffer, { kind: "inside", offset: start + offset });
    else scratch.set(life.kernel, start + offset);
  });
  return { locations, scratch, loops, failure, bytes: start + peak, peak, liveBytes: busiest(lives) };
}

function planSteps({ program, carries }: StepsKernel, scratchOf: (kernel: Kernel) => number): StepsMemory {
  const plan = planMemory(program, scratchOf);
  const slots = new Map<Carry, number>();
  let bytes = roundUp(plan.bytes, alignment);
  for (const carry of carries) {
    slots.set(carry, bytes);
    bytes += 2 * slotBytes(carry);
  }
  return { plan, slots, bytes };
}

/** The distance between the two places of a carry. */
export const slotBytes = ({ output }: Carry): number => roundUp(bytesOf(output), alignment);

type Life = { readonly first: number; readonly last: number; readonly bytes: number } & (
  | { readonly buffer: Buffer }
  | { readonly kernel: Kernel }
);

/** From which kernel to which a buffer is needed. */
function lifetimes(kernels: readonly Kernel[]): Map<Buffer, { first: number; last: number }> {
  const alive = new Map<Buffer, { first: number; last: number }>();
  for (const [position, kernel] of kernels.entries()) {
    for (const buffer of buffersOf(kernel)) {
      const life = alive.get(buffer);
      if (life === undefined) alive.set(buffer, { first: position, last: position });
      else life.last = position;
    }
  }
  return alive;
}

/** The buffers that a kernel reads or writes. */
export function buffersOf(kernel: Kernel): readonly Buffer[] {
  switch (kernel.kind) {
    case "loops":
      return kernel.buffers;
    case "product":
      return [kernel.a.buffer, kernel.b.buffer, kernel.out];
    case "host":
    case "routine":
      return [...kernel.operands, kernel.out];
    case "scatter":
      return [kernel.updates, kernel.places, kernel.out];
    case "fill":
      return [kernel.out];
    case "steps":
      return buffersAround(kernel);
  }
}

/** The buffers of the program around a loop over steps that it reads or writes. */
const buffersAround = ({ constants, carries, scanned, stacked }: StepsKernel): Buffer[] => [
  ...[...constants, ...scanned, ...stacked].map(({ outer }) => outer),
  ...carries.flatMap(({ first, last }) => (last === undefined ? [first] : [first, last])),
];

/**
 * Largest first, each at the lowest place that nothing alive at the same time covers (Pisarchyk & Lee, Efficient Memory Management for Deep Neural
 * Net Inference, 2020, "greedy by size"). Returns the bytes covered.
 */
function packLives(lives: readonly Life[], put: (life: Life, offset: number) => void): number {
  const placed: { readonly life: Life; readonly offset: number; readonly end: number }[] = [];
  let peak = 0;
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    let offset = 0;
    const others = placed.filter(({ life: other }) => other.first <= life.last && life.first <= other.last);
    for (const other of others) {
      if (offset + life.bytes <= other.offset) break;
      offset = Math.max(offset, roundUp(other.end, alignment));
    }
    const end = offset + life.bytes;
    const entry = { life, offset, end };
    const at = placed.findIndex((other) => other.offset > offset);
    if (at < 0) placed.push(entry);
    else placed.splice(at, 0, entry);
    put(life, offset);
    peak = Math.max(peak, end);
  }
  return peak;
}

/** The bytes alive at the busiest kernel. */
function busiest(lives: readonly Life[]): number {
  const changes = new Map<number, number>();
  for (const { first, last, bytes } of lives) {
    changes.set(first, (changes.get(first) ?? 0) + bytes);
    changes.set(last + 1, (changes.get(last + 1) ?? 0) - bytes);
  }
  let now = 0;
  let most = 0;
  for (const [, change] of [...changes].sort(([a], [b]) => a - b)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

/** Bytes of a buffer's elements. */
export const bytesOf = ({ dtype, size }: Buffer): number => size * bytesPerElement(dtype);

const roundUp = (x: number, multiple: number): number => Math.ceil(x / multiple) * multiple;
