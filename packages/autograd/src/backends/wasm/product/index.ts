import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import { liesDown, type ProductSpec, planProduct, scratchBytes, transposed } from "./plan.js";
import { addBatchOffset, least } from "./ranges.js";
import { ProductShare, productParameters } from "./share.js";
import { writeShare } from "./ways.js";

export type { ProductBatch, ProductSpec } from "./plan.js";
export type { Epilogue } from "./tile.js";

/** A product as a function (a, b, c, scratch, thread, threads) of byte addresses. */
export interface ProductRoutine {
  readonly function: FunctionWriter;
  /** Bytes of scratch memory for each thread; the scratch areas of threads lie side by side. */
  readonly scratchBytes: number;
  /** Threads beyond this number have nothing to do. */
  readonly parallelism: number;
  readonly flops: number;
}

/**
 * Writes the product of matrices as a function (a, b, c, scratch, thread, threads) that computes the share of one thread. Every element of C is summed in one
 * order, however many threads take part. Nothing beyond the elements of A, B and C is read or written. `threads` is at least 1.
 *
 * Large products are packed into panels and computed tile by tile (K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication",
 * ACM Trans. Math. Softw. 34 (2008) 12); small ones read their operands where they lie; few columns or rows that lie along k are dot products.
 *
 * @example
 * const { function: product } = emitProduct(module, { dtype: "float32", m: 2, n: 2, k: 2, aStrides: [2, 1], bStrides: [2, 1], cStride: 2, fma: false });
 * module.export("product", product);
 */
export function emitProduct(module: ModuleWriter, given: ProductSpec): ProductRoutine {
  const swapped = liesDown(given);
  const spec = swapped ? transposed(given) : given;
  const plan = planProduct(given);
  const { m, n, k, batch } = spec;
  const matrices = (batch?.sizes ?? []).reduce((product, size) => product * size, 1);
  const tiles = plan.byRows ? Math.ceil(m / plan.rows) : Math.ceil(n / plan.columns);
  const units = m === 0 || n === 0 ? 0 : tiles * matrices;
  const share = new ProductShare(module, spec, plan);
  if (units > 0) new ProductEmitter(share, swapped).write(units, tiles);
  return {
    function: share.writer,
    scratchBytes: scratchBytes(plan),
    parallelism: Math.max(1, units),
    flops: 2 * m * n * k * matrices,
  };
}

class ProductEmitter {
  readonly #share: ProductShare;
  readonly #swapped: boolean;

  /** `swapped`: the routine's first argument is the right operand. */
  constructor(share: ProductShare, swapped: boolean) {
    this.#share = share;
    this.#swapped = swapped;
  }

  /** The share of a thread: of all rows (or columns) of tiles of all matrices, a range. */
  write(units: number, tiles: number): void {
    const w = this.#share.writer;
    const local = (): number => w.local("i32");
    const [first, end, matrix, tile, last] = [local(), local(), local(), local(), local()];
    const share = (of: number): FunctionWriter =>
      w.i32(units).op(op.i32Mul).get(productParameters.threads).op(op.i32DivU).set(of);
    w.get(productParameters.thread);
    share(first);
    w.get(productParameters.thread).i32(1).op(op.i32Add);
    share(end);
    const scratch = scratchBytes(this.#share.plan);
    if (scratch > 0) {
      w.get(productParameters.scratch).get(productParameters.thread).i32(scratch).op(op.i32Mul).op(op.i32Add);
      w.set(productParameters.scratch);
    }
    w.block(() =>
      w.loop(() => {
        w.get(first).get(end).op(op.i32GeU).brIf(1);
        w.get(first).i32(tiles).op(op.i32DivU).set(matrix);
        w.get(first).get(matrix).i32(tiles).op(op.i32Mul).op(op.i32Sub).set(tile);
        w.get(end).get(matrix).i32(tiles).op(op.i32Mul).op(op.i32Sub).set(last);
        least(w, last, last, tiles);
        this.#matrixAddresses(matrix);
        this.#range(tile, last);
        writeShare(this.#share);
        w.get(matrix).i32(1).op(op.i32Add).i32(tiles).op(op.i32Mul).set(first);
        w.br(0);
      }),
    );
  }

  #matrixAddresses(matrix: number): void {
    const w = this.#share.writer;
    const { batch } = this.#share.spec;
    const place = (parameter: number, strides: readonly number[] | undefined, local: number): void => {
      w.get(parameter);
      if (batch !== undefined) addBatchOffset(w, matrix, batch.sizes, strides ?? [], this.#share.bytes);
      w.set(local);
    };
    place(this.#swapped ? productParameters.b : productParameters.a, batch?.a, this.#share.at.a);
    place(this.#swapped ? productParameters.a : productParameters.b, batch?.b, this.#share.at.b);
    place(productParameters.c, batch?.c, this.#share.at.c);
  }

  /** Which rows and columns the tiles from `tile` to `last` have. */
  #range(tile: number, last: number): void {
    const w = this.#share.writer;
    const { m, n } = this.#share.spec;
    const { byRows, rows, columns } = this.#share.plan;
    const { firstRow, lastRow, firstColumn, lastColumn } = this.#share.at;
    const part = (from: number, to: number, unit: number, size: number): void => {
      w.get(tile).i32(unit).op(op.i32Mul).set(from);
      w.get(last).i32(unit).op(op.i32Mul).set(to);
      least(w, to, to, size);
    };
    const all = (from: number, to: number, size: number): void => {
      w.i32(0).set(from).i32(size).set(to);
    };
    if (byRows) {
      part(firstRow, lastRow, rows, m);
      all(firstColumn, lastColumn, n);
    } else {
      all(firstRow, lastRow, m);
      part(firstColumn, lastColumn, columns, n);
    }
  }
}
