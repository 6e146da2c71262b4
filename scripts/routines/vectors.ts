import ts from "typescript";
import { op, simd } from "../../packages/autograd/src/backends/wasm/opcodes.js";
import { binaries } from "./code.js";
import type { ExpressionTranslator } from "./expressions.js";
import { bare, builtinOf } from "./types.js";

/** An element that moves with the loop: the same text is the same element. */
interface Access {
  readonly node: ts.ElementAccessExpression;
  readonly isStored: boolean;
}

/** A loop whose elements do not depend on one another, if its arrays do not overlap. */
interface VectorLoop {
  readonly index: string;
  readonly bound: ts.Expression;
  readonly statements: readonly ts.Statement[];
  readonly accesses: ReadonlyMap<string, Access>;
}

/**
 * Writes what a loop over float64 elements side by side does, two elements at a time, before the loop itself, which then does what is left:
 * `for (let k = …; k < bound; k++)` over assignments to elements [… + k] of arithmetic on such elements and on what stays the same. Arrays that overlap by less
 * than a vector are left to the loop.
 */
export function writeVectors(t: ExpressionTranslator, node: ts.ForStatement): void {
  const loop = vectorLoop(t, node);
  if (loop === undefined) return;
  const { code } = t;
  const index = t.local(loop.index);
  const pointers = new Map<string, number>();
  const more = (): void => {
    code.get(index).int(1).op(op.i32Add);
    t.as(loop.bound, "int");
    code.op(op.i32LtS);
  };
  t.within("other", 0x02, () => {
    more();
    code.op(op.i32Eqz, 0x0d, 0);
    for (const [text, access] of loop.accesses) {
      const pointer = t.newLocal("i");
      pointers.set(text, pointer);
      t.address(access.node);
      code.set(pointer);
    }
    for (const [text, { isStored }] of loop.accesses) {
      if (!isStored) continue;
      for (const [other, access] of loop.accesses) {
        if (other === text || (access.isStored && other < text)) continue;
        // The distance from −15 to 15, but not 0, as an unsigned number: 0 … 30 without 15.
        const distance = t.newLocal("i");
        code
          .get(pointers.get(text) ?? 0)
          .get(pointers.get(other) ?? 0)
          .op(op.i32Sub)
          .int(15)
          .op(op.i32Add)
          .tee(distance);
        code.int(31).op(op.i32LtU).get(distance).int(15).op(op.i32Ne, op.i32And, 0x0d, 0);
      }
    }
    t.within("other", 0x03, () => {
      new VectorBody(t, pointers).write(loop.statements);
      for (const pointer of pointers.values()) code.get(pointer).int(16).op(op.i32Add).set(pointer);
      code.get(index).int(2).op(op.i32Add).set(index);
      more();
      code.op(0x0d, 0);
    });
  });
}

function vectorLoop(t: ExpressionTranslator, node: ts.ForStatement): VectorLoop | undefined {
  const { initializer, condition, incrementor, statement } = node;
  if (!initializer || !ts.isVariableDeclarationList(initializer) || initializer.declarations.length !== 1)
    return undefined;
  const index = initializer.declarations[0]?.name.getText() ?? "";
  if (!condition || !ts.isBinaryExpression(condition) || condition.left.getText() !== index) return undefined;
  if (condition.operatorToken.kind !== ts.SyntaxKind.LessThanToken || incrementor?.getText() !== `${index}++`)
    return undefined;
  const statements = ts.isBlock(statement) ? [...statement.statements] : [statement];
  const accesses = new Map<string, Access>();
  const checker = new VectorCheck(t, index, accesses);
  if (!checker.isInvariant(condition.right)) return undefined;
  if (!statements.every((each) => checker.acceptsStatement(each)) || !checker.stores) return undefined;
  return { index, bound: condition.right, statements, accesses };
}

/** Decides whether the statements of a loop can be done side by side, and collects the elements that move. */
class VectorCheck {
  stores = false;
  readonly #own = new Set<string>();

  constructor(
    readonly t: ExpressionTranslator,
    readonly index: string,
    readonly accesses: Map<string, Access>,
  ) {}

  acceptsStatement(node: ts.Statement): boolean {
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.every(({ name, initializer }) => {
        if (!ts.isIdentifier(name) || initializer === undefined || this.t.types.of(initializer) !== "num") return false;
        if (!this.acceptsValue(initializer)) return false;
        this.#own.add(name.text);
        return true;
      });
    }
    if (!ts.isExpressionStatement(node)) return false;
    const e = bare(node.expression);
    if (!ts.isBinaryExpression(e) || !["=", "+=", "-=", "*=", "/="].includes(e.operatorToken.getText())) return false;
    const target = bare(e.left);
    if (!ts.isElementAccessExpression(target) || !this.#moves(target)) return false;
    this.#note(target, true);
    this.stores = true;
    return this.acceptsValue(e.right);
  }

