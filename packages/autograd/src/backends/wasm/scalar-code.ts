import type { Expr, ScalarType } from "../../ir/expression.js";
import type { FunctionWriter, ValueType } from "./encoder.js";
import { op, saturating } from "./opcodes.js";

/** The WebAssembly type that holds one element. */
export const scalarValueType = (type: ScalarType): ValueType =>
  type === "f32" || type === "f64" || type === "i64" ? type : "i32";

/** Bytes of an element in memory. */
export const elementBytes = (type: ScalarType): number =>
  type === "f64" || type === "i64" ? 8 : type === "u8" || type === "bool" ? 1 : 4;

const loads = { f32: op.f32Load, f64: op.f64Load, i64: op.i64Load, i32: op.i32Load, u32: op.i32Load } as const;
const stores = { f32: op.f32Store, f64: op.f64Store, i64: op.i64Store, i32: op.i32Store, u32: op.i32Store } as const;

/** Loads an element from the address on the stack. */
export function loadScalar(w: FunctionWriter, type: ScalarType, offset: number): void {
  if (type === "u8" || type === "bool") w.memory(op.i32Load8U, offset, 0);
  else w.memory(loads[type], offset, elementBytes(type) === 8 ? 3 : 2);
}

/** Stores the element on the stack at the address below it. */
export function storeScalar(w: FunctionWriter, type: ScalarType, offset: number): void {
  if (type === "u8" || type === "bool") w.memory(op.i32Store8, offset, 0);
  else w.memory(stores[type], offset, elementBytes(type) === 8 ? 3 : 2);
}

/** Puts a constant on the stack. */
export function scalarConstant(w: FunctionWriter, type: ScalarType, value: number | bigint): void {
  if (type === "f32") w.f32(Number(value));
  else if (type === "f64") w.f64(Number(value));
  else if (type === "i64") w.i64(BigInt(value));
  else w.i32(Number(value) | 0);
}

const float32 = {
  neg: op.f32Neg,
  abs: op.f32Abs,
  sqrt: op.f32Sqrt,
  floor: op.f32Floor,
  ceil: op.f32Ceil,
  trunc: op.f32Trunc,
  nearest: op.f32Nearest,
  add: op.f32Add,
  sub: op.f32Sub,
  mul: op.f32Mul,
  div: op.f32Div,
  min: op.f32Min,
  max: op.f32Max,
  copysign: op.f32Copysign,
  eq: op.f32Eq,
  ne: op.f32Ne,
  lt: op.f32Lt,
  le: op.f32Le,
  gt: op.f32Gt,
  ge: op.f32Ge,
} as const;

const float64 = {
  neg: op.f64Neg,
  abs: op.f64Abs,
  sqrt: op.f64Sqrt,
  floor: op.f64Floor,
  ceil: op.f64Ceil,
  trunc: op.f64Trunc,
  nearest: op.f64Nearest,
  add: op.f64Add,
  sub: op.f64Sub,
  mul: op.f64Mul,
  div: op.f64Div,
  min: op.f64Min,
  max: op.f64Max,
  copysign: op.f64Copysign,
  eq: op.f64Eq,
  ne: op.f64Ne,
  lt: op.f64Lt,
  le: op.f64Le,
  gt: op.f64Gt,
  ge: op.f64Ge,
} as const;

const integer32 = {
  add: op.i32Add,
  sub: op.i32Sub,
  mul: op.i32Mul,
  and: op.i32And,
  or: op.i32Or,
  xor: op.i32Xor,
  shl: op.i32Shl,
  shr: op.i32ShrS,
  shrU: op.i32ShrU,
  eq: op.i32Eq,
  ne: op.i32Ne,
  lt: op.i32LtS,
  le: op.i32LeS,
  gt: op.i32GtS,
  ge: op.i32GeS,
} as const;

const unsigned32 = {
  ...integer32,
  shr: op.i32ShrU,
  lt: op.i32LtU,
  le: op.i32LeU,
  gt: op.i32GtU,
  ge: op.i32GeU,
} as const;

const integer64 = {
  add: op.i64Add,
  sub: op.i64Sub,
  mul: op.i64Mul,
  and: op.i64And,
  or: op.i64Or,
  xor: op.i64Xor,
  shl: op.i64Shl,
  shr: op.i64ShrS,
  shrU: op.i64ShrU,
  eq: op.i64Eq,
  ne: op.i64Ne,
  lt: op.i64LtS,
  le: op.i64LeS,
  gt: op.i64GtS,
  ge: op.i64GeS,
} as const;

const tables: Record<ScalarType, Readonly<Record<string, number>>> = {
  f32: float32,
  f64: float64,
  i32: integer32,
  u32: unsigned32,
  u8: unsigned32,
  bool: unsigned32,
  i64: integer64,
};

/**
 * Writes the code of one operation for one element. `operand(i)` puts argument i on the stack; arguments may be asked for more than once where
 * they are cheap to repeat (`held`), so callers hold them in locals.
 */
