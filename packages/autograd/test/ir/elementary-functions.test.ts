import { describe, expect, test } from "vitest";
import type { ElementCode } from "../../src/ir/element-code.js";
import { evaluatorOf } from "../../src/ir/evaluate.js";
import * as scalar from "../../src/ir/functions/index.js";
import { erf, erfc, normalCdf } from "../../src/numbers/error-function.js";
import { sigmoid, softplus } from "../../src/numbers/stable.js";
import { rows, ulpDistance } from "../numbers/ulp.js";
import { ELEMENTARY_DOUBLES } from "./elementary-doubles.js";

const functions: Readonly<Record<string, ElementCode | undefined>> = {
  ...scalar,
  polygamma: undefined,
  sincDerivative: undefined,
};

/** The code of the function with this name. */
function codeOf(name: string): ElementCode {
  const code = functions[name];
  if (code === undefined) throw new Error(`no function ${name}`);
  return code;
}

describe.each(Object.keys(ELEMENTARY_DOUBLES))("%s", (name) => {
  const table = rows(ELEMENTARY_DOUBLES[name] ?? "");
  const arity = (table[0]?.length ?? 1) - 1;
  const columnOf = (k: number): Float64Array => Float64Array.from(table, (row) => row[k] ?? Number.NaN);
  const operands = Array.from({ length: arity }, (_, k) => columnOf(k));

  test("in double precision is within 2 ulp of high-precision values", () => {
    const values = evaluatorOf(
      codeOf(name),
      operands.map(() => "f64"),
    )(operands);
    const expected = columnOf(arity);
    for (const [i, row] of table.entries()) {
      expect({ row, good: ulpDistance(Number(values[i]), expected[i] ?? 0) <= 2 }).toEqual({ row, good: true });
    }
  });
});

/** Functions with expressions of their own for float32 and their values in double precision: reference enough. */
const singles: Readonly<Record<string, (x: number) => number>> = {
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sigmoid,
  softplus,
  tanh: Math.tanh,
  sinh: Math.sinh,
  cosh: Math.cosh,
  sin: Math.sin,
  cos: Math.cos,
  erf,
  erfc,
  normalCdf,
  normalPdf: (x) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI),
};

/** The distance between neighbouring float32 numbers at |x|. */
function ulpOfSingle(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126))) - 23);
}

/** How far a float32 is from the exact value in ulp; beyond the greatest float32 it may be infinite. */
function missOf(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(actual, rounded) || actual === rounded) return 0;
  if (Math.abs(actual) === Infinity && Math.abs(exact) > 3.4028234e38) return 0;
  const miss = Math.abs(actual - exact) / ulpOfSingle(exact);
  return Number.isNaN(miss) ? Infinity : miss;
}

/** `npm run test:deep` asks for many runs: then every float32 is tried, where its function needs no slow path. */
const isDeep = Number(process.env.GLISSADE_FC_RUNS ?? 0) >= 2000;
/** Beyond it sin and cos of float32 take big integers, which are slow here. */
const periodicLimit = 1700;

describe.each(Object.keys(singles))("%s", (name) => {
  const reference = singles[name] ?? Number;
  const evaluate = evaluatorOf(codeOf(name), ["f32"]);
  const isPeriodic = name === "sin" || name === "cos";

  test("in single precision is within 2 ulp over the floats", () => {
    const stride = isDeep ? 1 : 16381;
    const count = 4096;
    const bits = new Uint32Array(count);
    const x = new Float32Array(bits.buffer);
    let worst = { x: 0, miss: 0 };
    for (let first = 0; first < 2 ** 32; first += count * stride) {
      for (let i = 0; i < count; i++) bits[i] = first + i * stride;
      if (isPeriodic && isDeep && !(Math.abs(x[0] ?? 0) < periodicLimit)) continue;
      const values = evaluate([x]);
      for (let i = 0; i < count; i++) {
        const miss = missOf(Number(values[i]), reference(x[i] ?? 0));
        if (miss > worst.miss) worst = { x: x[i] ?? 0, miss };
      }
    }
    expect(worst, `at ${worst.x}`).toSatisfy(({ miss }: typeof worst) => miss <= 2);
  });
});

