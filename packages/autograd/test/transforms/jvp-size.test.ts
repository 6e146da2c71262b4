import { readFileSync } from "node:fs";
import type { Tensor } from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { arrange } from "./jvp-size/arrange.js";
import { controlFlow } from "./jvp-size/control-flow.js";
import { elementwise } from "./jvp-size/elementwise.js";
import { linearAlgebra } from "./jvp-size/linear-algebra.js";
import { pairs, products } from "./jvp-size/pairs.js";
import { reductions } from "./jvp-size/reductions.js";
import { type ForwardRules, operandsFor, primitivesOf, valuesOf } from "./jvp-size/rules.js";

const families: Readonly<Record<string, ForwardRules>> = {
  elementwise,
  pairs,
  products,
  arrange,
  reductions,
  linearAlgebra,
  controlFlow,
};
/** Operators of whose forward rule the table of operators, which is made from the laws, says that it was checked. */
const operatorTable = readFileSync(new URL("../../../../docs/operators.md", import.meta.url), "utf8");
const differentiable = [...operatorTable.matchAll(/^\| `([^`]+)` \| [^|]+ \| ✓ \|/gm)].flatMap(([, name = ""]) => name);

test("every operator with a derivative stands in a table", () => {
  const listed = Object.values(families).flatMap((rules) => Object.keys(rules).map((name) => name.replace(/,.*/, "")));
  expect(differentiable.length).toBeGreaterThan(150);
  expect(differentiable.filter((name) => !listed.includes(name))).toEqual([]);
});

/** The first elements that are not the same number: within rounding, and NaN and infinities to the letter. */
function difference(made: readonly Tensor[], wanted: readonly Tensor[]): string | undefined {
  for (const [i, tensor] of made.entries()) {
    const [own, other] = [tensor.data(), wanted[i]?.data() ?? []];
    if (own.length !== other.length) return `result ${i}: ${own.length} elements, not ${other.length}`;
    const tolerance = tensor.dtype === "float32" ? 1e-5 : 1e-9;
    for (const [k, x] of own.entries()) {
      const y = Number(other[k]);
      const near = Number.isFinite(x - y) && Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x), Math.abs(y));
      if (!near && !Object.is(x, y)) return `result ${i}, element ${k}: ${x}, not ${y}`;
    }
  }
  return made.length === wanted.length ? undefined : `${made.length} results, not ${wanted.length}`;
}

describe.each(Object.entries(families))("%s: forward mode takes no more primitives than a rule by hand", (_, rules) => {
  test.each(Object.entries(rules))("%s", (_name, rule) => {
    const [made, byHand] = primitivesOf(rule);
    expect(made.length, `${made.join(" ")} against ${byHand.join(" ")}`).toBeLessThanOrEqual(byHand.length);
    for (const operands of [operandsFor(rule), ...(rule.edges ?? [])])
      expect(difference(...valuesOf(rule, operands))).toBeUndefined();
  });

  const guarded = Object.entries(rules).filter(([, { tooShort }]) => tooShort !== undefined);
  if (guarded.length > 0)
    test.each(guarded)("%s: a shorter rule is wrong at an edge", (_name, rule) => {
      const [, byHand] = primitivesOf(rule);
      for (const shorter of rule.tooShort ?? []) {
        const [, left] = primitivesOf({ ...rule, rule: shorter });
        expect(left.length).toBeLessThan(byHand.length);
        const regular = valuesOf({ ...rule, rule: shorter }, operandsFor(rule));
        expect(difference(...regular)).toBeUndefined();
        const wrong = (rule.edges ?? []).map((operands) =>
          difference(...valuesOf({ ...rule, rule: shorter }, operands)),
        );
        expect(wrong.filter((words) => words !== undefined)).not.toEqual([]);
      }
    });
});
