import type { Generator, Tensor } from "@glissade/autograd";
import * as g from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { compileToWasm } from "../../src/backends/wasm/executable.js";
import { interpret } from "../../src/compile/interpret.js";
import { makePlaceholder } from "../../src/graph.js";
import { Tensor as TensorClass } from "../../src/tensor.js";

/** Runs a draw at a counter on the reference kernels and compiled. */
function both(draw: (random: Generator) => Tensor, counter: number): ArrayLike<number>[] {
  const input = makePlaceholder([], "float64", "a test of draws");
  const output = draw(g.generator(2 ** 40 + 7).at(new TensorClass(input))).node;
  const given = [g.tensor(counter, { dtype: "float64" }).node];
  return [interpret, compileToWasm].map((compile) => {
    const [result] = compile({ inputs: [input], outputs: [output] }).run(given);
    return result === undefined ? [] : new TensorClass(result).data();
  });
}

/** At block and word edges: odd ones, those whose low word wraps within a draw, and the last. */
const counters = [0, 1, 6, 2 ** 33 - 4, 2 ** 33 - 3, 2 ** 45 + 11, 2 ** 53 - 400];
const shapes = [[1], [4], [7, 5], [0], [33]];

const exact: Readonly<Record<string, (random: Generator, shape: number[]) => Tensor>> = {
  uniform: (random, shape) => random.uniform(shape),
  "uniform in an interval": (random, shape) => random.uniform(shape, { min: -1.3, max: 2.7 }),
  "float64 uniform": (random, shape) => random.uniform(shape, { dtype: "float64", min: 1, max: 1.5 }),
  bernoulli: (random, shape) => random.bernoulli(shape, { p: 0.3 }),
  "a few integers": (random, shape) => random.randint(shape, { min: -3, max: 10 }),
  "65536 integers": (random, shape) => random.randint(shape, { min: 0, max: 65536 }),
  "many integers": (random, shape) => random.randint(shape, { min: 0, max: 2 ** 32, dtype: "uint32" }),
  bytes: (random, shape) => random.randint(shape, { min: 5, max: 256, dtype: "uint8" }),
  permutation: (random, [n = 1]) => random.permutation(n),
};

describe.each(Object.entries(exact))("compiled draws have the reference's bits: %s", (_, draw) => {
  test.each(counters)("at word %d", (counter) => {
    for (const shape of shapes) {
      const [expected, actual] = both((random) => draw(random, shape), counter);
      expect(actual).toEqual(expected);
    }
  });
});

const close: Readonly<Record<string, (random: Generator, shape: number[]) => Tensor>> = {
  normal: (random, shape) => random.normal(shape),
  "float64 normal": (random, shape) => random.normal(shape, { dtype: "float64" }),
  "truncated normal": (random, shape) => random.truncatedNormal(shape),
  "truncated normal on one side": (random, shape) =>
    random.truncatedNormal(shape, { min: 1, max: 30, dtype: "float64" }),
};

// Beyond the centre they take a logarithm, which is Glissade's own when compiled.
describe.each(Object.entries(close))("compiled draws are the reference's but for a last place: %s", (_, draw) => {
  test.each(counters)("at word %d", (counter) => {
    for (const shape of [[50, 3], [1]]) {
      const [expected = [], actual = []] = both((random) => draw(random, shape), counter);
      for (let i = 0; i < expected.length; i++) {
        const [x, y] = [expected[i] ?? 0, actual[i] ?? 0];
        expect(Math.abs(x - y)).toBeLessThanOrEqual(Math.abs(x) * (x === Math.fround(x) ? 2 ** -23 : 2 ** -50));
      }
    }
  });
});

test("a counter beyond the last is the reference's error", () => {
  const draw = (random: Generator): Tensor => random.uniform([300]);
  expect(() => both(draw, 2 ** 53 - 200)).toThrow("a counter is an integer");
});
