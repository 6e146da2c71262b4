import { join } from "node:path";
import * as autograd from "@glissade/autograd";
import * as nn from "@glissade/nn";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { correct, faulty, neighbours } from "./layer-snippets.js";

// All snippets are statements of one file that is never written, so that the library is read once.
const file = join(import.meta.dirname, "layers-in-memory.ts");
const tensors = ["zeros", "ones", "relu"] as const;
const prelude = [
  `import { ${tensors.join(", ")} } from "@glissade/autograd";`,
  `import { ${Object.keys(nn).join(", ")} } from "@glissade/nn";`,
  "declare const n: number;",
];
const expressions = [
  ...correct.map(([expression]) => `${expression}.shape`),
  ...[...faulty, ...neighbours].map(([e]) => e),
];
const text = [...prelude, ...expressions.map((expression, i) => `export const snippet${i} = ${expression};`)].join(
  "\n",
);

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

/** What the compiler says of each snippet. */
const messages = new Map<number, string>();
for (const { start = 0, messageText } of [
  ...program.getSyntacticDiagnostics(source),
  ...program.getSemanticDiagnostics(source),
]) {
  const i = source.getLineAndCharacterOfPosition(start).line - prelude.length;
  messages.set(i, `${messages.get(i) ?? ""}${ts.flattenDiagnosticMessageText(messageText, "\n")}\n`);
}

const types = source.statements
  .filter(ts.isVariableStatement)
  .flatMap(({ declarationList: { declarations } }) => [...declarations])
  .filter(({ name }) => name.getText(source).startsWith("snippet"))
  .map((declaration) =>
    checker.typeToString(checker.getTypeAtLocation(declaration), undefined, ts.TypeFormatFlags.NoTruncation),
  );

const { zeros, ones, relu } = autograd;
const values: Record<string, unknown> = { ...nn, zeros, ones, relu, n: 4 };
const run = (expression: string): unknown =>
  new Function(...Object.keys(values), `return ${expression}`)(...Object.values(values));

/** Whether a shape is the one shown: sides that are not literal may be anything. */
const describes = (type: string, shape: readonly number[]): boolean => {
  const sides = type === "[]" ? [] : type.slice(1, -1).split(", ");
  return sides.length === shape.length && sides.every((side, i) => side === "number" || Number(side) === shape[i]);
};

test("the prelude and every statement are read", () => {
  expect([...messages].filter(([i]) => i < 0)).toEqual([]);
  expect(types.length).toBe(expressions.length);
});

describe("what fits", () => {
  test.each(correct.map(([expression, shape], i) => ({ expression, shape, i })))(
    "$expression",
    ({ expression, shape, i }) => {
      expect(messages.get(i)).toBeUndefined();
      expect(types[i]).toBe(shape);
      const result = run(expression);
      expect(result instanceof autograd.Tensor && describes(shape, result.shape)).toBe(true);
    },
  );
});

describe("what does not fit is refused, in a sentence with both shapes", () => {
  test.each(
    [...faulty, ...neighbours].map(([expression, ...words], i) => ({ expression, words, i: correct.length + i })),
  )("$expression", ({ expression, words, i }) => {
    for (const word of words) expect(messages.get(i) ?? "accepted").toContain(word);
    if (i < correct.length + faulty.length) expect(() => run(expression)).toThrow(autograd.GlissadeError);
  });
});
