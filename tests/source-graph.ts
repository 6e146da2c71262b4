import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** One import or re-export. `to` is a file of the same folder tree, or the specifier of a package as written. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly external: boolean;
  /** Erased by the compiler: such an import can climb no further than types do, and cannot close a cycle at run time. */
  readonly typeOnly: boolean;
}

/** Paths under `folder` (relative to the repository) that end in one of `extensions`, as sorted posix paths; dependencies and outputs left out. */
export function filesUnder(folder: string, extensions: readonly string[]): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => extensions.some((extension) => path.endsWith(extension)))
    .filter((path) => !/(^|\/)(node_modules|dist|coverage|out)\//.test(path))
    .sort();
}

/** The sources of a package by their path in its `src`. */
export function readSources(packageName: string): Map<string, string> {
  const folder = `packages/${packageName}/src`;
  return new Map(filesUnder(folder, [".ts"]).map((path) => [path, readFileSync(join(root, folder, path), "utf8")]));
}

const literalText = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;

/** Whether nothing of an `import` or `export … from` is left at run time. */
function isErased(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function specifiersOf(file: string, text: string): { specifier: string; typeOnly: boolean }[] {
  const found: { specifier: string; typeOnly: boolean }[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean): void => {
    const specifier = literalText(node);
    if (specifier !== undefined) found.push({ specifier, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier, isErased(node));
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return found;
}

/** Every import of every file; a relative one is resolved to the `.ts` source that its `.js` names. */
export function importsOf(sources: ReadonlyMap<string, string>): Edge[] {
  const edges: Edge[] = [];
  for (const [from, text] of sources) {
    for (const { specifier, typeOnly } of specifiersOf(from, text)) {
      const external = !specifier.startsWith(".");
      const to = external ? specifier : posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
      edges.push({ from, to, external, typeOnly });
    }
  }
  return edges;
}

/** The position of the layer that names `file`, itself or by a folder ending in `/`; −1 where none does. */
export function layerOf(layers: readonly (readonly string[])[], file: string): number {
  return layers.findIndex((layer) =>
    layer.some((entry) => entry === file || (entry.endsWith("/") && file.startsWith(entry))),
  );
}

/** The imports that point from a file of one layer to a file of a higher one, each in words. */
export function climbingEdges(layers: readonly (readonly string[])[], edges: readonly Edge[]): string[] {
  return edges
    .filter(({ external }) => !external)
    .filter(({ from, to }) => layerOf(layers, from) >= 0 && layerOf(layers, to) > layerOf(layers, from))
    .map(({ from, to }) => `${from} → ${to}`);
}

/** One run-time import cycle for each file at which a walk comes back to its own path: `a.ts → b.ts → a.ts`. */
export function cycles(edges: readonly Edge[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, external, typeOnly } of edges) {
    if (!external && !typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const found: string[] = [];
  const finished = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(" → "));
    if (start >= 0 || finished.has(file)) return;
    for (const target of next.get(file) ?? []) walk(target, [...path, file]);
    finished.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}
