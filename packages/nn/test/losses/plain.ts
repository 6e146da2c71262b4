/** The losses of PyTorch in plain numbers, written from its documentation, one example after another. */

/** Options of the losses of one example. */
export interface PlainOptions {
  readonly weight?: readonly number[];
  readonly ignoreIndex?: number;
  readonly labelSmoothing?: number;
  readonly reduction?: "mean" | "sum";
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export function logSoftmax(row: readonly number[]): number[] {
  const greatest = Math.max(...row);
  const rest = Math.log(total(row.map((x) => Math.exp(x - greatest))));
  return row.map((x) => x - greatest - rest);
}

/** l = Σ_n l_n with l_n = −(1 − ε) w_y log p_y − ε/C Σ_c w_c log p_c; the mean divides by Σ_n w_{y_n}. */
export function crossEntropy(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  { weight, ignoreIndex = -100, labelSmoothing: e = 0, reduction = "mean" }: PlainOptions = {},
): number {
  let loss = 0;
  let weights = 0;
  rows.forEach((row, n) => {
    const y = labels[n]!;
    if (y === ignoreIndex) return;
    const logs = logSoftmax(row);
    const w = (c: number): number => weight?.[c] ?? 1;
    loss -= (1 - e) * w(y) * logs[y]! + (e / row.length) * total(logs.map((log, c) => w(c) * log));
    weights += w(y);
  });
  return reduction === "sum" ? loss : loss / weights;
}

/** l_n = −Σ_c w_c q_nc log p_nc; the mean divides by N. */
export function softCrossEntropy(
  rows: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  { weight, labelSmoothing: e = 0, reduction = "mean" }: PlainOptions = {},
): number {
  const losses = rows.map((row, n) => {
    const logs = logSoftmax(row);
    return -total(logs.map((log, c) => (weight?.[c] ?? 1) * ((1 - e) * targets[n]![c]! + e / row.length) * log));
  });
  return reduction === "sum" ? total(losses) : total(losses) / rows.length;
}

/** l_n = w_y Σ_{j≠y} max(0, margin − s_y + s_j)^p / C; the mean divides by N. */
export function multiMargin(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  { margin = 1, p = 1, weight }: { margin?: number; p?: 1 | 2; weight?: readonly number[] } = {},
): number[] {
  return rows.map((row, n) => {
    const y = labels[n]!;
    const violations = row.map((score, j) => (j === y ? 0 : Math.max(0, margin - row[y]! + score) ** p));
    return ((weight?.[y] ?? 1) * total(violations)) / row.length;
  });
}

/** −y log p − (1 − y) log(1 − p), with logarithms above −100. */
export const binaryCrossEntropy = (p: number, y: number): number =>
  -(y * Math.max(-100, Math.log(p)) + (1 - y) * Math.max(-100, Math.log(1 - p)));
