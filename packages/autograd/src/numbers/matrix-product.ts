/**
 * C[M, N] = A[M, K] · B[K, N] for one pair of matrices.
 *
 * Both operands are packed into panels of four rows or columns, k by k, and a 4 × 4 tile of C stays in sixteen local
 * variables (K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM Trans. Math. Softw. 34
 * (2008) 12). Packing also converts the elements, so that the innermost loop meets one type of array only.
 *
 * Every element of C is the sum over k from left to right, whatever the sizes and strides: a row of a product has the
 * same bits as the product of the row.
 */
import { isIntegerArray, type NumericArray } from "./numeric-array.js";

/** A matrix in memory: element (i, j) is `data[offset + i · rowStride + j · columnStride]`. */
export interface MatrixOperand {
  readonly data: NumericArray;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

const TILE = 4;
/** Packed elements of B held at a time (8 MB of float64); wider matrices are taken in bands of columns. */
const PACKED = 1 << 20;

/**
 * A contiguous `[rows, columns]` matrix as an operand; its transpose, without a copy, when `transposed`: the memory
 * then holds `[columns, rows]`.
 *
 * @example
 * const a = rowMajor(Float32Array.of(1, 2, 3, 4, 5, 6), 0, 2, 3);
 * const aTransposed = rowMajor(a.data, 0, 3, 2, { transposed: true });
 */
export function rowMajor(
  data: NumericArray,
  offset: number,
  rows: number,
  columns: number,
  options: { transposed?: boolean } = {},
): MatrixOperand {
  return options.transposed
    ? { data, offset, rowStride: 1, columnStride: rows }
    : { data, offset, rowStride: columns, columnStride: 1 };
}

/**
 * Writes the M × N product of `a` (M × K) and `b` (K × N) to `c` from `cOffset` on, row after row.
 *
 * A float `c` is accumulated in float64 and rounded once when stored; NaN and infinities follow IEEE 754, a zero never
 * skips its partner. An integer `c` wraps (modulo 2³² or 2⁸). K = 0 gives zeros. `c` may not overlap `a` or `b`.
 *
 * @throws RangeError if `a`, `b` or `c` is too short for the sizes
 * @example
 * const c = new Float32Array(4);
 * const a = rowMajor(Float32Array.of(1, 2, 3, 4), 0, 2, 2);
 * matmulInto(a, a, c, 0, 2, 2, 2); // c = [7, 10, 15, 22]
 */
export function matmulInto(
  a: MatrixOperand,
  b: MatrixOperand,
  c: NumericArray,
  cOffset: number,
  M: number,
  K: number,
  N: number,
): void {
  if (M === 0 || N === 0) return;
  if (cOffset + M * N > c.length) {
    throw new RangeError(`matmulInto: a [${M}, ${N}] result at ${cOffset} does not fit ${c.length} elements.`);
  }
  if (K === 0) {
    c.fill(0, cOffset, cOffset + M * N);
    return;
  }
  checkOperand("a", a, M, K);
  checkOperand("b", b, K, N);
  if (isIntegerArray(c)) multiply(integers, a, b, c, cOffset, M, K, N);
  else multiply(floats, a, b, c, cOffset, M, K, N);
}

function checkOperand(name: string, matrix: MatrixOperand, rows: number, columns: number): void {
  const last = matrix.offset + (rows - 1) * matrix.rowStride + (columns - 1) * matrix.columnStride;
  if (last >= matrix.data.length) {
    throw new RangeError(
      `matmulInto: ${name} [${rows}, ${columns}] reaches element ${last} of ${matrix.data.length} elements.`,
    );
  }
}

type Packed = Float64Array | Int32Array;

/** What tells float products from wrapping integer ones. */
interface Arithmetic<P extends Packed> {
  readonly allocate: (length: number) => P;
  /** Multiplies the packed panels that start at `a` and `b` and leaves the tile in elements 0 to 15 of the workspace. */
  readonly multiplyPanels: (workspace: P, a: number, b: number, K: number) => void;
  /** The last workspace, kept for the next product unless very large. */
  workspace: P;
}

const floats: Arithmetic<Float64Array> = {
  allocate: (length) => new Float64Array(length),
  multiplyPanels: multiplyFloatPanels,
  workspace: new Float64Array(0),
};

const integers: Arithmetic<Int32Array> = {
  allocate: (length) => new Int32Array(length),
  multiplyPanels: multiplyIntegerPanels,
  workspace: new Int32Array(0),
};

function multiply<P extends Packed>(
  arithmetic: Arithmetic<P>,
  a: MatrixOperand,
  b: MatrixOperand,
  c: NumericArray,
  cOffset: number,
  M: number,
  K: number,
  N: number,
): void {
  const panel = TILE * K;
  const band = Math.max(TILE, Math.min(roundUp(N), Math.floor(PACKED / K) & -TILE));
  const aStart = TILE * TILE;
  const bStart = aStart + panel;
  const workspace = reserve(arithmetic, bStart + band * K);
  for (let bandColumn = 0; bandColumn < N; bandColumn += band) {
    const bandEnd = Math.min(N, bandColumn + band);
    for (let j = bandColumn, at = bStart; j < bandEnd; j += TILE, at += panel) {
      const columns = Math.min(TILE, N - j);
      pack(workspace, at, b.data, b.offset + j * b.columnStride, columns, b.columnStride, K, b.rowStride);
    }
    for (let i = 0; i < M; i += TILE) {
      const rows = Math.min(TILE, M - i);
      pack(workspace, aStart, a.data, a.offset + i * a.rowStride, rows, a.rowStride, K, a.columnStride);
      for (let j = bandColumn, at = bStart; j < bandEnd; j += TILE, at += panel) {
        arithmetic.multiplyPanels(workspace, aStart, at, K);
        storeTile(workspace, c, cOffset + i * N + j, rows, Math.min(TILE, N - j), N);
      }
    }
  }
}

function roundUp(size: number): number {
  return Math.ceil(size / TILE) * TILE;
}

function reserve<P extends Packed>(arithmetic: Arithmetic<P>, length: number): P {
  if (arithmetic.workspace.length >= length) return arithmetic.workspace;
  const workspace = arithmetic.allocate(length);
  if (length <= 2 * PACKED) arithmetic.workspace = workspace;
  return workspace;
}

/** Lays up to four rows of A, or columns of B, side by side: k by k, padded with zeros to four. */
function pack(
  target: Packed,
  at: number,
  source: NumericArray,
  start: number,
  lines: number,
  lineStride: number,
  K: number,
  stride: number,
): void {
  if (lines === TILE) {
    for (let k = 0, t = at, s = start; k < K; k++, t += TILE, s += stride) {
      target[t] = source[s]!;
      target[t + 1] = source[s + lineStride]!;
      target[t + 2] = source[s + 2 * lineStride]!;
      target[t + 3] = source[s + 3 * lineStride]!;
    }
    return;
  }
  target.fill(0, at, at + TILE * K);
  for (let line = 0; line < lines; line++) {
    for (let k = 0; k < K; k++) target[at + k * TILE + line] = source[start + line * lineStride + k * stride]!;
  }
}

function storeTile(tile: Packed, c: NumericArray, at: number, rows: number, columns: number, N: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) c[at + i * N + j] = tile[i * TILE + j]!;
  }
}

