import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** What a file declares and imports, by the names that stand for it there. */
export interface FileScope {
  readonly path: string;
  readonly functions: ReadonlyMap<string, ts.FunctionDeclaration>;
  readonly constants: ReadonlyMap<string, ts.Expression>;
  readonly imports: ReadonlyMap<string, { readonly path: string; readonly name: string }>;
}

const scopes = new Map<string, FileScope>();

/** Reads the declarations of a file of `numbers/`; each file once. */
export function scopeOf(path: string): FileScope {
  const known = scopes.get(path);
  if (known !== undefined) return known;
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ESNext, true);
  const functions = new Map<string, ts.FunctionDeclaration>();
  const constants = new Map<string, ts.Expression>();
  const imports = new Map<string, { path: string; name: string }>();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) functions.set(statement.name.text, statement);
    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && initializer) constants.set(name.text, initializer);
      }
    }
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const from = join(dirname(path), statement.moduleSpecifier.text.replace(/\.js$/, ".ts"));
      const names = statement.importClause?.namedBindings;
      if (names === undefined || !ts.isNamedImports(names)) continue;
      for (const each of names.elements) {
        imports.set(each.name.text, { path: from, name: (each.propertyName ?? each.name).text });
      }
    }
  }
  const scope = { path, functions, constants, imports };
  scopes.set(path, scope);
  return scope;
}

/** The file and the declaration that a name in a file stands for. */
export function functionNamed(
  scope: FileScope,
  name: string,
): { readonly scope: FileScope; readonly node: ts.FunctionDeclaration } | undefined {
  const own = scope.functions.get(name);
  if (own !== undefined) return { scope, node: own };
  const imported = scope.imports.get(name);
  return imported && functionNamed(scopeOf(imported.path), imported.name);
}

/** The expression that a constant in a file stands for. */
export function constantNamed(
  scope: FileScope,
  name: string,
): { readonly scope: FileScope; readonly node: ts.Expression } | undefined {
  const own = scope.constants.get(name);
  if (own !== undefined) return { scope, node: own };
  const imported = scope.imports.get(name);
  return imported && constantNamed(scopeOf(imported.path), imported.name);
}

/** Where in a file something stands that cannot be translated, and why. */
export function refusal(node: ts.Node, why: string): Error {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return new Error(`${source.fileName}:${line + 1}: ${why}: ${node.getText().slice(0, 80)}`);
}
