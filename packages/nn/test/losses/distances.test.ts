import { grad, logSoftmax, ShapeError, type Tensor, tensor, ValueError, zeros } from "@glissade/autograd";
import {
  cosineEmbeddingLoss,
  hingeLoss,
  huberLoss,
  klDivergence,
  l1Loss,
  smoothL1Loss,
  tripletMarginLoss,
} from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const number = fc.double({ min: -5, max: 5, noNaN: true });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const vector = (values: readonly number[]): Tensor => tensor(Float64Array.from(values));
const matrix = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(Float64Array.from(rows.flat()), { shape: [rows.length, rows[0]!.length] });

type Reduce = { readonly reduction: "mean" | "sum" | "none" };

/** Checks the three reductions of a loss against one number for each example. */
function agrees(loss: (options: Reduce) => Tensor, expected: readonly number[]): void {
  const close = (found: number, due: number): void =>
    expect(Math.abs(found - due)).toBeLessThan(1e-9 * (1 + Math.abs(due)));
  const all = loss({ reduction: "none" }).data();
  expect(all).toHaveLength(expected.length);
  for (const [i, due] of expected.entries()) close(all[i]!, due);
  close(loss({ reduction: "sum" }).item(), total(expected));
  close(loss({ reduction: "mean" }).item(), total(expected) / expected.length);
}

/** A loss of pairs of numbers against its formula. */
function agreesOnPairs(
  y: fc.Arbitrary<number>,
  loss: (x: Tensor, y: Tensor, options: Reduce & { width: number }) => Tensor,
  formula: (x: number, y: number, width: number) => number,
): void {
  const pairs = fc.array(fc.tuple(number, y), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pairs, fc.double({ min: 0.1, max: 3, noNaN: true }), (drawn, width) => {
      const [a, b] = [vector(drawn.map(([x]) => x)), vector(drawn.map(([, each]) => each))];
      agrees(
        (options) => loss(a, b, { ...options, width }),
        drawn.map(([x, each]) => formula(x, each, width)),
      );
    }),
  );
}

/** Rows of one length. */
const vectors = (count: number) =>
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).chain(([n, d]) => {
    const row = fc.array(number, { minLength: d, maxLength: d });
    return fc.array(fc.array(row, { minLength: count, maxLength: count }), { minLength: n, maxLength: n });
  });

describe("losses of each element", () => {
  test("huberLoss is d²/2 below δ, and a line beyond", () => {
    agreesOnPairs(
      number,
      (x, y, { width: delta, ...options }) => huberLoss(x, y, { ...options, delta }),
      (x, y, delta) => (Math.abs(x - y) < delta ? (x - y) ** 2 / 2 : delta * (Math.abs(x - y) - delta / 2)),
    );
    const slope = grad((x: Tensor) => huberLoss(x, [0, 0, 0, 0], { delta: 2, reduction: "sum" }));
    expect(slope(tensor([-3, -1, 0, 2])).toArray()).toEqual([-2, -1, 0, 2]);
  });

  test("smoothL1Loss is huberLoss divided by β, and l1Loss for β = 0", () => {
    agreesOnPairs(
      number,
      (x, y, { width: beta, ...options }) => smoothL1Loss(x, y, { ...options, beta }),
      (x, y, beta) => (Math.abs(x - y) < beta ? (x - y) ** 2 / (2 * beta) : Math.abs(x - y) - beta / 2),
    );
    const [x, y] = [
      [1, 2, 3],
      [1, 0, 5],
    ];
    expect(smoothL1Loss(x, y, { beta: 0 }).item()).toBe(l1Loss(x, y).item());
  });

  test("hingeLoss is max(0, margin − y s), with derivative 0 at the kink", () => {
    agreesOnPairs(
      fc.constantFrom(-1, 1),
      (x, y, { width: margin, ...options }) => hingeLoss(x, y, { ...options, margin }),
      (s, y, margin) => Math.max(0, margin - y * s),
    );
    const slope = grad((s: Tensor) => hingeLoss(s, [1, 1, -1], { reduction: "sum" }))(tensor([1, 0, 0]));
    expect(slope.toArray()).toEqual([-0, -1, 1]);
  });

  test("klDivergence is p (log p − log q), and 0 where p is 0", () => {
    agreesOnPairs(
      fc.oneof(chance, fc.constant(0)),
      (x, y, { width, ...options }) => klDivergence(x, y, options),
      (log, p) => (p === 0 ? 0 : p * (Math.log(p) - log)),
    );
    agreesOnPairs(
      number,
      (x, y, { width, ...options }) => klDivergence(x, y, { ...options, logTarget: true }),
      (log, logP) => Math.exp(logP) * (logP - log),
    );
    const logs = logSoftmax([
      [1, 2],
      [0, 0],
      [3, 1],
    ]);
    const targets = [
      [1, 0],
      [0.5, 0.5],
      [0.2, 0.8],
    ];
    const sum = klDivergence(logs, targets, { reduction: "sum" }).item();
    expect(klDivergence(logs, targets, { reduction: "batchmean" }).item()).toBeCloseTo(sum / 3, 6);
    expect(grad((q: Tensor) => klDivergence(q, [0, 1], { reduction: "sum" }))(tensor([0, 0])).toArray()).toEqual([
      -0, -1,
    ]);
  });
});