export function scalarOperation(w: FunctionWriter, e: Expr, operand: (i: number) => void): void {
  const from = e.args[0]?.type ?? e.type;
  switch (e.op) {
    case "const":
      scalarConstant(w, e.type, e.value);
      return;
    case "select":
      operand(1);
      operand(2);
      operand(0);
      w.op(op.select);
      return;
    case "not":
      operand(0);
      w.op(op.i32Eqz);
      return;
    case "convert":
      operand(0);
      convertScalar(w, from, e.type);
      return;
    case "saturate":
      operand(0);
      w.op_fc(from === "f32" ? saturating.i32TruncF32S : saturating.i32TruncF64S);
      return;
    case "bits":
      operand(0);
      w.op(reinterpretation(from));
      return;
    case "narrow":
      operand(0);
      w.op(op.i32WrapI64);
      return;
    case "widen":
      operand(0);
      w.op(from === "i32" ? op.i64ExtendI32S : op.i64ExtendI32U);
      return;
    case "shl":
    case "shr":
    case "shrU":
      operand(0);
      scalarConstant(w, e.type, e.type === "i64" ? BigInt(e.value) : e.value);
      w.op(tables[e.type][e.op] ?? op.unreachable);
      break;
    default:
      if (from === "f32" || from === "f64" || tables[from][e.op] !== undefined) {
        operand(0);
        if (e.args.length > 1) operand(1);
        w.op(instruction(e, from));
      } else {
        integerOperation(w, e, from, operand);
      }
  }
  if (e.type === "u8" && from === "u8") w.i32(0xff).op(op.i32And);
}

function instruction({ op: name }: Expr, from: ScalarType): number {
  const code = tables[from][name];
  if (code === undefined) throw new Error(`no instruction for ${name} of ${from}`);
  return code;
}

function reinterpretation(from: ScalarType): number {
  if (from === "f32") return op.i32ReinterpretF32;
  if (from === "f64") return op.i64ReinterpretF64;
  return from === "i64" ? op.f64ReinterpretI64 : op.f32ReinterpretI32;
}

/** Operations on integers that take more than one instruction. */
function integerOperation(w: FunctionWriter, e: Expr, type: ScalarType, operand: (i: number) => void): void {
  const signed = type === "i32";
  const wide = type === "i64";
  switch (e.op) {
    case "neg":
      scalarConstant(w, type, 0);
      operand(0);
      w.op(wide ? op.i64Sub : op.i32Sub);
      return;
    case "abs":
      scalarConstant(w, type, 0);
      operand(0);
      w.op(wide ? op.i64Sub : op.i32Sub);
      operand(0);
      operand(0);
      scalarConstant(w, type, 0);
      w.op(wide ? op.i64LtS : signed ? op.i32LtS : op.i32LtU);
      w.op(op.select);
      return;
    case "min":
    case "max": {
      operand(0);
      operand(1);
      operand(0);
      operand(1);
      const less = wide ? op.i64LtS : signed ? op.i32LtS : op.i32LtU;
      const greater = wide ? op.i64GtS : signed ? op.i32GtS : op.i32GtU;
      w.op(e.op === "min" ? less : greater);
      w.op(op.select);
      return;
    }
    case "div":
    case "rem":
      divide(w, e.op, signed, operand);
      return;
    default:
      throw new Error(`no code for ${e.op} of ${type}`);
  }
}

/** Division that never traps: by zero it gives 0, and −2³¹ / −1 wraps. */
function divide(w: FunctionWriter, name: "div" | "rem", signed: boolean, operand: (i: number) => void): void {
  const divisorOr1 = (): void => {
    operand(1);
    w.i32(1);
    operand(1);
    w.op(op.select);
  };
  if (!signed) {
    operand(0);
    divisorOr1();
    w.op(name === "div" ? op.i32DivU : op.i32RemU);
    w.i32(0);
    operand(1);
    w.op(op.select);
    return;
  }
  // In 64 bits nothing overflows.
  operand(0);
  w.op(op.i64ExtendI32S);
  divisorOr1();
  w.op(op.i64ExtendI32S);
  w.op(name === "div" ? 0x7f : 0x81).op(op.i32WrapI64);
  w.i32(0);
  operand(1);
  w.op(op.select);
}

/** Turns the value on the stack into another type. */
export function convertScalar(w: FunctionWriter, from: ScalarType, to: ScalarType): void {
  const unsigned = from === "u32" || from === "u8" || from === "bool";
  if (to === "bool") {
    if (from === "f32") w.f32(0).op(op.f32Ne);
    else if (from === "f64") w.f64(0).op(op.f64Ne);
    else w.i32(0).op(op.i32Ne);
  } else if (to === "f32") {
    w.op(from === "f64" ? op.f32DemoteF64 : unsigned ? op.f32ConvertI32U : op.f32ConvertI32S);
  } else if (to === "f64") {
    w.op(from === "f32" ? op.f64PromoteF32 : unsigned ? op.f64ConvertI32U : op.f64ConvertI32S);
  } else if (from === "f32" || from === "f64") {
    // Through 64 bits, whose low half is the value modulo 2³².
    w.op_fc(from === "f32" ? saturating.i64TruncF32S : saturating.i64TruncF64S).op(op.i32WrapI64);
    if (to === "u8") w.i32(0xff).op(op.i32And);
  } else if (to === "u8" && from !== "bool") {
    w.i32(0xff).op(op.i32And);
  }
}
