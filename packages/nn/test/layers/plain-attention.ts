/** Attention in several heads in plain numbers, one example, head and query after another. */

type Parameters = Readonly<Record<string, ArrayLike<number>>>;

/** Rows of the operands by example and place. */
export interface PlainOperands {
  readonly query: (n: number, l: number) => number[];
  readonly key: (n: number, s: number) => number[];
  readonly value: (n: number, s: number) => number[];
}

/** What is added to the scores: −Infinity where nobody may look. */
export interface PlainMasks {
  readonly added: (n: number, h: number, l: number, s: number) => number;
  readonly padded: (n: number, s: number) => number;
  readonly isCausal: boolean;
}

/** Sizes and the parameters by PyTorch's names. */
export interface PlainAttention {
  readonly E: number;
  readonly heads: number;
  readonly L: number;
  readonly S: number;
  readonly N: number;
  readonly parameters: Parameters;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** W x + b: the rows of W from `first` on. */
export function affine(
  x: readonly number[],
  w: ArrayLike<number>,
  b: ArrayLike<number> | undefined,
  rows: number,
  first = 0,
): number[] {
  return range(rows).map((i) => x.reduce((sum, v, j) => sum + w[(first + i) * x.length + j]! * v, b?.[first + i] ?? 0));
}

/** [N][L][E]: softmax(q k / √d + masks) v in each head, joined and projected. */
export function attend(
  { query, key, value }: PlainOperands,
  { E, heads, L, S, N, parameters }: PlainAttention,
  { added, padded, isCausal }: PlainMasks,
): number[][][] {
  const stacked = parameters.in_proj_weight;
  const bias = parameters.in_proj_bias;
  /** The i-th of the three projections. */
  const project = (x: readonly number[], i: number, name: string): number[] => {
    if (stacked !== undefined) return affine(x, stacked, bias, E, i * E);
    const own = bias === undefined ? undefined : Array.from(bias).slice(i * E, (i + 1) * E);
    return affine(x, parameters[name]!, own, E);
  };
  const d = E / heads;
  return range(N).map((n) => {
    const keys = range(S).map((s) => project(key(n, s), 1, "k_proj_weight"));
    const values = range(S).map((s) => project(value(n, s), 2, "v_proj_weight"));
    return range(L).map((l) => {
      const q = project(query(n, l), 0, "q_proj_weight");
      const joined = range(heads).flatMap((h) => {
        const places = range(d).map((i) => h * d + i);
        const scores = range(S).map((s) => {
          const product = places.reduce((sum, i) => sum + q[i]! * keys[s]![i]!, 0) / Math.sqrt(d);
          return product + added(n, h, l, s) + padded(n, s) + (isCausal && s > l ? Number.NEGATIVE_INFINITY : 0);
        });
        const top = Math.max(...scores);
        const powers = scores.map((score) => (top === Number.NEGATIVE_INFINITY ? 0 : Math.exp(score - top)));
        const total = powers.reduce((a, b) => a + b, 0);
        return places.map((i) => powers.reduce((sum, p, s) => sum + (total === 0 ? 0 : p / total) * values[s]![i]!, 0));
      });
      return affine(joined, parameters["out_proj.weight"]!, parameters["out_proj.bias"], E);
    });
  });
}
