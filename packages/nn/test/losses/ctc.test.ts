import {
  checkGradients,
  DTypeError,
  grad,
  IndexError,
  jit,
  logSoftmax,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import { ctcLoss } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distance, waves } from "../layers/layer-laws.js";

/** What a sequence of classes reads as: repetitions joined, then blanks left out. */
const collapse = (path: readonly number[], blank: number): number[] =>
  path.filter((c, i) => c !== path[i - 1]).filter((c) => c !== blank);

/** −log of the summed probabilities of all sequences that read as the labels. */
function bruteForce(rows: readonly (readonly number[])[], labels: readonly number[], blank: number): number {
  let paths: { path: number[]; log: number }[] = [{ path: [], log: 0 }];
  for (const row of rows)
    paths = paths.flatMap(({ path, log }) => row.map((each, c) => ({ path: [...path, c], log: log + each })));
  const right = paths.filter(({ path }) => String(collapse(path, blank)) === String(labels));
  return -Math.log(right.reduce((sum, { log }) => sum + Math.exp(log), 0));
}

const problems = fc
  .record({
    T: fc.integer({ min: 1, max: 5 }),
    N: fc.integer({ min: 1, max: 3 }),
    C: fc.integer({ min: 2, max: 3 }),
    S: fc.integer({ min: 0, max: 3 }),
  })
  .chain(({ T, N, C, S }) =>
    fc.record({
      T: fc.constant(T),
      N: fc.constant(N),
      C: fc.constant(C),
      S: fc.constant(S),
      blank: fc.nat(C - 1),
      labels: fc.array(fc.nat(C - 2), { minLength: N * S, maxLength: N * S }),
      inputLengths: fc.array(fc.nat(T), { minLength: N, maxLength: N }),
      targetLengths: fc.array(fc.nat(S), { minLength: N, maxLength: N }),
    }),
  );

const int32 = (values: readonly number[], shape: readonly number[]): Tensor =>
  tensor(Int32Array.from(values), { shape });