function multiplyFloatPanels(workspace: Float64Array, a: number, b: number, K: number): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  const end = a + TILE * K;
  for (let p = a, q = b; p < end; p += TILE, q += TILE) {
    const b0 = workspace[q]!;
    const b1 = workspace[q + 1]!;
    const b2 = workspace[q + 2]!;
    const b3 = workspace[q + 3]!;
    const a0 = workspace[p]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = workspace[p + 1]!;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = workspace[p + 2]!;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = workspace[p + 3]!;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  workspace[0] = c00;
  workspace[1] = c01;
  workspace[2] = c02;
  workspace[3] = c03;
  workspace[4] = c10;
  workspace[5] = c11;
  workspace[6] = c12;
  workspace[7] = c13;
  workspace[8] = c20;
  workspace[9] = c21;
  workspace[10] = c22;
  workspace[11] = c23;
  workspace[12] = c30;
  workspace[13] = c31;
  workspace[14] = c32;
  workspace[15] = c33;
}

/** The same tile with 32-bit integers; kept apart because the two compile to different machine code. */
function multiplyIntegerPanels(workspace: Int32Array, a: number, b: number, K: number): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  const end = a + TILE * K;
  for (let p = a, q = b; p < end; p += TILE, q += TILE) {
    const b0 = workspace[q]!;
    const b1 = workspace[q + 1]!;
    const b2 = workspace[q + 2]!;
    const b3 = workspace[q + 3]!;
    const a0 = workspace[p]!;
    c00 = (c00 + Math.imul(a0, b0)) | 0;
    c01 = (c01 + Math.imul(a0, b1)) | 0;
    c02 = (c02 + Math.imul(a0, b2)) | 0;
    c03 = (c03 + Math.imul(a0, b3)) | 0;
    const a1 = workspace[p + 1]!;
    c10 = (c10 + Math.imul(a1, b0)) | 0;
    c11 = (c11 + Math.imul(a1, b1)) | 0;
    c12 = (c12 + Math.imul(a1, b2)) | 0;
    c13 = (c13 + Math.imul(a1, b3)) | 0;
    const a2 = workspace[p + 2]!;
    c20 = (c20 + Math.imul(a2, b0)) | 0;
    c21 = (c21 + Math.imul(a2, b1)) | 0;
    c22 = (c22 + Math.imul(a2, b2)) | 0;
    c23 = (c23 + Math.imul(a2, b3)) | 0;
    const a3 = workspace[p + 3]!;
    c30 = (c30 + Math.imul(a3, b0)) | 0;
    c31 = (c31 + Math.imul(a3, b1)) | 0;
    c32 = (c32 + Math.imul(a3, b2)) | 0;
    c33 = (c33 + Math.imul(a3, b3)) | 0;
  }
  workspace[0] = c00;
  workspace[1] = c01;
  workspace[2] = c02;
  workspace[3] = c03;
  workspace[4] = c10;
  workspace[5] = c11;
  workspace[6] = c12;
  workspace[7] = c13;
  workspace[8] = c20;
  workspace[9] = c21;
  workspace[10] = c22;
  workspace[11] = c23;
  workspace[12] = c30;
  workspace[13] = c31;
  workspace[14] = c32;
  workspace[15] = c33;
}
