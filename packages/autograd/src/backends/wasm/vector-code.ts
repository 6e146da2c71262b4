import type { Expr, ScalarType } from "../../ir/expression.js";
import type { FunctionWriter } from "./encoder.js";
import { op, simd } from "./opcodes.js";
import { scalarConstant, scalarOperation } from "./scalar-code.js";

/** How many elements a vector holds: 4, or 2 where the loop has an element of 64 bits. 32-bit types then fill the low half. */
export type Lanes = 2 | 4;

const float32 = {
  neg: simd.f32x4Neg,
  abs: simd.f32x4Abs,
  sqrt: simd.f32x4Sqrt,
  floor: simd.f32x4Floor,
  ceil: simd.f32x4Ceil,
  trunc: simd.f32x4Trunc,
  nearest: simd.f32x4Nearest,
  add: simd.f32x4Add,
  sub: simd.f32x4Sub,
  mul: simd.f32x4Mul,
  div: simd.f32x4Div,
  min: simd.f32x4Min,
  max: simd.f32x4Max,
  eq: simd.f32x4Eq,
  ne: simd.f32x4Ne,
  lt: simd.f32x4Lt,
  le: simd.f32x4Le,
  gt: simd.f32x4Gt,
  ge: simd.f32x4Ge,
} as const;

const float64 = {
  neg: simd.f64x2Neg,
  abs: simd.f64x2Abs,
  sqrt: simd.f64x2Sqrt,
  floor: simd.f64x2Floor,
  ceil: simd.f64x2Ceil,
  trunc: simd.f64x2Trunc,
  nearest: simd.f64x2Nearest,
  add: simd.f64x2Add,
  sub: simd.f64x2Sub,
  mul: simd.f64x2Mul,
  div: simd.f64x2Div,
  min: simd.f64x2Min,
  max: simd.f64x2Max,
  eq: simd.f64x2Eq,
  ne: simd.f64x2Ne,
  lt: simd.f64x2Lt,
  le: simd.f64x2Le,
  gt: simd.f64x2Gt,
  ge: simd.f64x2Ge,
} as const;

const bitwise = { and: simd.and, or: simd.or, xor: simd.xor } as const;

const integer32 = {
  ...bitwise,
  neg: simd.i32x4Neg,
  abs: simd.i32x4Abs,
  add: simd.i32x4Add,
  sub: simd.i32x4Sub,
  mul: simd.i32x4Mul,
  min: simd.i32x4MinS,
  max: simd.i32x4MaxS,
  shl: simd.i32x4Shl,
  shr: simd.i32x4ShrS,
  shrU: simd.i32x4ShrU,
  eq: simd.i32x4Eq,
  ne: simd.i32x4Ne,
  lt: simd.i32x4LtS,
  le: simd.i32x4LeS,
  gt: simd.i32x4GtS,
  ge: simd.i32x4GeS,
} as const;

const { abs: _signed, ...signless32 } = integer32;
const unsigned32 = {
  ...signless32,
  min: simd.i32x4MinU,
  max: simd.i32x4MaxU,
  shr: simd.i32x4ShrU,
  lt: simd.i32x4LtU,
  le: simd.i32x4LeU,
  gt: simd.i32x4GtU,
  ge: simd.i32x4GeU,
} as const;

const integer64 = {
  ...bitwise,
  neg: simd.i64x2Neg,
  abs: simd.i64x2Abs,
  add: simd.i64x2Add,
  sub: simd.i64x2Sub,
  mul: simd.i64x2Mul,
  shl: simd.i64x2Shl,
  shr: simd.i64x2ShrS,
  shrU: simd.i64x2ShrU,
  eq: simd.i64x2Eq,
  ne: simd.i64x2Ne,
  lt: simd.i64x2LtS,
  le: simd.i64x2LeS,
  gt: simd.i64x2GtS,
  ge: simd.i64x2GeS,
} as const;

