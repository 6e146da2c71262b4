import type { ProductKernel } from "../../../compile/kernel.js";
import { bytesPerElement } from "../../../dtype.js";
import { sizeOf } from "../../../shape.js";
import { type AddressOf, pushAddress } from "../addresses.js";
import type { FunctionWriter, ValueType } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import { addBatchOffset, least } from "../product/ranges.js";
import type { BlasOperand, BlasPlan } from "./plan.js";

/** The parameters of `Gemm` in a module. */
export const gemmParameters: readonly ValueType[] = Array.from({ length: 10 }, () => "i32");

/** A product computed by a library. */
export interface LibraryProduct {
  readonly writer: FunctionWriter;
  /** Calls of the library. */
  readonly units: number;
  /** About how many vector operations it does, which are of twice the width of the module's own. */
  readonly work: number;
}

/** Writes the function (base, first unit, end of units) that makes the calls of a product; `gemm` is the imported function. */
export function compileLibraryProduct(
  module: ModuleWriter,
  kernel: ProductKernel,
  plan: BlasPlan,
  gemm: number,
  addressOf: AddressOf,
): LibraryProduct {
  const { m, n, k, batch, byRows, band, bands } = plan;
  const w = module.function(`gemm_${m}x${k}x${n}`, ["i32", "i32", "i32"], []);
  const local = (): number => w.local("i32");
  const [unit, matrix, start, count] = [local(), local(), local(), local()];
  const bytes = bytesPerElement(kernel.out.dtype);
  const pushMatrix = ({ operand, leading }: BlasOperand, stride: number | undefined): void => {
    pushAddress(w, addressOf(operand.buffer.id), 0, operand.offset * bytes);
    addBatchOffset(w, matrix, batch, operand.batchStrides, bytes);
    if (stride !== undefined) addOffset(w, start, stride * bytes);
    w.i32(leading);
  };
  w.get(1).set(unit);
  w.block(() =>
    w.loop(() => {
      w.get(unit).get(2).op(op.i32GeU).brIf(1);
      w.get(unit).i32(bands).op(op.i32DivU).set(matrix);
      w.get(unit).i32(bands).op(op.i32RemU).i32(band).op(op.i32Mul).set(start);
      w.i32(byRows ? m : n)
        .get(start)
        .op(op.i32Sub)
        .set(count);
      least(w, count, count, band);
      w.i32(plan.kind);
      if (byRows) w.get(count).i32(n);
      else w.i32(m).get(count);
      w.i32(k);
      pushMatrix(plan.a, byRows ? plan.a.operand.rowStride : undefined);
      pushMatrix(plan.b, byRows ? undefined : plan.b.operand.columnStride);
      pushAddress(w, addressOf(kernel.out.id));
      addOffset(w, matrix, m * n * bytes);
      addOffset(w, start, (byRows ? n : 1) * bytes);
      w.i32(n).call(gemm);
      w.get(unit).i32(1).op(op.i32Add).set(unit).br(0);
    }),
  );
  const matrices = sizeOf(batch);
  return { writer: w, units: matrices * bands, work: (matrices * m * n * k) / 8 };
}

/** Adds index · step to the address on the stack. */
const addOffset = (w: FunctionWriter, index: number, step: number): FunctionWriter =>
  w.get(index).i32(step).op(op.i32Mul).op(op.i32Add);
