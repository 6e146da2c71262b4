import { expressionsBelow } from "../../ir/expand.js";
import { type Expr, ExpressionBuilder, type ScalarFunction, type ScalarType } from "../../ir/expression.js";
import type { ConstantPool } from "./constant-pool.js";
import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { op, simd } from "./opcodes.js";
import { elementBytes, loadScalar, scalarOperation, scalarValueType } from "./scalar-code.js";
import { byLanes, extractLane, type Lanes, loadVector, replaceLane, splat, vectorOperation } from "./vector-code.js";

/** How many elements at a time: one, or a vector of them. */
export type Width = 1 | Lanes;

/** What a body needs of the loops around it. */
export interface Surroundings {
  readonly writer: FunctionWriter;
  readonly functions: FunctionTable;
  /** Puts the address of a load's first element on the stack; returns what to add to it. `offset` puts the load's computed offset there, in elements. */
  address(e: Expr, offset: (() => void) | undefined): number;
  /** The distance in elements between neighbouring lanes of a load or an index: 0 where all lanes have one element. */
  stride(e: Expr): number;
  /** Puts an index of the first element on the stack. */
  index(e: Expr): void;
  /** Where a constant lies in memory, to be spread over a vector from there; undefined where it does not. */
  constantAddress(e: Expr): number | undefined;
  /** Notes that the run has failed. */
  fail(): void;
}

/** Functions of scalars as functions of the module, made when they are first called. */
export class FunctionTable {
  readonly #module: ModuleWriter;
  readonly #constants: ConstantPool | undefined;
  readonly #made = new Map<ScalarFunction, MadeFunction[]>();

  /** `constants`: where those of vector code lie; without it they are in the code. */
  constructor(module: ModuleWriter, constants?: ConstantPool) {
    this.#module = module;
    this.#constants = constants;
  }

  constantAddress = (e: Expr): number | undefined => this.#constants?.addressOf(e.type, e.value ?? 0);

  get(callee: ScalarFunction, args: readonly Typed[], width: Width): FunctionWriter {
    const known = this.#made.get(callee) ?? [];
    for (let i = 0; i < known.length; i++) if (isFor(known[i]!, args, width)) return known[i]!.writer;
    const types = args.map(({ type }) => type);
    const b = new ExpressionBuilder();
    const parameters = types.map((type, i) => b.parameter(type, i));
    const [x = b.constant("f64", 0), y = x, z = x] = parameters;
    const result = callee.body(b, x, y, z);
    const valueType = (type: ScalarType) => (width === 1 ? scalarValueType(type) : "v128");
    const name = `${callee.name}:${types.join()}:${width}`;
    const writer = this.#module.function(name, types.map(valueType), [valueType(result.type)]);
    this.#made.set(callee, [...known, { types, width, writer }]);
    const none = (): never => {
      throw new Error(`${callee.name} reads memory`);
    };
    const surroundings: Surroundings = {
      writer,
      functions: this,
      address: none,
      stride: none,
      index: none,
      constantAddress: this.constantAddress,
      fail: none,
    };
    const body = new Body(surroundings, width);
    for (const [i, parameter] of parameters.entries()) body.bind(parameter, i);
    body.prepare([result]);
    body.push(result);
    return writer;
  }
}

/** What has a type: an argument. */
type Typed = Pick<Expr, "type">;

/** A function at one width, of arguments of these types. */
interface MadeFunction {
  readonly types: readonly ScalarType[];
  readonly width: Width;
  readonly writer: FunctionWriter;
}

function isFor({ types, width }: MadeFunction, args: readonly Typed[], wanted: Width): boolean {
  if (width !== wanted || types.length !== args.length) return false;
  for (let i = 0; i < types.length; i++) if (types[i] !== args[i]?.type) return false;
  return true;
}

/** Operations whose code asks for an operand more than once: the operand is held in a local. */
function repeatsOperands({ op: name, type, args }: Expr): boolean {
  const from = args[0]?.type ?? type;
  const integral = from !== "f32" && from !== "f64";
  switch (name) {
    case "div":
    case "rem":
    case "min":
    case "max":
    case "abs":
    case "neg":
      return integral;
    case "convert":
      return !integral && type !== "f32" && type !== "f64" && type !== "bool";
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return from === "bool";
    case "rescue":
    case "check":
      return true;
    case "load":
      return args.length > 0;
    default:
      return false;
  }
}

/** Expressions nested deeper than this are held in locals on the way. */
const deepest = 12;

/** Writes expressions at one width, each once: what is used again is held in a local. */
export class Body {
  readonly #s: Surroundings;
  readonly width: Width;
  readonly #locals = new Map<Expr, number>();
  readonly #own: number[] = [];