const tables: Record<ScalarType, Readonly<Record<string, number>>> = {
  f32: float32,
  f64: float64,
  i32: integer32,
  u32: unsigned32,
  u8: unsigned32,
  i64: integer64,
  // Masks: all bits of a lane are set where it is true.
  bool: { ...bitwise, ne: simd.xor },
};

const is64 = (type: ScalarType): boolean => type === "f64" || type === "i64";

/** Spreads the scalar on the stack over all lanes. A truth value becomes a mask, whatever their number. */
export function splat(w: FunctionWriter, type: ScalarType): void {
  if (type === "f32") w.simd(simd.f32x4Splat);
  else if (type === "f64") w.simd(simd.f64x2Splat);
  else if (type === "i64") w.simd(simd.i64x2Splat);
  else {
    w.simd(simd.i32x4Splat);
    if (type === "bool") w.simd(simd.i32x4Neg);
  }
}

/** Takes a lane of the vector on the stack; a mask gives 0 or 1. */
export function extractLane(w: FunctionWriter, type: ScalarType, lanes: Lanes, lane: number): void {
  if (type === "f32") w.simd(simd.f32x4ExtractLane, lane);
  else if (type === "f64") w.simd(simd.f64x2ExtractLane, lane);
  else if (type === "i64") w.simd(simd.i64x2ExtractLane, lane);
  else {
    w.simd(simd.i32x4ExtractLane, type === "bool" && lanes === 2 ? 2 * lane : lane);
    if (type === "bool") w.i32(1).op(op.i32And);
  }
}

/** Puts the scalar on the stack into a lane of the vector below it. */
export function replaceLane(w: FunctionWriter, type: ScalarType, lanes: Lanes, lane: number): void {
  if (type === "f32") w.simd(simd.f32x4ReplaceLane, lane);
  else if (type === "f64") w.simd(simd.f64x2ReplaceLane, lane);
  else if (type === "i64") w.simd(simd.i64x2ReplaceLane, lane);
  else if (type !== "bool") w.simd(simd.i32x4ReplaceLane, lane);
  else if (lanes === 4) w.i32(-1).op(op.i32Mul).simd(simd.i32x4ReplaceLane, lane);
  else w.i32(-1).op(op.i32Mul).op(op.i64ExtendI32S).simd(simd.i64x2ReplaceLane, lane);
}

/** Loads consecutive elements from the address on the stack. */
export function loadVector(w: FunctionWriter, type: ScalarType, lanes: Lanes, offset: number): void {
  if (is64(type)) {
    w.simdMemory(simd.load, offset, 3);
  } else if (type !== "u8" && type !== "bool") {
    if (lanes === 4) w.simdMemory(simd.load, offset, 2);
    else w.simdMemory(simd.load64Zero, offset, 2);
  } else {
    if (lanes === 4) w.simdMemory(simd.load32Zero, offset, 0);
    else w.memory(op.i32Load16U, offset, 0).simd(simd.i32x4Splat);
    w.simd(simd.i16x8ExtendLowI8x16U).simd(simd.i32x4ExtendLowI16x8U);
    if (type === "bool") {
      w.simd(simd.i32x4Neg);
      if (lanes === 2) w.simd(simd.i64x2ExtendLowI32x4S);
    }
  }
}

/** Stores the vector on the stack at the address below it. */
export function storeVector(w: FunctionWriter, type: ScalarType, lanes: Lanes, offset: number): void {
  if (is64(type)) {
    w.simdMemory(simd.store, offset, 3);
  } else if (type !== "u8" && type !== "bool") {
    if (lanes === 4) w.simdMemory(simd.store, offset, 2);
    else w.simdMemory(simd.store64Lane, offset, 2, 0);
  } else {
    packBytes(w, type, lanes);
    w.simd(simd.i32x4ExtractLane, 0);
    w.memory(lanes === 4 ? op.i32Store : op.i32Store16, offset, 0);
  }
}

