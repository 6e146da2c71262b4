import type { ProductKernel } from "../../compile/kernel.js";
import { sizeOf } from "../../shape.js";
import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { emitProduct, type ProductSpec } from "./product/index.js";
import { planProduct, scratchBytes } from "./product/plan.js";

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

/** Bytes of scratch memory that a product needs for all threads. */
export const productScratch = (kernel: ProductKernel, options: ProductOptions): number =>
  scratchBytes(planProduct(specOf(kernel, options))) * options.threads;

/** Compiles a product. Every element of C is summed in the kernel's order, however many threads take part. */
export function compileProduct(module: ModuleWriter, kernel: ProductKernel, options: ProductOptions): CompiledProduct {
  const { function: writer, parallelism, flops } = emitProduct(module, specOf(kernel, options));
  return { writer, parallelism, work: flops / 8 };
}

function specOf({ m, n, k, batch, a, b, out, order }: ProductKernel, { fma }: ProductOptions): ProductSpec {
  const { dtype } = out;
  return {
    dtype: dtype === "float32" || dtype === "float64" ? dtype : "int32",
    m,
    n,
    k,
    aStrides: [a.rowStride, a.columnStride],
    bStrides: [b.rowStride, b.columnStride],
    cStride: n,
    fma,
    order,
    batch: {
      sizes: batch,
      a: a.batchStrides,
      b: b.batchStrides,
      c: batch.map((_, axis) => m * n * sizeOf(batch.slice(axis + 1))),
    },
  };
}
