import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import { elementCodes } from "./element.js";
import type { ProductPlan, ProductSpec } from "./plan.js";
import { least } from "./ranges.js";
import { type TileSpec, tileMode } from "./tile.js";

/** Parameters of the routine of a product. */
export const productParameters = { a: 0, b: 1, c: 2, scratch: 3, thread: 4, threads: 5 } as const;

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

/** The share of a product that a thread computes, and what all ways of computing it need. */
export class ProductShare {
  readonly writer: FunctionWriter;
  readonly module: ModuleWriter;
  readonly spec: ProductSpec;
  readonly plan: ProductPlan;
  readonly bytes: number;
  readonly at: Position;

  constructor(module: ModuleWriter, spec: ProductSpec, plan: ProductPlan) {
    this.module = module;
    this.spec = spec;
    this.plan = plan;
    this.bytes = elementCodes(spec.dtype, spec.fma).bytes;
    this.writer = module.function("product", ["i32", "i32", "i32", "i32", "i32", "i32"], []);
    const local = (): number => this.writer.local("i32");
    this.at = {
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

  /** Block after block of terms; a product without terms has one block without any, which writes zeros. */
  eachBlock(body: () => void): void {
    const w = this.writer;
    const { k } = this.spec;
    const { start, depth, mode } = this.at;
    w.i32(0).set(start);
    w.loop(() => {
      w.i32(k).get(start).op(op.i32Sub).set(depth);
      least(w, depth, depth, this.plan.depth);
      w.get(start).i32(0).op(op.i32Ne);
      w.get(start).get(depth).op(op.i32Add).i32(k).op(op.i32Eq);
      w.i32(tileMode.finishes).op(op.i32Mul).op(op.i32Or).set(mode);
      body();
      w.get(start).get(depth).op(op.i32Add).tee(start).i32(k).op(op.i32LtU).brIf(0);
    });
  }

  tileSpec(rows: number, columns: number): TileSpec {
    const { dtype, fma, cStride, epilogue } = this.spec;
    return { dtype, fma, rows, columns, cStride, epilogue };
  }

  /** base + index · stride, in elements. */
  pushAddress(base: number, index: number, stride: number): void {
    this.writer.get(base);
    this.addStride(index, stride);
  }

  addStride(index: number, stride: number): void {
    const w = this.writer;
    w.get(index)
      .i32(stride * this.bytes)
      .op(op.i32Mul)
      .op(op.i32Add);
  }

  /** panels + (index − first) · depth, in elements. */
  pushPanel(panels: number, index: number, first: number): void {
    const w = this.writer;
    w.get(panels).get(index).get(first).op(op.i32Sub).get(this.at.depth).op(op.i32Mul);
    w.i32(this.bytes).op(op.i32Mul).op(op.i32Add);
  }

  /** Adds what all tiles take to the addresses on the stack, and calls. */
  callTile(tile: FunctionWriter, row: number, column: number): void {
    const w = this.writer;
    const { c, depth, mode } = this.at;
    w.get(c).get(row).i32(this.spec.cStride).op(op.i32Mul).get(column).op(op.i32Add);
    w.i32(this.bytes).op(op.i32Mul).op(op.i32Add);
    w.get(depth).get(mode).get(row).get(column).call(tile);
  }
}