/** Brings the elements of the vector on the stack together as bytes in its lowest lane. */
function packBytes(w: FunctionWriter, type: ScalarType, lanes: Lanes): void {
  const stride = type === "bool" && lanes === 2 ? 8 : 4;
  const selected = Array.from({ length: 16 }, (_, i) => (i < lanes ? i * stride : 0));
  if (type === "bool") {
    // A mask is −1 where it is true; its negative is the byte 1.
    w.simd(lanes === 2 ? simd.i64x2Neg : simd.i32x4Neg);
  }
  const twice = w.local("v128");
  w.tee(twice).get(twice).shuffle(selected);
  w.release(twice);
}

/** Writes the code of one operation on vectors; `operand(i)` puts argument i on the stack and may be asked for more than once. */
export function vectorOperation(w: FunctionWriter, e: Expr, lanes: Lanes, operand: (i: number) => void): void {
  const from = e.args[0]?.type ?? e.type;
  switch (e.op) {
    case "const":
      vectorConstant(w, e);
      return;
    case "select":
      if (writeLesserOrGreater(w, e, operand)) return;
      operand(1);
      operand(2);
      operand(0);
      if (lanes === 2 && !is64(e.type) && e.type !== "bool") narrowMask(w);
      w.simd(simd.bitselect);
      return;
    case "not":
      operand(0);
      w.simd(simd.not);
      return;
    case "convert":
      convertVector(w, e, from, lanes, operand);
      return;
    case "saturate":
      operand(0);
      w.simd(from === "f32" ? simd.i32x4TruncSatF32x4S : simd.i32x4TruncSatF64x2SZero);
      return;
    case "bits":
      operand(0);
      return;
    case "narrow":
      operand(0);
      narrowMask(w);
      return;
    case "widen":
      operand(0);
      w.simd(from === "i32" ? simd.i64x2ExtendLowI32x4S : simd.i64x2ExtendLowI32x4U);
      return;
    case "copysign": {
      const sign = w.local("v128");
      operand(0);
      operand(1);
      if (from === "f32") w.i32(-0x80000000).simd(simd.i32x4Splat).set(sign);
      else w.i64(-0x8000000000000000n).simd(simd.i64x2Splat).set(sign);
      // Bits of the second operand where the sign mask is set; bitselect takes from the first where the mask is 1.
      const second = w.local("v128");
      const first = w.local("v128");
      w.set(second).set(first).get(second).get(first).get(sign).simd(simd.bitselect);
      w.release(second);
      w.release(first);
      w.release(sign);
      return;
    }
    case "shl":
    case "shr":
    case "shrU":
      operand(0);
      w.i32(Number(e.value)).simd(code(e, from));
      break;
    case "eq":
      if (from === "bool") {
        operand(0);
        operand(1);
        w.simd(simd.xor).simd(simd.not);
        return;
      }
      comparison(w, e, from, lanes, operand);
      return;
    case "ne":
    case "lt":
    case "le":
    case "gt":
    case "ge":
      comparison(w, e, from, lanes, operand);
      return;
    default:
      if (tables[from][e.op] === undefined) {
        byLanes(w, e);
        for (let lane = 0; lane < lanes; lane++) {
          scalarOperation(w, e, (i) => {
            operand(i);
            extractLane(w, from, lanes, lane);
          });
          replaceLane(w, e.type, lanes, lane);
        }
      } else {
        operand(0);
        if (e.args.length > 1) operand(1);
        w.simd(code(e, from));
      }
  }
  if (e.type === "u8" && from === "u8") w.i32(0xff).simd(simd.i32x4Splat).simd(simd.and);
}

/** A choice between two numbers by their own comparison is one instruction: pmin(a, b) is b < a ? b : a, and pmax(a, b) is a < b ? b : a. */
function writeLesserOrGreater(w: FunctionWriter, e: Expr, operand: (i: number) => void): boolean {
  const [condition, chosen, other] = e.args;
  if (condition === undefined || (e.type !== "f32" && e.type !== "f64")) return false;
  if (condition.op !== "lt" && condition.op !== "gt") return false;
  const [low, high] = condition.op === "lt" ? condition.args : [...condition.args].reverse();
  const isLesser = chosen === low && other === high;
  if (!isLesser && !(chosen === high && other === low)) return false;
  operand(2);
  operand(1);
  if (e.type === "f32") w.simd(isLesser ? simd.f32x4Pmin : simd.f32x4Pmax);
  else w.simd(isLesser ? simd.f64x2Pmin : simd.f64x2Pmax);
  return true;
}

