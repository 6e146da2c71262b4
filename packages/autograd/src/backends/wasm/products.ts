import type { MatrixOperand, ProductKernel } from "../../compile/kernel.js";
import { bytesPerElement } from "../../dtype.js";
import { sizeOf } from "../../shape.js";
import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { op } from "./opcodes.js";
import { emitDotTile } from "./product-dot.js";
import { emitPack } from "./product-pack.js";
import { columnsOf, emitTile, tileRows as rowsOfTile } from "./product-tile.js";

/** A product as a function (a, b, c, scratch, thread, threads). */
export interface CompiledProduct {
  readonly writer: FunctionWriter;
  /** Threads beyond this number would have nothing to do. */
  readonly parallelism: number;
  /** About how many vector operations it does. */
  readonly work: number;
}

/** How products are compiled. */
export interface ProductOptions {
  /** Whether to use fused multiply-add. */
  readonly fma: boolean;
  readonly threads: number;
}

/** Columns of B that are packed at once: the block stays in the second-level cache. */
const wideBlock = 512;

/** Which way a product is computed, from its shape and strides alone. */
interface Way {
  /** Vectors along k, for few columns of operands that lie along k. */
  readonly dot: boolean;
  /** B is copied into strips first. */
  readonly packed: boolean;
  /** Threads share out rows; columns otherwise. */
  readonly byRows: boolean;
  /** Rows and columns of a tile. */
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly depth: number;
}

function wayOf({ m, n, k, b, out, order }: ProductKernel): Way {
  const dot = order.alongK;
  const unit = b.columnStride === 1 || n === 1;
  const packed = !dot && ((m >= 24 && k * n >= 16_384) || !unit);
  const tileRows = dot ? 2 : rowsOfTile;
  const tileColumns = dot ? 5 : columnsOf(out.dtype);
  const rowTiles = Math.ceil(m / tileRows);
  const columnTiles = Math.ceil(n / tileColumns);
  return {
    dot,
    packed,
    byRows: packed || rowTiles >= columnTiles || rowTiles >= 16,
    tileRows,
    tileColumns,
    depth: dot ? k : order.depth,
  };
}

/** Bytes that each thread packs into. */
function packBytes(kernel: ProductKernel, { packed, depth, tileColumns }: Way): number {
  if (!packed) return 0;
  const columns = Math.min(Math.ceil(kernel.n / tileColumns) * tileColumns, wideBlock);
  return Math.ceil((depth * columns * bytesPerElement(kernel.out.dtype)) / 64) * 64;
}

/** Bytes of scratch memory that a product needs for all threads. */
export const productScratch = (kernel: ProductKernel, options: ProductOptions): number =>
  packBytes(kernel, wayOf(kernel)) * options.threads;

/** Compiles a product. Every element of C is summed in one order, however many threads take part. */
export function compileProduct(module: ModuleWriter, kernel: ProductKernel, options: ProductOptions): CompiledProduct {
  const way = wayOf(kernel);
  const { m, n, k, batch } = kernel;
  const tiles = way.byRows ? Math.ceil(m / way.tileRows) : Math.ceil(n / way.tileColumns);
  const units = tiles * sizeOf(batch);
  const writer = new ProductCompiler(module, kernel, options, way).compile(units, tiles);
  return { writer, parallelism: units, work: (sizeOf(batch) * m * n * k) / 4 };
}

/** Locals of the routine that hold where it works now. */
interface Position {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly row: number;
  readonly column: number;
}

class ProductCompiler {
  readonly #module: ModuleWriter;
  readonly #kernel: ProductKernel;
  readonly #fma: boolean;
  readonly #way: Way;
  readonly #bytes: number;
  readonly #w: FunctionWriter;
  readonly #at: Position;
  readonly #scratchBytes: number;

