import type { Vector } from "../minimize/vector.js";

/** A matrix of float64 numbers, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A P = Q R of a matrix with at least as many rows as columns, and Qᵀb of a right-hand side. */
export interface Factors {
  /** R, upper triangular, n × n. */
  readonly r: Matrix;
  /** Column k of R belongs to column `order[k]` of A. */
  readonly order: readonly number[];
  /** The first n numbers of Qᵀb. */
  readonly rotated: Vector;
  /** How many columns are independent, to within rounding. */
  readonly rank: number;
}

/** The norm of a column, from a row on. */
function columnNorm({ rows, columns, data }: Matrix, column: number, from: number): number {
  let norm = 0;
  // hypot, since squares of the numbers may leave the range of float64.
  for (let row = from; row < rows; row++) norm = Math.hypot(norm, data[row * columns + column] ?? 0);
  return norm;
}

export const columnNorms = (a: Matrix): Vector =>
  Float64Array.from({ length: a.columns }, (_, column) => columnNorm(a, column, 0));

function swapColumns({ rows, columns, data }: Matrix, a: number, b: number): void {
  for (let row = 0; row < rows; row++) {
    const [at, other] = [row * columns + a, row * columns + b];
    [data[at], data[other]] = [data[other] ?? 0, data[at] ?? 0];
  }
}

/** Reflects what lies below the diagonal of column k away, in the columns after it and in b too. */
function reflect(a: Matrix, b: Vector, k: number): void {
  const { rows, columns, data } = a;
  const norm = columnNorm(a, k, k);
  if (norm === 0) return;
  const head = data[k * columns + k] ?? 0;
  const alpha = head > 0 ? -norm : norm;
  // v = (x − α e₁) / (x₁ − α), so that v₁ = 1 and H = I − τ v vᵀ.
  const tau = (alpha - head) / alpha;
  for (let row = k + 1; row < rows; row++) {
    const at = row * columns + k;
    data[at] = (data[at] ?? 0) / (head - alpha);
  }
  for (let column = k + 1; column < columns; column++) {
    let product = data[k * columns + column] ?? 0;
    for (let row = k + 1; row < rows; row++)
      product += (data[row * columns + k] ?? 0) * (data[row * columns + column] ?? 0);
    product *= tau;
    data[k * columns + column] = (data[k * columns + column] ?? 0) - product;
    for (let row = k + 1; row < rows; row++) {
      const at = row * columns + column;
      data[at] = (data[at] ?? 0) - product * (data[row * columns + k] ?? 0);
    }
  }
  let product = b[k] ?? 0;
  for (let row = k + 1; row < rows; row++) product += (data[row * columns + k] ?? 0) * (b[row] ?? 0);
  product *= tau;
  b[k] = (b[k] ?? 0) - product;
  for (let row = k + 1; row < rows; row++) b[row] = (b[row] ?? 0) - product * (data[row * columns + k] ?? 0);
  data[k * columns + k] = alpha;
}

/** A with columns divided by `units`, and with rows of zeros below, so that it has as many rows as columns. */
function prepared({ rows, columns, data }: Matrix, b: Vector, units: Vector): readonly [Matrix, Vector] {
  const height = Math.max(rows, columns);
  const copy = new Float64Array(height * columns);
  for (const [i, entry] of data.entries()) copy[i] = entry / (units[i % columns] ?? 1);
  const side = new Float64Array(height);
  side.set(b);
  return [{ rows: height, columns, data: copy }, side];
}

/**
 * A P = Q R by Householder reflections, the column first that is the longest beside those before it (Businger & Golub 1965; Golub &
 * Van Loan, "Matrix Computations", 4th edition, algorithm 5.4.1). Columns count by their direction alone, since their lengths are a
 * matter of units. A and b stay as they are.
 */
export function factor(a: Matrix, b: Vector): Factors {
  const n = a.columns;
  const units = columnNorms(a).map((norm) => norm || 1);
  const [work, side] = prepared(a, b, units);
  const order = Array.from({ length: n }, (_, i) => i);
  let rank = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    let norm = -1;
    for (let column = k; column < n; column++) {
      const candidate = columnNorm(work, column, k);
      if (candidate > norm) [pivot, norm] = [column, candidate];
    }
    swapColumns(work, k, pivot);
    [order[k], order[pivot]] = [order[pivot] ?? k, order[k] ?? k];
    if (norm > Number.EPSILON * Math.max(work.rows, n) && rank === k) rank = k + 1;
    reflect(work, side, k);
  }
  const r = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = row; column < n; column++) {
      r[row * n + column] = (work.data[row * n + column] ?? 0) * (units[order[column] ?? column] ?? 1);
    }
  }
  return { r: { rows: n, columns: n, data: r }, order, rotated: side.slice(0, n), rank };
}

/** The x of least squares of A x = b; numbers of dependent columns are 0. */
export function solve({ r, order, rotated, rank }: Factors): Vector {
  const n = r.columns;
  const x = new Float64Array(n);
  const solution = new Float64Array(n);
  for (let row = rank - 1; row >= 0; row--) {
    let rest = rotated[row] ?? 0;
    for (let column = row + 1; column < rank; column++)
      rest -= (r.data[row * n + column] ?? 0) * (solution[column] ?? 0);
    solution[row] = rest / (r.data[row * n + row] ?? 1);
    x[order[row] ?? row] = solution[row] ?? 0;
  }
  return x;
}

/** The x of least squares of A x = b with rows diag(d) x = 0 below. */
export function solveDamped({ r, order, rotated }: Factors, d: Vector): Vector {
  const n = r.columns;
  const data = new Float64Array(2 * n * n);
  data.set(r.data);
  for (const [k, column] of order.entries()) data[(n + k) * n + k] = d[column] ?? 0;
  const side = new Float64Array(2 * n);
  side.set(rotated);
  const inOrder = solve(factor({ rows: 2 * n, columns: n, data }, side));
  const x = new Float64Array(n);
  for (const [k, column] of order.entries()) x[column] = inOrder[k] ?? 0;
  return x;
}

/** Infinite on the diagonal and NaN beside it: the (AᵀA)⁻¹ of columns that depend on each other. */
export function undetermined(n: number): Matrix {
  const data = new Float64Array(n * n).fill(Number.NaN);
  for (let i = 0; i < n; i++) data[i * (n + 1)] = Number.POSITIVE_INFINITY;
  return { rows: n, columns: n, data };
}

/** R⁻¹ by back substitution, column by column. */
function invertTriangle({ rows: n, data }: Matrix): Matrix {
  const inverse = new Float64Array(n * n);
  for (let column = 0; column < n; column++) {
    for (let row = column; row >= 0; row--) {
      let rest = row === column ? 1 : 0;
      for (let k = row + 1; k <= column; k++) rest -= (data[row * n + k] ?? 0) * (inverse[k * n + column] ?? 0);
      inverse[row * n + column] = rest / (data[row * n + row] ?? 1);
    }
  }
  return { rows: n, columns: n, data: inverse };
}

/** (AᵀA)⁻¹ = P R⁻¹ R⁻ᵀ Pᵀ; `undetermined` where columns of A are dependent. */
export function inverseGram({ r, order, rank }: Factors): Matrix {
  const n = r.columns;
  if (rank < n) return undetermined(n);
  const { data: inverse } = invertTriangle(r);
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let k = Math.max(i, j); k < n; k++) total += (inverse[i * n + k] ?? 0) * (inverse[j * n + k] ?? 0);
      data[(order[i] ?? i) * n + (order[j] ?? j)] = total;
    }
  }
  return { rows: n, columns: n, data };
}
