import { type Affine, isSameIndex } from "./affine.js";
import type { ScalarType } from "./scalar-type.js";

export { type ScalarType, scalarTypeOf } from "./scalar-type.js";

/**
 * What an expression does, with IEEE 754 meaning for floats:
 * - `neg abs sqrt floor ceil trunc nearest` (ties to even); `add sub mul div min max` (NaN wins, −0 < 0) `copysign`;
 * - integers: `add sub mul neg abs min max div rem` (towards zero; by zero gives 0) `and or xor shl shr shrU` (the count modulo the width);
 * - truth values: `and or xor not`; comparisons `eq ne lt le gt ge` give them; `select(condition, a, b)`;
 * - `convert` between types: to an integer towards zero and modulo 2³² (uint8: 2⁸), NaN and ±∞ to 0; to bool whether it is not zero;
 * - `saturate` a float to i32 towards zero, out of range to the nearest i32, NaN to 0: quicker than `convert`;
 * - `bits` reinterprets f32 ↔ i32, f64 ↔ i64; `narrow` and `widen` turn i64 ↔ i32 (its low bits; with its sign);
 * - `load` an element, `index` a loop index as i32, `parameter` of a function, `call` a function, `rescue` and `check` (see `ExpressionBuilder`).
 */
export type Op =
  | "const"
  | "parameter"
  | "load"
  | "index"
  | "call"
  | "rescue"
  | "check"
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "trunc"
  | "nearest"
  | "not"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "min"
  | "max"
  | "copysign"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shr"
  | "shrU"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "select"
  | "convert"
  | "saturate"
  | "bits"
  | "narrow"
  | "widen";

/** A function of scalars: its body is expanded where it is called, or compiled once and called. */
export interface ScalarFunction {
  readonly name: string;
  readonly body: (b: ExpressionBuilder, ...args: readonly [Expr, Expr, Expr]) => Expr;
  /** Made only to rescue few elements: never widened to vectors. */
  readonly scalarOnly: boolean;
}

/** A node of a loop body: pure, shared where it occurs more than once. */
export interface Expr {
  /** Grows with creation: arguments have lower ids. */
  readonly id: number;
  readonly op: Op;
  readonly type: ScalarType;
  readonly args: readonly Expr[];
  /** Of a constant; the number of a parameter; the buffer of a load. */
  readonly value: number | bigint;
  /** Of a load, with the value of `args[0]`, if any, added; of an index. */
  readonly index: Affine | undefined;
  /** Of a call or a rescue. */
  readonly callee: ScalarFunction | undefined;
  /** Number of the last walk that came by. */
  mark: number;
}

const isFloatType = (type: ScalarType): boolean => type === "f32" || type === "f64";

/** Makes expressions, each once: asking again for the same operation on the same arguments gives the same node. */
export class ExpressionBuilder {
  /** Without arguments, by a number that says something of them. */
  readonly #leaves = new Map<number | bigint, Expr[]>();
  /** For each expression the latest one whose newest argument it is; for each of those the one before it. */
  readonly #latestUser: (Expr | undefined)[] = [];
  readonly #userBefore: (Expr | undefined)[] = [];

  /** A number of a type; −0, NaN and infinities are themselves. An i64 takes a bigint. */
  constant(type: ScalarType, value: number | bigint): Expr {
    const stored = type === "f32" ? Math.fround(Number(value)) : value;
    return this.#leaf("const", type, stored, undefined, stored);
  }

  /** A constant of the type of another expression. */
  like(x: Expr, value: number): Expr {
    return this.constant(x.type, value);
  }

  /** An argument of the function whose body is being built. */
  parameter(type: ScalarType, number: number): Expr {
    return this.#leaf("parameter", type, number, undefined, number);
  }

  /** The element of a buffer at a row-major offset, `offset` elements (i32, from data) further on where given. */
  load(buffer: number, type: ScalarType, index: Affine, offset?: Expr): Expr {
    if (offset !== undefined) return this.#make("load", type, [offset], buffer, index);
    return this.#leaf("load", type, buffer, index, buffer + 1000 * index.constant);
  }

  /** A loop index as a number (i32). */
  index(index: Affine): Expr {
    if (index.terms.length === 0) return this.constant("i32", index.constant);
    return this.#leaf("index", "i32", 0, index, index.constant);
  }

