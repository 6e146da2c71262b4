import { fewColumns, type ProductOrder, productOrder } from "../../../compile/product-order.js";
import { elementCodes, type ProductType } from "./element.js";
import type { Epilogue } from "./tile.js";

/** Matrices that are multiplied pair by pair. */
export interface ProductBatch {
  /** The axes before the matrices; the strides are in elements, 0 along an axis that is broadcast. */
  readonly sizes: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}

/** C[m, n] = A[m, k] · B[k, n]; all sizes and strides become constants of the code. Strides are in elements, from row to row and from column to column. */
export interface ProductSpec {
  readonly dtype: ProductType;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly aStrides: readonly [number, number];
  readonly bStrides: readonly [number, number];
  /** From one row of C to the next; its columns lie side by side. */
  readonly cStride: number;
  /** Whether to use fused multiply-add, which the engine then has to know (`detectRelaxedSimd`). */
  readonly fma: boolean;
  /** In which order terms are added; the default follows from sizes and strides. */
  readonly order?: ProductOrder;
  readonly batch?: ProductBatch;
  readonly epilogue?: Epilogue;
}

/**
 * - dot: terms in vectors along k, where both operands lie so;
 * - direct: operands read where they lie;
 * - packed: both in panels, for the caches;
 * - narrow: few columns, the right operand alone in a panel;
 * - flat: few rows, all of them kept at hand while the right operand passes by once.
 */
export type ProductWay = "dot" | "direct" | "packed" | "narrow" | "flat";

/** How a product is computed. */
export interface ProductPlan {
  readonly way: ProductWay;
  /** Of a tile; a product of few rows has its columns shared out in so many. */
  readonly rows: number;
  readonly columns: number;
  /** Terms of a block. */
  readonly depth: number;
  /** Rows of A and columns of B that are packed at a time. */
  readonly packedRows: number;
  readonly packedColumns: number;
  /** Elements from one row of sums that are made apart from C to the next. */
  readonly sumStride: number;
  /** Bytes of their panels. */
  readonly panelBytes: { readonly a: number; readonly b: number };
  /** Threads share out rows of tiles; columns otherwise. */
  readonly byRows: boolean;
}

/** Terms of a block of vectors along k. */
const termsOfDotBlock = 512;
/** Bytes of A and of B that are packed at a time: they stay in the second-level cache, and in the third. */
const packedBytesA = 192 * 1024;
const packedBytesB = 1024 * 1024;

const evenBlocks = (k: number, most: number): number => (k <= most ? k : Math.ceil(k / Math.ceil(k / most)));

function defaultOrder({ m, n, k, aStrides, bStrides }: ProductSpec): ProductOrder {
  const a = aStrides[1] !== 1 && k !== 1;
  const b = (bStrides[0] === 1 || k === 1) && (bStrides[1] !== 1 || n === 1);
  return productOrder(m, n, k, { a, b });
}

