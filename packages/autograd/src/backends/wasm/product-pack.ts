import type { DType } from "../../dtype.js";
import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { op, simd } from "./opcodes.js";
import { columnsOf, type ElementCodes, elementOf, once } from "./product-tile.js";

/** A block of B to be copied. */
export interface PackSpec {
  readonly dtype: DType;
  readonly depth: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** (b, strips): copies a block of B into strips as wide as a tile, one after the other, each row by row. */
export function emitPack(module: ModuleWriter, spec: PackSpec): FunctionWriter {
  const { dtype, depth, columns, rowStride, columnStride } = spec;
  return once(module, ["pack", dtype, depth, columns, rowStride, columnStride].join(), () => {
    const e = elementOf(dtype);
    const width = columnsOf(dtype);
    const w = module.function("pack", ["i32", "i32"], []);
    const strip = w.local("i32");
    const whole = Math.floor(columns / width);
    if (whole > 0) {
      w.i32(whole).set(strip);
      w.loop(() => {
        copyStrip(w, e, spec, width);
        w.get(0)
          .i32(width * columnStride * e.bytes)
          .op(op.i32Add)
          .set(0);
        w.get(strip).i32(1).op(op.i32Sub).tee(strip).brIf(0);
      });
    }
    if (whole * width < columns) copyStrip(w, e, spec, columns - whole * width);
    return w;
  });
}

/** Copies `count` columns; the strip's place for those beyond the edge is left as it is. Moves the target on, not the source. */
function copyStrip(
  w: FunctionWriter,
  e: ElementCodes,
  { dtype, depth, rowStride, columnStride }: PackSpec,
  count: number,
): void {
  const width = columnsOf(dtype);
  const source = w.local("i32");
  const row = w.local("i32");
  w.get(0).set(source).i32(depth).set(row);
  w.loop(() => {
    if (columnStride === 1 && count === width) {
      for (let v = 0; v < 2; v++) {
        w.get(1)
          .get(source)
          .simdMemory(simd.load, v * 16, e.align)
          .simdMemory(simd.store, v * 16, e.align);
      }
    } else {
      for (let column = 0; column < count; column++) {
        w.get(1)
          .get(source)
          .memory(e.load, column * columnStride * e.bytes, e.align);
        w.memory(e.store, column * e.bytes, e.align);
      }
    }
    w.get(source)
      .i32(rowStride * e.bytes)
      .op(op.i32Add)
      .set(source);
    w.get(1)
      .i32(width * e.bytes)
      .op(op.i32Add)
      .set(1);
    w.get(row).i32(1).op(op.i32Sub).tee(row).brIf(0);
  });
  w.release(source);
  w.release(row);
}
