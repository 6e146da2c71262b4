import type { ProductKernel } from "../../compile/kernel.js";
import { bytesPerElement } from "../../dtype.js";
import { scalarTypeOf } from "../../ir/expression.js";
import { sizeOf } from "../../shape.js";
import type { FunctionWriter, ModuleWriter } from "./encoder.js";
import { op } from "./opcodes.js";
import { loadScalar, scalarConstant, scalarValueType, storeScalar } from "./scalar-code.js";

export interface CompiledProduct {
  readonly writer: FunctionWriter;
  readonly parallelism: number;
  readonly work: number;
}

export const productScratch = (
  _kernel: ProductKernel,
  _options: { readonly fma: boolean; readonly threads: number },
): number => 0;

export function compileProduct(
  module: ModuleWriter,
  kernel: ProductKernel,
  _options: { readonly fma: boolean; readonly threads: number },
): CompiledProduct {
  const w = module.function("matmul", ["i32", "i32", "i32", "i32", "i32", "i32"], []);
  const type = scalarTypeOf(kernel.out.dtype);
  const bytes = bytesPerElement(kernel.out.dtype);
  const { m, n, k, batch, a, b } = kernel;
  const unit = w.local("i32");
  const total = sizeOf(batch) * m;
  const j = w.local("i32");
  const p = w.local("i32");
  const i = w.local("i32");
  const pa = w.local("i32");
  const pb = w.local("i32");
  const acc = w.local(scalarValueType(type));
  w.get(4).i32(total).op(op.i32Mul).get(5).op(op.i32DivU).set(unit);
  const end = w.local("i32");
  w.get(4).i32(1).op(op.i32Add).i32(total).op(op.i32Mul).get(5).op(op.i32DivU).set(end);
  const batchOffset = (strides: readonly number[]): void => {
    w.i32(0);
    let inside = sizeOf(batch);
    for (const [axis, side] of batch.entries()) {
      inside /= side;
      const stride = strides[axis] ?? 0;
      if (stride === 0) continue;
      w.get(unit)
        .i32(m * inside)
        .op(op.i32DivU)
        .i32(side)
        .op(op.i32RemU)
        .i32(stride * bytes)
        .op(op.i32Mul)
        .op(op.i32Add);
    }
  };
  w.block(() => {
    w.loop(() => {
      w.get(unit).get(end).op(op.i32GeU).brIf(1);
      w.get(unit).i32(m).op(op.i32RemU).set(i);
      w.i32(0).set(j);
      w.loop(() => {
        w.get(0);
        batchOffset(a.batchStrides);
        w.op(op.i32Add)
          .get(i)
          .i32(a.rowStride * bytes)
          .op(op.i32Mul)
          .op(op.i32Add)
          .set(pa);
        w.get(1);
        batchOffset(b.batchStrides);
        w.op(op.i32Add)
          .get(j)
          .i32(b.columnStride * bytes)
          .op(op.i32Mul)
          .op(op.i32Add)
          .set(pb);
        scalarConstant(w, type, 0);
        w.set(acc).i32(0).set(p);
        w.loop(() => {
          w.get(acc).get(pa);
          loadScalar(w, type, 0);
          w.get(pb);
          loadScalar(w, type, 0);
          w.op(type === "f32" ? op.f32Mul : type === "f64" ? op.f64Mul : op.i32Mul);
          w.op(type === "f32" ? op.f32Add : type === "f64" ? op.f64Add : op.i32Add).set(acc);
          w.get(pa)
            .i32(a.columnStride * bytes)
            .op(op.i32Add)
            .set(pa);
          w.get(pb)
            .i32(b.rowStride * bytes)
            .op(op.i32Add)
            .set(pb);
          w.get(p).i32(1).op(op.i32Add).tee(p).i32(k).op(op.i32LtU).brIf(0);
        });
        w.get(2).get(unit).i32(n).op(op.i32Mul).get(j).op(op.i32Add).i32(bytes).op(op.i32Mul).op(op.i32Add).get(acc);
        storeScalar(w, type, 0);
        w.get(j).i32(1).op(op.i32Add).tee(j).i32(n).op(op.i32LtU).brIf(0);
      });
      w.get(unit).i32(1).op(op.i32Add).set(unit).br(0);
    });
  });
  return { writer: w, parallelism: total, work: total * n * k };
}
