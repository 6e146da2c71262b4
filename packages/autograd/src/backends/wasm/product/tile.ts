import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import {
  advance,
  type ElementCodes,
  elementCodes,
  loadPart,
  multiplyAdd,
  once,
  type ProductType,
  storePart,
} from "./element.js";

/**
 * Code that changes finished elements of C before they are stored: `value` is a local that holds `count` of them, a vector or, where
 * `vector` is false, a scalar; `row` and `column` are locals with the index of the first. The new value goes into `value`.
 */
export type Epilogue = (
  w: FunctionWriter,
  place: {
    readonly value: number;
    readonly vector: boolean;
    readonly row: number;
    readonly column: number;
    readonly count: number;
  },
) => void;

/** What tiles of all kinds have in common. */
export interface TileSpec {
  readonly dtype: ProductType;
  readonly fma: boolean;
  readonly rows: number;
  readonly columns: number;
  /** Elements of C from one row to the next. */
  readonly cStride: number;
  readonly epilogue: Epilogue | undefined;
}

/** A tile whose columns lie side by side in B. */
export interface SpreadTileSpec extends TileSpec {
  /** Elements from one row of A to the next, and from one term to the next. */
  readonly aRow: number;
  readonly aStep: number;
  /** Elements from one row of B to the next. */
  readonly bStep: number;
  /** Whole vectors of B may be read where only some of their lanes are wanted. */
  readonly padded: boolean;
}

/** Bits of a tile's last argument: it adds to C; its terms are the last. */
export const tileMode = { adds: 1, finishes: 2 } as const;

/** Parameters of a tile. */
export const tileParameters = { a: 0, b: 1, c: 2, depth: 3, mode: 4, row: 5, column: 6 } as const;

/**
 * (a, b, c, depth, mode, row, column): rows × columns of C = A · B or C += A · B over `depth` ≥ 0 terms. Elements of A are spread over a vector, vectors of
 * B loaded; the sums stay in registers.
 *
 * The loop is left at its head and the sums are stored row after row: then V8 (11, with Turbofan) keeps each load next to the arithmetic that needs
 * it. Left at its foot, all loads come first and, beyond four rows, no longer fit into the registers.
 */
export function emitTile(module: ModuleWriter, spec: SpreadTileSpec): FunctionWriter {
  const { dtype, fma, rows, columns, cStride, aRow, aStep, bStep, padded, epilogue } = spec;
  const write = (): FunctionWriter => {
    const e = elementCodes(dtype, fma);
    const w = module.function("tile", ["i32", "i32", "i32", "i32", "i32", "i32", "i32"], []);
    const { a, b, depth } = tileParameters;
    const vectors = Math.ceil(columns / e.lanes);
    const sums = Array.from({ length: rows * vectors }, () => w.local("v128"));
    const right = Array.from({ length: vectors }, () => w.local("v128"));
    const left = w.local("v128");
    // Where all terms have one element of A, there is nothing but a counter to tell the end by.
    const end = aStep === 0 ? undefined : w.local("i32");
    if (end !== undefined) pushEnd(w, a, depth, aStep * e.bytes).set(end);
    w.block(() =>
      w.loop(() => {
        if (end === undefined) w.get(depth).op(op.i32Eqz).brIf(1);
        else w.get(a).get(end).op(op.i32Eq).brIf(1);
        for (const [v, vector] of right.entries()) {
          loadPart(w, e, b, v * 16, padded ? e.lanes : columns - v * e.lanes);
          w.set(vector);
        }
        for (let row = 0; row < rows; row++) {
          w.get(a)
            .simdMemory(e.splatLoad, row * aRow * e.bytes, e.align)
            .set(left);
          for (const [v, vector] of right.entries()) multiplyAdd(w, e, left, vector, sums[row * vectors + v] ?? 0);
        }
        advance(w, b, bStep * e.bytes);
        advance(w, a, aStep * e.bytes);
        if (end === undefined) advance(w, depth, -1);
        w.br(0);
      }),
    );
    storeTile(w, e, spec, sums);
    return w;
  };
  if (epilogue !== undefined) return write();
  const key = ["tile", dtype, fma, rows, columns, cStride, aRow, aStep, bStep, padded].join();
  return once(module, key, write);
}

/** Writes or adds the sums, row after row; an epilogue passes over them while they are in the first-level cache. */
export function storeTile(
  w: FunctionWriter,
  e: ElementCodes,
  { rows, columns, cStride, epilogue }: TileSpec,
  sums: readonly number[],
): void {
  const { c, mode, row, column } = tileParameters;
  const vectors = Math.ceil(columns / e.lanes);
  const each = (visit: (sum: number, offset: number, count: number, i: number, v: number) => void): void => {
    for (let i = 0; i < rows; i++) {
      for (let v = 0; v < vectors; v++) {
        const count = Math.min(e.lanes, columns - v * e.lanes);
        visit(sums[i * vectors + v] ?? 0, (i * cStride + v * e.lanes) * e.bytes, count, i, v);
      }
    }
  };
  // The two branches are kept apart to the end: sums that meet again behind them are scheduled with all loads first, too.
  w.get(mode)
    .i32(tileMode.adds)
    .op(op.i32And)
    .if(
      () =>
        each((sum, offset, count) => {
          w.get(sum);
          loadPart(w, e, c, offset, count);
          w.simd(e.add).set(sum);
          storePart(w, e, c, sum, offset, count);
        }),
      () => each((sum, offset, count) => storePart(w, e, c, sum, offset, count)),
    );
  if (epilogue === undefined) return;
  w.get(mode)
    .i32(tileMode.finishes)
    .op(op.i32And)
    .if(() => {
      const value = w.local("v128");
      const [thisRow, thisColumn] = [w.local("i32"), w.local("i32")];
      each((_sum, offset, count, i, v) => {
        w.get(row).i32(i).op(op.i32Add).set(thisRow);
        w.get(column)
          .i32(v * e.lanes)
          .op(op.i32Add)
          .set(thisColumn);
        loadPart(w, e, c, offset, count);
        w.set(value);
        epilogue(w, { value, vector: true, row: thisRow, column: thisColumn, count });
        storePart(w, e, c, value, offset, count);
      });
      for (const local of [value, thisRow, thisColumn]) w.release(local);
    });
}

/** Puts start + depth · stride on the stack. */
export function pushEnd(w: FunctionWriter, start: number, depth: number, stride: number): FunctionWriter {
  return w.get(start).get(depth).i32(stride).op(op.i32Mul).op(op.i32Add);
}

/** The element that a vector's sum of lanes gives; used where terms run along vectors. */
export function pushLaneSum(w: FunctionWriter, e: ElementCodes, sum: number): void {
  w.get(sum).simd(e.extract, 0).get(sum).simd(e.extract, 1).op(e.scalarAdd);
  if (e.lanes === 4) {
    w.get(sum).simd(e.extract, 2).get(sum).simd(e.extract, 3).op(e.scalarAdd).op(e.scalarAdd);
  }
}
