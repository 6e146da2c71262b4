import { add, argmax, definePrimitive, mul, pow } from "@glissade/autograd";
import { type OperatorFunction, operatorLaws } from "@glissade/autograd/testing";
import { describe, expect, test } from "vitest";
import { operatorOf, optionsOf } from "../laws/operators.js";
import { type Column, columns, lawsOfColumns, nanHandled } from "./columns.js";
import { observe } from "./observe.js";
import { breaches, type Cell, cellOf, firstDifference, type Observation, pageOf } from "./table.js";

const columnOf = (title: string): Column => {
  const column = columns.find((each) => each.title === title);
  if (column === undefined) throw new Error(`There is no column ${title}.`);
  return column;
};

/** An operator that keeps every law of the table. */
const perfect: Observation = {
  name: "perfect",
  outcomes: new Map(lawsOfColumns.map((law) => [law, { cases: 2 }])),
  exceptions: {},
  takesFloats: true,
  givesFloats: true,
  noDerivative: undefined,
};

const without = (...laws: readonly string[]): Map<string, { readonly cases: number }> =>
  new Map(lawsOfColumns.filter((law) => !laws.includes(law)).map((law) => [law, { cases: 2 }]));

const marksOf = (seen: Observation): string[] => columns.map((column) => cellOf(seen, column).mark);

describe("a cell", () => {
  test("is a check mark where the laws of its column held", () => {
    expect(marksOf(perfect)).toEqual(["✓", "✓", "✓", "✓", "✓", "✓", "✓", "✓", "passes on"]);
  });

  test.each(columns)("of $title is a cross where one of its laws was broken", (column) => {
    for (const law of [column.law, ...column.further]) {
      const seen = { ...perfect, outcomes: new Map([...perfect.outcomes, [law, { broken: "here" }]]) };
      expect(cellOf(seen, column).mark).toBe("✗");
      expect(breaches([seen])).toEqual(["here"]);
    }
  });

  test.each(["vjp", "jvp", "second order"])("of %s says why there is no derivative", (title) => {
    const column = columnOf(title);
    const seen = { ...perfect, outcomes: without(column.law), noDerivative: "its result is integer" };
    expect(cellOf(seen, column)).toEqual<Cell>({ mark: "—", reason: "its result is integer" });
  });

  test("repeats the reason of a declared exception", () => {
    const column = columnOf("zero-size");
    const seen = { ...perfect, outcomes: without(column.law), exceptions: { [column.law]: "tried elsewhere" } };
    expect(cellOf(seen, column)).toEqual<Cell>({ mark: "—", reason: "tried elsewhere" });
  });

  test("keeps its check mark, with the reason, where one of the further laws is a declared exception", () => {
    const column = columnOf("zero-size");
    const [law = ""] = column.further;
    const seen = { ...perfect, outcomes: without(law), exceptions: { [law]: "tried elsewhere" } };
    expect(cellOf(seen, column)).toEqual<Cell>({ mark: "✓", reason: "tried elsewhere" });
  });

  test("of NaN says that it is handled where it need not be passed on, and why", () => {
    const column = columnOf("NaN");
    const handled = { ...perfect, outcomes: without(column.law) };
    expect(cellOf(handled, column)).toMatchObject({ mark: "handled", reason: /element by element/ });
    expect(cellOf({ ...handled, givesFloats: false }, column)).toMatchObject({ reason: /cannot be NaN/ });
    expect(cellOf({ ...handled, exceptions: { [column.law]: "replaces NaN" } }, column).reason).toBe("replaces NaN");
  });

  test("of floats is a dash where no float tensor is free", () => {
    const seen = { ...perfect, outcomes: without("float32 ≈ float64", columnOf("NaN").law, nanHandled.law) };
    for (const title of ["float32", "float64", "NaN"]) {
      expect(cellOf({ ...seen, takesFloats: false }, columnOf(title)).mark).toBe("—");
    }
  });

  test("is an error where nothing was tried and nothing says why", () => {
    const column = columnOf("vmap");
    expect(() => cellOf({ ...perfect, outcomes: without(column.law) }, column)).toThrow(/perfect.*vmap/);
  });
});

describe("the page", () => {
  const page = pageOf(
    [perfect, { ...perfect, name: "whole", outcomes: without(columnOf("vjp").law), noDerivative: "it is whole" }],
    2,
    new Map([["walks trees", ["flattenTree"]]]),
  );

  test("has a row for each operator, a total, and each reason once", () => {
    expect(page).toContain(
      "| `perfect` | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | passes on |\n| `whole` | — <sup>1</sup> | ✓ |",
    );
    expect(page).toContain("| **2 operators** | 1 ✓, 1 — | 2 ✓ |");
    expect(page).toContain("\n1. it is whole\n");
    expect(page).toContain("\n- `flattenTree`: walks trees\n");
  });

  test("differs from another first in a line that is named", () => {
    expect(firstDifference(page, page)).toBeUndefined();
    expect(firstDifference("a\nb\nc", "a\nx\nc")).toBe("line 2\n  page  b\n  code  x");
    expect(firstDifference("a\nb", "a")).toBe("line 2\n  page  b\n  code  (missing)");
    expect(firstDifference("", "a")).toContain("line 1");
  });
});

describe("what is seen of an operator", () => {
  const observed = (name: string, op: OperatorFunction): Observation => observe(name, op, optionsOf(name));

  test.each(["add", "matmul", "argmax", "oneHot", "where", "linalg.solve"])(
    "%s: the laws that were tried are those of its suite",
    (name) => {
      const op = operatorOf(name);
      if (op === undefined) throw new Error(`There is no operator ${name}.`);
      const suite = operatorLaws(op, optionsOf(name)).map(({ law }) => law);
      const tried = [...observed(name, op).outcomes.keys()];
      expect(tried).toEqual(suite.filter((law) => lawsOfColumns.includes(law)));
    },
  );

  test("is the same every time", () => {
    expect(observed("mul", mul)).toEqual(observed("mul", mul));
  });

  test("is what its declarations say", () => {
    expect(cellOf(observed("argmax", argmax), columnOf("vjp")).reason).toBe(
      "not differentiable: its result is integer",
    );
    expect(cellOf(observed("pow", pow), columnOf("NaN"))).toMatchObject({ mark: "handled", reason: /IEEE 754/ });
    expect(marksOf(observed("add", add))).toEqual(marksOf(perfect));
  });

  test("is a breach where a rule is wrong", () => {
    const doubled = definePrimitive("doubled", {
      ...mul.primitive,
      vjp: ({ inputs: [, y], cotangent: g }) => [mul(g, y ?? 2), undefined],
    });
    const seen = observe("doubled", doubled, {});
    expect(cellOf(seen, columnOf("vjp")).mark).toBe("✗");
    expect(breaches([seen])[0]).toMatch(/^doubled breaks the law "/);
  });
});
