import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import { emitDotTile } from "./dot.js";
import { elementCodes } from "./element.js";
import { emitDeliver, emitFlat } from "./flat.js";
import { emitPack } from "./pack.js";
import { liesDown, type ProductPlan, type ProductSpec, planProduct, scratchBytes, transposed } from "./plan.js";
import { addBatchOffset, inBlocks, least, overTiles } from "./ranges.js";
import { emitTile, type TileSpec, tileMode } from "./tile.js";

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
  const emitter = new ProductEmitter(module, spec, plan, swapped);
  if (units > 0) emitter.write(units, tiles);
  return {
    function: emitter.writer,
    scratchBytes: scratchBytes(plan),
    parallelism: Math.max(1, units),
    flops: 2 * m * n * k * matrices,
  };
}

const parameters = { a: 0, b: 1, c: 2, scratch: 3, thread: 4, threads: 5 } as const;

/** Locals of the routine. */
interface Position {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
  /** The first term of the block, how many it has, and the tile's mode. */
  readonly start: number;
  readonly depth: number;
  readonly mode: number;
}

class ProductEmitter {
  readonly writer: FunctionWriter;
  readonly #module: ModuleWriter;
  readonly #spec: ProductSpec;
  readonly #plan: ProductPlan;
  readonly #bytes: number;
  readonly #at: Position;
  readonly #swapped: boolean;

