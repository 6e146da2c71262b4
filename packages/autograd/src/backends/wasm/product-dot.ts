import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { op, simd } from "./opcodes.js";
import { elementOf, once, type TileSpec } from "./product-tile.js";

/**
 * (a, b, c): rows × columns of C as sums along k, where the rows of A and the columns of B lie along k: vectors of both are
 * multiplied, and the lanes of each sum added at the end.
 */
export function emitDotTile(module: ModuleWriter, spec: TileSpec): FunctionWriter {
  const { dtype, rows, columns, depth, a, b, outStride, fma } = spec;
  const key = ["dot", dtype, rows, columns, depth, a.rowStride, b.columnStride, outStride].join();
  return once(module, key, () => {
    const e = elementOf(dtype);
    const w = module.function("dot", ["i32", "i32", "i32"], []);
    const sums = Array.from({ length: rows * columns }, () => w.local("v128"));
    for (const sum of sums) w.i32(0).simd(simd.i32x4Splat).set(sum);
    const left = Array.from({ length: rows }, () => w.local("v128"));
    const right = w.local("v128");
    const step = e.lanes * e.bytes;
    const whole = Math.floor(depth / e.lanes);
    const end = w.local("i32");
    w.get(0)
      .i32(whole * step)
      .op(op.i32Add)
      .set(end);
    if (whole > 0) {
      w.loop(() => {
        for (const [row, vector] of left.entries()) {
          w.get(0)
            .simdMemory(simd.load, row * a.rowStride * e.bytes, e.align)
            .set(vector);
        }
        for (let column = 0; column < columns; column++) {
          w.get(1)
            .simdMemory(simd.load, column * b.columnStride * e.bytes, e.align)
            .set(right);
          for (const [row, vector] of left.entries()) {
            const sum = sums[row * columns + column] ?? 0;
            w.get(vector).get(right);
            if (fma && e.fma !== undefined) w.get(sum).simd(e.fma).set(sum);
            else w.simd(e.mul).get(sum).simd(e.add).set(sum);
          }
        }
        w.get(1).i32(step).op(op.i32Add).set(1);
        w.get(0).i32(step).op(op.i32Add).tee(0).get(end).op(op.i32Ne).brIf(0);
      });
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const sum = sums[row * columns + column] ?? 0;
        w.get(2).get(sum).simd(e.extract, 0);
        for (let lane = 1; lane < e.lanes; lane++) w.get(sum).simd(e.extract, lane).op(e.scalarAdd);
        for (let i = 0; i < depth - whole * e.lanes; i++) {
          w.get(0).memory(e.load, (row * a.rowStride + i) * e.bytes, e.align);
          w.get(1).memory(e.load, (column * b.columnStride + i) * e.bytes, e.align);
          w.op(e.scalarMul).op(e.scalarAdd);
        }
        w.memory(e.store, (row * outStride + column) * e.bytes, e.align);
      }
    }
    return w;
  });
}
