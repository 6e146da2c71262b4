import { add, elementwise, mul, ShapeError, type Tensor, tensor, zeros } from "@glissade/autograd";
import { type Draw, describeOperator, LawViolation, type OperatorLaw, operatorLaws } from "@glissade/autograd/testing";
import { assert, check } from "fast-check";
import { describe, expect, test } from "vitest";
import { expectLaw } from "../../src/testing/describe-operator.js";
import { laws as allLaws } from "../../src/testing/laws/index.js";
import { sourceText } from "../../src/testing/source-text.js";

const cube = elementwise("cube", { value: (x: number) => x ** 3, derivative: (x) => mul(3, mul(x, x)) });
const wrongCube = elementwise("wrongCube", { value: (x: number) => x ** 3, derivative: (x) => mul(2, mul(x, x)) });
const reverse = "reverse rule ≡ central differences";
const names = (laws: readonly OperatorLaw[]): string[] => laws.map(({ law }) => law);

const lawNamed = (op: typeof cube, law: string): OperatorLaw =>
  operatorLaws(op, { laws: [law] })[0] ?? expect.fail(`no law "${law}"`);

describe("operatorLaws", () => {
  test("gives properties for any runner", () => {
    for (const { property, numRuns } of operatorLaws(cube)) assert(property, { numRuns });
  });

  test("leaves out what says nothing about the operator", () => {
    const isLess = elementwise("isLess", { value: (a: number, b: number) => Number(a < b), result: "bool" });
    expect(names(operatorLaws(isLess))).not.toContain(reverse);
    expect(names(operatorLaws(isLess))).toContain("broadcasting ≡ explicit broadcastTo");
    expect(names(operatorLaws(cube))).toContain(reverse);
    expect(names(operatorLaws(cube))).not.toContain("broadcasting ≡ explicit broadcastTo");
  });

  test("takes any function with samples, whatever tree it returns", () => {
    const both = (pair: { a: Tensor; b: Tensor }): { sum: Tensor; product: Tensor } => ({
      sum: add(pair.a, pair.b),
      product: mul(pair.a, pair.b),
    });
    const samples = (draw: Draw): readonly unknown[] => {
      const [a = [], b = []] = draw.broadcastable(2);
      return [{ a: draw.tensor(a), b: draw.tensor(b) }];
    };
    const laws = operatorLaws(both, {
      samples,
      except: { "what is no tensor is refused by a typed error": "add does it" },
    });
    expect(laws.length).toBeGreaterThan(10);
    for (const { property, numRuns } of laws) assert(property, { numRuns });
  });

  test("wants samples, known laws and reasons", () => {
    expect(() => operatorLaws((x: Tensor) => x, { name: "plain" })).toThrow("operatorLaws: plain has no samples");
    expect(() => operatorLaws(cube, { laws: ["gravity"] })).toThrow('cube: there is no law "gravity". There are: ');
    expect(() => operatorLaws(cube, { except: { [reverse]: " " } })).toThrow(
      `the exception from "${reverse}" needs a reason`,
    );
    // @ts-expect-error: a number is no function
    expect(() => operatorLaws(3)).toThrow("takes a function, not number");
  });

  test("leaves out exceptions, and keeps to the laws asked for", () => {
    expect(names(operatorLaws(cube, { except: { [reverse]: "tried elsewhere" } }))).not.toContain(reverse);
    expect(names(operatorLaws(cube, { laws: [reverse] }))).toEqual([reverse]);
  });

  test("knows every law by one name", () => {
    expect(new Set(allLaws.map(({ name }) => name)).size).toBe(allLaws.length);
  });

  test("reports a sampler that throws, and one that returns no arguments", () => {
    const samples = (): never => {
      throw new ShapeError("no such shape");
    };
    const [law = expect.fail("no law")] = operatorLaws(cube, { samples });
    expect(check(law.property).errorInstance).toMatchObject({
      where: "samples",
      message: expect.stringContaining("no such shape"),
    });
    // @ts-expect-error: a tensor is no list of arguments
    const [other = expect.fail("no law")] = operatorLaws(cube, { samples: (draw: Draw) => draw.tensor([]) });
    expect(check(other.property).errorInstance).toMatchObject({
      message: expect.stringContaining("a sampler returns the array of arguments of one call"),
    });
  });

  test("skips what a sampler cannot draw", () => {
    const samples = (draw: Draw): readonly unknown[] => [draw.tensor([draw.integer(1, 3)])];
    expect(names(operatorLaws(cube, { samples }))).not.toContain("zero-size inputs handled");
  });
});

