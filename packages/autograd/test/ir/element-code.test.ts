import { type DType, type Tensor, zeros } from "@glissade/autograd";
import { drawn } from "@glissade/autograd/testing";
import { sample } from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, type Storage } from "../../src/dtype.js";
import type { Node, Primitive } from "../../src/graph.js";
import { operandsOf } from "../../src/graph.js";
import type { ElementCode } from "../../src/ir/element-code.js";
import { type Column, evaluatorOf } from "../../src/ir/evaluate.js";
import { scalarTypeOf } from "../../src/ir/expression.js";
import { castTo } from "../../src/ops/cast.js";
import { normalCdf, normalPdf } from "../../src/ops/special.js";
import { Tensor as TensorClass } from "../../src/tensor.js";
import { flattenTree } from "../../src/tree.js";
import { operatorNames, operatorOf } from "../laws/operators.js";

const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint32", "uint8", "bool"];

/** An elementwise operator applied to operands of some dtypes. */
interface Application {
  readonly primitive: Primitive;
  readonly attributes: unknown;
  readonly operands: readonly DType[];
}

/** The elementwise applications among what results were made of, by a text that tells them apart. */
function collect(results: readonly Tensor[], into: Map<string, Application>): void {
  const stack: Node[] = results.map(({ node }) => node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    stack.push(...node.inputs);
    const { primitive, attributes } = node;
    if (primitive.element === undefined) continue;
    const operands = node.inputs.map(({ dtype }) => dtype);
    into.set(`${primitive.name} ${JSON.stringify(attributes)} ${operands}`, { primitive, attributes, operands });
  }
}

const tensorsOf = (tree: unknown): Tensor[] =>
  flattenTree(tree).leaves.flatMap(({ value }) => (value instanceof TensorClass ? [value] : []));

/** What calls of every operator are made of: as its samples have it, and elementwise ones on every dtype that they take. */
function applications(): Map<string, Application> {
  const found = new Map<string, Application>();
  for (const name of operatorNames) {
    const op = operatorOf(name);
    const { samples, elementwise = false } = op?.operator ?? {};
    if (op === undefined || samples === undefined) continue;
    for (const args of sample(drawn(samples), { numRuns: 12, seed: 1 }))
      collect(tensorsOf(Reflect.apply(op, undefined, args)), found);
    const [first] = sample(drawn(samples), { numRuns: 1, seed: 2 });
    for (const dtype of elementwise ? dtypes : []) {
      const args = (first ?? []).map((arg) => (arg instanceof TensorClass ? castTo(arg, dtype) : arg));
      try {
        collect(tensorsOf(Reflect.apply(op, undefined, args)), found);
      } catch {
        // Not defined for this dtype.
      }
    }
  }
  collect([normalCdf([0]), normalPdf([0])], found);
  for (const from of dtypes) for (const to of dtypes) collect([castTo(zeros([1], { dtype: from }), to)], found);
  return found;
}

const specials = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  1.5,
  -2.5,
  7,
  10,
  -10,
  40,
  -40,
  100,
  -100,
  255,
  256,
  1e-3,
  -1e-3,
  1e-40,
  1e10,
  -1e10,
  2147483647,
  -2147483648,
  4294967295,
  1e18,
  -1e18,
  Infinity,
  -Infinity,
  NaN,
];

/** Every operand takes every special value beside every other's, then numbers between −6 and 6. */
function columnsOf(operands: readonly DType[]): Storage[] {
  const combinations = specials.length ** Math.min(operands.length, 2);
  return operands.map((dtype, k) => {
    const column = allocate(dtype, combinations + 300);
    let state = 12345 + k;
    for (let i = 0; i < column.length; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const stride = k === 0 ? 1 : k === 1 ? specials.length : 7;
      const value = i < combinations ? (specials[Math.floor(i / stride) % specials.length] ?? 0) : state / 2 ** 32;
      const number = i < combinations ? value : 12 * value - 6;
      column[i] = dtype === "bool" ? Number(number !== 0) : number;
    }
    return column;
  });
}

/** Operators whose error is relative to their operands or to 1: in between terms of opposite sign cancel. */
const cancelling = /^(lerp|logaddexp|lgamma|digamma|polygamma|sinc|tanhshrink|tanhGelu|xlogy)$/;

/** x times a number that may be subnormal: the error is relative to it. */
const gated = /^(silu|mish|gelu|tanhGelu)$/;

function agrees(name: string, dtype: DType, actual: number, expected: number, operands: readonly number[]): boolean {
  if (Object.is(actual, expected)) return true;
  if ((dtype !== "float32" && dtype !== "float64") || (actual === 0 && expected === 0)) return false;
  const size = Math.max(1, ...operands.map(Math.abs).filter(Number.isFinite));
  const relative = dtype === "float32" ? 4e-6 : 1e-13;
  const scale = Math.max(Math.abs(expected), cancelling.test(name) ? size : 0);
  const least = (dtype === "float32" ? 2 ** -148 : 2 ** -1073) * (gated.test(name) ? size : 1);
  return Math.abs(actual - expected) <= relative * scale + least;
}

const columnFor = (code: ElementCode, operands: readonly DType[], columns: readonly Storage[]): Column =>
  evaluatorOf(code, operands.map(scalarTypeOf))(columns);

describe("the code of elementwise operators", () => {
  const found = applications();

  test("is found for many", () => {
    expect(found.size).toBeGreaterThan(200);
  });

  test.each([...found])("%s ≡ its value", (_, { primitive, attributes, operands }) => {
    const code = primitive.element?.(attributes);
    if (code === undefined) return expect.fail(`${primitive.name} has no code`);
    const columns = columnsOf(operands);
    const shape = [columns[0]?.length ?? 0];
    const inputs = columns.map((data, k) => ({ data, shape, dtype: operands[k] ?? "float32" }));
    const { dtype } = primitive.infer({ inputs: operandsOf(inputs), attributes });
    const expected = primitive.run({ inputs: operandsOf(inputs), attributes, shape, dtype });
    const actual = columnFor(code, operands, columns);
    const wrong: unknown[] = [];
    for (let i = 0; i < expected.length; i++) {
      const x = columns.map((column) => Number(column[i]));
      const [got, want] = [Number(actual[i]), Number(expected[i])];
      if (!agrees(primitive.name, dtype, got, want, x)) wrong.push({ x, got, want });
    }
    expect(wrong.slice(0, 5), `${wrong.length} of ${expected.length}`).toEqual([]);
  });
});
