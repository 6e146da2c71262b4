import type { DType, Tensor } from "@glissade/autograd";
import * as g from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { currentBackend } from "../../src/backends/wasm/backend.js";
import { compileToWasm } from "../../src/backends/wasm/executable.js";
import { interpret } from "../../src/compile/interpret.js";
import { makePlaceholder, type Node } from "../../src/graph.js";
import { Tensor as TensorClass } from "../../src/tensor.js";

/** Sides on both sides of the edges of vectors, tiles and shared blocks; and none at all. */
const sides = [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 31, 33];

const dtypes = ["float32", "float32", "float64", "int32", "uint8", "bool"] as const satisfies readonly DType[];

type Choose = (count: number) => number;
type Step = (choose: Choose, x: Tensor, y: Tensor) => Tensor;

const numeric = (x: Tensor): Tensor => (x.dtype === "bool" || x.dtype === "uint8" ? g.cast(x, "float32") : x);
const small = (x: Tensor): Tensor => g.clip(numeric(x), { min: -4, max: 4 });
const axisOf = (choose: Choose, x: Tensor): number => choose(Math.max(1, x.rank));
/** What has no elements along some axis has no extremes there, and none to take. */
const isEmpty = (x: Tensor): boolean => x.rank === 0 || x.size === 0;

function broadcast(f: (a: Tensor, b: Tensor) => Tensor): Step {
  return (choose, x, y) => {
    if (choose(3) === 0) return f(numeric(x), g.tensor(choose(5) - 2));
    const fits = x.shape.every((side, i) => {
      const other = y.shape[i - x.rank + y.rank];
      return other === undefined || side === other || side === 1 || other === 1;
    });
    return fits && x.size * y.size <= 20_000 ? f(numeric(x), numeric(y)) : f(numeric(x), numeric(x));
  };
}