/** Chooses from sizes and strides alone. A column that is computed as a row (`liesDown`) has the plan of the row. */
export function planProduct(given: ProductSpec): ProductPlan {
  const spec = liesDown(given) ? transposed(given) : given;
  const { m, n, k, dtype, fma, bStrides, epilogue } = spec;
  const { alongK, depth } = spec.order ?? defaultOrder(spec);
  const { lanes, bytes, fma: fused } = elementCodes(dtype, fma);
  const unpacked = { packedRows: 0, packedColumns: 0, sumStride: 0, panelBytes: { a: 0, b: 0 } };
  if (alongK) {
    const { rows, columns } = dotTile(m, n);
    const byRows = m / rows >= n / columns;
    // Blocks of whole vectors: what is left over is added one by one, once and not in each block.
    const depth = evenBlocks(k, termsOfDotBlock);
    return { way: "dot", rows, columns, depth: Math.min(k, Math.ceil(depth / lanes) * lanes), byRows, ...unpacked };
  }
  const tallest = fused === undefined ? 5 : 6;
  const readable = bStrides[1] === 1 || n === 1;
  const isLong = k * n * bytes > packingPays;
  if (
    (!readable || isLong) &&
    n <= fewColumns &&
    m >= 3 * tallest &&
    k * n * bytes <= packedBytesA &&
    epilogue === undefined
  ) {
    const vectors = Math.ceil(n / lanes);
    const columns = vectors * lanes;
    const panelBytes = { a: 0, b: Math.ceil((k * columns * bytes) / 64) * 64 };
    return { ...unpacked, way: "narrow", rows: narrowRows(vectors, tallest), columns, depth, byRows: true, panelBytes };
  }
  if (readable && m > 1 && m <= fewRows && isLong && epilogue === undefined) {
    const unit = 2 * lanes;
    const most = Math.max(unit, Math.floor(flatBytes / (m * bytes * unit)) * unit);
    const packedColumns = Math.min(most, Math.ceil(n / unit) * unit);
    // A line more than the columns: rows at distances that are powers of two displace each other.
    const sumStride = packedColumns + 64 / bytes;
    const panelBytes = { a: 0, b: m * sumStride * bytes };
    const shares = { columns: 16 * lanes, byRows: false };
    return { ...unpacked, ...shares, way: "flat", rows: m, depth, packedColumns, sumStride, panelBytes };
  }
  const worthIt = m >= 3 * tallest && n >= 2 * lanes && isLong;
  if (readable && !worthIt) {
    const { rows, columns } = directTile(m, n, lanes, tallest);
    return { ...unpacked, way: "direct", rows, columns, depth, byRows: m / rows >= n / columns };
  }
  const columns = 2 * lanes;
  const fitting = (budget: number, unit: number, size: number): number => {
    const most = Math.max(unit, Math.floor(budget / (Math.max(1, depth) * bytes * unit)) * unit);
    return Math.min(most, Math.ceil(size / unit) * unit);
  };
  const packedRows = fitting(packedBytesA, tallest, m);
  const packedColumns = fitting(packedBytesB, columns, n);
  const linesOf = (count: number): number => Math.ceil((count * depth * bytes) / 64) * 64;
  const panelBytes = { a: linesOf(packedRows), b: linesOf(packedColumns) };
  return {
    ...unpacked,
    way: "packed",
    rows: tallest,
    columns,
    depth,
    packedRows,
    packedColumns,
    panelBytes,
    byRows: m >= n,
  };
}

/** Bytes of scratch memory that each thread needs. */
export const scratchBytes = ({ panelBytes }: ProductPlan): number => panelBytes.a + panelBytes.b;

/** Bytes of B above which it is packed: it no longer fits into the first-level cache beside A. */
const packingPays = 24 * 1024;

/** Rows of a product that are few: each term of B is multiplied with all of them before the next is read. */
const fewRows = 17;
/** Bytes of C that stay in the first-level cache while the rows of B pass by. */
const flatBytes = 20 * 1024;

/** Sums and vectors of B stay in registers. */
function narrowRows(vectors: number, tallest: number): number {
  if (vectors === 1) return 8;
  if (vectors === 2) return tallest;
  return vectors === 3 ? 3 : vectors <= 6 ? 2 : 1;
}

/** Sums and the vectors of both sides fit into fifteen registers together: compilers load all of them first. */
function dotTile(m: number, n: number): { readonly rows: number; readonly columns: number } {
  const even = (size: number, most: number): number => Math.ceil(size / Math.ceil(size / most));
  if (m === 1) return { rows: 1, columns: even(n, 6) };
  if (n === 1) return { rows: Math.min(m, 6), columns: 1 };
  if (n === 2) return { rows: Math.min(m, 4), columns: 2 };
  return { rows: 2, columns: even(n, 4) };
}

function directTile(m: number, n: number, lanes: number, tallest: number): { rows: number; columns: number } {
  const vectors = Math.ceil(n / lanes);
  const shape = (rows: number, wide: number) => ({ rows: Math.min(rows, m), columns: Math.min(wide, vectors) * lanes });
  if (m === 1) return shape(1, 6);
  if (m === 2) return shape(2, 4);
  if (vectors === 1) return shape(8, 1);
  if (m === 3 || vectors === 3) return shape(3, 3);
  return shape(tallest, 2);
}

/** Whether C, a column, is computed as the row that it is in memory, as Bᵀ · Aᵀ: then Aᵀ is read along its rows. */
export function liesDown({ m, n, aStrides, cStride, epilogue, order }: ProductSpec): boolean {
  return n === 1 && m > 1 && cStride === 1 && aStrides[0] === 1 && epilogue === undefined && order?.alongK !== true;
}

export function transposed(spec: ProductSpec): ProductSpec {
  const { m, n, aStrides, bStrides, batch } = spec;
  const sides = {
    m: n,
    n: m,
    aStrides: [bStrides[1], bStrides[0]],
    bStrides: [aStrides[1], aStrides[0]],
    cStride: m,
  } as const;
  return batch === undefined
    ? { ...spec, ...sides }
    : { ...spec, ...sides, batch: { ...batch, a: batch.b, b: batch.a } };
}
