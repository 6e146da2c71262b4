import ts from "typescript";
import { op } from "../../packages/autograd/src/backends/wasm/opcodes.js";
import { binaries, bitsOf, Code, elementaries, load, store, unaries } from "./code.js";
import { constantNamed, type FileScope, functionNamed, refusal } from "./source.js";
import {
  bare,
  builtinOf,
  type Element,
  floorDivision,
  isFamily,
  isZero,
  join,
  shiftOf,
  type Type,
  Typing,
  typeOfNode,
} from "./types.js";

/** Asks for another function; gives the name of its code. */
export type Require = (scope: FileScope, node: ts.FunctionDeclaration, instance: Element | undefined) => string;

/** Whether a function, or one that it calls, makes arrays: it is told then where memory is free. */
export function allocates(scope: FileScope, node: ts.Node, seen = new Set<ts.Node>()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  let found = false;
  const visit = (at: ts.Node): void => {
    if (ts.isNewExpression(at)) found = true;
    if (ts.isCallExpression(at) && ts.isIdentifier(at.expression)) {
      const callee = functionNamed(scope, at.expression.text);
      if (callee !== undefined && allocates(callee.scope, callee.node, seen)) found = true;
    }
    ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

/** How the type of a value is written in the signature of a routine. */
export const letter = (type: Type): string => (type === "num" ? "d" : type === "void" ? "" : "i");

/** Writes the expressions of one function. */
export class ExpressionTranslator {
  readonly code = new Code();
  readonly types: Typing;
  protected readonly named = new Map<string, number>();
  protected parameters = "";
  protected declared = "";
  /** The local that says where memory is free. */
  protected free = -1;
  /** What branches can leave or repeat, innermost last. */
  protected readonly labels: ("break" | "continue" | "other")[] = [];

  constructor(
    readonly scope: FileScope,
    readonly node: ts.FunctionDeclaration,
    readonly instance: Element | undefined,
    readonly require: Require,
  ) {
    this.types = new Typing(scope, instance);
  }

  /** The local of a name. */
  local(name: string): number {
    const known = this.named.get(name);
    if (known !== undefined) return known;
    const type = this.types.locals.get(name);
    if (type === undefined) throw refusal(this.node, `no local ${name}`);
    const made = this.newLocal(letter(type));
    this.named.set(name, made);
    return made;
  }

  newLocal(type: string): number {
    this.declared += type;
    return this.parameters.length + this.declared.length - 1;
  }

  within(label: "break" | "continue" | "other", opcode: number, body: () => void): void {
    this.code.op(opcode, 0x40);
    this.labels.push(label);
    body();
    this.labels.pop();
    this.code.op(0x0b);
  }

  /** An element's value: integers modulo what they hold. */
  stored(value: ts.Expression, element: Element): void {
    if (element === "f32" || element === "f64") this.as(value, "num");
    else this.bits(value);
  }

  /** The address of an element. */
  address(e: ts.ElementAccessExpression): void {
    const shift = shiftOf(this.types.elementOf(e.expression));
    this.value(e.expression);
    this.as(e.argumentExpression, "int");
    if (shift > 0) this.code.int(shift).op(op.i32Shl);
    this.code.op(op.i32Add);
  }

  /** The value of an expression in a type. */
  as(e: ts.Expression, type: Type): void {
    const own = this.value(e);
    if (type === "num" && own === "int") this.code.op(op.f64ConvertI32S);
    else if (type === "int" && own === "num") throw refusal(e, "a float where an integer is needed: | 0");
    else if (type === "bool" && own !== "bool") throw refusal(e, "a condition that is no truth value");
  }

  /** The 32 bits of an integer, as `x | 0` gives them. */
  bits(given: ts.Expression): void {
    const e = bare(given);
    const isWords = ts.isElementAccessExpression(e) && this.types.elementOf(e.expression) === "u32";
    if (isWords) {
      this.address(e);
      this.code.memory(op.i32Load, 2);
    } else if (ts.isBinaryExpression(e) && e.operatorToken.getText() === ">>>" && isZero(e.right)) this.bits(e.left);
    else if (this.value(e) === "num") this.code.op(0xfc, 6, op.i32WrapI64);
  }

  /** Puts an expression on the stack; gives its type. */
  value(given: ts.Expression): Type {
    const e = bare(given);
    const type = this.types.of(e);
    const { code } = this;
    if (ts.isNumericLiteral(e)) type === "int" ? code.int(Number(e.text)) : code.num(Number(e.text));
    else if (e.kind === ts.SyntaxKind.TrueKeyword) code.int(1);
    else if (e.kind === ts.SyntaxKind.FalseKeyword) code.int(0);
    else if (ts.isIdentifier(e)) this.#named(e);
    else if (ts.isPrefixUnaryExpression(e)) this.#unary(e, type);
    else if (ts.isBinaryExpression(e)) this.#binary(e, type);
    else if (ts.isConditionalExpression(e)) this.#choose(e, type);
    else if (ts.isElementAccessExpression(e)) {
      const element = this.types.elementOf(e.expression);
      this.address(e);
      load(code, element);
      if (element === "u32") code.op(op.f64ConvertI32U);
    } else if (ts.isPropertyAccessExpression(e)) code.num(constantOf(e));
    else if (ts.isCallExpression(e)) this.call(e);
    else throw refusal(e, "no value of routines");
    return type;
  }

  #named(e: ts.Identifier): void {
    if (this.types.locals.has(e.text)) {
      this.code.get(this.local(e.text));
      return;
    }
    const constant = constantNamed(this.scope, e.text);
    if (constant === undefined) throw refusal(e, "unknown name");
    const value = constantOf(constant.node);
    if (this.types.of(e) === "int") this.code.int(value);
    else this.code.num(value);
  }

  #unary(e: ts.PrefixUnaryExpression, type: Type): void {
    const { code } = this;
    if (e.operator === ts.SyntaxKind.ExclamationToken) {
      this.as(e.operand, "bool");
      code.op(op.i32Eqz);
    } else if (e.operator === ts.SyntaxKind.TildeToken) {
      this.bits(e.operand);
      code.int(-1).op(op.i32Xor);
    } else if (e.operator !== ts.SyntaxKind.MinusToken) throw refusal(e, "no operator of routines");
    else if (type === "num") {
      this.as(e.operand, "num");
      code.op(op.f64Neg);
    } else {
      code.int(0);
      this.as(e.operand, "int");
      code.op(op.i32Sub);
    }
  }

  #binary(e: ts.BinaryExpression, type: Type): void {
    const { code } = this;
    const sign = e.operatorToken.getText();
    if (sign === "&&" || sign === "||") {
      this.as(e.left, "bool");
      code.op(0x04, 0x7f);
      this.labels.push("other");
      if (sign === "&&") this.as(e.right, "bool");
      else code.int(1);
      code.op(0x05);
      if (sign === "&&") code.int(0);
      else this.as(e.right, "bool");
      this.labels.pop();
      code.op(0x0b);
      return;
    }
    if (sign === "**") {
      this.#power(e);
      return;
    }
    if (sign === ">>>" && isZero(e.right)) {
      this.bits(e.left);
      code.op(op.f64ConvertI32U);
      return;
    }
    if (type === "int" && "&|^<<>>>".includes(sign)) {
      this.bits(e.left);
      if (sign === "|" && isZero(e.right)) return;
      this.bits(e.right);
      code.op(binaries[sign]?.int ?? op.unreachable);
      return;
    }
    const operands = join(this.types.of(e.left), this.types.of(e.right));
    const kind = operands === "num" || sign === "/" ? "num" : "int";
    const opcode = binaries[sign]?.[kind];
    if (opcode === undefined) throw refusal(e, `no ${sign} of ${kind}`);
    const same = operands === "bool" ? "bool" : kind;
    this.as(e.left, same);
    this.as(e.right, same);
    code.op(opcode);
  }

  #power(e: ts.BinaryExpression): void {
    if (ts.isNumericLiteral(bare(e.left))) {
      this.code.num(constantOf(e));
      return;
    }
    if (bare(e.right).getText() !== "2") throw refusal(e, "a power that is no square");
    const base = this.newLocal("d");
    this.as(e.left, "num");
    this.code.tee(base).get(base).op(op.f64Mul);
  }

  #choose(e: ts.ConditionalExpression, type: Type): void {
    this.as(e.condition, "bool");
    this.code.op(0x04, type === "num" ? 0x7c : 0x7f);
    this.labels.push("other");
    this.as(e.whenTrue, type);
    this.code.op(0x05);
    this.as(e.whenFalse, type);
    this.labels.pop();
    this.code.op(0x0b);
  }

  call(e: ts.CallExpression): Type {
    const builtin = builtinOf(e.expression);
    if (builtin !== undefined) return this.#builtin(e, builtin);
    if (ts.isPropertyAccessExpression(e.expression)) return this.#method(e, e.expression);
    const [argument] = e.arguments;
    const instructions = bitsOf[e.expression.getText()];
    if (instructions !== undefined && argument !== undefined) {
      this.as(argument, "num");
      this.code.op(...instructions);
      return "int";
    }
    const callee = functionNamed(this.scope, e.expression.getText());
    if (callee === undefined) throw refusal(e, "a call of what is not known");
    let instance: Element | undefined;
    for (const [i, parameter] of callee.node.parameters.entries()) {
      const argument = e.arguments[i];
      if (argument !== undefined && isFamily(parameter.type)) instance = this.types.elementOf(argument);
    }
    for (const [i, { type, initializer }] of callee.node.parameters.entries()) {
      const argument = e.arguments[i] ?? initializer;
      if (argument === undefined) throw refusal(e, "an argument is missing");
      this.as(argument, type ? typeOfNode(type, instance) : this.types.of(argument));
    }
    if (allocates(callee.scope, callee.node)) this.code.get(this.free);
    this.code.call({ kind: "routine", name: this.require(callee.scope, callee.node, instance) });
    return callee.node.type ? typeOfNode(callee.node.type, instance) : "void";
  }

  /** `subarray(from)`, and `fill(value, from, to)`. */
  #method(e: ts.CallExpression, callee: ts.PropertyAccessExpression): Type {
    const { code } = this;
    const array = callee.expression;
    const element = this.types.elementOf(array);
    const shift = shiftOf(element);
    const [first, from, to] = e.arguments;
    if (callee.name.text === "subarray" && first !== undefined) {
      this.value(array);
      this.as(first, "int");
      code.int(shift).op(op.i32Shl, op.i32Add);
      return { element };
    }
    if (callee.name.text !== "fill" || first === undefined || from === undefined || to === undefined) {
      throw refusal(e, "no method of routines");
    }
    const [at, end] = [this.newLocal("i"), this.newLocal("i")];
    for (const [bound, local] of [
      [from, at],
      [to, end],
    ] as const) {
      this.value(array);
      this.as(bound, "int");
      code.int(shift).op(op.i32Shl, op.i32Add).set(local);
    }
    this.within("other", 0x02, () => {
      this.within("other", 0x03, () => {
        code.get(at).get(end).op(op.i32GeS, 0x0d, 1);
        code.get(at);
        this.stored(first, element);
        store(code, element);
        code
          .get(at)
          .int(1 << shift)
          .op(op.i32Add)
          .set(at)
          .op(0x0c, 0);
      });
    });
    return "void";
  }

  #builtin(e: ts.CallExpression, name: string): Type {
    const { code } = this;
    const type = this.types.of(e);
    const [a, b] = e.arguments;
    if (a === undefined) throw refusal(e, "an argument is missing");
    const quotient = floorDivision(e, this.types);
    if (quotient !== undefined) {
      this.as(quotient.left, "int");
      this.as(quotient.right, "int");
      code.op(op.i32DivS);
      return "int";
    }
    const elementary = name.slice("Math.".length);
    if (name === "Math.imul" && b !== undefined) {
      this.bits(a);
      this.bits(b);
      code.op(op.i32Mul);
    } else if (name === "Number.isNaN") {
      const x = this.newLocal("d");
      this.as(a, "num");
      code.tee(x).get(x).op(op.f64Ne);
    } else if (name === "Number.isFinite") {
      this.as(a, "num");
      code.op(op.f64Abs).num(Number.POSITIVE_INFINITY).op(op.f64Lt);
    } else if (type === "num" && unaries[name] !== undefined) {
      this.as(a, "num");
      code.op(unaries[name] ?? op.unreachable);
    } else if (name === "Math.abs" && type === "num") {
      this.as(a, "num");
      code.op(op.f64Abs);
    } else if ((name === "Math.min" || name === "Math.max") && b !== undefined && e.arguments.length === 2) {
      this.#extreme(name, type, a, b);
    } else if (elementaries.has(elementary)) {
      this.as(a, "num");
      code.call({ kind: "elementary", name: elementary });
    } else throw refusal(e, "no function of routines");
    return type;
  }

  #extreme(name: string, type: Type, a: ts.Expression, b: ts.Expression): void {
    const { code } = this;
    const isLeast = name === "Math.min";
    if (type === "num") {
      this.as(a, "num");
      this.as(b, "num");
      code.op(isLeast ? op.f64Min : op.f64Max);
      return;
    }
    const [x, y] = [this.newLocal("i"), this.newLocal("i")];
    this.as(a, "int");
    code.tee(x);
    this.as(b, "int");
    code
      .tee(y)
      .get(x)
      .get(y)
      .op(isLeast ? op.i32LtS : op.i32GtS, op.select);
  }
}
/** The number that a constant expression is. */
function constantOf(given: ts.Expression): number {
  const e = bare(given);
  if (ts.isNumericLiteral(e)) return Number(e.text);
  if (ts.isPrefixUnaryExpression(e) && e.operator === ts.SyntaxKind.MinusToken) return -constantOf(e.operand);
  const builtin = builtinOf(e);
  const known: Readonly<Record<string, number>> = {
    "Number.EPSILON": Number.EPSILON,
    "Number.NaN": Number.NaN,
    "Number.POSITIVE_INFINITY": Number.POSITIVE_INFINITY,
    "Number.NEGATIVE_INFINITY": Number.NEGATIVE_INFINITY,
    "Math.LN2": Math.LN2,
    "Math.SQRT1_2": Math.SQRT1_2,
  };
  const value = builtin === undefined ? undefined : known[builtin];
  if (value !== undefined) return value;
  if (ts.isBinaryExpression(e)) {
    const [a, b] = [constantOf(e.left), constantOf(e.right)];
    const sign = e.operatorToken.getText();
    if (sign === "**") return a ** b;
    if (sign === "*") return a * b;
    if (sign === "/") return a / b;
    if (sign === "+") return a + b;
    if (sign === "-") return a - b;
  }
  throw refusal(e, "no constant of routines");
}