  call(callee: ScalarFunction, args: readonly Expr[], type: ScalarType): Expr {
    return this.#make("call", type, args, 0, undefined, callee);
  }

  /**
   * `fast`, save for the rare elements where `condition` holds: there, `callee(...args)`, which runs one element at a time.
   */
  rescue(condition: Expr, fast: Expr, callee: ScalarFunction, args: readonly Expr[]): Expr {
    return this.#make("rescue", fast.type, [condition, fast, ...args], 0, undefined, callee);
  }

  /** `value`; where `ok` does not hold for an element that is computed, the run is known to have failed. */
  check(ok: Expr, value: Expr): Expr {
    return this.#make("check", value.type, [ok, value]);
  }

  /** The operation of another expression on other arguments. */
  again(e: Expr, args: readonly Expr[]): Expr {
    const { op, type, value, index, callee } = e;
    return args.length === 0 ? e : this.#make(op, type, args, value, index, callee);
  }

  /** How many nodes have been made. */
  get size(): number {
    return this.#latestUser.length;
  }

  neg(x: Expr): Expr {
    return this.#unary("neg", x);
  }

  abs(x: Expr): Expr {
    return this.#unary("abs", x);
  }

  sqrt(x: Expr): Expr {
    return this.#unary("sqrt", x);
  }

  floor(x: Expr): Expr {
    return this.#unary("floor", x);
  }

  ceil(x: Expr): Expr {
    return this.#unary("ceil", x);
  }

  trunc(x: Expr): Expr {
    return this.#unary("trunc", x);
  }

  /** The nearest integer, ties to even. */
  nearest(x: Expr): Expr {
    return this.#unary("nearest", x);
  }

  /** Of a truth value. */
  not(x: Expr): Expr {
    return this.#unary("not", x);
  }

  add(a: Expr, b: Expr): Expr {
    return this.#binary("add", a, b);
  }

  sub(a: Expr, b: Expr): Expr {
    return this.#binary("sub", a, b);
  }

  mul(a: Expr, b: Expr): Expr {
    return this.#binary("mul", a, b);
  }

  div(a: Expr, b: Expr): Expr {
    return this.#binary("div", a, b);
  }

  rem(a: Expr, b: Expr): Expr {
    return this.#binary("rem", a, b);
  }

  min(a: Expr, b: Expr): Expr {
    return this.#binary("min", a, b);
  }

  max(a: Expr, b: Expr): Expr {
    return this.#binary("max", a, b);
  }

  copysign(magnitude: Expr, sign: Expr): Expr {
    return this.#binary("copysign", magnitude, sign);
  }

  and(a: Expr, b: Expr): Expr {
    return this.#binary("and", a, b);
  }

  or(a: Expr, b: Expr): Expr {
    return this.#binary("or", a, b);
  }

  xor(a: Expr, b: Expr): Expr {
    return this.#binary("xor", a, b);
  }

  /** Shifts by a constant number of bits. */
  shl(x: Expr, bits: number): Expr {
    return this.#shift("shl", x, bits);
  }

  shr(x: Expr, bits: number): Expr {
    return this.#shift("shr", x, bits);
  }

  shrU(x: Expr, bits: number): Expr {
    return this.#shift("shrU", x, bits);
  }

  eq(a: Expr, b: Expr): Expr {
    return this.#compare("eq", a, b);
  }

  ne(a: Expr, b: Expr): Expr {
    return this.#compare("ne", a, b);
  }

  lt(a: Expr, b: Expr): Expr {
    return this.#compare("lt", a, b);
  }

  le(a: Expr, b: Expr): Expr {
    return this.#compare("le", a, b);
  }

  gt(a: Expr, b: Expr): Expr {
    return this.#compare("gt", a, b);
  }

  ge(a: Expr, b: Expr): Expr {
    return this.#compare("ge", a, b);
  }

  isNaN(x: Expr): Expr {
    return this.#compare("ne", x, x);
  }

  select(condition: Expr, a: Expr, b: Expr): Expr {
    if (condition.type !== "bool" || a.type !== b.type) {
      throw new Error(`select: a bool and two values of one type, not ${condition.type}, ${a.type}, ${b.type}`);
    }
    return a === b ? a : this.#make("select", a.type, [condition, a, b]);
  }

  convert(x: Expr, type: ScalarType): Expr {
    return x.type === type ? x : this.#make("convert", type, [x]);
  }