  acceptsValue(given: ts.Expression): boolean {
    const e = bare(given);
    if (this.isInvariant(e)) return this.t.types.of(e) === "num";
    if (ts.isIdentifier(e)) return this.#own.has(e.text);
    if (ts.isElementAccessExpression(e)) {
      if (!this.#moves(e)) return false;
      this.#note(e, false);
      return true;
    }
    if (ts.isPrefixUnaryExpression(e)) return e.operator === ts.SyntaxKind.MinusToken && this.acceptsValue(e.operand);
    if (ts.isBinaryExpression(e)) {
      return "+-*/".includes(e.operatorToken.getText()) && this.acceptsValue(e.left) && this.acceptsValue(e.right);
    }
    const [argument] = ts.isCallExpression(e) ? e.arguments : [];
    if (!ts.isCallExpression(e) || argument === undefined) return false;
    const name = builtinOf(e.expression);
    return (name === "Math.sqrt" || name === "Math.abs") && this.acceptsValue(argument);
  }

  /** Names and numbers that the loop does not change, and arithmetic on them. */
  isInvariant(given: ts.Expression): boolean {
    const e = bare(given);
    if (ts.isNumericLiteral(e)) return true;
    if (ts.isIdentifier(e)) return e.text !== this.index && !this.#own.has(e.text);
    if (ts.isBinaryExpression(e))
      return "+-*/".includes(e.operatorToken.getText()) && this.isInvariant(e.left) && this.isInvariant(e.right);
    return ts.isPrefixUnaryExpression(e) && e.operator === ts.SyntaxKind.MinusToken && this.isInvariant(e.operand);
  }

  #note(node: ts.ElementAccessExpression, isStored: boolean): void {
    const text = textOf(node);
    this.accesses.set(text, { node, isStored: isStored || this.accesses.get(text)?.isStored === true });
  }

  /** Whether the next element of the loop is the next in memory, of float64. */
  #moves(e: ts.ElementAccessExpression): boolean {
    if (!ts.isIdentifier(bare(e.expression)) || this.t.types.elementOf(e.expression) !== "f64") return false;
    return this.#steps(e.argumentExpression);
  }

  #steps(given: ts.Expression): boolean {
    const e = bare(given);
    if (ts.isIdentifier(e)) return e.text === this.index;
    if (!ts.isBinaryExpression(e)) return false;
    const sign = e.operatorToken.getText();
    if (sign === "+" && this.isInvariant(e.left)) return this.#steps(e.right);
    return (sign === "+" || sign === "-") && this.isInvariant(e.right) && this.#steps(e.left);
  }
}

const textOf = (e: ts.ElementAccessExpression): string => e.getText().replace(/\s+/g, "");

/** Writes the statements for two elements at a time. */
class VectorBody {
  readonly #own = new Map<string, number>();

  constructor(
    readonly t: ExpressionTranslator,
    readonly pointers: ReadonlyMap<string, number>,
  ) {}

  write(statements: readonly ts.Statement[]): void {
    const { code } = this.t;
    for (const node of statements) {
      if (ts.isVariableStatement(node)) {
        for (const { name, initializer } of node.declarationList.declarations) {
          if (initializer === undefined) continue;
          const local = this.t.newLocal("v");
          this.#value(initializer);
          code.set(local);
          this.#own.set(name.getText(), local);
        }
        continue;
      }
      if (!ts.isExpressionStatement(node)) continue;
      const e = bare(node.expression);
      if (!ts.isBinaryExpression(e)) continue;
      const pointer = this.#pointer(bare(e.left));
      const sign = e.operatorToken.getText().slice(0, -1);
      code.get(pointer);
      if (sign !== "") code.get(pointer).vectorMemory(simd.load, 3);
      this.#value(e.right);
      if (sign !== "") code.vector(binaries[sign]?.vector ?? 0);
      code.vectorMemory(simd.store, 3);
    }
  }

  #pointer(e: ts.Expression): number {
    const pointer = ts.isElementAccessExpression(e) ? this.pointers.get(textOf(e)) : undefined;
    if (pointer === undefined) throw new Error("an element without an address");
    return pointer;
  }

  #value(given: ts.Expression): void {
    const e = bare(given);
    const { code } = this.t;
    const own = ts.isIdentifier(e) ? this.#own.get(e.text) : undefined;
    if (own !== undefined) code.get(own);
    else if (ts.isElementAccessExpression(e)) code.get(this.#pointer(e)).vectorMemory(simd.load, 3);
    else if (ts.isPrefixUnaryExpression(e) && !ts.isNumericLiteral(bare(e.operand))) {
      this.#value(e.operand);
      code.vector(simd.f64x2Neg);
    } else if (ts.isBinaryExpression(e) && this.#varies(e)) {
      this.#value(e.left);
      this.#value(e.right);
      code.vector(binaries[e.operatorToken.getText()]?.vector ?? 0);
    } else if (ts.isCallExpression(e) && e.arguments[0] !== undefined) {
      this.#value(e.arguments[0]);
      code.vector(builtinOf(e.expression) === "Math.sqrt" ? simd.f64x2Sqrt : simd.f64x2Abs);
    } else {
      this.t.as(e, "num");
      code.vector(simd.f64x2Splat);
    }
  }

  /** Whether something below differs from element to element. */
  #varies(e: ts.Node): boolean {
    if (ts.isElementAccessExpression(e)) return true;
    if (ts.isIdentifier(e) && this.#own.has(e.text)) return true;
    return ts.forEachChild(e, (child) => (this.#varies(child) ? true : undefined)) ?? false;
  }
}
