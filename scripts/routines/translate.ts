import ts from "typescript";
import { op } from "../../packages/autograd/src/backends/wasm/opcodes.js";
import { binaries, load, type Reference, store } from "./code.js";
import { allocates, ExpressionTranslator, letter, type Require } from "./expressions.js";
import { type FileScope, refusal } from "./source.js";
import { arrayNamed, bare, type Element, join, shiftOf, type Type, typeOfNode } from "./types.js";
import { writeVectors } from "./vectors.js";

/** A function as code, with the types of its parameters and locals: i (32 bits), d (float64), v (vector). */
export interface Translated {
  readonly name: string;
  readonly parameters: string;
  readonly results: string;
  readonly locals: string;
  readonly code: readonly (readonly number[] | Reference)[];
}

/** Translates one function. `isEntry`: it is told where memory is free whether it needs it or not. */
export function translate(
  scope: FileScope,
  node: ts.FunctionDeclaration,
  options: { readonly instance: Element | undefined; readonly name: string; readonly isEntry: boolean },
  require: Require,
): Translated {
  return new FunctionTranslator(scope, node, options.instance, require).run(options.name, options.isEntry);
}

class FunctionTranslator extends ExpressionTranslator {
  #result: Type = "void";

  run(name: string, isEntry: boolean): Translated {
    const { node, scope, types, instance } = this;
    if (node.body === undefined || node.type === undefined) throw refusal(node, "a function without a body or a type");
    for (const { name: parameter, type, initializer } of node.parameters) {
      const own = type ? typeOfNode(type, instance) : initializer ? types.of(initializer) : "void";
      types.locals.set(parameter.getText(), own);
      this.named.set(parameter.getText(), this.parameters.length);
      this.parameters += letter(own);
    }
    if (isEntry || allocates(scope, node)) {
      this.free = this.parameters.length;
      this.parameters += "i";
    }
    this.#inferLocals(node.body);
    this.#result = typeOfNode(node.type, instance);
    for (const statement of node.body.statements) this.statement(statement);
    if (this.#result !== "void") this.code.op(op.unreachable);
    const results = letter(this.#result);
    return { name, parameters: this.parameters, results, locals: this.declared, code: this.code.finished() };
  }

  /** A local is an integer unless something else is assigned to it. */
  #inferLocals(body: ts.Block): void {
    for (let before = ""; ; ) {
      const visit = (at: ts.Node): void => {
        if (ts.isVariableDeclaration(at)) this.#inferDeclaration(at);
        else if (ts.isBinaryExpression(at) && ts.isIdentifier(at.left) && isAssignment(at)) {
          const known = this.types.locals.get(at.left.text);
          const isQuotient = at.operatorToken.kind === ts.SyntaxKind.SlashEqualsToken;
          const assigned = isQuotient ? "num" : this.types.of(at.right);
          if (known !== undefined) this.types.locals.set(at.left.text, join(known, assigned));
        }
        ts.forEachChild(at, visit);
      };
      visit(body);
      const after = JSON.stringify([...this.types.locals]);
      if (after === before) return;
      before = after;
    }
  }

  #inferDeclaration({ name, initializer, type }: ts.VariableDeclaration): void {
    if (ts.isArrayBindingPattern(name) && initializer && ts.isArrayLiteralExpression(initializer)) {
      for (const [i, element] of name.elements.entries()) {
        const value = initializer.elements[i];
        if (value && ts.isBindingElement(element)) this.#joinLocal(element.name.getText(), this.types.of(value));
      }
    } else if (initializer) {
      this.#joinLocal(name.getText(), type ? typeOfNode(type, this.instance) : this.types.of(initializer));
    }
  }

