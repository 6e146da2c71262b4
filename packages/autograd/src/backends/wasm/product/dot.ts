import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op, simd } from "../opcodes.js";
import { advance, type ElementCodes, elementCodes, multiplyAdd, once } from "./element.js";
import { pushEnd, pushLaneSum, type TileSpec, tileMode, tileParameters } from "./tile.js";

/** A tile whose terms lie side by side in the rows of A and in the columns of B, where the steps are 1. */
export interface DotTileSpec extends TileSpec {
  readonly aRow: number;
  readonly aStep: number;
  readonly bColumn: number;
  readonly bStep: number;
}

/**
 * (a, b, c, depth, mode, row, column): rows × columns of C as sums along k of vectors of A times vectors of B, the lanes added at the end and the last
 * `depth mod lanes` terms after them, one by one.
 */
export function emitDotTile(module: ModuleWriter, spec: DotTileSpec): FunctionWriter {
  const { dtype, fma, rows, columns, cStride, aRow, aStep, bColumn, bStep, epilogue } = spec;
  const write = (): FunctionWriter => {
    const e = elementCodes(dtype, fma);
    const w = module.function("dot", ["i32", "i32", "i32", "i32", "i32", "i32", "i32"], []);
    const { a, b, depth } = tileParameters;
    const sums = Array.from({ length: rows * columns }, () => w.local("v128"));
    // The shorter side is held, the longer one passes by.
    const rowsHeld = rows <= columns;
    const held = Array.from({ length: Math.min(rows, columns) }, () => w.local("v128"));
    const passing = w.local("v128");
    const loadRow = (i: number): void => loadAlong(w, e, a, i * aRow, aStep);
    const loadColumn = (j: number): void => loadAlong(w, e, b, j * bColumn, bStep);
    const end = w.local("i32");
    w.get(depth).i32(-e.lanes).op(op.i32And).set(end);
    if (aStep !== 0) pushEnd(w, a, end, aStep * e.bytes).set(end);
    w.block(() =>
      w.loop(() => {
        if (aStep === 0) w.get(end).op(op.i32Eqz).brIf(1);
        else w.get(a).get(end).op(op.i32Eq).brIf(1);
        for (const [i, vector] of held.entries()) {
          if (rowsHeld) loadRow(i);
          else loadColumn(i);
          w.set(vector);
        }
        for (let i = 0; i < Math.max(rows, columns); i++) {
          if (rowsHeld) loadColumn(i);
          else loadRow(i);
          w.set(passing);
          for (const [j, vector] of held.entries()) {
            // Sums are numbered in the order in which they are computed, and stored in that order.
            multiplyAdd(w, e, passing, vector, sums[i * held.length + j] ?? 0);
          }
        }
        advance(w, a, e.lanes * aStep * e.bytes);
        advance(w, b, e.lanes * bStep * e.bytes);
        if (aStep === 0) advance(w, end, -e.lanes);
        w.br(0);
      }),
    );
    w.get(depth)
      .i32(e.lanes - 1)
      .op(op.i32And)
      .set(depth);
    finish(w, e, spec, (row, column) => sums[rowsHeld ? column * rows + row : row * columns + column] ?? 0, rowsHeld);
    return w;
  };
  if (epilogue !== undefined) return write();
  return once(module, ["dot", dtype, fma, rows, columns, cStride, aRow, aStep, bColumn, bStep].join(), write);
}

/** Puts a vector of elements `step` apart on the stack. */
function loadAlong(w: FunctionWriter, e: ElementCodes, address: number, offset: number, step: number): void {
  if (step === 1) {
    w.get(address).simdMemory(simd.load, offset * e.bytes, e.align);
    return;
  }
  const vector = w.local("v128");
  w.get(address)
    .simdMemory(e.loadFirst, offset * e.bytes, e.align)
    .set(vector);
  for (let lane = 1; lane < e.lanes; lane++) {
    w.get(address)
      .get(vector)
      .simdMemory(e.loadLane, (offset + lane * step) * e.bytes, e.align, lane)
      .set(vector);
  }
  w.get(vector);
  w.release(vector);
}

function finish(
  w: FunctionWriter,
  e: ElementCodes,
  { rows, columns, cStride, aRow, aStep, bColumn, bStep, epilogue }: DotTileSpec,
  sumOf: (row: number, column: number) => number,
  columnsFirst: boolean,
): void {
  const { a, b, c, depth, mode, row, column } = tileParameters;
  const value = w.local(e.valueType);
  const left = w.local("i32");
  const rest = w.local("i32");
  const step = w.local("i32");
  const one = (i: number, j: number): void => {
    const offset = (i * cStride + j) * e.bytes;
    pushLaneSum(w, e, sumOf(i, j));
    w.set(value).get(a).set(left).get(b).set(rest).get(depth).set(step);
    w.block(() =>
      w.loop(() => {
        w.get(step).op(op.i32Eqz).brIf(1);
        w.get(left).memory(e.load, i * aRow * e.bytes, e.align);
        w.get(rest).memory(e.load, j * bColumn * e.bytes, e.align);
        w.op(e.scalarMul).get(value).op(e.scalarAdd).set(value);
        advance(w, left, aStep * e.bytes);
        advance(w, rest, bStep * e.bytes);
        advance(w, step, -1);
        w.br(0);
      }),
    );
    w.get(mode)
      .i32(tileMode.adds)
      .op(op.i32And)
      .if(() => w.get(c).memory(e.load, offset, e.align).get(value).op(e.scalarAdd).set(value));
    if (epilogue !== undefined) {
      w.get(mode)
        .i32(tileMode.finishes)
        .op(op.i32And)
        .if(() => {
          advance(w, row, i);
          advance(w, column, j);
          epilogue(w, { value, vector: false, row, column, count: 1 });
          advance(w, row, -i);
          advance(w, column, -j);
        });
    }
    w.get(c).get(value).memory(e.store, offset, e.align);
  };
  if (columnsFirst) {
    for (let j = 0; j < columns; j++) for (let i = 0; i < rows; i++) one(i, j);
  } else {
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) one(i, j);
  }
}