describe("a violation", () => {
  test("holds what its message says", () => {
    const { errorInstance, counterexample } = check(lawNamed(wrongCube, reverse).property, { numRuns: 200 });
    if (!(errorInstance instanceof LawViolation)) return expect.fail(String(errorInstance));
    expect(errorInstance.operator).toBe("wrongCube");
    expect(errorInstance.law).toBe(reverse);
    expect(errorInstance.call).toBe('wrongCube(tensor(1, { dtype: "float64" }))');
    expect(String(counterexample?.[0])).toBe(errorInstance.call);
    expect(errorInstance.where).toBe("gradient of Σ w · result with respect to argument 0, the scalar (w = 1)");
    expect(errorInstance.values.map(([label]) => label)).toEqual(["reverse rule", "differences"]);
    expect(errorInstance.values.map(([, value]) => Number(value))).toEqual([2, expect.closeTo(3, 6)]);
  });

  test("says how to replay it, and replays", () => {
    const law = lawNamed(wrongCube, reverse);
    const message = messageOf(() => expectLaw("wrongCube", law, { numRuns: 150 }));
    const [, seed, path] =
      /replay {2}describeOperator\(wrongCube, \{ laws: \["reverse[^"]+"\], seed: (-?\d+), path: "([\d:]+)" \}\)/.exec(
        message,
      ) ?? [];
    expect(message).toMatch(/found in case \d+, shrunk \d+ times/);
    const again = messageOf(() => expectLaw("wrongCube", law, { seed: Number(seed), path: path ?? "" }));
    expect(again.replace(/ {2}found in.*/, "")).toBe(message.replace(/ {2}found in.*/, ""));
  });

  test("is none where the law holds", () => {
    expect(() => expectLaw("cube", lawNamed(cube, reverse), { numRuns: 20 })).not.toThrow();
  });
});

function messageOf(body: () => void): string {
  try {
    body();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return expect.fail("nothing was thrown");
}

describe("arguments are printed as TypeScript", () => {
  test.each([
    [
      tensor([
        [1, -0],
        [0.1, 2],
      ]),
      "tensor([[1, -0], [0.1, 2]])",
    ],
    [tensor(3), "tensor(3)"],
    [tensor(new Float64Array([0.1])), 'tensor([0.1], { dtype: "float64" })'],
    [tensor([true, false]), "tensor([true, false])"],
    [tensor([Number.NaN, Number.POSITIVE_INFINITY]), "tensor([NaN, Infinity])"],
    [zeros([2, 0]), "zeros([2, 0])"],
    [zeros([0], { dtype: "int32" }), 'zeros([0], { dtype: "int32" })'],
    [
      { axis: -1, keepDims: true, mode: "edge", none: undefined },
      '{ axis: -1, keepDims: true, mode: "edge", none: undefined }',
    ],
    [[[1, 2], {}], "[[1, 2], {}]"],
    [new Uint8Array([1, 2]), "new Uint8Array([1, 2])"],
    [new Float64Array([0.5, -2]), "new Float64Array([0.5, -2])"],
    [Math.max, "max"],
    [null, "null"],
  ])("%o", (value, text) => {
    expect(sourceText(value)).toBe(text);
  });
});

describe("with describeOperator", () => {
  describeOperator(cube, { numRuns: 5 });
  describeOperator(cube, { numRuns: 5, name: "the cube", laws: [reverse], seed: 7 });
});
