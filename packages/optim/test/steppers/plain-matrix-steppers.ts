/** The rules that know of rows and columns, on plain numbers; matrices are row-major lists. */
import type { Plain } from "./plain-steppers.js";

export interface PlainAdafactor {
  readonly lr: number;
  readonly betaDecay: number;
  readonly eps: readonly [number, number];
  readonly d: number;
  readonly weightDecay: number;
  /** Of the parameter: a matrix [rows, columns], or undefined for a vector. */
  readonly shape: readonly [number, number] | undefined;
}

const rms = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0) / x.length);

export const adafactor: Plain<PlainAdafactor> = (start, { lr, betaDecay, eps, d, weightDecay, shape }) => {
  let x = [...start];
  const [rowCount, columnCount] = shape ?? [1, x.length];
  const rows: number[] = new Array(rowCount).fill(0);
  const columns: number[] = new Array(columnCount).fill(0);
  const all = x.map(() => 0);
  let t = 0;
  const varianceOf = (gradient: readonly number[], share: number): number[] => {
    if (shape === undefined) {
      for (let i = 0; i < all.length; i++) all[i] = all[i]! + share * (gradient[i]! ** 2 - all[i]!);
      return [...all];
    }
    for (let r = 0; r < rowCount; r++) {
      let sum = 0;
      for (let c = 0; c < columnCount; c++) sum += gradient[r * columnCount + c]! ** 2;
      rows[r] = rows[r]! + share * (sum / columnCount - rows[r]!);
    }
    for (let c = 0; c < columnCount; c++) {
      let sum = 0;
      for (let r = 0; r < rowCount; r++) sum += gradient[r * columnCount + c]! ** 2;
      columns[c] = columns[c]! + share * (sum / rowCount - columns[c]!);
    }
    const mean = rows.reduce((sum, each) => sum + each, 0) / rowCount;
    return x.map((_, i) => (rows[Math.floor(i / columnCount)]! * columns[i % columnCount]!) / Math.max(mean, eps[0]));
  };
  return (gradient) => {
    t++;
    const step = Math.max(eps[1], rms(x)) * Math.min(lr, 1 / Math.sqrt(t));
    const variance = varianceOf(gradient, t ** betaDecay);
    const update = gradient.map((g, i) => g / Math.sqrt(Math.max(variance[i]!, eps[0] ** 2)));
    const denominator = Math.max(1, rms(update) / d);
    x = x.map((value, i) => value * (1 - lr * weightDecay) - (step / denominator) * update[i]!);
    return x;
  };
};

type Matrix = readonly (readonly number[])[];

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, each, k) => sum + each * b[k]![j]!, 0)));
const transposed = (a: Matrix): Matrix => (a[0] ?? []).map((_, j) => a.map((row) => row[j]!));
const combined = (p: number, a: Matrix, q: number, b: Matrix): Matrix =>
  a.map((row, i) => row.map((each, j) => p * each + q * b[i]![j]!));

export interface PlainMuon {
  readonly lr: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly adjust: "original" | "matchRmsAdamw";
  readonly shape: readonly [number, number];
}

export const muon: Plain<PlainMuon> = (start, { lr, momentum, nesterov, weightDecay, adjust, shape }) => {
  const [rows, columns] = shape;
  let x = [...start];
  let buffer = x.map(() => 0);
  return (gradient) => {
    buffer = buffer.map((b, i) => b + (1 - momentum) * (gradient[i]! - b));
    const update = nesterov ? gradient.map((g, i) => g + momentum * (buffer[i]! - g)) : buffer;
    let o: Matrix = Array.from({ length: rows }, (_, r) => update.slice(r * columns, (r + 1) * columns));
    if (rows > columns) o = transposed(o);
    const size = Math.max(Math.sqrt(update.reduce((sum, each) => sum + each * each, 0)), 1e-7);
    o = o.map((row) => row.map((each) => each / size));
    for (let k = 0; k < 5; k++) {
      const gram = product(o, transposed(o));
      o = combined(3.4445, o, 1, product(combined(-4.775, gram, 2.0315, product(gram, gram)), o));
    }
    if (rows > columns) o = transposed(o);
    const ratio =
      adjust === "original" ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));
    const flat = o.flat();
    x = x.map((value, i) => value * (1 - lr * weightDecay) - lr * ratio * flat[i]!);
    return x;
  };
};