  /** A float as i32, towards zero, out of range to the nearest there is. */
  saturate(x: Expr): Expr {
    return this.#make("saturate", "i32", [x]);
  }

  /** f32 as i32, i32 as f32, f64 as i64, i64 as f64: the same bits. */
  bits(x: Expr): Expr {
    const type = ({ f32: "i32", i32: "f32", u32: "f32", f64: "i64", i64: "f64" } as const)[x.type as "f32"];
    return this.#make("bits", type, [x]);
  }

  /** The low 32 bits of an i64. */
  narrow(x: Expr): Expr {
    return this.#make("narrow", "i32", [x]);
  }

  /** An i32 as i64. */
  widen(x: Expr): Expr {
    return this.#make("widen", "i64", [x]);
  }

  #unary(op: Op, x: Expr): Expr {
    return this.#make(op, x.type, [x]);
  }

  #binary(op: Op, a: Expr, b: Expr): Expr {
    if (a.type !== b.type) throw new Error(`${op}: operands of one type, not ${a.type} and ${b.type}`);
    return this.#make(op, a.type, [a, b]);
  }

  #shift(op: Op, x: Expr, bits: number): Expr {
    if (isFloatType(x.type)) throw new Error(`${op}: an integer, not ${x.type}`);
    return this.#make(op, x.type, [x], bits);
  }

  #compare(op: Op, a: Expr, b: Expr): Expr {
    if (a.type !== b.type) throw new Error(`${op}: operands of one type, not ${a.type} and ${b.type}`);
    return this.#make(op, "bool", [a, b]);
  }

  #leaf(op: Op, type: ScalarType, value: number | bigint, index: Affine | undefined, key: number | bigint): Expr {
    const alike = this.#leaves.get(key);
    if (alike !== undefined) {
      for (let i = 0; i < alike.length; i++) {
        const e = alike[i]!;
        if (e.op === op && e.type === type && Object.is(e.value, value) && isSameIndex(e.index, index)) return e;
      }
    }
    const made = this.#add(op, type, noArguments, value, index, undefined);
    if (alike === undefined) this.#leaves.set(key, [made]);
    else alike.push(made);
    return made;
  }

  /** An expression is known by its newest argument, which few others share with it. */
  #make(
    op: Op,
    type: ScalarType,
    args: readonly Expr[],
    value: number | bigint = 0,
    index?: Affine,
    callee?: ScalarFunction,
  ): Expr {
    let newest = 0;
    for (let i = 0; i < args.length; i++) newest = Math.max(newest, args[i]!.id);
    for (let e = this.#latestUser[newest]; e !== undefined; e = this.#userBefore[e.id]) {
      if (e.op !== op || e.type !== type || e.value !== value || e.callee !== callee) continue;
      if (isSameList(e.args, args) && isSameIndex(e.index, index)) return e;
    }
    const made = this.#add(op, type, args, value, index, callee);
    this.#userBefore[made.id] = this.#latestUser[newest];
    this.#latestUser[newest] = made;
    return made;
  }

  #add(
    op: Op,
    type: ScalarType,
    args: readonly Expr[],
    value: number | bigint,
    index: Affine | undefined,
    callee: ScalarFunction | undefined,
  ): Expr {
    const made: Expr = { id: this.#latestUser.length, op, type, args, value, index, callee, mark: 0 };
    this.#latestUser.push(undefined);
    this.#userBefore.push(undefined);
    return made;
  }
}

const noArguments: readonly Expr[] = [];

function isSameList(a: readonly Expr[], b: readonly Expr[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

/**
 * Names a function of scalars, so that a program holds its text once. Its result has the type of its arguments.
 *
 * @example
 * const cube = scalarFunction("cube", (b, x) => b.mul(x, b.mul(x, x)));
 * cube(b, x);
 */
export function scalarFunction(
  name: string,
  body: ScalarFunction["body"],
  { scalarOnly = false }: { readonly scalarOnly?: boolean } = {},
): ((b: ExpressionBuilder, ...args: readonly Expr[]) => Expr) & { readonly callee: ScalarFunction } {
  const callee: ScalarFunction = { name, body, scalarOnly };
  const call = (b: ExpressionBuilder, ...args: readonly Expr[]): Expr => b.call(callee, args, args[0]?.type ?? "f64");
  return Object.assign(call, { callee });
}
