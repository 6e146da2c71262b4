import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { arrange } from "./jvp-size/arrange.js";
import { elementwise } from "./jvp-size/elementwise.js";
import { linearAlgebra } from "./jvp-size/linear-algebra.js";
import { pairs, products } from "./jvp-size/pairs.js";
import { reductions } from "./jvp-size/reductions.js";
import { type ForwardRules, primitivesOf, valuesOf } from "./jvp-size/rules.js";

const families: Readonly<Record<string, ForwardRules>> = {
  elementwise,
  pairs,
  products,
  arrange,
  reductions,
  linearAlgebra,
};
/** Operators of whose forward rule the table of operators, which is made from the laws, says that it was checked. */
const operatorTable = readFileSync(new URL("../../../../docs/operators.md", import.meta.url), "utf8");
const differentiable = [...operatorTable.matchAll(/^\| `([^`]+)` \| [^|]+ \| ✓ \|/gm)].flatMap(([, name = ""]) => name);

test("every operator with a derivative stands in a table", () => {
  const listed = Object.values(families).flatMap((rules) => Object.keys(rules).map((name) => name.replace(/,.*/, "")));
  expect(differentiable.length).toBeGreaterThan(150);
  expect(differentiable.filter((name) => !listed.includes(name))).toEqual([]);
});

describe.each(Object.entries(families))(
  "%s: forward mode takes no more primitives than a rule written by hand, but for what is listed",
  (_, rules) => {
    test.each(Object.entries(rules))("%s", (_name, rule) => {
      const [made, byHand] = primitivesOf(rule);
      expect(made.length, `${made.join(" ")} against ${byHand.join(" ")}`).toBeLessThanOrEqual(
        byHand.length + (rule.excess?.[0] ?? 0),
      );
      const [values, expected] = valuesOf(rule);
      expect(values.length).toBe(expected.length);
      for (const [i, value] of values.entries()) {
        const wanted = expected[i]?.data() ?? [];
        expect(value.size).toBe(wanted.length);
        for (const [k, x] of value.data().entries())
          expect(x).toBeCloseTo(Number(wanted[k]), value.dtype === "float32" ? 5 : 9);
      }
    });
  },
);