  constructor(surroundings: Surroundings, width: Width) {
    this.#s = surroundings;
    this.width = width;
  }

  /** Says that a local holds an expression already. */
  bind(e: Expr, local: number): void {
    this.#locals.set(e, local);
  }

  /** Says that a local holds an expression, and is let go of with this body. */
  own(e: Expr, local: number): void {
    this.#locals.set(e, local);
    this.#own.push(local);
  }

  /** Tells another body of the locals that hold expressions already. */
  share(other: Body): void {
    this.#locals.forEach((local, e) => {
      other.bind(e, local);
    });
  }

  isBound = (e: Expr): boolean => this.#locals.has(e);

  /** Writes those expressions below `roots` that are used more than once, up to what is bound; `push` then writes the rest. */
  prepare(roots: readonly Expr[], hold: readonly Expr[] = []): void {
    const below = expressionsBelow(roots, this.#locals);
    // By the numbers of expressions.
    const size = (below[below.length - 1]?.id ?? -1) + 1;
    const uses = new Int32Array(size);
    const heights = new Uint8Array(size);
    const held = new Uint8Array(size);
    for (const { id } of hold) held[id] = 1;
    for (let k = 0; k < below.length; k++) {
      const e = below[k]!;
      const { args } = e;
      const repeats = repeatsOperands(e);
      let tall = 0;
      for (let i = 0; i < args.length; i++) {
        const { id } = args[i]!;
        uses[id]!++;
        if (repeats) held[id] = 1;
        else if (held[id] === 0) tall = Math.max(tall, heights[id]!);
      }
      heights[e.id] = tall + 1;
      if (tall + 1 >= deepest) {
        held[e.id] = 1;
        heights[e.id] = 0;
      }
    }
    for (const { id } of roots) uses[id]!++;
    for (let k = 0; k < below.length; k++) {
      const e = below[k]!;
      if (e.op === "parameter" || (e.op === "const" && this.width === 1)) continue;
      if (held[e.id] === 1 || uses[e.id]! > 1) this.#hold(e);
    }
  }

  #hold(e: Expr): void {
    this.#write(e);
    const { writer } = this.#s;
    const local = writer.local(this.width === 1 ? scalarValueType(e.type) : "v128");
    writer.set(local);
    this.#locals.set(e, local);
    this.#own.push(local);
  }

  /** Puts an expression on the stack. */
  push(e: Expr): void {
    const local = this.#locals.get(e);
    if (local === undefined) this.#write(e);
    else this.#s.writer.get(local);
  }

  /** The local that holds an expression, now or from now on. */
  local(e: Expr): number {
    const known = this.#locals.get(e);
    if (known !== undefined) return known;
    this.#hold(e);
    return this.#locals.get(e) ?? 0;
  }

  /** Lets go of the locals. */
  release(): void {
    for (const local of this.#own) this.#s.writer.release(local);
    this.#own.length = 0;
    this.#locals.clear();
  }

  #write(e: Expr): void {
    const { writer: w, functions } = this.#s;
    const { width } = this;
    const operand = (i: number): void => {
      const arg = e.args[i];
      if (arg === undefined) throw new Error(`${e.op} has no operand ${i}`);
      this.push(arg);
    };
    switch (e.op) {
      case "load":
        this.#load(e);
        return;
      case "index":
        this.#s.index(e);
        if (width !== 1) this.#indices(e, width);
        return;
      case "const": {
        const address = width === 1 ? undefined : this.#s.constantAddress(e);
        if (width === 1) scalarOperation(w, e, operand);
        else if (address === undefined) vectorOperation(w, e, width, operand);
        else if (isWide(e.type)) w.i32(0).simdMemory(simd.load64Splat, address, 3);
        else w.i32(0).simdMemory(simd.load32Splat, address, 2);
        return;
      }
      case "call": {
        for (let i = 0; i < e.args.length; i++) operand(i);
        if (e.callee !== undefined) w.call(functions.get(e.callee, e.args, width));
        return;
      }
      case "rescue":
        this.#rescue(e);
        return;
      case "check":
        operand(0);
        if (width === 1) w.op(op.i32Eqz);
        else w.simd(simd.not).simd(simd.anyTrue);
        w.if(() => this.#s.fail());
        operand(1);
        return;
      default:
        if (width === 1) scalarOperation(w, e, operand);
        else vectorOperation(w, e, width, operand);
    }
  }

  #indices(e: Expr, lanes: Lanes): void {
    const { writer: w } = this.#s;
    w.simd(simd.i32x4Splat);
    const stride = this.#s.stride(e);
    if (stride === 0) return;
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    for (let lane = 0; lane < lanes; lane++) view.setInt32(4 * lane, lane * stride, true);
    w.v128(bytes).simd(simd.i32x4Add);
  }

  #load(e: Expr): void {
    const { writer: w } = this.#s;
    const { width } = this;
    const bytes = elementBytes(e.type);
    const [offset] = e.args;
    if (width === 1) {
      const constant = this.#s.address(e, offset && (() => this.push(offset)));
      loadScalar(w, e.type, constant);
      return;
    }
    const stride = this.#s.stride(e);
    if (offset === undefined && stride === 1) {
      const constant = this.#s.address(e, undefined);
      loadVector(w, e.type, width, constant);
      return;
    }
    if (offset === undefined && stride === 0) {
      const constant = this.#s.address(e, undefined);
      if (e.type === "f32" || e.type === "i32" || e.type === "u32") w.simdMemory(simd.load32Splat, constant, 2);
      else if (e.type === "f64" || e.type === "i64") w.simdMemory(simd.load64Splat, constant, 3);
      else {
        loadScalar(w, e.type, constant);
        splat(w, e.type);
      }
      return;
    }
    if (offset === undefined && stride === 2 && width === 4 && bytes === 4) {
      // Two vectors that begin and end with the first and the last of the four elements, and nothing beyond them is read.
      for (const further of [0, 3 * bytes]) loadVector(w, e.type, width, this.#s.address(e, undefined) + further);
      w.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 20, 21, 22, 23, 28, 29, 30, 31]);
      return;
    }
    byLanes(w, e);
    for (let lane = 0; lane < width; lane++) {
      const from =
        offset &&
        ((): void => {
          this.push(offset);
          extractLane(w, "i32", width, lane);
        });
      const constant = this.#s.address(e, from);
      const further = lane * stride * bytes;
      if (constant + further < 0) w.i32(further).op(op.i32Add);
      loadScalar(w, e.type, constant + further < 0 ? constant : constant + further);
      replaceLane(w, e.type, width, lane);
    }
  }

  #rescue(e: Expr): void {
    const { writer: w, functions } = this.#s;
    const { width } = this;
    const [condition, fast, ...args] = e.args;
    if (condition === undefined || fast === undefined || e.callee === undefined) throw new Error("rescue");
    const slow = functions.get(e.callee, args, 1);
    const result = w.local(width === 1 ? scalarValueType(e.type) : "v128");
    this.push(fast);
    w.set(result);
    this.push(condition);
    if (width === 1) {
      w.if(() => {
        for (const arg of args) this.push(arg);
        w.call(slow).set(result);
      });
    } else {
      w.simd(simd.anyTrue).if(() => {
        for (let lane = 0; lane < width; lane++) {
          this.push(condition);
          extractLane(w, "bool", width, lane);
          w.if(() => {
            w.get(result);
            for (const arg of args) {
              this.push(arg);
              extractLane(w, arg.type, width, lane);
            }
            w.call(slow);
            replaceLane(w, e.type, width, lane);
            w.set(result);
          });
        }
      });
    }
    w.get(result);
    this.#own.push(result);
  }
}

