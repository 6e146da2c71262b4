import type { BlasStats, Executable, Program } from "../../compile/executable.js";
import { interpret } from "../../compile/interpret.js";
import type { Buffer, HostKernel, Schedule } from "../../compile/kernel.js";
import { schedule } from "../../compile/schedule.js";
import { simplify } from "../../compile/values.js";
import { allocate, bytesPerElement, type DType, type Storage } from "../../dtype.js";
import { makeConstant, makeResident, type Node, operandsOf } from "../../graph.js";
import type { Shape } from "../../shape.js";
import { type Backend, currentBackend } from "./backend.js";
import { instantiate, type WasmFunction } from "./engine.js";
import { type CompiledProgram, compileProgram } from "./program.js";
import type { Resident } from "./residents.js";
import type { SharedProgram } from "./threads.js";

/** Compiles a program to one WebAssembly module. */
export function compileToWasm(program: Program): Executable {
  const scheduled = schedule(simplify(program.inputs, program.outputs));
  return new WasmExecutable(program, scheduled, currentBackend());
}

/** An input: written into the program's memory, or pointed to. */
interface InputPlace {
  readonly input: number;
  readonly dtype: DType;
  readonly size: number;
  /** The address of its elements, where it is small. */
  readonly address: number | undefined;
  /** Where its address is put, as the index of a 32-bit word. */
  readonly pointer: number;
}

/** An output: read from the program's memory, or left in memory of its own. */
interface OutputPlace {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  readonly address: number | undefined;
  readonly pointer: number;
  /** Set where it is an input or a constant as it is. */
  readonly input: number | undefined;
  readonly constant: Storage | undefined;
  /** The output before it that is the same value. */
  readonly twin: number | undefined;
}

/** In bytes: results below it are copied out as fast as anything is decided about them. */
const worthRemaking = 1 << 16;
/** Elementary operations for a byte of the results below which making them once more takes about as long as a copy. */
const cheapWork = 8;
/** And those below which they are made once more as long as nobody has asked for it: a program whose results are used later on has them copied from then on. */
const bearableWork = 256;

/** A program compiled to a module, with the memory that it works in. */
class WasmExecutable implements Executable {
  readonly #program: Program;
  readonly #backend: Backend;
  readonly #compiled: CompiledProgram;
  readonly #base: number;
  readonly #run: WasmFunction;
  readonly #inputs: readonly InputPlace[];
  readonly #outputs: readonly OutputPlace[];
  readonly #failure: number;
  /** What making the results once more costs, in elementary operations for a byte; infinite where they have to be copied. */
  readonly #workForByte: number;
  #wasMissed = false;
  readonly #shared: SharedProgram | undefined;
  readonly blas: BlasStats | undefined;
  /** Blocks of inputs that were not seen before, given back after the run. */
  readonly #borrowed: { readonly address: number; readonly bytes: number }[] = [];
  /** Blocks that are its own for as long as it can be run. */
  readonly #kept: { readonly address: number; readonly bytes: number }[] = [];
  /** What host kernels made that has no place in memory. */
  readonly #carried = new Map<Buffer, Storage>();
  #hostError: Error | undefined;
  #reference: Executable | undefined;

