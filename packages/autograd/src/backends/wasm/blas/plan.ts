import type { Kernel, MatrixOperand, ProductKernel, Schedule } from "../../../compile/kernel.js";
import { sizeOf } from "../../../shape.js";
import { gemmKinds } from "./binding.js";

/**
 * From how many multiplications of a matrix product, and from how many terms of a sum, a library computes it. Measured in one thread against OpenBLAS 0.3.21 with AVX-512, compiled
 * products of both kinds by turns, best of 14: 24³ ran at 0.9 of the speed of the module's own kernel in float32 (1.05 in float64), 32³ at 1.2, 64³ at 1.5, 256³ at 1.7; 256 × 256 of 8 terms at 1.0, of 16 at 1.0,
 * of 24 at 1.3: what a call packs is then hardly used again.
 */
const leastMultiplications = 32 ** 3;
const leastTerms = 24;

/** Rows or columns of C that one call computes at least, where a product is shared out among threads: fewer use too little of what a call packs. */
const leastBand = 64;
/** Bands are of so many: the widest that kernels of libraries take at a time. */
const block = 16;

/** A matrix of a product as BLAS takes it. */
export interface BlasOperand {
  readonly operand: MatrixOperand;
  /** The distance between its rows as they are stored. */
  readonly leading: number;
}

/** A product as calls of a library, one for each band of each matrix of the batch. */
export interface BlasPlan {
  /** See `Gemm`. */
  readonly kind: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: readonly number[];
  readonly a: BlasOperand;
  readonly b: BlasOperand;
  /** Bands are of rows of C; of columns otherwise. */
  readonly byRows: boolean;
  /** Rows or columns of a band, the last but for it. */
  readonly band: number;
  /** Bands of a matrix. Their number follows from the shape and the machine, not from the threads that share them: nor do the bits of the result. */
  readonly bands: number;
}

/** The products of a program, in its loops too, that a library computes where there is one, in parts for so many cores; and how many products are left. */
export function planLibraryProducts(
  schedule: Schedule,
  cores: number | undefined,
): { readonly plans: ReadonlyMap<Kernel, BlasPlan>; readonly own: number } {
  const plans = new Map<Kernel, BlasPlan>();
  let own = 0;
  const programs = [schedule];
  for (let program = programs.pop(); program !== undefined; program = programs.pop()) {
    for (const kernel of program.kernels) {
      if (kernel.kind === "steps") programs.push(kernel.program);
      if (kernel.kind !== "product") continue;
      const plan = cores === undefined ? undefined : planBlas(kernel, cores);
      if (plan === undefined) own++;
      else plans.set(kernel, plan);
    }
  }
  return { plans, own };
}

/** How a library computes a product; undefined where it cannot, or not faster. */
export function planBlas(kernel: ProductKernel, cores: number): BlasPlan | undefined {
  const { dtype, size } = kernel.out;
  if ((dtype !== "float32" && dtype !== "float64") || size === 0) return undefined;
  const { m, batch, a, b } = foldBatch(kernel);
  const { n, k } = kernel;
  if (m * n * k < leastMultiplications || k < leastTerms) return undefined;
  const [left, right] = [stored(a, m, k), stored(b, k, n)];
  if (left === undefined || right === undefined) return undefined;
  const kind =
    (dtype === "float64" ? gemmKinds.float64 : 0) +
    (left.isTransposed ? gemmKinds.transposesA : 0) +
    (right.isTransposed ? gemmKinds.transposesB : 0);
  const operands = { a: { operand: a, leading: left.leading }, b: { operand: b, leading: right.leading } };
  return { kind, m, n, k, batch, ...operands, ...bandsOf(m, n, Math.ceil(cores / sizeOf(batch))) };
}

/** Matrices one below the other that are multiplied by the same matrix are one. */
function foldBatch({ m, batch, a, b }: ProductKernel): Pick<ProductKernel, "m" | "batch" | "a" | "b"> {
  let rows = m;
  let { rowStride } = a;
  let axis = batch.length - 1;
  for (; axis >= 0; axis--) {
    const stride = a.batchStrides[axis] ?? 0;
    if (b.batchStrides[axis] !== 0 || stride === 0 || (rows > 1 && stride !== rows * rowStride)) break;
    if (rows === 1) rowStride = stride;
    rows *= batch[axis] ?? 1;
  }
  const rest = (operand: MatrixOperand): MatrixOperand => ({
    ...operand,
    batchStrides: operand.batchStrides.slice(0, axis + 1),
  });
  return { m: rows, batch: batch.slice(0, axis + 1), a: { ...rest(a), rowStride }, b: rest(b) };
}

/** Whether a matrix is stored row by row or column by column; undefined where neither is: then it has two strides, or none. */
function stored(
  { rowStride, columnStride }: MatrixOperand,
  rows: number,
  columns: number,
): { readonly isTransposed: boolean; readonly leading: number } | undefined {
  const fits = (inner: number, count: number, outer: number, lines: number): boolean =>
    (inner === 1 || count === 1) && (outer >= count || lines === 1);
  if (fits(columnStride, columns, rowStride, rows))
    return { isTransposed: false, leading: Math.max(rowStride, columns) };
  if (fits(rowStride, rows, columnStride, columns))
    return { isTransposed: true, leading: Math.max(columnStride, rows) };
  return undefined;
}

/** Bands along the longer side, of whole blocks of rows or columns but for the last. */
function bandsOf(m: number, n: number, wanted: number): Pick<BlasPlan, "byRows" | "band" | "bands"> {
  const byRows = m >= n;
  const side = byRows ? m : n;
  const most = Math.max(1, Math.floor(side / leastBand));
  const band = Math.ceil(side / Math.min(most, wanted) / block) * block;
  return { byRows, band, bands: Math.ceil(side / band) };
}
