import { join } from "node:path";
import type ts from "typescript";
import type { Reference } from "./code.js";
import { type FileScope, functionNamed, refusal, scopeOf } from "./source.js";
import { type Translated, translate } from "./translate.js";
import { type Element, isFamily } from "./types.js";

/** The element types of the arrays that a family of types stands for, with the dtypes that they hold. */
const families: Readonly<Record<string, readonly Element[]>> = {
  Floats: ["f32", "f64"],
  Integers: ["i32", "u32", "u8"],
  NumericArray: ["f32", "f64", "i32", "u32", "u8"],
};

const suffixes: Readonly<Record<Element, string>> = {
  f32: "Float32",
  f64: "Float64",
  i32: "Int32",
  u32: "Uint32",
  u8: "Uint8",
};

const nameOf = (node: ts.FunctionDeclaration, instance: Element | undefined): string =>
  `${node.name?.text ?? ""}${instance === undefined ? "" : suffixes[instance]}`;

/** The text of each file of routines, for one file of sources each. */
export function* pagesOf(
  sources: string,
  entries: Readonly<Record<string, readonly string[]>>,
): Generator<[string, string]> {
  for (const [file, names] of Object.entries(entries))
    yield [file, pageOf(join(sources, "numbers", file), file, names)];
}

function pageOf(path: string, file: string, names: readonly string[]): string {
  const made = new Map<string, string>();
  const open: (() => void)[] = [];
  const elementaries = new Set<string>();
  const require = (
    scope: FileScope,
    node: ts.FunctionDeclaration,
    instance: Element | undefined,
    isEntry = false,
  ): string => {
    const name = nameOf(node, instance);
    if (!made.has(name)) {
      made.set(name, "");
      open.push(() => {
        const translated = translate(scope, node, { instance, name, isEntry }, require);
        for (const part of translated.code)
          if ("kind" in part && part.kind === "elementary") elementaries.add(part.name);
        made.set(name, textOf(translated, isEntry));
      });
    }
    return name;
  };
  const groups: string[] = [];
  for (const name of names) {
    const found = functionNamed(scopeOf(path), name);
    if (found === undefined) throw new Error(`${path} has no function ${name}`);
    const { scope, node } = found;
    const family = node.parameters.find(({ type }) => isFamily(type))?.type?.getText();
    if (family === undefined) require(scope, node, undefined, true);
    else {
      const instances = families[family];
      if (instances === undefined) throw refusal(node, "no family of types");
      const members = instances.map((element) => `${suffixes[element]}: ${require(scope, node, element, true)}`);
      groups.push(`export const ${name} = { ${members.join(", ")} } as const;\n`);
    }
  }
  for (let next = open.shift(); next !== undefined; next = open.shift()) next();
  const imported = [...elementaries].sort();
  return [
    `// Made of numbers/${file} by pnpm routines: do not edit.`,
    ...(imported.length > 0 ? [`import { ${imported.join(", ")} } from "../ir/functions/index.js";`] : []),
    'import type { RoutineFunction } from "../ir/routine.js";',
    "",
    ...made.values(),
    ...groups,
  ].join("\n");
}

const partOf = (part: readonly number[] | Reference): string => {
  if (!("kind" in part)) return `"${Buffer.from(part).toString("base64")}"`;
  return part.kind === "routine" ? `() => ${part.name}` : `${part.name}.callee`;
};

function textOf({ name, parameters, results, locals, code }: Translated, isEntry: boolean): string {
  const fields = `name: "${name}", parameters: "${parameters}", results: "${results}", locals: "${locals}"`;
  const parts = code.map(partOf).join(", ");
  return `${isEntry ? "export " : ""}const ${name}: RoutineFunction = { ${fields}, code: [${parts}] };\n`;
}