  #joinLocal(name: string, type: Type): void {
    const known = this.types.locals.get(name);
    this.types.locals.set(name, known === undefined || typeof type === "object" ? type : join(known, type));
  }

  statement(node: ts.Statement): void {
    const { code } = this;
    if (ts.isBlock(node)) for (const each of node.statements) this.statement(each);
    else if (ts.isVariableStatement(node)) this.#declare(node.declarationList);
    else if (ts.isExpressionStatement(node)) this.#effect(node.expression);
    else if (ts.isIfStatement(node)) this.#if(node);
    else if (ts.isForStatement(node)) this.#for(node);
    else if (ts.isWhileStatement(node)) this.#loop(node.expression, node.statement, undefined);
    else if (ts.isReturnStatement(node)) {
      if (node.expression) this.as(node.expression, this.#result);
      code.op(0x0f);
    } else if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
      const wanted = ts.isBreakStatement(node) ? "break" : "continue";
      code.op(0x0c).unsigned(this.labels.length - 1 - this.labels.lastIndexOf(wanted));
    } else throw refusal(node, "no statement of routines");
  }

  #declare({ declarations }: ts.VariableDeclarationList): void {
    for (const { name, initializer } of declarations) {
      if (initializer === undefined) throw refusal(name, "a local without a value");
      if (ts.isArrayBindingPattern(name) && ts.isArrayLiteralExpression(initializer)) {
        for (const [i, element] of name.elements.entries()) {
          const value = initializer.elements[i];
          if (value && ts.isBindingElement(element)) this.#assign(element.name.getText(), value);
        }
      } else this.#assign(name.getText(), initializer);
    }
  }

  #assign(name: string, value: ts.Expression): void {
    const created = bare(value);
    if (ts.isNewExpression(created)) this.#allocate(created);
    else this.as(value, this.types.locals.get(name) ?? "int");
    this.code.set(this.local(name));
  }

  /** Zeros from where memory is free, which begins behind them then. */
  #allocate(e: ts.NewExpression): void {
    const element = arrayNamed(e.expression.getText());
    const [length] = e.arguments ?? [];
    if (element === undefined || length === undefined) throw refusal(e, "no array of routines");
    if (this.labels.includes("break")) throw refusal(e, "an array that is made in a loop");
    const bytes = this.newLocal("i");
    this.as(length, "int");
    // Multiples of 16, at which vectors lie well.
    this.code.int(shiftOf(element)).op(op.i32Shl).int(15).op(op.i32Add).int(-16).op(op.i32And).set(bytes);
    this.code.get(this.free).int(0).get(bytes).op(0xfc, 11, 0);
    this.code.get(this.free);
    this.code.get(this.free).get(bytes).op(op.i32Add).set(this.free);
  }

  #if(node: ts.IfStatement): void {
    this.as(node.expression, "bool");
    this.within("other", 0x04, () => {
      this.statement(node.thenStatement);
      if (node.elseStatement) {
        this.code.op(0x05);
        this.statement(node.elseStatement);
      }
    });
  }

  #for(node: ts.ForStatement): void {
    const { initializer, condition, statement, incrementor } = node;
    if (initializer !== undefined) {
      if (ts.isVariableDeclarationList(initializer)) this.#declare(initializer);
      else this.#effect(initializer);
    }
    writeVectors(this, node);
    this.#loop(condition, statement, incrementor);
  }

  #loop(condition: ts.Expression | undefined, body: ts.Statement, update: ts.Expression | undefined): void {
    const { code } = this;
    this.within("break", 0x02, () => {
      if (condition !== undefined) {
        this.as(condition, "bool");
        code.op(op.i32Eqz, 0x0d, 0);
      }
      this.within("other", 0x03, () => {
        if (hasContinue(body)) this.within("continue", 0x02, () => this.statement(body));
        else this.statement(body);
        if (update !== undefined) this.#effect(update);
        if (condition !== undefined) this.as(condition, "bool");
        else code.int(1);
        code.op(0x0d, 0);
      });
    });
  }

  /** An expression for what it does. */
  #effect(given: ts.Expression): void {
    const e = bare(given);
    if (ts.isBinaryExpression(e) && e.operatorToken.kind === ts.SyntaxKind.CommaToken) {
      this.#effect(e.left);
      this.#effect(e.right);
    } else if (ts.isBinaryExpression(e) && isAssignment(e)) this.#assignment(e);
    else if (ts.isPostfixUnaryExpression(e) || ts.isPrefixUnaryExpression(e)) this.#step(e);
    else if (ts.isCallExpression(e)) {
      const type = this.call(e);
      if (type !== "void") this.code.op(op.drop);
    } else throw refusal(e, "an expression without effect");
  }

  #step(e: ts.PostfixUnaryExpression | ts.PrefixUnaryExpression): void {
    const target = bare(e.operand);
    const by = e.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1;
    if (ts.isIdentifier(target)) {
      const type = this.types.of(target);
      this.code.get(this.local(target.text));
      if (type === "num") this.code.num(by).op(op.f64Add);
      else this.code.int(by).op(op.i32Add);
      this.code.set(this.local(target.text));
      return;
    }
    if (!ts.isElementAccessExpression(target)) throw refusal(e, "a step of what is no local");
    this.#update(target, () =>
      this.types.of(target) === "num" ? this.code.num(by).op(op.f64Add) : this.code.int(by).op(op.i32Add),
    );
  }

  #assignment(e: ts.BinaryExpression): void {
    const target = bare(e.left);
    const sign = e.operatorToken.getText().slice(0, -1);
    if (ts.isIdentifier(target)) {
      const type = this.types.locals.get(target.text) ?? "int";
      if (sign === "") {
        this.#assign(target.text, e.right);
        return;
      }
      this.code.get(this.local(target.text));
      this.#operate(sign, type, e.right);
      this.code.set(this.local(target.text));
      return;
    }
    if (!ts.isElementAccessExpression(target)) throw refusal(e, "an assignment to what is no local or element");
    const element = this.types.elementOf(target.expression);
    if (sign === "") {
      this.address(target);
      this.stored(e.right, element);
      store(this.code, element);
    } else this.#update(target, () => this.#operate(sign, this.types.of(target), e.right));
  }

  /** Replaces an element by what `change` makes of it. */
  #update(target: ts.ElementAccessExpression, change: () => void): void {
    const element = this.types.elementOf(target.expression);
    const address = this.newLocal("i");
    this.address(target);
    this.code.tee(address).get(address);
    load(this.code, element);
    change();
    store(this.code, element);
  }

  #operate(sign: string, type: Type, right: ts.Expression): void {
    const kind = type === "num" ? "num" : "int";
    if (kind === "num") this.as(right, "num");
    else this.bits(right);
    const opcode = binaries[sign]?.[kind];
    if (opcode === undefined) throw refusal(right, `no ${sign}= of ${kind}`);
    this.code.op(opcode);
  }
}

function isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
  return operatorToken.kind >= ts.SyntaxKind.FirstAssignment && operatorToken.kind <= ts.SyntaxKind.LastAssignment;
}

function hasContinue(node: ts.Node): boolean {
  if (ts.isContinueStatement(node)) return true;
  if (ts.isIterationStatement(node, false)) return false;
  return ts.forEachChild(node, hasContinue) ?? false;
}