/** What a random program is made of: maps, reductions, views, products, selections, changes of dtype. */
const steps: readonly Step[] = [
  broadcast((a, b) => g.add(a, b)),
  broadcast((a, b) => g.mul(small(a), small(b))),
  broadcast((a, b) => g.sub(a, b)),
  broadcast((a, b) => g.maximum(a, b)),
  broadcast((a, b) => g.where(g.greater(a, b), a, g.neg(b))),
  broadcast((a, b) => g.greaterEqual(a, b)),
  (_, x) => g.tanh(numeric(x)),
  (_, x) => g.exp(small(x)),
  (_, x) => g.sigmoid(numeric(x)),
  (_, x) => g.abs(numeric(x)),
  (_, x) => g.sqrt(g.abs(numeric(x))),
  (_, x) => g.cast(small(x), "int32"),
  (_, x) => g.cast(small(x), "float64"),
  (_, x) => g.cast(small(x), "float32"),
  (choose, x) => (x.rank === 0 ? x : g.sum(small(x), { axis: axisOf(choose, x), keepDims: choose(2) === 0 })),
  (choose, x) => (isEmpty(x) ? x : g.max(numeric(x), { axis: axisOf(choose, x), keepDims: choose(2) === 0 })),
  (_, x) => (x.size === 0 ? x : g.mean(small(x))),
  (choose, x) => (x.rank === 0 ? x : g.softmax(small(x), { axis: axisOf(choose, x) })),
  (choose, x) => (x.rank === 0 ? x : g.logsumexp(small(x), { axis: axisOf(choose, x) })),
  (_, x) => g.transpose(x),
  (choose, x) => (x.rank === 0 ? x : g.flip(x, { axis: axisOf(choose, x) })),
  (_, x) => g.reshape(x, [-1]),
  (choose, x) => (x.rank > 3 ? x : g.expandDims(x, choose(x.rank + 1))),
  (choose, x) => {
    if (x.rank === 0) return x;
    const axis = axisOf(choose, x);
    const side = x.shape[axis] ?? 1;
    const start = x.shape.map((_, i) => (i === axis ? choose(Math.max(1, side)) : 0));
    return g.slice(x, { start, stop: x.shape, step: x.shape.map(() => 1 + choose(2)) });
  },
  (choose, x) => (x.rank === 0 || x.size > 3000 ? x : g.pad(numeric(x), { widths: choose(3) })),
  (choose, x) => {
    if (isEmpty(x)) return x;
    const axis = axisOf(choose, x);
    const places = g.remainder(g.mul(g.arange(1 + choose(20)), 1 + choose(50)), x.shape[axis] ?? 1);
    return g.take(x, places, { axis });
  },
  (choose, x) => {
    if (x.rank === 0) return x;
    const size = 1 + choose(7);
    const places = g.remainder(g.arange(x.shape[0] ?? 0), size);
    return g.segmentSum(small(x), places, { count: size });
  },
  (choose, x) => {
    if (x.rank === 0) return x;
    const options = { axis: axisOf(choose, x), reverse: choose(2) === 0 };
    return [g.cumsum, g.cumprod, g.cummax, g.cummin][choose(4)]?.(small(x), options) ?? x;
  },
  (choose, x) => (x.rank === 0 ? x : g.sort(small(x), { axis: axisOf(choose, x), descending: choose(2) === 0 })),
  (choose, x) => g.where(g.generator(choose(99)).bernoulli(x.shape, { p: 0.7 }), small(x), 0),
  (_, x) => {
    const n = x.shape[x.rank - 1] ?? 0;
    if (x.rank < 2 || n > 17 || x.size > 6000) return x;
    const a = g.clip(small(x), { min: -1, max: 1 });
    const gram = g.matmul(g.swapaxes(a, x.rank - 1, x.rank - 2), a);
    return g.linalg.cholesky(
      g.add(g.mul(gram, 1 / Math.max(1, x.shape[x.rank - 2] ?? 1)), g.eye(n, { dtype: gram.dtype })),
    );
  },
  (choose, x) => (x.rank === 0 || x.size > 3000 ? x : g.concat([x, x], { axis: axisOf(choose, x) })),
  (_, x, y) => {
    if (x.rank < 2 || x.size * (y.shape[y.rank - 1] ?? 1) > 200_000) return x;
    const [a, b] = [small(x), small(y)];
    if (y.rank >= 2 && y.rank <= x.rank && x.shape[x.rank - 1] === y.shape[y.rank - 2] && y.rank === 2)
      return g.matmul(a, b);
    return g.matmul(a, g.swapaxes(a, x.rank - 1, x.rank - 2));
  },
];

function build(inputs: readonly Tensor[], plan: readonly (readonly [number, number, number, number])[]): Tensor[] {
  const pool = [...inputs];
  for (const [kind, first, second, salt] of plan) {
    let state = salt;
    const choose: Choose = (count) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % count;
    };
    const x = pool[first % pool.length];
    const y = pool[second % pool.length];
    const step = steps[kind % steps.length];
    if (x === undefined || y === undefined || step === undefined) continue;
    const result = step(choose, x, y);
    if (result.size <= 40_000) pool.push(result);
  }
  return pool.slice(inputs.length);
}

const shapes = fc
  .array(fc.constantFrom(...sides), { minLength: 0, maxLength: 3 })
  .filter((shape) => shape.reduce((a, b) => a * b, 1) <= 6000);

function inputOf(shape: readonly number[], seed: number, dtype: DType): Tensor {
  const values = g.generator(seed).normal([...shape]);
  // Bytes hold no negative numbers.
  const made = dtype === "float32" ? values : g.cast(dtype === "uint8" ? g.abs(values) : values, dtype);
  g.realize(made);
  return made;
}

function run(outputs: readonly Node[], inputs: readonly Node[], given: readonly Node[], compile: typeof interpret) {
  const program = compile({ inputs, outputs });
  const results = program.run(given).map((node) => new TensorClass(node).data());
  program.release?.();
  return results;
}

interface Drawn {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  readonly given: readonly Node[];
}

