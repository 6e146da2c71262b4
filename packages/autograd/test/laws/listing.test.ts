import { operatorLaws } from "@glissade/autograd/testing";
import { describe, expect, test } from "vitest";
import { elementwiseComposites, exceptions, withoutLaws } from "./exceptions.js";
import { exported, operatorNames, operatorOf, optionsOf } from "./operators.js";

/** A function that is called, not made with `new`: classes of errors and of tensors have no laws. */
const isFunction = (value: unknown): value is (...args: never[]) => unknown =>
  typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value));

describe("every function of the package", () => {
  const names = [...exported.keys()].filter((name) => isFunction(exported.get(name)));

  test("is tried by the laws of operators, or listed with the reason why not", () => {
    expect(names.filter((name) => !operatorNames.includes(name) && !withoutLaws.has(name))).toEqual([]);
  });

  test("is not both tried and listed", () => {
    expect(operatorNames.filter((name) => withoutLaws.has(name))).toEqual([]);
  });

  test("that is listed exists", () => {
    expect([...withoutLaws.keys()].filter((name) => !exported.has(name))).toEqual([]);
  });
});

/** The laws that hold of every operator, differentiable or not. */
const always = [
  "inferred shape and dtype ≡ what the kernel made",
  "inputs unchanged",
  "the same call gives the same bits",
  "evaluation alone ≡ evaluation together",
  "zero-size inputs handled",
  "vmap(f) ≡ a loop",
  "shapes do not depend on values",
  "what is no tensor is refused by a typed error",
];

describe("every operator", () => {
  test.each(operatorNames)("%s has samples and goes by its exported name", (name) => {
    const info = operatorOf(name)?.operator;
    expect(info?.samples).toBeTypeOf("function");
    expect(info?.name).toBe(name);
  });

  test.each(operatorNames)("%s has samples about which every law speaks that holds of anything", (name) => {
    const op = operatorOf(name);
    const apply = op === undefined ? [] : operatorLaws(op, optionsOf(name)).map(({ law }) => law);
    expect(apply).toEqual(expect.arrayContaining(always.filter((law) => !(law in (exceptions[name] ?? {})))));
  });

  test("with an exception is exported", () => {
    const named = [...Object.keys(exceptions), ...elementwiseComposites];
    expect(named.filter((name) => !operatorNames.includes(name))).toEqual([]);
  });
});