  /** `swapped`: the routine's first argument is the right operand. */
  constructor(module: ModuleWriter, spec: ProductSpec, plan: ProductPlan, swapped: boolean) {
    this.#swapped = swapped;
    this.#module = module;
    this.#spec = spec;
    this.#plan = plan;
    this.#bytes = elementCodes(spec.dtype, spec.fma).bytes;
    this.writer = module.function("product", ["i32", "i32", "i32", "i32", "i32", "i32"], []);
    const local = (): number => this.writer.local("i32");
    this.#at = {
      a: local(),
      b: local(),
      c: local(),
      firstRow: local(),
      lastRow: local(),
      firstColumn: local(),
      lastColumn: local(),
      start: local(),
      depth: local(),
      mode: local(),
    };
  }

  /** The share of a thread: of all rows (or columns) of tiles of all matrices, a range. */
  write(units: number, tiles: number): void {
    const w = this.writer;
    const local = (): number => w.local("i32");
    const [first, end, matrix, tile, last] = [local(), local(), local(), local(), local()];
    const share = (of: number): FunctionWriter =>
      w.i32(units).op(op.i32Mul).get(parameters.threads).op(op.i32DivU).set(of);
    w.get(parameters.thread);
    share(first);
    w.get(parameters.thread).i32(1).op(op.i32Add);
    share(end);
    const scratch = scratchBytes(this.#plan);
    if (scratch > 0) {
      w.get(parameters.scratch).get(parameters.thread).i32(scratch).op(op.i32Mul).op(op.i32Add);
      w.set(parameters.scratch);
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
        if (this.#plan.way === "narrow") this.#narrow();
        else this.#blocks();
        w.get(matrix).i32(1).op(op.i32Add).i32(tiles).op(op.i32Mul).set(first);
        w.br(0);
      }),
    );
  }

  #matrixAddresses(matrix: number): void {
    const w = this.writer;
    const { batch } = this.#spec;
    const place = (parameter: number, strides: readonly number[] | undefined, local: number): void => {
      w.get(parameter);
      if (batch !== undefined) addBatchOffset(w, matrix, batch.sizes, strides ?? [], this.#bytes);
      w.set(local);
    };
    place(this.#swapped ? parameters.b : parameters.a, batch?.a, this.#at.a);
    place(this.#swapped ? parameters.a : parameters.b, batch?.b, this.#at.b);
    place(parameters.c, batch?.c, this.#at.c);
  }

  /** Which rows and columns the tiles from `tile` to `last` have. */
  #range(tile: number, last: number): void {
    const w = this.writer;
    const { m, n } = this.#spec;
    const { byRows, rows, columns } = this.#plan;
    const { firstRow, lastRow, firstColumn, lastColumn } = this.#at;
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

  /** Block after block of terms; a product without terms has one block without any, which writes zeros. */
  #eachBlock(body: () => void): void {
    const w = this.writer;
    const { k } = this.#spec;
    const { start, depth, mode } = this.#at;
    w.i32(0).set(start);
    w.loop(() => {
      w.i32(k).get(start).op(op.i32Sub).set(depth);
      least(w, depth, depth, this.#plan.depth);
      w.get(start).i32(0).op(op.i32Ne);
      w.get(start).get(depth).op(op.i32Add).i32(k).op(op.i32Eq);
      w.i32(tileMode.finishes).op(op.i32Mul).op(op.i32Or).set(mode);
      body();
      w.get(start).get(depth).op(op.i32Add).tee(start).i32(k).op(op.i32LtU).brIf(0);
    });
  }

  #blocks(): void {
    const w = this.writer;
    const { aStrides, bStrides } = this.#spec;
    const { depth, a, b } = this.#at;
    const { way } = this.#plan;
    this.#eachBlock(() => {
      if (way === "packed") this.#packed();
      else if (way === "flat") this.#flat();
      else this.#inPlace();
      for (const [local, stride] of [
        [a, aStrides[1]],
        [b, bStrides[0]],
      ] as const) {
        w.get(local).get(depth);
        w.i32(stride * this.#bytes)
          .op(op.i32Mul)
          .op(op.i32Add)
          .set(local);
      }
    });
  }

  /** All of B is packed once; then, tile of rows by tile, the terms block by block: A is read from end to end. */
  #narrow(): void {
    const w = this.writer;
    const { m, n, k, dtype, aStrides, bStrides } = this.#spec;
    const { rows, columns } = this.#plan;
    const { a, b, start, firstRow, lastRow, firstColumn } = this.#at;
    const pack = emitPack(
      this.#module,
      { dtype, width: columns, lineStride: bStrides[1], step: bStrides[0] },
      n % columns,
    );
    w.get(b).get(parameters.scratch).i32(n).i32(k).call(pack);
    overTiles(w, firstRow, lastRow, rows, m % rows, (row, rowCount) => {
      const steps = { aRow: aStrides[0], aStep: aStrides[1], bStep: columns, padded: true };
      const tile = emitTile(this.#module, { ...this.#tileSpec(rowCount, n), ...steps });
      this.#eachBlock(() => {
        this.#pushAddress(a, row, aStrides[0]);
        this.#addStride(start, aStrides[1]);
        w.get(parameters.scratch);
        this.#addStride(start, columns);
        this.#callTile(tile, row, firstColumn);
      });
    });
  }

  /** Some columns at a time, whose sums stay in the first-level cache while the rows of B pass by. */
  #flat(): void {
    const w = this.writer;
    const { m, n, dtype, fma, aStrides, bStrides, cStride } = this.#spec;
    const { a, b, c, start, depth, firstColumn, lastColumn } = this.#at;
    const { packedColumns, sumStride } = this.#plan;
    const shared = { dtype, rows: m, edge: n % elementCodes(dtype, fma).lanes, sumStride };
    const steps = { aRow: aStrides[0], aStep: aStrides[1], bStep: bStrides[0] };
    const multiply = emitFlat(this.#module, { ...shared, ...steps, fma });
    const deliver = emitDeliver(this.#module, { ...shared, cStride });
    inBlocks(w, firstColumn, lastColumn, packedColumns, (from, to) => {
      w.get(a);
      this.#pushAddress(b, from, bStrides[1]);
      w.get(parameters.scratch).get(depth).get(to).get(from).op(op.i32Sub).call(multiply);
      this.#pushAddress(c, from, 1);
      w.get(parameters.scratch).get(to).get(from).op(op.i32Sub).get(start).call(deliver);
    });
  }

  /**
   * Column by column of tiles: a strip of B stays in the first-level cache while the rows of A pass by. Where B has few columns and they lie along k, row by
   * row: a few rows of A stay there.
   */
  #inPlace(): void {
    const { m, n } = this.#spec;
    const { rows, columns, way } = this.#plan;
    const { firstRow, lastRow, firstColumn, lastColumn } = this.#at;
    const w = this.writer;
    const overRows = (body: (row: number, count: number) => void): void =>
      overTiles(w, firstRow, lastRow, rows, m % rows, body);
    const overColumns = (body: (column: number, count: number) => void): void =>
      overTiles(w, firstColumn, lastColumn, columns, n % columns, body);
    if (way === "dot") {
      overRows((row, rowCount) => overColumns((column, count) => this.#tileInPlace(row, rowCount, column, count)));
    } else {
      overColumns((column, count) => overRows((row, rowCount) => this.#tileInPlace(row, rowCount, column, count)));
    }
  }

  #tileInPlace(row: number, rowCount: number, column: number, columnCount: number): void {
    const { aStrides, bStrides } = this.#spec;
    const steps = { aRow: aStrides[0], aStep: aStrides[1], bStep: bStrides[0] };
    const spec = { ...this.#tileSpec(rowCount, columnCount), ...steps };
    const tile =
      this.#plan.way === "dot"
        ? emitDotTile(this.#module, { ...spec, bColumn: bStrides[1] })
        : emitTile(this.#module, { ...spec, padded: false });
    this.#pushAddress(this.#at.a, row, aStrides[0]);
    this.#pushAddress(this.#at.b, column, bStrides[1]);
    this.#callTile(tile, row, column);
  }

  #packed(): void {
    const w = this.writer;
    const { m, n, dtype, aStrides, bStrides } = this.#spec;
    const { rows, columns, packedRows, packedColumns } = this.#plan;
    const { a, b, depth, firstRow, lastRow, firstColumn, lastColumn } = this.#at;
    const packA = { dtype, width: rows, lineStride: aStrides[0], step: aStrides[1] };
    const packB = { dtype, width: columns, lineStride: bStrides[1], step: bStrides[0] };
    const [panelsA, panelsB] = [w.local("i32"), w.local("i32")];
    w.get(parameters.scratch).set(panelsA);
    w.get(parameters.scratch).i32(this.#plan.panelBytes.a).op(op.i32Add).set(panelsB);
    inBlocks(w, firstColumn, lastColumn, packedColumns, (fromColumn, toColumn) => {
      this.#pushAddress(b, fromColumn, bStrides[1]);
      w.get(panelsB).get(toColumn).get(fromColumn).op(op.i32Sub).get(depth);
      w.call(emitPack(this.#module, packB, n % columns));
      inBlocks(w, firstRow, lastRow, packedRows, (fromRow, toRow) => {
        this.#pushAddress(a, fromRow, aStrides[0]);
        w.get(panelsA).get(toRow).get(fromRow).op(op.i32Sub).get(depth);
        w.call(emitPack(this.#module, packA, m % rows));
        overTiles(this.writer, fromColumn, toColumn, columns, n % columns, (column, columnCount) =>
          overTiles(this.writer, fromRow, toRow, rows, m % rows, (row, rowCount) => {
            const tile = emitTile(this.#module, {
              ...this.#tileSpec(rowCount, columnCount),
              aRow: 1,
              aStep: rows,
              bStep: columns,
              padded: true,
            });
            this.#pushPanel(panelsA, row, fromRow);
            this.#pushPanel(panelsB, column, fromColumn);
            this.#callTile(tile, row, column);
          }),
        );
      });
    });
    w.release(panelsA);
    w.release(panelsB);
  }

  #tileSpec(rows: number, columns: number): TileSpec {
    const { dtype, fma, cStride, epilogue } = this.#spec;
    return { dtype, fma, rows, columns, cStride, epilogue };
  }

  /** base + index · stride, in elements. */
  #pushAddress(base: number, index: number, stride: number): void {
    this.writer.get(base);
    this.#addStride(index, stride);
  }

  #addStride(index: number, stride: number): void {
    const w = this.writer;
    w.get(index)
      .i32(stride * this.#bytes)
      .op(op.i32Mul)
      .op(op.i32Add);
  }

  /** panels + (index − first) · depth, in elements. */
  #pushPanel(panels: number, index: number, first: number): void {
    const w = this.writer;
    w.get(panels).get(index).get(first).op(op.i32Sub).get(this.#at.depth).op(op.i32Mul);
    w.i32(this.#bytes).op(op.i32Mul).op(op.i32Add);
  }

  /** Adds what all tiles take to the addresses on the stack, and calls. */
  #callTile(tile: FunctionWriter, row: number, column: number): void {
    const w = this.writer;
    const { c, depth, mode } = this.#at;
    w.get(c).get(row).i32(this.#spec.cStride).op(op.i32Mul).get(column).op(op.i32Add);
    w.i32(this.#bytes).op(op.i32Mul).op(op.i32Add);
    w.get(depth).get(mode).get(row).get(column).call(tile);
  }
}