  constructor(module: ModuleWriter, kernel: ProductKernel, options: ProductOptions, way: Way) {
    this.#module = module;
    this.#kernel = kernel;
    this.#fma = options.fma;
    this.#way = way;
    this.#bytes = bytesPerElement(kernel.out.dtype);
    this.#w = module.function("matmul", ["i32", "i32", "i32", "i32", "i32", "i32"], []);
    const local = (): number => this.#w.local("i32");
    this.#at = { a: local(), b: local(), c: local(), row: local(), column: local() };
    this.#scratchBytes = packBytes(kernel, way);
  }

  compile(units: number, tiles: number): FunctionWriter {
    const w = this.#w;
    const [first, end, current, tile, last] = [0, 1, 2, 3, 4].map(() => w.local("i32")) as [
      number,
      number,
      number,
      number,
      number,
    ];
    w.get(4).i32(units).op(op.i32Mul).get(5).op(op.i32DivU).set(first);
    w.get(4).i32(1).op(op.i32Add).i32(units).op(op.i32Mul).get(5).op(op.i32DivU).set(end);
    if (this.#scratchBytes > 0) w.get(3).get(4).i32(this.#scratchBytes).op(op.i32Mul).op(op.i32Add).set(3);
    // One matrix of the batch after the other; of the first and the last perhaps only some tiles.
    w.block(() => {
      w.loop(() => {
        w.get(first).get(end).op(op.i32GeU).brIf(1);
        w.get(first).i32(tiles).op(op.i32DivU).set(current);
        w.get(first).get(current).i32(tiles).op(op.i32Mul).op(op.i32Sub).set(tile);
        w.get(end).get(current).i32(tiles).op(op.i32Mul).op(op.i32Sub).tee(last);
        w.i32(tiles).get(last).i32(tiles).op(op.i32LtU).op(op.select).set(last);
        this.#matrixAddresses(current);
        this.#matrix(tile, last);
        w.get(current).i32(1).op(op.i32Add).i32(tiles).op(op.i32Mul).set(first).br(0);
      });
    });
    return w;
  }

  #matrixAddresses(current: number): void {
    const w = this.#w;
    const { batch, a, b, m, n } = this.#kernel;
    const place = (parameter: number, strides: readonly number[], local: number): void => {
      w.get(parameter);
      let inside = sizeOf(batch);
      for (const [axis, side] of batch.entries()) {
        inside /= side;
        const stride = strides[axis] ?? 0;
        if (stride === 0 || side === 1) continue;
        w.get(current).i32(inside).op(op.i32DivU).i32(side).op(op.i32RemU);
        w.i32(stride * this.#bytes)
          .op(op.i32Mul)
          .op(op.i32Add);
      }
      w.set(local);
    };
    place(0, a.batchStrides, this.#at.a);
    place(1, b.batchStrides, this.#at.b);
    w.get(2)
      .get(current)
      .i32(m * n * this.#bytes)
      .op(op.i32Mul)
      .op(op.i32Add)
      .set(this.#at.c);
  }

  /** The tiles from `first` to `last` of one matrix. */
  #matrix(first: number, last: number): void {
    const { k, n } = this.#kernel;
    const { depth, packed } = this.#way;
    const width = packed ? wideBlock : n;
    for (let start = 0; start < k; start += depth) {
      for (let column = 0; column < n; column += width) {
        const block = { start, depth: Math.min(depth, k - start) };
        const range = { start: column, columns: Math.min(width, n - column) };
        if (packed) this.#pack(block, range);
        this.#tiles(first, last, block, range, packed ? 3 : this.#at.b);
      }
    }
  }

  #pack(block: Block, range: Range): void {
    const { b, out } = this.#kernel;
    const pack = emitPack(this.#module, {
      dtype: out.dtype,
      depth: block.depth,
      columns: range.columns,
      rowStride: b.rowStride,
      columnStride: b.columnStride,
    });
    const offset = (block.start * b.rowStride + range.start * b.columnStride) * this.#bytes;
    this.#w.get(this.#at.b).i32(offset).op(op.i32Add).get(3).call(pack);
  }

  /** Loops over the tiles of a block of columns; `b` holds the address of B, or of its strips. */
  #tiles(first: number, last: number, block: Block, range: Range, b: number): void {
    const { m } = this.#kernel;
    const { byRows, tileRows, tileColumns } = this.#way;
    const { row, column } = this.#at;
    const rows = { unit: tileRows, end: m };
    const columns = { unit: tileColumns, end: range.columns };
    const share = { first, last };
    if (byRows) {
      this.#over(row, rows, share, (rowCount) =>
        this.#over(column, columns, undefined, (count) => this.#tile(rowCount, count, block, range, b)),
      );
    } else {
      this.#over(column, columns, share, (count) =>
        this.#over(row, rows, undefined, (rowCount) => this.#tile(rowCount, count, block, range, b)),
      );
    }
  }

  /** for (index of whole tiles) body(unit); then the tile that is cut off by the edge. */
  #over(
    index: number,
    { unit, end }: { readonly unit: number; readonly end: number },
    share: { readonly first: number; readonly last: number } | undefined,
    body: (count: number) => void,
  ): void {
    const w = this.#w;
    const whole = Math.floor(end / unit) * unit;
    const limit = w.local("i32");
    if (share === undefined) {
      w.i32(0).set(index).i32(end).set(limit);
    } else {
      w.get(share.first).i32(unit).op(op.i32Mul).set(index);
      w.get(share.last).i32(unit).op(op.i32Mul).set(limit);
    }
    if (whole > 0) {
      w.block(() => {
        w.loop(() => {
          w.get(index).i32(unit).op(op.i32Add).get(limit).op(op.i32GtU).brIf(1);
          w.get(index).i32(whole).op(op.i32GeU).brIf(1);
          body(unit);
          w.get(index).i32(unit).op(op.i32Add).set(index).br(0);
        });
      });
    }
    if (whole < end) {
      w.get(index)
        .get(limit)
        .op(op.i32LtU)
        .get(index)
        .i32(whole)
        .op(op.i32Eq)
        .op(op.i32And)
        .if(() => body(end - whole));
    }
    w.release(limit);
  }

  /** One tile of C, at the current row and column. */
  #tile(rows: number, columns: number, block: Block, range: Range, b: number): void {
    const w = this.#w;
    const { a, n, out } = this.#kernel;
    const { packed, dot } = this.#way;
    const { row, column } = this.#at;
    const spec = {
      dtype: out.dtype,
      fma: this.#fma,
      rows,
      columns,
      depth: block.depth,
      a,
      b: packed ? stripsOf(out.dtype) : this.#kernel.b,
      outStride: n,
      accumulates: block.start > 0,
    };
    const tile = dot ? emitDotTile(this.#module, spec) : emitTile(this.#module, spec);
    w.get(this.#at.a)
      .get(row)
      .i32(a.rowStride * this.#bytes)
      .op(op.i32Mul)
      .op(op.i32Add);
    if (block.start > 0) w.i32(block.start * a.columnStride * this.#bytes).op(op.i32Add);
    const columnStep = packed ? block.depth : this.#kernel.b.columnStride;
    w.get(b)
      .get(column)
      .i32(columnStep * this.#bytes)
      .op(op.i32Mul)
      .op(op.i32Add);
    if (!packed && block.start > 0) w.i32(block.start * this.#kernel.b.rowStride * this.#bytes).op(op.i32Add);
    w.get(this.#at.c).get(row).i32(n).op(op.i32Mul).get(column).op(op.i32Add);
    if (range.start > 0) w.i32(range.start).op(op.i32Add);
    w.i32(this.#bytes).op(op.i32Mul).op(op.i32Add);
    w.call(tile);
  }
}

/** Part of the inner dimension. */
interface Block {
  readonly start: number;
  readonly depth: number;
}

/** Part of the columns. */
interface Range {
  readonly start: number;
  readonly columns: number;
}

/** Strips of packed columns: a row of a strip beside the next. */
const stripsOf = (dtype: ProductKernel["out"]["dtype"]): Pick<MatrixOperand, "rowStride" | "columnStride"> => ({
  rowStride: columnsOf(dtype),
  columnStride: 1,
});