type Operand = readonly [shape: readonly number[], seed: number, dtype: DType];
type Plan = readonly (readonly [number, number, number, number])[];

/** A program of the plan's operators, some of whose values are its results; undefined where none is left to compute. */
function drawProgram(drawn: readonly Operand[], plan: Plan, pick: number): Drawn | undefined {
  const tensors = drawn.map(([shape, seed, dtype]) => inputOf(shape, seed, dtype));
  const inputs = tensors.map(({ shape, dtype }) => makePlaceholder(shape, dtype, "a random program"));
  const made = build(
    inputs.map((node) => new TensorClass(node)),
    plan,
  );
  const results = made.filter((_, i) => i === made.length - 1 || (pick >> (i % 30)) % 3 === 0);
  const outputs = [...new Set(results.map(({ node }) => node))].filter(
    (node) => node.symbolic && !inputs.includes(node),
  );
  return outputs.length === 0 ? undefined : { inputs, outputs, given: tensors.map(({ node }) => node) };
}

describe("a random program", () => {
  const plans = fc.array(fc.tuple(fc.nat(1000), fc.nat(50), fc.nat(50), fc.nat()), { minLength: 1, maxLength: 60 });
  const operands = fc.array(fc.tuple(shapes, fc.nat(1e6), fc.constantFrom(...dtypes)), {
    minLength: 1,
    maxLength: 3,
  });
  // 2,000 programs in an ordinary run, 200,000 where the environment asks for 2,000 draws.
  const programs = 100 * Number(process.env.GLISSADE_FC_RUNS || 20);
  const timeout = 300_000 + 100 * programs;

  test("compiled computes what the reference kernels compute", { timeout }, () => {
    fc.assert(
      fc.property(operands, plans, fc.nat(), (drawn, plan, pick) => {
        const program = drawProgram(drawn, plan, pick);
        if (program === undefined) return;
        const { inputs, outputs, given } = program;
        const expected = run(outputs, inputs, given, interpret);
        const actual = run(outputs, inputs, given, compileToWasm);
        for (const [k, reference] of expected.entries())
          expectClose(actual[k] ?? [], reference, outputs[k]?.dtype ?? "");
      }),
      { numRuns: programs },
    );
  });

  test("has the same bits in one thread, two and three", { timeout }, async () => {
    const backend = currentBackend();
    const { sharedFrom } = backend;
    // Every kernel is shared out, however small, and by all threads.
    backend.sharedFrom = 1;
    backend.threads.isEager = true;
    try {
      await fc.assert(
        fc.asyncProperty(operands, plans, fc.nat(), async (drawn, plan, pick) => {
          const program = drawProgram(drawn, plan, pick);
          if (program === undefined) return;
          await g.init({ threads: 3 });
          const compiled = compileToWasm(program);
          const results: unknown[] = [];
          for (const threads of [3, 2, 1]) {
            expect((await g.init({ threads })).threads).toBe(threads);
            results.push(compiled.run(program.given).map((node) => new TensorClass(node).data()));
          }
          compiled.release?.();
          expect(results[1]).toEqual(results[0]);
          expect(results[2]).toEqual(results[0]);
        }),
        { numRuns: Math.ceil(programs / 10) },
      );
    } finally {
      backend.sharedFrom = sharedFrom;
      backend.threads.isEager = false;
      await g.init({ threads: 1 });
    }
  });
});

/** Rounding grows along a program, and a comparison or a cut may fall the other way: those of the latter kind must be few. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, dtype: string): void {
  expect(actual.length).toBe(expected.length);
  let scale = 1;
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i] ?? 0));
  const tolerance = dtype === "float64" ? 1e-4 : 1e-3;
  let apart = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] ?? 0, expected[i] ?? 0];
    if (Object.is(a, b) || a === b) continue;
    if (!(Math.abs(a - b) <= tolerance * scale)) apart++;
  }
  expect(apart, `elements apart, of ${expected.length} ${dtype}`).toBeLessThanOrEqual(0.01 * expected.length);
}