const typesOf = (args: readonly Expr[]): ScalarType[] => args.map(({ type }) => type);

/** Vectors have two lanes where an expression, or an operand of one, has 64 bits. Functions that are called count too. */
export function lanesFor(expressions: readonly Expr[]): Lanes {
  const isNarrow = (e: Expr): boolean =>
    !isWide(e.type) &&
    e.args.every(({ type }) => !isWide(type)) &&
    (e.callee === undefined || !calleeIsWide(e.callee, e));
  return expressions.every(isNarrow) ? 4 : 2;
}

const wide = new WeakMap<ScalarFunction, Map<string, boolean>>();

function calleeIsWide(callee: ScalarFunction, e: Expr): boolean {
  // What rescues works on one element at a time.
  if (e.op === "rescue") return false;
  const types = typesOf(e.args);
  const known = wide.get(callee) ?? new Map<string, boolean>();
  wide.set(callee, known);
  const key = types.join();
  const before = known.get(key);
  if (before !== undefined) return before;
  const b = new ExpressionBuilder();
  const [x = b.constant("f64", 0), y = x, z = x] = types.map((type, i) => b.parameter(type, i));
  const result = lanesFor(expressionsBelow([callee.body(b, x, y, z)])) === 2;
  known.set(key, result);
  return result;
}

const isWide = (type: ScalarType): boolean => type === "f64" || type === "i64";
