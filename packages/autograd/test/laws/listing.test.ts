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

describe("every operator", () => {
  test.each(operatorNames)("%s has samples and goes by its exported name", (name) => {
    const info = operatorOf(name)?.operator;
    expect(info?.samples).toBeTypeOf("function");
    expect(info?.name).toBe(name);
  });

  test.each(operatorNames)("%s has laws that say something about its samples", (name) => {
    const op = operatorOf(name);
    expect(op && operatorLaws(op, optionsOf(name)).length).toBeGreaterThanOrEqual(6);
  });

  test("with an exception is exported", () => {
    const named = [...Object.keys(exceptions), ...elementwiseComposites];
    expect(named.filter((name) => !operatorNames.includes(name))).toEqual([]);
  });
});