describe("losses of vectors", () => {
  test("cosineEmbeddingLoss is 1 − cos of pairs, and max(0, cos − margin) of strangers", () => {
    const options = fc.record({
      margin: fc.double({ min: -1, max: 1, noNaN: true }),
      signs: fc.array(fc.constantFrom(-1, 1), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(vectors(2), options, (rows, { margin, signs }) => {
        const targets = signs.slice(0, rows.length);
        const expected = rows.map(([a, b], i) => {
          const inner = (x: readonly number[], y: readonly number[]): number => total(x.map((v, k) => v * y[k]!));
          const cos = inner(a!, b!) / Math.sqrt((inner(a!, a!) + 1e-12) * (inner(b!, b!) + 1e-12));
          return targets[i] === 1 ? 1 - cos : Math.max(0, cos - margin);
        });
        const [x, y] = [matrix(rows.map(([a]) => a!)), matrix(rows.map(([, b]) => b!))];
        agrees((reduction) => cosineEmbeddingLoss(x, y, targets, { margin, ...reduction }), expected);
      }),
    );
    expect(cosineEmbeddingLoss([0, 0], [1, 2], 1).item()).toBe(1);
  });

  test("tripletMarginLoss is max(0, d(a, p) − d(a, n) + margin)", () => {
    const options = fc.record({
      margin: fc.double({ min: 0, max: 3, noNaN: true }),
      p: fc.constantFrom(1, 2, 3),
      swap: fc.boolean(),
    });
    fc.assert(
      fc.property(vectors(3), options, (rows, { margin, p, swap }) => {
        const far = (x: readonly number[], y: readonly number[]): number =>
          total(x.map((v, i) => Math.abs(v - y[i]! + 1e-6) ** p)) ** (1 / p);
        const expected = rows.map(([a, near, other]) => {
          const away = swap ? Math.min(far(a!, other!), far(near!, other!)) : far(a!, other!);
          return Math.max(0, far(a!, near!) - away + margin);
        });
        const [a, near, other] = [0, 1, 2].map((i) => matrix(rows.map((row) => row[i]!)));
        agrees((reduction) => tripletMarginLoss(a!, near!, other!, { margin, p, swap, ...reduction }), expected);
      }),
    );
  });
});

test.each<[string, () => unknown, new (message: string) => Error, string]>([
  [
    "other shapes",
    () => huberLoss([1], [1, 2]),
    ShapeError,
    "huberLoss: predictions [1] and targets [2] differ in shape.",
  ],
  ["a δ of 0", () => huberLoss([1], [1], { delta: 0 }), ValueError, "huberLoss: delta is 0; it must be above 0."],
  [
    "a negative β",
    () => smoothL1Loss([1], [1], { beta: -1 }),
    ValueError,
    "smoothL1Loss: beta is -1; it must be at least 0.",
  ],
  [
    "an unknown reduction",
    // @ts-expect-error No such reduction.
    () => klDivergence([1], [1], { reduction: "average" }),
    ValueError,
    'klDivergence: unknown reduction "average".',
  ],
  [
    "the batch mean of a scalar",
    () => klDivergence(1, 1, { reduction: "batchmean" }),
    ValueError,
    'klDivergence: reduction "batchmean" of a scalar; it divides by the first side. Use "sum".',
  ],
  [
    "a margin of NaN",
    () => hingeLoss([1], [1], { margin: Number.NaN }),
    ValueError,
    "hingeLoss: margin is NaN; it must be",
  ],
  [
    "vectors of other shapes",
    // @ts-expect-error the compiler sees it too
    () => cosineEmbeddingLoss(zeros([2, 3]), zeros([2, 4]), [1, 1]),
    ShapeError,
    "cosineEmbeddingLoss: a [2, 3], b [2, 4] must have one shape [..., D].",
  ],
  [
    "targets of another shape",
    () => cosineEmbeddingLoss(zeros([2, 3]), zeros([2, 3]), [1]),
    ShapeError,
    "cosineEmbeddingLoss: vectors [2, 3] take targets of shape [2], 1 or -1 for each pair, not [1].",
  ],
  [
    "scalars",
    // @ts-expect-error the compiler sees it too
    () => tripletMarginLoss(1, 2, 3),
    ShapeError,
    "tripletMarginLoss: anchor [], positive [], negative [] must have",
  ],
  [
    "a norm of 0",
    () => tripletMarginLoss([1], [2], [3], { p: 0 }),
    ValueError,
    "tripletMarginLoss: p is 0; it must be above 0",
  ],
])("losses refuse %s", (_, call, kind, message) => {
  expect(call).toThrow(kind);
  expect(call).toThrow(message);
});
