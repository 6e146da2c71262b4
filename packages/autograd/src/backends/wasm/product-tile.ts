import type { MatrixOperand } from "../../compile/kernel.js";
import type { DType } from "../../dtype.js";
import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { op, simd } from "./opcodes.js";

/** What there is to know of one element type. */
export interface ElementCodes {
  readonly bytes: number;
  readonly lanes: number;
  readonly align: number;
  readonly splatLoad: number;
  readonly mul: number;
  readonly add: number;
  readonly fma: number | undefined;
  readonly extract: number;
  readonly store: number;
  readonly load: number;
  readonly scalarMul: number;
  readonly scalarAdd: number;
  readonly type: "f32" | "f64" | "i32";
}

const float32: ElementCodes = {
  bytes: 4,
  lanes: 4,
  align: 2,
  splatLoad: simd.load32Splat,
  mul: simd.f32x4Mul,
  add: simd.f32x4Add,
  fma: simd.f32x4RelaxedMadd,
  extract: simd.f32x4ExtractLane,
  store: op.f32Store,
  load: op.f32Load,
  scalarMul: op.f32Mul,
  scalarAdd: op.f32Add,
  type: "f32",
};

const float64: ElementCodes = {
  bytes: 8,
  lanes: 2,
  align: 3,
  splatLoad: simd.load64Splat,
  mul: simd.f64x2Mul,
  add: simd.f64x2Add,
  fma: simd.f64x2RelaxedMadd,
  extract: simd.f64x2ExtractLane,
  store: op.f64Store,
  load: op.f64Load,
  scalarMul: op.f64Mul,
  scalarAdd: op.f64Add,
  type: "f64",
};

const int32: ElementCodes = {
  bytes: 4,
  lanes: 4,
  align: 2,
  splatLoad: simd.load32Splat,
  mul: simd.i32x4Mul,
  add: simd.i32x4Add,
  fma: undefined,
  extract: simd.i32x4ExtractLane,
  store: op.i32Store,
  load: op.i32Load,
  scalarMul: op.i32Mul,
  scalarAdd: op.i32Add,
  type: "i32",
};

/** The instructions of a dtype; all integers of 32 bits multiply and add alike. */
export function elementOf(dtype: DType): ElementCodes {
  if (dtype === "float32") return float32;
  return dtype === "float64" ? float64 : int32;
}

/**
 * Rows of a tile, of two vectors each. V8 puts all loads of a loop body before its arithmetic: with a fifth row their results and the sums no longer fit
 * into the sixteen vector registers, and the speed halves.
 */
export const tileRows = 4;

/** Columns of a tile: two vectors. */
export const columnsOf = (dtype: DType): number => 2 * elementOf(dtype).lanes;

/** A tile of C = A · B. */
export interface TileSpec {
  readonly dtype: DType;
  readonly fma: boolean;
  readonly rows: number;
  /** Less than the tile's own number at the right edge: the others are computed and dropped. */
  readonly columns: number;
  readonly depth: number;
  readonly a: Pick<MatrixOperand, "rowStride" | "columnStride">;
  readonly b: Pick<MatrixOperand, "rowStride" | "columnStride">;
  readonly outStride: number;
  /** Adds to C instead of writing it. */
  readonly accumulates: boolean;
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

/** (a, b, c): rows × two vectors of C, B's columns side by side. Elements of A are spread, vectors of B loaded. */
export function emitTile(module: ModuleWriter, spec: TileSpec): FunctionWriter {
  const { dtype, rows, columns, depth, a, b, outStride, accumulates, fma } = spec;
  const key = ["tile", dtype, rows, columns, depth, a.rowStride, a.columnStride, b.rowStride, outStride, accumulates];
  return once(module, key.join(), () => {
    const e = elementOf(dtype);
    const w = module.function("tile", ["i32", "i32", "i32"], []);
    const vectors = columns > e.lanes ? 2 : 1;
    const sums = Array.from({ length: rows * vectors }, () => w.local("v128"));
    for (const sum of sums) w.i32(0).simd(simd.i32x4Splat).set(sum);
    // The last local first: V8 then keeps a product no longer than until it is added.
    const sumOf = (row: number, v: number): number => sums[sums.length - 1 - row * vectors - v] ?? 0;
    const right = Array.from({ length: vectors }, () => w.local("v128"));
    const left = w.local("v128");
    const end = w.local("i32");
    w.get(0)
      .i32(depth * a.columnStride * e.bytes)
      .op(op.i32Add)
      .set(end);
    const counter = a.columnStride === 0 ? w.local("i32") : undefined;
    if (counter !== undefined) w.i32(depth).set(counter);
    w.loop(() => {
      for (const [v, vector] of right.entries())
        w.get(1)
          .simdMemory(simd.load, v * 16, e.align)
          .set(vector);
      for (let row = 0; row < rows; row++) {
        w.get(0)
          .simdMemory(e.splatLoad, row * a.rowStride * e.bytes, e.align)
          .set(left);
        for (const [v, vector] of right.entries()) {
          const sum = sumOf(row, v);
          if (fma && e.fma !== undefined) w.get(left).get(vector).get(sum).simd(e.fma).set(sum);
          else w.get(sum).get(left).get(vector).simd(e.mul).simd(e.add).set(sum);
        }
      }
      w.get(1)
        .i32(b.rowStride * e.bytes)
        .op(op.i32Add)
        .set(1);
      if (counter === undefined) {
        w.get(0)
          .i32(a.columnStride * e.bytes)
          .op(op.i32Add)
          .tee(0)
          .get(end)
          .op(op.i32Ne)
          .brIf(0);
      } else {
        w.get(counter).i32(1).op(op.i32Sub).tee(counter).brIf(0);
      }
    });
    for (let row = 0; row < rows; row++) {
      for (let v = 0; v < vectors; v++) {
        const offset = (row * outStride + v * e.lanes) * e.bytes;
        storeLanes(w, e, sumOf(row, v), offset, Math.min(e.lanes, columns - v * e.lanes), accumulates);
      }
    }
    return w;
  });
}

/** Writes the first `count` lanes to C, or adds them. */
function storeLanes(
  w: FunctionWriter,
  e: ElementCodes,
  sum: number,
  offset: number,
  count: number,
  accumulates: boolean,
): void {
  if (count === e.lanes) {
    w.get(2).get(sum);
    if (accumulates) w.get(2).simdMemory(simd.load, offset, e.align).simd(e.add);
    w.simdMemory(simd.store, offset, e.align);
    return;
  }
  for (let lane = 0; lane < count; lane++) {
    w.get(2).get(sum).simd(e.extract, lane);
    if (accumulates)
      w.get(2)
        .memory(e.load, offset + lane * e.bytes, e.align)
        .op(e.scalarAdd);
    w.memory(e.store, offset + lane * e.bytes, e.align);
  }
}
