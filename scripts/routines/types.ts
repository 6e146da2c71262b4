import ts from "typescript";
import { constantNamed, type FileScope, functionNamed, refusal } from "./source.js";

/** How elements lie in memory. */
export type Element = "f32" | "f64" | "i32" | "u32" | "u8";

/** What a value is: an integer in 32 bits, a float64, a truth value, or the address of elements. */
export type Type = "int" | "num" | "bool" | "void" | { readonly element: Element };

/** Bytes of an element, as a power of two. */
export const shiftOf = (element: Element): number => (element === "f64" ? 3 : element === "u8" ? 0 : 2);

const arrays: Readonly<Record<string, Element>> = {
  Float32Array: "f32",
  Float64Array: "f64",
  Int32Array: "i32",
  Uint32Array: "u32",
  Uint8Array: "u8",
};

/** Parameters of these types are arrays of one type, for which a function is made each time. */
const families = new Set(["Floats", "Integers", "NumericArray"]);

export function isFamily(type: ts.TypeNode | undefined): boolean {
  return type !== undefined && ts.isTypeReferenceNode(type) && families.has(type.typeName.getText());
}

/** The type that an annotation says. */
export function typeOfNode(type: ts.TypeNode, instance: Element | undefined): Type {
  if (type.kind === ts.SyntaxKind.NumberKeyword) return "num";
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return "bool";
  if (type.kind === ts.SyntaxKind.VoidKeyword) return "void";
  if (ts.isTypeReferenceNode(type)) {
    const name = type.typeName.getText();
    if (name === "Int") return "int";
    const element = isFamily(type) ? instance : arrays[name];
    if (element !== undefined) return { element };
  }
  throw refusal(type, "no type of routines");
}

/** The array type of `new Float64Array(n)`. */
export const arrayNamed = (name: string): Element | undefined => arrays[name];

/** Of two types of numbers the one that holds both. */
export const join = (a: Type, b: Type): Type => (a === b ? a : a === "num" || b === "num" ? "num" : a);

/** Without parentheses, assertions and `!`. */
export function bare(e: ts.Expression): ts.Expression {
  let inner = e;
  while (ts.isParenthesizedExpression(inner) || ts.isNonNullExpression(inner) || ts.isAsExpression(inner)) {
    inner = inner.expression;
  }
  return inner;
}

/** The call `Math.name(…)`, or one of `Number`. */
export function builtinOf(e: ts.Expression): string | undefined {
  if (!ts.isPropertyAccessExpression(e) || !ts.isIdentifier(e.expression)) return undefined;
  const owner = e.expression.text;
  return owner === "Math" || owner === "Number" ? `${owner}.${e.name.text}` : undefined;
}

const comparisons = new Set([
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
]);
const bitwise = new Set([
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.CaretToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
]);

/** ⌊i / j⌋ of integers, which must not be negative. */
export function floorDivision(e: ts.Expression, types: Typing): ts.BinaryExpression | undefined {
  if (!ts.isCallExpression(e) || builtinOf(e.expression) !== "Math.floor") return undefined;
  const [argument] = e.arguments;
  const inner = argument && bare(argument);
  if (inner === undefined || !ts.isBinaryExpression(inner)) return undefined;
  if (inner.operatorToken.kind !== ts.SyntaxKind.SlashToken) return undefined;
  return types.of(inner.left) === "int" && types.of(inner.right) === "int" ? inner : undefined;
}

export const isZero = (e: ts.Expression): boolean => ts.isNumericLiteral(bare(e)) && bare(e).getText() === "0";

/** The types of expressions of one function, by those of its locals. */
export class Typing {
  /** By declaration. Integers until something else is assigned. */
  readonly locals = new Map<string, Type>();

  constructor(
    readonly scope: FileScope,
    readonly instance: Element | undefined,
  ) {}

  of(given: ts.Expression): Type {
    const e = bare(given);
    if (ts.isNumericLiteral(e)) return /^\d+$/.test(e.text) && Number(e.text) < 2 ** 31 ? "int" : "num";
    if (e.kind === ts.SyntaxKind.TrueKeyword || e.kind === ts.SyntaxKind.FalseKeyword) return "bool";
    if (ts.isIdentifier(e)) return this.#named(e);
    if (ts.isPrefixUnaryExpression(e)) {
      if (e.operator === ts.SyntaxKind.ExclamationToken) return "bool";
      if (e.operator === ts.SyntaxKind.TildeToken) return "int";
      return isZero(e.operand) ? "num" : this.of(e.operand);
    }
    if (ts.isPostfixUnaryExpression(e)) return this.of(e.operand);
    if (ts.isBinaryExpression(e)) return this.#binary(e);
    if (ts.isConditionalExpression(e)) return join(this.of(e.whenTrue), this.of(e.whenFalse));
    if (ts.isElementAccessExpression(e)) {
      const element = this.elementOf(e.expression);
      return element === "i32" || element === "u8" ? "int" : "num";
    }
    if (ts.isNewExpression(e)) {
      const element = arrayNamed(e.expression.getText());
      if (element !== undefined) return { element };
    }
    if (ts.isPropertyAccessExpression(e) && builtinOf(e) !== undefined) return "num";
    if (ts.isCallExpression(e)) return this.#call(e);
    throw refusal(e, "no expression of routines");
  }

  elementOf(array: ts.Expression): Element {
    const type = this.of(array);
    if (typeof type === "string") throw refusal(array, "no array");
    return type.element;
  }

  #named(e: ts.Identifier): Type {
    const local = this.locals.get(e.text);
    if (local !== undefined) return local;
    const constant = constantNamed(this.scope, e.text);
    if (constant !== undefined) return new Typing(constant.scope, undefined).of(constant.node);
    throw refusal(e, "unknown name");
  }

  #binary(e: ts.BinaryExpression): Type {
    const { kind } = e.operatorToken;
    if (comparisons.has(kind)) return "bool";
    if (kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken && isZero(e.right)) return "num";
    if (bitwise.has(kind)) return "int";
    if (kind === ts.SyntaxKind.SlashToken || kind === ts.SyntaxKind.AsteriskAsteriskToken) return "num";
    return join(this.of(e.left), this.of(e.right));
  }

  #call(e: ts.CallExpression): Type {
    const builtin = builtinOf(e.expression);
    if (builtin === "Math.imul" || builtin === "Math.clz32") return "int";
    if (builtin === "Math.abs" || builtin === "Math.min" || builtin === "Math.max") {
      return e.arguments.map((argument) => this.of(argument)).reduce(join);
    }
    if (builtin?.startsWith("Number.is")) return "bool";
    if (builtin !== undefined) return floorDivision(e, this) === undefined ? "num" : "int";
    if (ts.isPropertyAccessExpression(e.expression)) {
      if (e.expression.name.text === "subarray") return this.of(e.expression.expression);
      return "void";
    }
    const callee = functionNamed(this.scope, e.expression.getText());
    if (callee?.node.type === undefined) throw refusal(e, "a call of what is not known, or says no type");
    return typeOfNode(callee.node.type, this.instance);
  }
}