/** Starts a result that is put together lane by lane: zeros on the stack. */
export function byLanes(w: FunctionWriter, e: Expr): void {
  scalarConstant(w, e.type === "bool" ? "i32" : e.type, e.type === "i64" ? 0n : 0);
  splat(w, e.type === "bool" ? "i32" : e.type);
}

function comparison(w: FunctionWriter, e: Expr, from: ScalarType, lanes: Lanes, operand: (i: number) => void): void {
  if (tables[from][e.op] === undefined || (from === "bool" && e.op !== "ne")) {
    byLanes(w, e);
    for (let lane = 0; lane < lanes; lane++) {
      scalarOperation(w, e, (i) => {
        operand(i);
        extractLane(w, from, lanes, lane);
      });
      replaceLane(w, e.type, lanes, lane);
    }
    return;
  }
  operand(0);
  operand(1);
  w.simd(code(e, from));
  if (lanes === 2 && !is64(from) && from !== "bool") w.simd(simd.i64x2ExtendLowI32x4S);
}

function code({ op: name }: Expr, from: ScalarType): number {
  const found = tables[from][name];
  if (found === undefined) throw new Error(`no vector instruction for ${name} of ${from}`);
  return found;
}

function vectorConstant(w: FunctionWriter, e: Expr): void {
  scalarConstant(w, e.type, e.value);
  splat(w, e.type);
}

/** Two masks of 64 bits to two of 32 in the low half. */
function narrowMask(w: FunctionWriter): void {
  const twice = w.local("v128");
  w.tee(twice).get(twice).shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 16, 16, 16, 16, 16, 16, 16]);
  w.release(twice);
}

function convertVector(w: FunctionWriter, e: Expr, from: ScalarType, lanes: Lanes, operand: (i: number) => void): void {
  const { type: to } = e;
  const unsigned = from === "u32" || from === "u8";
  if (to === "bool") {
    operand(0);
    scalarConstant(w, from, from === "i64" ? 0n : 0);
    splat(w, from);
    w.simd(from === "f32" ? simd.f32x4Ne : from === "f64" ? simd.f64x2Ne : simd.i32x4Ne);
    if (lanes === 2 && !is64(from)) w.simd(simd.i64x2ExtendLowI32x4S);
    return;
  }
  if (from === "bool") {
    operand(0);
    if (lanes === 2) narrowMask(w);
    w.simd(simd.i32x4Neg);
    if (to === "f32") w.simd(simd.f32x4ConvertI32x4S);
    else if (to === "f64") w.simd(simd.f64x2ConvertLowI32x4S);
    return;
  }
  if (to === "f32") {
    operand(0);
    w.simd(from === "f64" ? simd.f32x4DemoteF64x2Zero : unsigned ? simd.f32x4ConvertI32x4U : simd.f32x4ConvertI32x4S);
  } else if (to === "f64") {
    operand(0);
    w.simd(
      from === "f32" ? simd.f64x2PromoteLowF32x4 : unsigned ? simd.f64x2ConvertLowI32x4U : simd.f64x2ConvertLowI32x4S,
    );
  } else if (from === "f32" || from === "f64") {
    byLanes(w, e);
    for (let lane = 0; lane < lanes; lane++) {
      scalarOperation(w, e, (i) => {
        operand(i);
        extractLane(w, from, lanes, lane);
      });
      replaceLane(w, to, lanes, lane);
    }
  } else {
    operand(0);
    if (to === "u8") w.i32(0xff).simd(simd.i32x4Splat).simd(simd.and);
  }
}
