import { expressionsBelow } from "./expand.js";
import { type Expr, ExpressionBuilder, type ScalarFunction, type ScalarType } from "./expression.js";
import { comparisonLoops, floatLoops, integerLoops, type Numbers, wideLoops } from "./scalar-loops.js";

/** Elements of one scalar type, one after the other. */
export type Column = Numbers | BigInt64Array;

/** Computes the first `count` elements from those of the parameters. The column is its own: the next call overwrites it. */
export type Evaluator = (parameters: readonly Column[], count: number) => Column;

/** Elements that are computed together: few enough to stay in cache. */
const chunk = 1024;

const columns = {
  f32: (n: number) => new Float32Array(n),
  f64: (n: number) => new Float64Array(n),
  i32: (n: number) => new Int32Array(n),
  u32: (n: number) => new Uint32Array(n),
  u8: (n: number) => new Uint8Array(n),
  bool: (n: number) => new Uint8Array(n),
  i64: (n: number) => new BigInt64Array(n),
} as const satisfies Record<ScalarType, (n: number) => Column>;

/** Zeros of a type. */
export const columnOf = (type: ScalarType, count: number): Column => columns[type](count);

/**
 * The executable specification of expressions: what every backend must compute, bit for bit. `code` is written once, for parameters
 * of the types given, and then run over as many elements as there are. Neither loads nor loop indices: they are parameters here.
 *
 * @returns A function of a column for each parameter, which gives a column of results.
 * @example
 * evaluatorOf((b, x) => b.mul(x, x), ["f32"])([Float32Array.of(1, 2)]); // Float32Array [1, 4]
 */
export function evaluatorOf(
  code: (b: ExpressionBuilder, ...parameters: readonly Expr[]) => Expr,
  types: readonly ScalarType[],
): (parameters: readonly Column[]) => Column {
  const b = new ExpressionBuilder();
  const root = code(b, ...types.map((type, i) => b.parameter(type, i)));
  const evaluate = compile(root);
  return (parameters) => {
    const count = parameters[0]?.length ?? 1;
    const out = columnOf(root.type, count);
    for (let at = 0; at < count; at += chunk) {
      const end = Math.min(at + chunk, count);
      const parts = parameters.map((column) => column.subarray(at, end));
      copy(out.subarray(at, end), evaluate(parts, end - at), end - at);
    }
    return out;
  };
}

/** One step for each expression below the root, each with a column of its own. */
function compile(root: Expr): Evaluator {
  const values = new Map<Expr, Column>();
  const steps: ((parameters: readonly Column[], count: number) => void)[] = [];
  for (const e of expressionsBelow([root])) {
    const args = e.args.map((arg) => values.get(arg) ?? columnOf(arg.type, chunk));
    if (e.op === "bits") {
      values.set(e, reinterpret(args[0] ?? columnOf(e.type, chunk), e.type));
      continue;
    }
    const out = columnOf(e.type, chunk);
    values.set(e, out);
    if (e.op === "const") fill(out, e.value);
    else if (e.op === "parameter") steps.push((parameters, n) => copy(out, parameters[Number(e.value)] ?? out, n));
    else steps.push(stepOf(e, out, args));
  }
  const result = values.get(root) ?? columnOf(root.type, 0);
  return (parameters, count) => {
    for (const step of steps) step(parameters, count);
    return result;
  };
}

/** The same bytes as numbers of another type. */
function reinterpret({ buffer }: Column, type: ScalarType): Column {
  if (type === "f32") return new Float32Array(buffer);
  if (type === "f64") return new Float64Array(buffer);
  return type === "i64" ? new BigInt64Array(buffer) : new Int32Array(buffer);
}

function stepOf(e: Expr, out: Column, args: readonly Column[]): Evaluator {
  const done = (run: (n: number) => void): Evaluator => {
    return (_, n) => {
      run(n);
      return out;
    };
  };
  const [a = out, second = out, c = out] = args;
  const b = e.op === "shl" || e.op === "shr" || e.op === "shrU" ? shiftCounts(e) : second;
  const type = e.args[0]?.type ?? e.type;
  if (e.op === "call") return callStep(e, out, args);
  if (e.op === "rescue") return rescueStep(e, out, args);
  if (e.op === "check") return done((n) => copy(out, b, n));
  if (e.op === "select") return done((n) => choose(out, a, b, c, n));
  if (e.op === "widen") return done((n) => widen(out, a, n));
  if (e.op === "narrow") return done((n) => narrow(out, a, n));
  if (e.op === "convert") return done((n) => convert(out, a, e.type, n));
  if (out instanceof BigInt64Array) {
    const loop = wideLoops[e.op];
    if (loop !== undefined && a instanceof BigInt64Array && b instanceof BigInt64Array) {
      return done((n) => loop(out, a, b, n));
    }
    throw unknown(e);
  }
  const compare = comparisonLoops[e.op];
  if (compare !== undefined) return done((n) => compare(out, a, b, n));
  if (a instanceof BigInt64Array || b instanceof BigInt64Array) throw unknown(e);
  if (e.op === "copysign") return done((n) => copySign(out, a, b, n));
  if (e.op === "saturate") return done((n) => saturate(out, a, n));
  const loop = (type === "f32" || type === "f64" ? floatLoops : integerLoops)[e.op];
  if (loop === undefined) throw unknown(e);
  return done((n) => loop(out, a, b, n));
}

