import { expect, test } from "vitest";
import { formatNumber, formatTable } from "../support/table.js";

test("numbers are right-aligned, text is left-aligned, empty cells stay empty", () => {
  const table = formatTable(
    ["road", { header: "loss", format: (loss) => loss.toFixed(2) }, "updates", { header: "note", align: "right" }],
    [
      ["gradientDescent", 0.4, 25, "≈ 1 s"],
      ["randomSearch", 12, 60_000, undefined],
    ],
  );
  expect(table.split("\n")).toEqual([
    "road              loss  updates   note",
    "───────────────  ─────  ───────  ─────",
    "gradientDescent   0.40       25  ≈ 1 s",
    "randomSearch     12.00   60,000",
  ]);
});

test("a table without rows has headers", () => {
  expect(formatTable(["a", "long"], [])).toBe("a  long\n─  ────");
});

test("a row of the wrong length is refused", () => {
  expect(() => formatTable(["a", "b"], [[1, 2], [1]])).toThrow("formatTable: row 1 has 1 cells for 2 columns.");
});

test.each([
  [0, "0"],
  [60_000, "60,000"],
  [0.123456, "0.1235"],
  [-12_345.678, "-12,346"],
  [1e-9, "1.0e-9"],
  [3e13, "3.0e+13"],
  [Number.NaN, "NaN"],
  [-Infinity, "-∞"],
])("formatNumber(%s) is %s", (value, text) => expect(formatNumber(value)).toBe(text));
