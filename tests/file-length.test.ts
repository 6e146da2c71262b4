import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesUnder, root } from "./source-graph.js";

/** A file is meant to be read at one sitting. */
const SOFT_LIMIT = 300;
/** No entry of the list below lifts this one. */
const HARD_LIMIT = 400;

/** Tables of reference numbers: data, not code, and as long as they are. */
const tables: readonly string[] = ["packages/autograd/test/numbers/special-values.ts"];

/** Files that may pass the soft limit, each with its reason. Adding one is a decision to be seen in a diff. */
const allowed: Readonly<Record<string, string>> = {
  "packages/autograd/src/backends/wasm/body.ts": "one writer of expressions: loads, calls and rescues share its locals",
  "packages/autograd/src/backends/wasm/encoder.ts": "an instruction set: many methods of a line or three",
  "packages/autograd/src/backends/wasm/loops.ts":
    "the nest of loops over rows, columns and elements, which share their steps",
  "packages/autograd/src/backends/wasm/vector-code.ts": "half of it tables of instructions",
  "packages/autograd/src/compile/schedule.ts": "one walk over the values that places each, and reads what is placed",
  "packages/autograd/src/compile/values.ts": "values and the walk that makes them, which know each other's numbers",
  "packages/autograd/src/ir/expression.ts": "one builder: a method of a line or three for each operation",
  "packages/autograd/src/numbers/matrix-product.ts": "one blocked product with its packing, which only read together",
  "packages/autograd/src/ops/convolution.ts": "three primitives, each the derivative of the other two",
  "packages/autograd/src/ops/random.ts": "one class, of whose lines half are docstrings",
  "packages/autograd/src/ops/slice.ts":
    "slicing and its transpose, which share the arithmetic of clamped, negative and stepped bounds",
  "packages/autograd/src/ops/cumulative.ts": "running totals of four kinds, whose derivatives are one another's",
  "packages/nn/src/layers/activations.ts": "a list of classes of a few lines, of which half are docstrings",
  "packages/autograd/src/tensor-methods.ts": "a table: one declaration for each method",
  "packages/autograd/src/tensor.ts": "Tensor and Variable, which hold each other",
  "scripts/routines/expressions.ts": "one writer of expressions, whose kinds call one another",
};

const folders = ["packages", "examples", "tests", "scripts"];
/** What `pnpm routines` writes. */
const made = "packages/autograd/src/routines/";

const lengths = new Map(
  folders
    .flatMap((folder) => filesUnder(folder, [".ts", ".mjs"]).map((path) => `${folder}/${path}`))
    .filter((path) => !tables.includes(path) && !path.startsWith(made))
    .map((path) => [path, readFileSync(join(root, path), "utf8").trimEnd().split("\n").length]),
);
const longer = (limit: number): string[] =>
  [...lengths].filter(([, lines]) => lines > limit).map(([path, lines]) => `${path}: ${lines} lines`);

test(`no file is longer than ${HARD_LIMIT} lines`, () => {
  expect(longer(HARD_LIMIT)).toEqual([]);
});

test(`no file is longer than ${SOFT_LIMIT} lines unless the list above says why`, () => {
  expect(longer(SOFT_LIMIT).filter((entry) => !(entry.replace(/:.*/, "") in allowed))).toEqual([]);
});

test("the list names only files that need it", () => {
  expect(Object.keys(allowed).filter((path) => (lengths.get(path) ?? 0) <= SOFT_LIMIT)).toEqual([]);
});
