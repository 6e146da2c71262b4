import type { Reduction } from "../../compile/kernel.js";
import type { ScalarType } from "../../ir/expression.js";
import type { FunctionWriter } from "./encoder.js";
import { op, simd } from "./opcodes.js";
import { convertScalar, scalarConstant, scalarValueType } from "./scalar-code.js";
import { extractLane, type Lanes, splat } from "./vector-code.js";

const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

const scalarCodes = {
  f32: { sum: op.f32Add, prod: op.f32Mul, max: op.f32Max, min: op.f32Min },
  f64: { sum: op.f64Add, prod: op.f64Mul, max: op.f64Max, min: op.f64Min },
} as const;

const vectorCodes = {
  f32: { sum: simd.f32x4Add, prod: simd.f32x4Mul, max: simd.f32x4Max, min: simd.f32x4Min },
  f64: { sum: simd.f64x2Add, prod: simd.f64x2Mul, max: simd.f64x2Max, min: simd.f64x2Min },
  i32: { sum: simd.i32x4Add, prod: simd.i32x4Mul, max: simd.i32x4MaxS, min: simd.i32x4MinS },
  u32: { sum: simd.i32x4Add, prod: simd.i32x4Mul, max: simd.i32x4MaxU, min: simd.i32x4MinU },
} as const;

type Accumulated = keyof typeof vectorCodes;

/** Whether the elements may be combined in any order, to the same bits. */
export const isOrderless = ({ combine }: Reduction): boolean => combine === "max" || combine === "min";

/** Locals in which a reduction gathers its elements: vectors, and what comes one by one. */
export class Accumulator {
  readonly #w: FunctionWriter;
  readonly #reduction: Reduction;
  readonly #lanes: Lanes;
  readonly #type: Accumulated;
  readonly #vectors: number[];
  readonly #tail: number;

  /** `parts`: the vectors of a round that are gathered apart where their order does not matter, each without waiting for the one before. */
  constructor(w: FunctionWriter, reduction: Reduction, lanes: Lanes, parts = 1) {
    this.#w = w;
    this.#reduction = reduction;
    this.#lanes = lanes;
    const { accumulator } = reduction;
    this.#type = accumulator === "f32" || accumulator === "f64" || accumulator === "u32" ? accumulator : "i32";
    // Sums in float64 run in four parts, whether elements come by twos or by fours: one order, and so the same bits, in all loops.
    const least = this.#type === "f64" ? 2 : 1;
    const count = isOrderless(reduction) ? Math.max(parts, least) : least;
    this.#vectors = Array.from({ length: count }, () => w.local("v128"));
    this.#tail = w.local(scalarValueType(this.#type));
  }

  get #widens(): boolean {
    return this.#type === "f64" && this.#reduction.argument.type === "f32";
  }

  get #identity(): number {
    const { combine } = this.#reduction;
    if (combine === "sum") return 0;
    if (combine === "prod") return 1;
    const least = combine === "max";
    if (this.#type === "i32") return least ? -0x80000000 : 0x7fffffff;
    if (this.#type === "u32") return least ? 0 : -1;
    return least ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  start(): void {
    const w = this.#w;
    for (const vector of this.#vectors) {
      scalarConstant(w, this.#type, this.#identity);
      splat(w, this.#type);
      w.set(vector);
    }
    scalarConstant(w, this.#type, this.#identity);
    w.set(this.#tail);
  }

  /** Takes the vector on the stack, which has this number in its round: the first or the second of a group of four elements, where sums come by twos. */
  addVector(part: number): void {
    const w = this.#w;
    const [first = 0, second] = this.#vectors;
    const code = vectorCodes[this.#type][this.#reduction.combine];
    if (this.#lanes === 2 || !this.#widens) {
      const sum = this.#vectors[part] ?? first;
      if (this.#widens) w.simd(simd.f64x2PromoteLowF32x4);
      w.get(sum).simd(code).set(sum);
      return;
    }
    const element = w.local("v128");
    w.tee(element).simd(simd.f64x2PromoteLowF32x4).get(first).simd(code).set(first);
    if (second !== undefined) {
      w.get(element).get(element).shuffle(highHalf).simd(simd.f64x2PromoteLowF32x4).get(second).simd(code).set(second);
    }
    w.release(element);
  }

  /** Takes the element on the stack. */
  addScalar(): void {
    const w = this.#w;
    if (this.#widens) w.op(op.f64PromoteF32);
    w.get(this.#tail);
    this.#combine();
    w.set(this.#tail);
  }

  /** Combines the two scalars on the stack. */
  #combine(): void {
    const w = this.#w;
    const type = this.#type;
    const { combine } = this.#reduction;
    if (type === "f32" || type === "f64") {
      w.op(scalarCodes[type][combine]);
    } else if (combine === "sum" || combine === "prod") {
      w.op(combine === "sum" ? op.i32Add : op.i32Mul);
    } else {
      const a = w.local("i32");
      const b = w.local("i32");
      w.set(b).set(a).get(a).get(b).get(a).get(b);
      if (combine === "max") w.op(type === "u32" ? op.i32GtU : op.i32GtS);
      else w.op(type === "u32" ? op.i32LtU : op.i32LtS);
      w.op(op.select);
      w.release(a);
      w.release(b);
    }
  }

  /** Puts the result of all that was added on the stack. */
  finish(): void {
    const w = this.#w;
    const [first = 0, ...others] = this.#vectors;
    for (const other of others)
      w.get(first).get(other).simd(vectorCodes[this.#type][this.#reduction.combine]).set(first);
    const lanes = this.#type === "f64" ? 2 : this.#lanes;
    w.get(first);
    extractLane(w, this.#type, lanes, 0);
    for (let lane = 1; lane < lanes; lane++) {
      w.get(first);
      extractLane(w, this.#type, lanes, lane);
      this.#combine();
    }
    w.get(this.#tail);
    this.#combine();
    this.#toResult();
    this.#release();
  }

  /** Puts the result of what was added one by one on the stack. */
  finishScalar(): void {
    this.#w.get(this.#tail);
    this.#toResult();
    this.#release();
  }

  /** Puts the results of all lanes, each on its own, on the stack. */
  finishVector(): void {
    const w = this.#w;
    const [first = 0, second] = this.#vectors;
    w.get(first);
    if (this.#type === "f64" && this.#reduction.result.type === "f32") {
      w.simd(simd.f32x4DemoteF64x2Zero);
      if (second !== undefined && this.#lanes === 4) w.get(second).simd(simd.f32x4DemoteF64x2Zero).shuffle(lowHalves);
    }
    this.#release();
  }

  #toResult(): void {
    const to: ScalarType = this.#reduction.result.type;
    if (to !== this.#type) convertScalar(this.#w, this.#type, to);
  }

  #release(): void {
    for (const vector of this.#vectors) this.#w.release(vector);
    this.#w.release(this.#tail);
  }
}