describe("ctcLoss", () => {
  test("is the sum over all sequences that read as the labels, in every reduction, and inside jit", () => {
    fc.assert(
      fc.property(problems, ({ T, N, C, S, blank, labels: drawn, inputLengths, targetLengths }) => {
        const logs = logSoftmax(waves([T, N, C], 2));
        const labels = drawn.map((c) => (c >= blank ? c + 1 : c));
        const expected = inputLengths.map((length, n) => {
          const rows = Array.from({ length }, (_, t) =>
            Array.from(logs.data().slice((t * N + n) * C, (t * N + n + 1) * C)),
          );
          return bruteForce(rows, labels.slice(n * S, n * S + targetLengths[n]!), blank);
        });
        const targets = int32(labels, [N, S]);
        const [inputs, counts] = [int32(inputLengths, [N]), int32(targetLengths, [N])];
        const zeroed = expected.map((loss) => (loss === Number.POSITIVE_INFINITY ? 0 : loss));
        const losses = (options: object): Tensor => ctcLoss(logs, targets, inputs, counts, { blank, ...options });
        const all = losses({ reduction: "none" }).data();
        for (const [n, due] of expected.entries()) expect(all[n]).toBeCloseTo(due, 10);
        expect(distance(losses({ reduction: "none", zeroInfinity: true }), zeroed)).toBeLessThan(1e-12);
        const sum = zeroed.reduce((a, b) => a + b, 0);
        const mean = zeroed.reduce((a, b, n) => a + b / Math.max(1, targetLengths[n]!), 0) / N;
        expect(losses({ reduction: "sum", zeroInfinity: true }).item()).toBeCloseTo(sum, 10);
        expect(losses({ zeroInfinity: true }).item()).toBeCloseTo(mean, 10);
        const compiled = jit((x: Tensor, y: Tensor, i: Tensor, t: Tensor) =>
          ctcLoss(x, y, i, t, { blank, zeroInfinity: true }),
        );
        expect(compiled(logs, targets, inputs, counts).item()).toBeCloseTo(mean, 10);
      }),
      { numRuns: 60 },
    );
  });

  test("takes one example without an axis of its own, in plain numbers", () => {
    const loss = ctcLoss(logSoftmax(zeros([2, 3])), [1], 2, 1);
    expect(loss.shape).toEqual([]);
    expect(loss.item()).toBeCloseTo(Math.log(3), 6);
    expect(ctcLoss(logSoftmax(zeros([3, 2])), [1, 1, 7], 3, 2, { reduction: "none" }).item()).toBeCloseTo(
      Math.log(8),
      6,
    );
  });

  test("has the derivatives of its formula, to second order, also at logarithms of 0", () => {
    const loss = (x: Tensor): Tensor =>
      ctcLoss(
        logSoftmax(x),
        [
          [1, 1],
          [2, 1],
        ],
        [4, 3],
        [2, 1],
      );
    checkGradients(loss, [waves([4, 2, 3])], { order: 2 });
    const certain = tensor(new Float64Array([0, -Infinity, -Infinity, 0]), { shape: [2, 2] });
    const slope = grad((x: Tensor) => ctcLoss(x, [1], 2, 1))(certain);
    expect(slope.toArray()).toEqual([
      [-1, 0],
      [0, -1],
    ]);
    const short = grad((x: Tensor) => ctcLoss(x, [1, 1], 2, 2, { zeroInfinity: true }))(zeros([2, 3]));
    expect(Array.from(short.data()).every((v) => v === 0)).toBe(true);
  });

  test("is batched by vmap", () => {
    const x = logSoftmax(waves([3, 4, 2, 3]));
    const loss = (each: Tensor): Tensor =>
      ctcLoss(
        each,
        [
          [1, 2],
          [2, 2],
        ],
        [4, 4],
        [2, 2],
      );
    const expected = Array.from({ length: 3 }, (_, i) =>
      loss(x.slice({ start: [i, 0, 0, 0], stop: [i + 1, 4, 2, 3] }).reshape([4, 2, 3])).item(),
    );
    expect(distance(vmap(loss)(x), expected)).toBeLessThan(1e-12);
  });

  const logs = logSoftmax(zeros([4, 2, 3]));
  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    // @ts-expect-error the compiler sees it too
    ["one axis", () => ctcLoss([1], [1], 1, 1), ShapeError, "ctcLoss: logProbs [1] must be [T, N, C] or [T, C]."],
    [
      "a blank that is no class",
      () => ctcLoss(logs, [[1], [1]], [4, 4], [1, 1], { blank: 3 }),
      ValueError,
      "ctcLoss: blank is 3; it must be one of the classes 0 … 2.",
    ],
    [
      "targets of other examples",
      () => ctcLoss(logs, [[1]], [4, 4], [1, 1]),
      ShapeError,
      "ctcLoss: logProbs [4, 2, 3] take targets [2, S], not [1, 1].",
    ],
    [
      "lengths of other examples",
      () => ctcLoss(logs, [[1], [1]], [4], [1, 1]),
      ShapeError,
      "ctcLoss: inputLengths have shape [1]; they must be [2], one for each example.",
    ],
    [
      "too many steps",
      () => ctcLoss(logs, [[1], [1]], [4, 5], [1, 1]),
      IndexError,
      "ctcLoss: inputLength 5 at [1] is none of the lengths 0 … 4.",
    ],
    [
      "too many labels",
      () => ctcLoss(logs, [[1], [1]], [4, 4], [2, 1]),
      IndexError,
      "ctcLoss: targetLength 2 at [0] is none of the lengths 0 … 1.",
    ],
    [
      "a label that is no class",
      () => ctcLoss(logs, [[1], [3]], [4, 4], [1, 1]).item(),
      IndexError,
      "ctcLoss: target 3 at [1, 0] is none of the classes 0 … 2.",
    ],
    [
      "labels that are fractions",
      () => ctcLoss(logs, [[1], [0.5]], [4, 4], [1, 1]),
      DTypeError,
      "ctcLoss: targets of shape [2, 1] must be integers",
    ],
    [
      "an unknown reduction",
      // @ts-expect-error No such reduction.
      () => ctcLoss(logs, [[1], [1]], [4, 4], [1, 1], { reduction: "all" }),
      ValueError,
      'ctcLoss: unknown reduction "all".',
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
