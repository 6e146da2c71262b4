import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op, simd } from "../opcodes.js";

/** What can be multiplied: integers of 32 bits wrap, signed and unsigned alike. */
export type ProductType = "float32" | "float64" | "int32";

/** The instructions of one element type. */
export interface ElementCodes {
  readonly bytes: number;
  readonly lanes: number;
  /** The exponent of an element's size. */
  readonly align: number;
  readonly valueType: "f32" | "f64" | "i32";
  readonly splatLoad: number;
  readonly loadLane: number;
  readonly storeLane: number;
  /** Loads one element into the first lane and clears the others. */
  readonly loadFirst: number;
  readonly mul: number;
  readonly add: number;
  readonly fma: number | undefined;
  readonly extract: number;
  readonly load: number;
  readonly store: number;
  readonly scalarMul: number;
  readonly scalarAdd: number;
}

const words = {
  bytes: 4,
  lanes: 4,
  align: 2,
  splatLoad: simd.load32Splat,
  loadLane: simd.load32Lane,
  storeLane: simd.store32Lane,
  loadFirst: simd.load32Zero,
} as const;

const codes: Readonly<Record<ProductType, ElementCodes>> = {
  float32: {
    ...words,
    valueType: "f32",
    mul: simd.f32x4Mul,
    add: simd.f32x4Add,
    fma: simd.f32x4RelaxedMadd,
    extract: simd.f32x4ExtractLane,
    load: op.f32Load,
    store: op.f32Store,
    scalarMul: op.f32Mul,
    scalarAdd: op.f32Add,
  },
  int32: {
    ...words,
    valueType: "i32",
    mul: simd.i32x4Mul,
    add: simd.i32x4Add,
    fma: undefined,
    extract: simd.i32x4ExtractLane,
    load: op.i32Load,
    store: op.i32Store,
    scalarMul: op.i32Mul,
    scalarAdd: op.i32Add,
  },
  float64: {
    bytes: 8,
    lanes: 2,
    align: 3,
    valueType: "f64",
    splatLoad: simd.load64Splat,
    loadLane: simd.load64Lane,
    storeLane: simd.store64Lane,
    loadFirst: simd.load64Zero,
    mul: simd.f64x2Mul,
    add: simd.f64x2Add,
    fma: simd.f64x2RelaxedMadd,
    extract: simd.f64x2ExtractLane,
    load: op.f64Load,
    store: op.f64Store,
    scalarMul: op.f64Mul,
    scalarAdd: op.f64Add,
  },
};

/** The instructions of an element type, without fused multiply-add where it is not wanted. */
export function elementCodes(dtype: ProductType, fma: boolean): ElementCodes {
  return fma ? codes[dtype] : { ...codes[dtype], fma: undefined };
}

const made = new WeakMap<ModuleWriter, Map<string, FunctionWriter>>();

/** A function of the module that is made once for a key. */
export function once(module: ModuleWriter, key: string, make: () => FunctionWriter): FunctionWriter {
  const functions = made.get(module) ?? new Map<string, FunctionWriter>();
  made.set(module, functions);
  const known = functions.get(key);
  if (known !== undefined) return known;
  const writer = make();
  functions.set(key, writer);
  return writer;
}

/** local += bytes */
export function advance(w: FunctionWriter, local: number, bytes: number): void {
  if (bytes !== 0) w.get(local).i32(bytes).op(op.i32Add).set(local);
}

/** Puts the first `count` elements at the address in a local on the stack, and reads no further. */
export function loadPart(w: FunctionWriter, e: ElementCodes, address: number, offset: number, count: number): void {
  if (count >= e.lanes) {
    w.get(address).simdMemory(simd.load, offset, e.align);
    return;
  }
  if (count === 1) {
    w.get(address).simdMemory(e.loadFirst, offset, e.align);
    return;
  }
  const vector = w.local("v128");
  w.get(address).simdMemory(simd.load64Zero, offset, 2);
  if (count === 3) {
    w.set(vector);
    w.get(address)
      .get(vector)
      .simdMemory(e.loadLane, offset + 2 * e.bytes, e.align, 2);
  }
  w.release(vector);
}

/** Stores the first `count` lanes of a local at the address in another. */
export function storePart(
  w: FunctionWriter,
  e: ElementCodes,
  address: number,
  vector: number,
  offset: number,
  count: number,
): void {
  w.get(address).get(vector);
  if (count >= e.lanes) {
    w.simdMemory(simd.store, offset, e.align);
  } else if (count === 1) {
    w.simdMemory(e.storeLane, offset, e.align, 0);
  } else {
    w.simdMemory(simd.store64Lane, offset, 2, 0);
    if (count === 3) {
      w.get(address).get(vector);
      w.simdMemory(e.storeLane, offset + 2 * e.bytes, e.align, 2);
    }
  }
}

/** sum += left · right, of vectors that the two functions put on the stack. */
export function multiplyAdd(w: FunctionWriter, e: ElementCodes, left: number, right: number, sum: number): void {
  if (e.fma !== undefined) w.get(left).get(right).get(sum).simd(e.fma).set(sum);
  else w.get(sum).get(left).get(right).simd(e.mul).simd(e.add).set(sum);
}
