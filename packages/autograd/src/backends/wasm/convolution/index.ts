import type { ConvolutionKernel } from "../../../compile/kernel.js";
import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import { elementCodes } from "../product/element.js";
import { emitPack } from "../product/pack.js";
import { inBlocks, least, overTiles } from "../product/ranges.js";
import type { TileSpec } from "../product/tile.js";
import type { CompiledProduct, ProductOptions } from "../products.js";
import { type ConvolutionPlan, planConvolution } from "./plan.js";
import { emitResultTile, emitWeightsTile } from "./window-tiles.js";

/** Parameters of a convolution's function. */
const parameters = { x: 0, other: 1, out: 2, taps: 3, windows: 4, scratch: 5, thread: 6, threads: 7 } as const;

/** Bytes of scratch memory that a convolution needs for all threads. */
export const convolutionScratch = (kernel: ConvolutionKernel, { fma, threads }: ProductOptions): number =>
  planConvolution(kernel, fma).scratchBytes * threads;

/**
 * Compiles a convolution to a function (x, other, out, taps, windows, scratch, thread, threads) that computes the share of one thread. It is a product, one
 * of whose operands is read from the image at offsets that stand in tables; the other one is packed. Terms are added in the kernel's order, image after
 * image, however many threads take part.
 */
export function compileConvolution(
  module: ModuleWriter,
  kernel: ConvolutionKernel,
  options: ProductOptions,
): CompiledProduct {
  const { images, groups, features, tapOffsets, windowOffsets } = kernel.layout;
  const emitter = new ConvolutionEmitter(module, kernel, options);
  const work = (images * groups * features * tapOffsets.length * windowOffsets.length) / 4;
  return { writer: emitter.write(), parallelism: emitter.plan.units, work };
}

class ConvolutionEmitter {
  readonly plan: ConvolutionPlan;
  readonly #module: ModuleWriter;
  readonly #kernel: ConvolutionKernel;
  readonly #fma: boolean;
  readonly #writer: FunctionWriter;
  readonly #bytes: number;
  readonly #mode: number;
  readonly #start: number;
  readonly #depth: number;

  constructor(module: ModuleWriter, kernel: ConvolutionKernel, { fma }: ProductOptions) {
    this.plan = planConvolution(kernel, fma);
    this.#module = module;
    this.#kernel = kernel;
    this.#fma = fma;
    this.#writer = module.function("convolution", new Array<"i32">(8).fill("i32"), []);
    this.#bytes = elementCodes(this.plan.dtype, fma).bytes;
    [this.#mode, this.#start, this.#depth] = [this.#local(), this.#local(), this.#local()];
  }

  #local(): number {
    return this.#writer.local("i32");
  }

