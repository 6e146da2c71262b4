import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as glissade from "../../src/index.js";
import * as general from "./shape-snippets.js";
import { correctAlgebra, faultyAlgebra } from "./shape-snippets-algebra.js";
import { correctArrays, faultyArrays } from "./shape-snippets-arrays.js";
import { correctCut, faultyCut, misplacedCut } from "./shape-snippets-cut.js";
import { correctIndexing, faultyIndexing, misplacedIndexing } from "./shape-snippets-indexing.js";
import { correctMaking, faultyMaking, misplacedMaking } from "./shape-snippets-making.js";
import { correctTransforms, faultyTransforms } from "./shape-snippets-transforms.js";
import { correctWindows, faultyWindows } from "./shape-snippets-windows.js";

const correct = [
  ...general.correct,
  ...correctWindows,
  ...correctArrays,
  ...correctIndexing,
  ...correctCut,
  ...correctTransforms,
  ...correctAlgebra,
  ...correctMaking,
];
const faulty = [
  ...general.faulty,
  ...faultyWindows,
  ...faultyArrays,
  ...faultyIndexing,
  ...faultyCut,
  ...faultyTransforms,
  ...faultyAlgebra,
  ...faultyMaking,
];
const misplaced = [...general.misplaced, ...misplacedIndexing, ...misplacedCut, ...misplacedMaking];

// All snippets are statements of one file that is never written, so that the library is read once.
const folder = import.meta.dirname;
const file = join(folder, "snippets-in-memory.ts");
const names = Object.keys(glissade);
const prelude = `
import { type DType, type Shape, ${names.join(", ")} } from "../../src/index.js";
type Batch = number & { readonly side: "batch" };
type Time = number & { readonly side: "time" };
declare const n: number, m: number, anything: Tensor, rows: Tensor<[number, 3], "float32">;
declare const batch: Tensor<[Batch, 3], "float32">, time: Tensor<[Time, 3], "float32">;
`.trim();
const first = prelude.split("\n").length;
const expressions = [...correct, ...faulty, ...misplaced].map(([expression]) => expression);
const text = [prelude, ...expressions.map((expression, i) => `export const snippet${i} = ${expression};`)].join("\n");

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noErrorTruncation: true,
  skipLibCheck: true,
  types: [],
};
const host = ts.createCompilerHost(options);
const { getSourceFile, fileExists } = host;
host.fileExists = (name) => name === file || fileExists(name);
host.getSourceFile = (name, ...rest) =>
  name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
const program = ts.createProgram([file], options, host);
const source = program.getSourceFile(file);
if (source === undefined) throw new Error("the snippets were not read");
const checker = program.getTypeChecker();

/** What the compiler says of each line. */
const messages = new Map<number, string>();
for (const { start = 0, messageText } of [
  ...program.getSyntacticDiagnostics(source),
  ...program.getSemanticDiagnostics(source),
]) {
  const { line } = source.getLineAndCharacterOfPosition(start);
  messages.set(
    line - first,
    `${messages.get(line - first) ?? ""}${ts.flattenDiagnosticMessageText(messageText, "\n")}\n`,
  );
}

/** The types of the snippets as hovering over them shows. */
const types = source.statements.filter(ts.isVariableStatement).flatMap(({ declarationList: { declarations } }) =>
  declarations
    .filter(({ name }) => name.getText(source).startsWith("snippet"))
    .map((declaration) => {
      const type = checker.getTypeAtLocation(declaration);
      return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
    }),
);

const { zeros } = glissade;
const values: Record<string, unknown> = { ...glissade, n: 4, m: 4, anything: zeros([4, 3]), rows: zeros([4, 3]) };
values.batch = zeros([4, 3]);
const run = (expression: string): unknown => {
  const script = ts.transpileModule(`(${expression})`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  }).outputText;
  return new Function(...Object.keys(values), `return ${script}`)(...Object.values(values));
};

/** Whether a value is of the type that was shown: sides that are not literal may be anything. */
const describes = (type: string, value: unknown): boolean => {
  const [, shown = "", sides, dtypes] = /^Tensor<(Shape|\[(.*)\]), (.+)>$/.exec(type) ?? [];
  if (!(value instanceof glissade.Tensor)) return dtypes === undefined;
  if (!dtypes?.includes(`"${value.dtype}"`)) return false;
  if (shown === "Shape") return true;
  const expected = sides ? sides.split(", ") : [];
  const shape: glissade.Shape = value.shape;
  const fits = shape.every((side, i) => Number.isNaN(Number(expected[i])) || Number(expected[i]) === side);
  return fits && expected.length === value.rank;
};

test("the prelude and every statement are read", () => {
  expect([...messages].filter(([line]) => line < 0)).toEqual([]);
  expect(types.length).toBe(expressions.length);
  expect(correct.length).toBeGreaterThanOrEqual(200);
  expect(faulty.length + misplaced.length).toBeGreaterThanOrEqual(200);
});

describe("what fits", () => {
  test.each(correct.map(([expression, type], i) => ({ expression, type, i })))(
    "$expression",
    ({ expression, type, i }) => {
      expect(messages.get(i)).toBeUndefined();
      expect(types[i]).toBe(type);
      expect(describes(type, run(expression))).toBe(true);
    },
  );
});

describe("what does not fit is refused, in a sentence with both shapes", () => {
  test.each(faulty.map(([expression, ...words], i) => ({ expression, words, i: correct.length + i })))(
    "$expression",
    ({ expression, words, i }) => {
      for (const word of words) expect(messages.get(i) ?? "accepted").toContain(word);
      expect(() => run(expression)).toThrow(glissade.GlissadeError);
    },
  );

  test.each(
    misplaced.map(([expression, ...words], i) => ({ expression, words, i: correct.length + faulty.length + i })),
  )("$expression", ({ words, i }) => {
    for (const word of words) expect(messages.get(i) ?? "accepted").toContain(word);
  });
});