  constructor(program: Program, scheduled: Schedule, backend: Backend) {
    this.#program = program;
    this.#backend = backend;
    const { memory } = backend;
    const options = backend.programOptions();
    this.#compiled = compileProgram(scheduled, options);
    this.#base = this.#keep(this.#compiled.plan.bytes);
    this.#failure = (this.#base + this.#compiled.plan.failure) / 4;
    this.#inputs = scheduled.buffers.flatMap((buffer) => this.#inputPlace(buffer));
    this.#outputs = program.outputs.map((node, i) => this.#outputPlace(node, i, scheduled.outputs));
    this.#workForByte = this.#remakingCost();
    for (const buffer of scheduled.buffers) this.#placeConstant(buffer);
    const { bytes, sharedWork } = this.#compiled;
    this.#shared = sharedWork > 0 ? backend.threads.share(bytes, sharedWork) : undefined;
    this.#run = instantiate(bytes, "run", {
      memory: memory.memory,
      host: (kernel: number) => this.#callHost(kernel),
      gemm: options.blas?.gemm,
    });
    const { library, own } = this.#compiled.products;
    if (backend.blas !== undefined) this.blas = { ...backend.blasUse, libraryProducts: library, ownProducts: own };
  }

  #keep(bytes: number): number {
    const address = this.#backend.memory.allocate(bytes);
    this.#kept.push({ address, bytes });
    return address;
  }

  release(): void {
    for (const { address, bytes } of this.#kept) this.#backend.memory.free(address, bytes);
    this.#kept.length = 0;
  }

  #placeOf(buffer: Buffer): { readonly address: number | undefined; readonly pointer: number } {
    const location = this.#compiled.plan.locations.get(buffer);
    if (location === undefined) return { address: this.#base, pointer: 0 };
    return location.kind === "inside"
      ? { address: this.#base + location.offset, pointer: 0 }
      : { address: undefined, pointer: (this.#base + location.pointer) / 4 };
  }

  #inputPlace(buffer: Buffer): InputPlace[] {
    const { source, dtype, size } = buffer;
    if (source.kind !== "input" || size === 0) return [];
    return [{ input: source.position, dtype, size, ...this.#placeOf(buffer) }];
  }

  #outputPlace({ shape, dtype }: Node, i: number, buffers: readonly Buffer[]): OutputPlace {
    const buffer = buffers[i];
    if (buffer === undefined) throw new Error("an output without a buffer");
    const { size, source } = buffer;
    const input = source.kind === "input" ? source.position : undefined;
    const constant = source.kind === "constant" ? source.value.data : undefined;
    const first = buffers.indexOf(buffer);
    return { shape, dtype, size, input, constant, twin: first < i ? first : undefined, ...this.#placeOf(buffer) };
  }

  #placeConstant(buffer: Buffer): void {
    const { source, dtype, size } = buffer;
    if (source.kind !== "constant" || size === 0 || source.value.data === undefined) return;
    const { memory } = this.#backend;
    const place = this.#placeOf(buffer);
    const bytes = size * bytesPerElement(dtype);
    const address = place.address ?? this.#keep(bytes);
    memory.write(address, dtype, source.value.data);
    if (place.address === undefined) memory.words()[place.pointer] = address;
  }

  run(given: readonly Node[]): Node[] {
    const { memory } = this.#backend;
    const run = this.#backend.nextRun();
    for (let i = 0; i < this.#inputs.length; i++) {
      const place = this.#inputs[i];
      const node = place && given[place.input];
      if (place !== undefined && node !== undefined) this.#giveInput(place, node, run);
    }
    const residents = this.#takeOutputs(run);
    const words = memory.words();
    words[this.#failure] = 0;
    try {
      this.#hostError = undefined;
      this.#backend.threads.run(this.#run, this.#base, this.#shared);
      if (this.#hostError !== undefined) throw this.#hostError;
    } catch (error) {
      for (const resident of residents) resident?.release();
      throw error;
    } finally {
      for (const { address, bytes } of this.#borrowed) memory.free(address, bytes);
      this.#borrowed.length = 0;
    }
    if (words[this.#failure] !== 0) {
      for (const resident of residents) resident?.release();
      return this.#runReference(given);
    }
    if (this.#workForByte <= (this.#wasMissed ? cheapWork : bearableWork)) this.#letRemake(residents, given);
    const results: Node[] = [];
    for (const [i, place] of this.#outputs.entries()) {
      results.push(this.#result(place, residents[i] ?? residents[place.twin ?? i], place.twin !== undefined, given));
    }
    return results;
  }

  #giveInput({ address, pointer, dtype, size }: InputPlace, node: Node, run: number): void {
    const { memory, residents } = this.#backend;
    if (address !== undefined) {
      memory.write(address, dtype, node.value ?? node.device?.read() ?? allocate(dtype, size));
      return;
    }
    const resident = residents.residentOf(node, run);
    if (resident !== undefined) {
      memory.words()[pointer] = resident.address;
      return;
    }
    const value = node.value ?? node.device?.read();
    if (value === undefined) throw new Error("an input without a value");
    const bytes = size * bytesPerElement(dtype);
    const block = memory.allocate(bytes);
    this.#borrowed.push({ address: block, bytes });
    memory.write(block, dtype, value);
    memory.words()[pointer] = block;
  }

  #takeOutputs(run: number): (Resident | undefined)[] {
    const { memory, residents } = this.#backend;
    return this.#outputs.map(({ address, pointer, dtype, size, input, constant, twin }) => {
      if (address !== undefined || size === 0) return undefined;
      if (input !== undefined || constant !== undefined || twin !== undefined) return undefined;
      const resident = residents.take(dtype, size, run);
      memory.words()[pointer] = resident.address;
      return resident;
    });
  }

  #result(place: OutputPlace, resident: Resident | undefined, isTwin: boolean, given: readonly Node[]): Node {
    const { shape, dtype, size, address = 0, input, constant } = place;
    if (resident !== undefined && isTwin) return makeConstant(shape, dtype, resident.read());
    if (resident !== undefined) {
      const node = makeResident(shape, dtype, resident);
      this.#backend.residents.hold(resident, node);
      return node;
    }
    const source = input === undefined ? undefined : given[input];
    if (source !== undefined)
      return makeConstant(shape, dtype, source.value ?? source.device?.read() ?? allocate(dtype, size));
    if (constant !== undefined) return makeConstant(shape, dtype, constant);
    return makeConstant(shape, dtype, this.#backend.memory.read(address, dtype, size));
  }

  /**
   * Results that have to leave before anybody read them need not be copied out: most are garbage by then. Those that are read after all are made once more, all together,
   * where the operands are still there: on the host, where nobody changes them.
   */
  #letRemake(residents: readonly (Resident | undefined)[], given: readonly Node[]): void {
    if (given.some(({ value }) => value === undefined)) return;
    const remake = (): void => {
      this.#wasMissed = true;
      const fresh = this.run(given);
      for (const [i, resident] of residents.entries()) {
        const elements = fresh[i]?.value ?? fresh[i]?.device?.read();
        if (elements !== undefined) resident?.keep(elements);
      }
    };
    for (const resident of residents) if (resident !== undefined) resident.remake = remake;
  }

  /** Infinite for small results, for operands much larger than they are, and for what not only the module computes. */
  #remakingCost(): number {
    const bytesOf = (places: readonly { readonly size: number; readonly dtype: DType }[]): number =>
      places.reduce((sum, { size, dtype }) => sum + size * bytesPerElement(dtype), 0);
    const results = bytesOf(this.#outputs);
    const { hostKernels, products, sharedWork } = this.#compiled;
    if (results < worthRemaking || bytesOf(this.#inputs) > 2 * results) return Number.POSITIVE_INFINITY;
    const isCounted = products.library === 0 || sharedWork > 0;
    return hostKernels.length > 0 || !isCounted ? Number.POSITIVE_INFINITY : sharedWork / results;
  }

  /** The reference kernels fail with an error that says what is wrong. */
  #runReference(given: readonly Node[]): Node[] {
    this.#reference ??= interpret(this.#program);
    for (const node of given) node.value ??= node.device?.read();
    return this.#reference.run(given);
  }

  /** Host kernels that throw must not leave the module while other threads wait in it: the error is thrown after the run. */
  #callHost(number: number): void {
    if (this.#hostError !== undefined) return;
    try {
      this.#runHost(number);
    } catch (error) {
      this.#hostError = error instanceof Error ? error : new Error(String(error));
    }
  }

  #runHost(number: number): void {
    const kernel = this.#compiled.hostKernels[number];
    if (kernel === undefined) throw new Error(`no host kernel ${number}`);
    const { value, out } = kernel;
    const { attributes, shape, dtype } = value;
    const result = value.primitive.run({ inputs: operandsOf(this.#hostOperands(kernel)), attributes, shape, dtype });
    // A result without elements may still carry others beside it.
    if (out.size > 0) this.#backend.memory.write(this.#addressOf(out), dtype, result);
    else this.#carried.set(out, result);
  }

  #hostOperands({ value, operands }: HostKernel) {
    return operands.map((buffer, k) => ({
      data: this.#window(buffer),
      shape: value.inputs[k]?.shape ?? [],
      dtype: buffer.dtype,
    }));
  }

  #addressOf(buffer: Buffer): number {
    const { address, pointer } = this.#placeOf(buffer);
    return address ?? this.#backend.memory.words()[pointer] ?? 0;
  }

  #window(buffer: Buffer): Storage {
    if (buffer.size === 0) return this.#carried.get(buffer) ?? allocate(buffer.dtype, 0);
    return this.#backend.memory.window(this.#addressOf(buffer), buffer.dtype, buffer.size);
  }
}