  /** The share of a thread: a range of units, group by group. */
  write(): FunctionWriter {
    const w = this.#writer;
    const { units, scratchBytes } = this.plan;
    const { thread, threads, scratch } = parameters;
    const perGroup = units / this.#kernel.layout.groups;
    const [first, end, group, from, to] = [this.#local(), this.#local(), this.#local(), this.#local(), this.#local()];
    w.get(thread).i32(units).op(op.i32Mul).get(threads).op(op.i32DivU).set(first);
    w.get(thread).i32(1).op(op.i32Add).i32(units).op(op.i32Mul).get(threads).op(op.i32DivU).set(end);
    w.get(scratch).get(thread).i32(scratchBytes).op(op.i32Mul).op(op.i32Add).set(scratch);
    w.block(() =>
      w.loop(() => {
        w.get(first).get(end).op(op.i32GeU).brIf(1);
        w.get(first).i32(perGroup).op(op.i32DivU).set(group);
        w.get(first).get(group).i32(perGroup).op(op.i32Mul).op(op.i32Sub).set(from);
        w.get(end).get(group).i32(perGroup).op(op.i32Mul).op(op.i32Sub).set(to);
        least(w, to, to, perGroup);
        if (this.#kernel.layout.of === "result") this.#results(group, from, to);
        else this.#weights(group, from, to);
        w.get(group).i32(1).op(op.i32Add).i32(perGroup).op(op.i32Mul).set(first);
        w.br(0);
      }),
    );
    return w;
  }

  /** Block after block of `terms` terms. */
  #eachBlock(terms: number, body: () => void): void {
    const w = this.#writer;
    w.i32(0).set(this.#start);
    w.loop(() => {
      w.i32(terms).get(this.#start).op(op.i32Sub).set(this.#depth);
      least(w, this.#depth, this.#depth, this.#kernel.depth);
      body();
      w.get(this.#start).get(this.#depth).op(op.i32Add).tee(this.#start).i32(terms).op(op.i32LtU).brIf(0);
    });
  }

  /** Adds index · factor, in bytes, to the address on the stack. */
  #plus(index: number, factor: number): FunctionWriter {
    return this.#writer.get(index).i32(factor).op(op.i32Mul).op(op.i32Add);
  }

  #tile(rows: number, columns: number, cStride: number): TileSpec {
    return { dtype: this.plan.dtype, fma: this.#fma, rows, columns, cStride, epilogue: undefined };
  }

  /** panels + (index − first) · depth elements. */
  #panel(index: number, first: number): void {
    const w = this.#writer;
    w.get(parameters.scratch).get(index).get(first).op(op.i32Sub).get(this.#depth).op(op.i32Mul);
    w.i32(this.#bytes).op(op.i32Mul).op(op.i32Add);
  }

  /** Runs of windows `from` to `to` − 1 of a group: weights are packed once for all of them. */
  #results(group: number, from: number, to: number): void {
    const w = this.#writer;
    const { groups, channels, features, plane, run, tapOffsets, windowOffsets } = this.#kernel.layout;
    const { rows, columns, block, packedRows } = this.plan;
    const [taps, windows, bytes] = [tapOffsets.length, windowOffsets.length, this.#bytes];
    const spec = { dtype: this.plan.dtype, width: rows, lineStride: taps, step: 1 };
    const pack = emitPack(this.#module, spec, features % rows);
    const parts = Math.ceil(run / block);
    const perImage = (windows / run) * parts;
    const [unit, part, image, c, zero, all] = [0, 0, 0, 0, 0, 0].map(() => this.#local()) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const [firstColumn, lastColumn] = [this.#local(), this.#local()];
    w.i32(0).set(zero).i32(features).set(all);
    this.#eachBlock(taps, () => {
      w.get(this.#start).i32(0).op(op.i32Ne).set(this.#mode);
      inBlocks(w, zero, all, packedRows, (fromRow, toRow) => {
        w.get(parameters.other);
        this.#plus(group, features * taps * bytes);
        this.#plus(fromRow, taps * bytes);
        this.#plus(this.#start, bytes);
        w.get(parameters.scratch).get(toRow).get(fromRow).op(op.i32Sub).get(this.#depth).call(pack);
        w.get(from).set(unit);
        w.loop(() => {
          w.get(unit).i32(perImage).op(op.i32DivU).set(image);
          w.get(unit).i32(perImage).op(op.i32RemU).tee(part).i32(parts).op(op.i32RemU);
          w.i32(block).op(op.i32Mul).set(firstColumn);
          w.get(firstColumn).i32(block).op(op.i32Add).set(lastColumn);
          least(w, lastColumn, lastColumn, run);
          w.get(part).i32(parts).op(op.i32DivU).i32(run).op(op.i32Mul).set(part);
          w.get(image).i32(groups).op(op.i32Mul).get(group).op(op.i32Add).set(image);
          w.get(parameters.out);
          this.#plus(image, features * windows * bytes);
          this.#plus(part, bytes).set(c);
          w.get(parameters.x);
          this.#plus(image, channels * plane * bytes);
          w.get(parameters.windows);
          this.#plus(part, 4).memory(op.i32Load, 0, 2).op(op.i32Add).set(image);
          overTiles(w, firstColumn, lastColumn, columns, run % columns, (column, columnCount) =>
            overTiles(w, fromRow, toRow, rows, features % rows, (row, rowCount) => {
              this.#panel(row, fromRow);
              w.get(image);
              this.#plus(column, bytes);
              w.get(c);
              this.#plus(row, windows * bytes);
              this.#plus(column, bytes);
              w.get(parameters.taps);
              this.#plus(this.#start, 4);
              w.get(this.#mode).get(this.#depth);
              w.call(emitResultTile(this.#module, this.#tile(rowCount, columnCount, windows), rows));
            }),
          );
          w.get(unit).i32(1).op(op.i32Add).tee(unit).get(to).op(op.i32LtU).brIf(0);
        });
      });
    });
    for (const local of [unit, part, image, c, zero, all, firstColumn, lastColumn]) w.release(local);
  }

  /** Tiles of taps `from` to `to` − 1 of a group, image after image: what belongs to the windows is packed with its features side by side. */
  #weights(group: number, from: number, to: number): void {
    const w = this.#writer;
    const { images, groups, channels, features, plane, tapOffsets, windowOffsets } = this.#kernel.layout;
    const { rows, columns, block } = this.plan;
    const [taps, windows, bytes] = [tapOffsets.length, windowOffsets.length, this.#bytes];
    const spec = { dtype: this.plan.dtype, width: columns, lineStride: windows, step: 1 };
    const pack = emitPack(this.#module, spec, features % columns);
    const [image, part, firstRow, lastRow, zero, all] = [0, 0, 0, 0, 0, 0].map(() => this.#local()) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    w.i32(0).set(zero).i32(features).set(all);
    w.get(from).i32(rows).op(op.i32Mul).set(firstRow);
    w.get(to).i32(rows).op(op.i32Mul).set(lastRow);
    least(w, lastRow, lastRow, taps);
    w.i32(0).set(image);
    w.loop(() => {
      w.get(image).i32(groups).op(op.i32Mul).get(group).op(op.i32Add).set(part);
      this.#eachBlock(windows, () => {
        w.get(this.#start).get(image).op(op.i32Or).i32(0).op(op.i32Ne).set(this.#mode);
        inBlocks(w, zero, all, block, (fromColumn, toColumn) => {
          w.get(parameters.other);
          this.#plus(part, features * windows * bytes);
          this.#plus(fromColumn, windows * bytes);
          this.#plus(this.#start, bytes);
          w.get(parameters.scratch).get(toColumn).get(fromColumn).op(op.i32Sub).get(this.#depth).call(pack);
          overTiles(w, fromColumn, toColumn, columns, features % columns, (column, columnCount) =>
            overTiles(w, firstRow, lastRow, rows, taps % rows, (row, rowCount) => {
              w.get(parameters.x);
              this.#plus(part, channels * plane * bytes);
              this.#panel(column, fromColumn);
              w.get(parameters.out);
              this.#plus(group, taps * features * bytes);
              this.#plus(row, features * bytes);
              this.#plus(column, bytes);
              w.get(parameters.windows);
              this.#plus(this.#start, 4);
              w.get(this.#mode).get(this.#depth).get(parameters.taps);
              this.#plus(row, 4);
              w.call(emitWeightsTile(this.#module, this.#tile(rowCount, columnCount, features), columns));
            }),
          );
        });
      });
      w.get(image).i32(1).op(op.i32Add).tee(image).i32(images).op(op.i32LtU).brIf(0);
    });
    for (const local of [image, part, firstRow, lastRow, zero, all]) w.release(local);
  }
}
