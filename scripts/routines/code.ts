import { op, simd } from "../../packages/autograd/src/backends/wasm/opcodes.js";
import type { Element } from "./types.js";

/** A call in the code: of another routine, or of an elementary function. */
export interface Reference {
  readonly kind: "routine" | "elementary";
  readonly name: string;
}

/** Instructions of one function, with calls apart: their numbers are known when a module is made. */
export class Code {
  readonly parts: (number[] | Reference)[] = [];
  #bytes: number[] = [];

  op(...bytes: number[]): this {
    this.#bytes.push(...bytes);
    return this;
  }

  unsigned(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes.push((rest % 0x80) | 0x80);
    return this.op(rest);
  }

  int(value: number): this {
    this.op(0x41);
    for (let rest = value | 0; ; ) {
      const low = rest & 0x7f;
      rest >>= 7;
      const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
      this.op(isLast ? low : low | 0x80);
      if (isLast) return this;
    }
  }

  num(value: number): this {
    return this.op(0x44, ...new Uint8Array(Float64Array.of(value).buffer));
  }

  get = (local: number): this => this.op(0x20).unsigned(local);
  set = (local: number): this => this.op(0x21).unsigned(local);
  tee = (local: number): this => this.op(0x22).unsigned(local);

  vector(code: number, lane?: number): this {
    this.op(0xfd).unsigned(code);
    return lane === undefined ? this : this.op(lane);
  }

  vectorMemory(code: number, align: number): this {
    return this.op(0xfd).unsigned(code).op(align, 0);
  }

  memory(code: number, align: number): this {
    return this.op(code, align, 0);
  }

  call(reference: Reference): this {
    if (this.#bytes.length > 0) this.parts.push(this.#bytes);
    this.parts.push(reference);
    this.#bytes = [];
    return this;
  }

  finished(): readonly (readonly number[] | Reference)[] {
    if (this.#bytes.length > 0) this.parts.push(this.#bytes);
    this.#bytes = [];
    return this.parts;
  }
}

/** Loads an element as an integer (32-bit integers by their bits) or a float64. */
export function load(code: Code, element: Element): void {
  if (element === "f64") code.memory(op.f64Load, 3);
  else if (element === "f32") code.memory(op.f32Load, 2).op(op.f64PromoteF32);
  else if (element === "u8") code.memory(op.i32Load8U, 0);
  else code.memory(op.i32Load, 2);
}

/** Stores what stands on the stack: an integer in arrays of integers, a float64 in those of floats. */
export function store(code: Code, element: Element): void {
  if (element === "f64") code.memory(op.f64Store, 3);
  else if (element === "f32") code.op(op.f32DemoteF64).memory(op.f32Store, 2);
  else if (element === "u8") code.memory(op.i32Store8, 0);
  else code.memory(op.i32Store, 2);
}

/** Instructions of operators on integers and on float64. */
export const binaries: Readonly<
  Record<string, { readonly int?: number; readonly num?: number; readonly vector?: number }>
> = {
  "+": { int: op.i32Add, num: op.f64Add, vector: simd.f64x2Add },
  "-": { int: op.i32Sub, num: op.f64Sub, vector: simd.f64x2Sub },
  "*": { int: op.i32Mul, num: op.f64Mul, vector: simd.f64x2Mul },
  "/": { num: op.f64Div, vector: simd.f64x2Div },
  "%": { int: op.i32RemS },
  "<": { int: op.i32LtS, num: op.f64Lt },
  "<=": { int: op.i32LeS, num: op.f64Le },
  ">": { int: op.i32GtS, num: op.f64Gt },
  ">=": { int: op.i32GeS, num: op.f64Ge },
  "===": { int: op.i32Eq, num: op.f64Eq },
  "!==": { int: op.i32Ne, num: op.f64Ne },
  "&": { int: op.i32And },
  "|": { int: op.i32Or },
  "^": { int: op.i32Xor },
  "<<": { int: op.i32Shl },
  ">>": { int: op.i32ShrS },
  ">>>": { int: op.i32ShrU },
};

/** Functions of `Math` that are one instruction. */
export const unaries: Readonly<Record<string, number>> = {
  "Math.sqrt": op.f64Sqrt,
  "Math.floor": op.f64Floor,
  "Math.ceil": op.f64Ceil,
  "Math.trunc": op.f64Trunc,
};

/** The functions of numbers/bits.ts. */
export const bitsOf: Readonly<Record<string, readonly number[]>> = {
  singleBits: [op.f32DemoteF64, op.i32ReinterpretF32],
  highBits: [op.i64ReinterpretF64, 0x42, 32, op.i64ShrU, op.i32WrapI64],
  lowBits: [op.i64ReinterpretF64, op.i32WrapI64],
};

/** Functions of `Math` that elementary functions of the library compute. */
export const elementaries = new Set(["exp", "log", "log1p", "expm1", "log2", "exp2"]);