const unknown = ({ op, type }: Expr): Error => new Error(`${op} of ${type} has no meaning outside of loops`);

function shiftCounts({ type, value }: Expr): Column {
  const counts = columnOf(type, chunk);
  fill(counts, value);
  return counts;
}

/** A function's body, for parameters of these types. */
function bodyOf({ name, body }: ScalarFunction, args: readonly Expr[], type: ScalarType): Evaluator {
  const b = new ExpressionBuilder();
  const [x, y = x, z = x] = args.map((arg, i) => b.parameter(arg.type, i));
  if (x === undefined || y === undefined || z === undefined) throw new Error(`${name}: called without arguments`);
  const root = body(b, x, y, z);
  if (root.type !== type) throw new Error(`${name}: gives ${root.type} where ${type} is promised`);
  return compile(root);
}

function callStep(e: Expr, out: Column, args: readonly Column[]): Evaluator {
  if (e.callee === undefined) throw unknown(e);
  const evaluate = bodyOf(e.callee, e.args, e.type);
  return (_, n) => copy(out, evaluate(args, n), n);
}

/** The slow function is run for the elements that need it, gathered into columns of their own. */
function rescueStep(e: Expr, out: Column, [condition, fast, ...args]: readonly Column[]): Evaluator {
  if (e.callee === undefined || condition === undefined || fast === undefined) throw unknown(e);
  const evaluate = bodyOf(e.callee, e.args.slice(2), e.type);
  const gathered = e.args.slice(2).map(({ type }) => columnOf(type, chunk));
  return (_, n) => {
    copy(out, fast, n);
    const needy: number[] = [];
    for (let i = 0; i < n; i++) if (condition[i] !== 0) needy.push(i);
    if (needy.length === 0) return out;
    for (const [k, column] of gathered.entries()) {
      for (const [to, from] of needy.entries()) move(column, to, args[k] ?? column, from);
    }
    const slow = evaluate(gathered, needy.length);
    for (const [from, to] of needy.entries()) move(out, to, slow, from);
    return out;
  };
}

function move(out: Column, to: number, from: Column, at: number): void {
  if (out instanceof BigInt64Array) out[to] = BigInt(from[at] ?? 0);
  else out[to] = Number(from[at]);
}

function fill(out: Column, value: number | bigint): void {
  if (out instanceof BigInt64Array) out.fill(BigInt(value));
  else out.fill(Number(value));
}

function copy(out: Column, from: Column, n: number): Column {
  if (out instanceof BigInt64Array) {
    if (from instanceof BigInt64Array) out.set(from.length === n ? from : from.subarray(0, n));
  } else if (!(from instanceof BigInt64Array)) out.set(from.length === n ? from : from.subarray(0, n));
  return out;
}

function choose(out: Column, condition: Column, a: Column, b: Column, n: number): void {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < n; i++) move(out, i, condition[i] !== 0 ? a : b, i);
  } else if (!(a instanceof BigInt64Array) && !(b instanceof BigInt64Array)) {
    for (let i = 0; i < n; i++) out[i] = condition[i] !== 0 ? a[i]! : b[i]!;
  }
}

function widen(out: Column, a: Column, n: number): void {
  if (out instanceof BigInt64Array) for (let i = 0; i < n; i++) out[i] = BigInt(a[i]!);
}

function narrow(out: Column, a: Column, n: number): void {
  if (!(out instanceof BigInt64Array)) for (let i = 0; i < n; i++) out[i] = Number(BigInt.asIntN(32, BigInt(a[i]!)));
}

/** Typed arrays convert where they store: towards zero, modulo their range. */
function convert(out: Column, a: Column, type: ScalarType, n: number): void {
  if (out instanceof BigInt64Array || a instanceof BigInt64Array) throw new Error("64-bit integers are not converted");
  if (type === "bool") for (let i = 0; i < n; i++) out[i] = a[i] !== 0 ? 1 : 0;
  else for (let i = 0; i < n; i++) out[i] = a[i]!;
}

function saturate(out: Numbers, a: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.max(-(2 ** 31), Math.min(Math.trunc(a[i]!), 2 ** 31 - 1));
}

/** The sign of NaN counts too, as its bit says. */
function copySign(out: Numbers, a: Numbers, b: Numbers, n: number): void {
  const words = new Int32Array(b.buffer);
  const [step, high] = b instanceof Float64Array ? [2, 1] : [1, 0];
  for (let i = 0; i < n; i++) out[i] = words[step * i + high]! < 0 ? -Math.abs(a[i]!) : Math.abs(a[i]!);
}
