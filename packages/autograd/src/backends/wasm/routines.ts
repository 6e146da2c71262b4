import type { RoutineKernel } from "../../compile/kernel.js";
import { bytesOfBase64, type RoutineFunction } from "../../ir/routine.js";
import { type AddressOf, pushAddress } from "./addresses.js";
import type { FunctionTable } from "./body.js";
import type { FunctionWriter, ValueType } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { op } from "./opcodes.js";

const valueTypes: Readonly<Record<string, ValueType>> = { i: "i32", d: "f64", v: "v128" };
const typesOf = (letters: string): ValueType[] => Array.from(letters, (letter) => valueTypes[letter] ?? "i32");

/** Routines as functions of the module, made when they are first called. */
export class RoutineTable {
  readonly #module: ModuleWriter;
  readonly #functions: FunctionTable;
  readonly #made = new Map<RoutineFunction, FunctionWriter>();

  constructor(module: ModuleWriter, functions: FunctionTable) {
    this.#module = module;
    this.#functions = functions;
  }

  get(routine: RoutineFunction): FunctionWriter {
    const known = this.#made.get(routine);
    if (known !== undefined) return known;
    const { name, parameters, results, locals, code } = routine;
    const w = this.#module.function(name, typesOf(parameters), typesOf(results));
    this.#made.set(routine, w);
    for (const type of typesOf(locals)) w.local(type);
    for (const part of code) {
      if (typeof part === "string") w.bytes(bytesOfBase64(part));
      else if (typeof part === "function") w.call(this.get(part()));
      else w.call(this.#functions.get(part, [{ type: "f64" }], 1));
    }
    return w;
  }
}

/** What decides whether threads share a routine out. */
interface Sharing {
  readonly threads: number;
  readonly sharedFrom: number;
}

const isShared = ({ lowering: { units, work } }: RoutineKernel, { threads, sharedFrom }: Sharing): boolean =>
  threads > 1 && units > 1 && units * work >= sharedFrom;

/** Bytes that one thread's arrays take. */
const ownBytes = ({ lowering: { scratch = 0 } }: RoutineKernel): number => Math.ceil(scratch / 8) * 64;

/** Bytes for the arrays that a routine makes, for each thread that runs it. */
export const routineScratch = (kernel: RoutineKernel, sharing: Sharing): number =>
  ownBytes(kernel) * (isShared(kernel, sharing) ? sharing.threads : 1);

/** Writes the function (base, thread, threads) that calls a routine for a thread's share of the units. */
export function compileRoutine(
  kernel: RoutineKernel,
  {
    module,
    routines,
    options,
  }: { readonly module: ModuleWriter; readonly routines: RoutineTable; readonly options: Sharing },
  addressOf: AddressOf,
  scratch: number,
): { readonly writer: FunctionWriter; readonly units: 0; readonly sharedWork: number } {
  const { name, lowering, operands, out } = kernel;
  const { routine, units, work, numbers } = lowering;
  const taken = 4 + operands.length + numbers.length;
  if (routine.parameters.length !== taken)
    throw new Error(`${name} gives ${routine.name} ${taken} arguments of ${routine.parameters.length}`);
  const w = module.function(`routine_${name}`, ["i32", "i32", "i32"], []);
  for (const thread of [0, 1]) {
    w.get(1);
    if (thread > 0) w.i32(thread).op(op.i32Add);
    // In 64 bits: the product may pass 2³¹.
    w.op(op.i64ExtendI32U).i64(BigInt(units)).op(op.i64Mul).get(2).op(op.i64ExtendI32U).op(0x80).op(op.i32WrapI64);
  }
  for (const buffer of [...operands, out]) pushAddress(w, addressOf(buffer.id));
  const first = 3 + operands.length;
  for (const [i, number] of numbers.entries()) {
    if (routine.parameters[first + i] === "d") w.f64(number);
    else w.i32(number);
  }
  w.get(0).i32(scratch).op(op.i32Add);
  w.get(1).i32(ownBytes(kernel)).op(op.i32Mul).op(op.i32Add);
  w.call(routines.get(routine));
  return { writer: w, units: 0, sharedWork: isShared(kernel, options) ? units * work : 0 };
}