describe("at the ends", () => {
  const { NaN: nothing, POSITIVE_INFINITY: infinite, NEGATIVE_INFINITY: least } = Number;
  const cases: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
    exp: [
      [least, 0],
      [infinite, infinite],
      [nothing, nothing],
      [-0, 1],
      [1000, infinite],
      [-1000, 0],
    ],
    exp2: [
      [least, 0],
      [infinite, infinite],
      [nothing, nothing],
      [10, 1024],
      [-3, 0.125],
    ],
    expm1: [
      [least, -1],
      [infinite, infinite],
      [nothing, nothing],
      [-0, -0],
      [0, 0],
    ],
    log: [
      [0, least],
      [-0, least],
      [-1, nothing],
      [infinite, infinite],
      [1, 0],
      [nothing, nothing],
      [least, nothing],
    ],
    log1p: [
      [-1, least],
      [-2, nothing],
      [infinite, infinite],
      [-0, -0],
      [0, 0],
      [nothing, nothing],
    ],
    log2: [
      [0, least],
      [-1, nothing],
      [infinite, infinite],
      [8, 3],
      [2 ** -130, -130],
    ],
    log10: [
      [0, least],
      [-1, nothing],
      [infinite, infinite],
      [1000, 3],
    ],
    sigmoid: [
      [least, 0],
      [infinite, 1],
      [0, 0.5],
      [nothing, nothing],
    ],
    softplus: [
      [least, 0],
      [infinite, infinite],
      [nothing, nothing],
    ],
    tanh: [
      [least, -1],
      [infinite, 1],
      [-0, -0],
      [nothing, nothing],
    ],
    sinh: [
      [least, least],
      [infinite, infinite],
      [-0, -0],
      [nothing, nothing],
    ],
    cosh: [
      [least, infinite],
      [infinite, infinite],
      [-0, 1],
      [nothing, nothing],
    ],
    sin: [
      [least, nothing],
      [infinite, nothing],
      [-0, -0],
      [0, 0],
      [nothing, nothing],
    ],
    cos: [
      [least, nothing],
      [infinite, nothing],
      [-0, 1],
      [nothing, nothing],
    ],
    tan: [
      [infinite, nothing],
      [-0, -0],
      [nothing, nothing],
    ],
    asin: [
      [1.5, nothing],
      [-0, -0],
      [nothing, nothing],
    ],
    acos: [
      [1.5, nothing],
      [1, 0],
      [nothing, nothing],
    ],
    atan: [
      [-0, -0],
      [nothing, nothing],
    ],
    asinh: [
      [least, least],
      [-0, -0],
      [nothing, nothing],
    ],
    acosh: [
      [0.5, nothing],
      [1, 0],
      [infinite, infinite],
      [least, nothing],
    ],
    atanh: [
      [1, infinite],
      [-1, least],
      [2, nothing],
      [-0, -0],
    ],
    cbrt: [
      [least, least],
      [-0, -0],
      [-27, -3],
      [nothing, nothing],
    ],
    erf: [
      [least, -1],
      [infinite, 1],
      [-0, -0],
      [nothing, nothing],
    ],
    erfc: [
      [least, 2],
      [infinite, 0],
      [0, 1],
      [nothing, nothing],
    ],
    erfinv: [
      [1, infinite],
      [-1, least],
      [2, nothing],
      [-0, -0],
    ],
    lgamma: [
      [0, infinite],
      [-2, infinite],
      [infinite, infinite],
      [least, infinite],
      [1, 0],
      [2, 0],
    ],
    digamma: [
      [0, least],
      [-0, infinite],
      [-2, nothing],
      [infinite, infinite],
    ],
  };
  const each = Object.entries(cases).flatMap(([name, list]) => list.map(([x, y]) => [name, x, y] as const));

  test.each(each)("%s %d is %d in either precision", (name, x, y) => {
    expect(evaluatorOf(codeOf(name), ["f64"])([Float64Array.of(x)])[0]).toBe(y);
    expect(evaluatorOf(codeOf(name), ["f32"])([Float32Array.of(x)])[0]).toBe(Math.fround(y));
  });
});
