import type { Executable, Program } from "../../compile/executable.js";
import { interpret } from "../../compile/interpret.js";
import type { Buffer, Schedule } from "../../compile/kernel.js";
import { isSmall, type Location } from "../../compile/memory.js";
import { schedule } from "../../compile/schedule.js";
import { simplify } from "../../compile/values.js";
import { allocate, bytesPerElement, type DType, type Storage } from "../../dtype.js";
import { makeConstant, type Node, operandsOf } from "../../graph.js";
import type { Shape } from "../../shape.js";
import { DeviceMemory } from "./device-memory.js";
import { requireEngine, type WasmFunction } from "./engine.js";
import { type CompiledProgram, compileProgram } from "./program.js";

/** The state of the backend: memory that all programs share. Made when it is first needed. */
class Backend {
  readonly memory = new DeviceMemory();
}

let backend: Backend | undefined;

const currentBackend = (): Backend => {
  backend ??= new Backend();
  return backend;
};

/** Compiles a program to one WebAssembly module. */
export function compileToWasm(program: Program): Executable {
  const values = simplify(program.inputs, program.outputs);
  const scheduled = schedule(values);
  return new WasmExecutable(program, scheduled, currentBackend());
}

interface Placed {
  readonly location: Location;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
}

class WasmExecutable implements Executable {
  readonly #program: Program;
  readonly #backend: Backend;
  readonly #compiled: CompiledProgram;
  readonly #base: number;
  readonly #run: WasmFunction;
  readonly #inputs: readonly (Placed | undefined)[];
  readonly #outputs: readonly { readonly buffer: Buffer; readonly placed: Placed }[];
  #reference: Executable | undefined;

  constructor(program: Program, scheduled: Schedule, own: Backend) {
    this.#program = program;
    this.#backend = own;
    const { memory } = own;
    const { Module, Instance } = requireEngine();
    this.#compiled = compileProgram(scheduled, {
      memory: { initial: 1, maximum: memory.maximum, shared: memory.shared },
      fma: false,
      threads: 1,
    });
    this.#base = memory.allocate(this.#compiled.plan.bytes);
    const place = (buffer: Buffer, shape: Shape): Placed => {
      const location = this.#compiled.plan.locations.get(buffer);
      if (location === undefined) throw new Error("a buffer without a place");
      return { location, shape, dtype: buffer.dtype, size: buffer.size };
    };
    this.#inputs = program.inputs.map((node, i) => {
      const buffer = scheduled.buffers.find(({ source }) => source.kind === "input" && source.position === i);
      return buffer && place(buffer, node.shape);
    });
    this.#outputs = program.outputs.map((node, i) => {
      const buffer = scheduled.outputs[i];
      if (buffer === undefined) throw new Error("an output without a buffer");
      return { buffer, placed: place(buffer, node.shape) };
    });
    for (const buffer of scheduled.buffers) {
      if (buffer.source.kind === "constant") this.#placeConstant(buffer);
    }
    const module = new Module(this.#compiled.bytes);
    const instance = new Instance(module, {
      env: { memory: memory.memory, host: (kernel: number) => this.#callHost(kernel) },
    });
    const { run } = instance.exports;
    if (run === undefined) throw new Error("the module has no run");
    this.#run = run;
  }

  #placeConstant(buffer: Buffer): void {
    if (buffer.source.kind !== "constant" || buffer.size === 0) return;
    const location = this.#compiled.plan.locations.get(buffer);
    const data = buffer.source.value.data;
    if (location === undefined || data === undefined) return;
    const { memory } = this.#backend;
    if (location.kind === "inside") {
      memory.write(this.#base + location.offset, buffer.dtype, data);
    } else {
      const address = memory.allocate(bytesOf(buffer));
      memory.write(address, buffer.dtype, data);
      this.#setPointer(location.pointer, address);
    }
  }

  #setPointer(pointer: number, address: number): void {
    this.#backend.memory.view("int32")[(this.#base + pointer) / 4] = address;
  }

  run(given: readonly Node[]): Node[] {
    const { memory } = this.#backend;
    const borrowed: { readonly address: number; readonly bytes: number }[] = [];
    for (const [i, placed] of this.#inputs.entries()) {
      const value = given[i]?.value;
      if (placed === undefined || value === undefined || placed.size === 0) continue;
      const { location, dtype } = placed;
      if (location.kind === "inside") {
        memory.write(this.#base + location.offset, dtype, value);
      } else {
        const bytes = bytesOf(placed);
        const address = memory.allocate(bytes);
        borrowed.push({ address, bytes });
        memory.write(address, dtype, value);
        this.#setPointer(location.pointer, address);
      }
    }
    const addresses = this.#outputs.map(({ buffer, placed }) => {
      if (placed.location.kind === "inside") return this.#base + placed.location.offset;
      if (buffer.source.kind !== "temporary") {
        return memory.view("int32")[(this.#base + placed.location.pointer) / 4] ?? 0;
      }
      const bytes = bytesOf(placed);
      const address = memory.allocate(bytes);
      borrowed.push({ address, bytes });
      this.#setPointer(placed.location.pointer, address);
      return address;
    });
    const failure = (this.#base + this.#compiled.plan.failure) / 4;
    memory.view("int32")[failure] = 0;
    this.#run(this.#base, 0, 1);
    if (memory.view("int32")[failure] !== 0) return this.#runReference(given);
    const results = this.#outputs.map(({ placed }, i) => {
      const { shape, dtype, size } = placed;
      const data = size === 0 ? allocate(dtype, 0) : memory.read(addresses[i] ?? 0, dtype, size);
      return makeConstant(shape, dtype, data);
    });
    for (const { address, bytes } of borrowed) memory.free(address, bytes);
    return results;
  }

  /** The reference kernels fail with an error that says what is wrong. */
  #runReference(given: readonly Node[]): Node[] {
    this.#reference ??= interpret(this.#program);
    return this.#reference.run(given);
  }

  #callHost(number: number): void {
    const kernel = this.#compiled.hostKernels[number];
    if (kernel === undefined) throw new Error(`no host kernel ${number}`);
    const { memory } = this.#backend;
    const { value, operands, out } = kernel;
    const inputs = operands.map((buffer, k) => ({
      data: this.#window(buffer),
      shape: value.inputs[k]?.shape ?? [],
      dtype: buffer.dtype,
    }));
    const { attributes, shape, dtype } = value;
    const result = value.primitive.run({ inputs: operandsOf(inputs), attributes, shape, dtype });
    memory.write(this.#addressOf(out), dtype, result);
  }

  #addressOf(buffer: Buffer): number {
    const location = this.#compiled.plan.locations.get(buffer);
    if (location === undefined) throw new Error("a buffer without a place");
    if (location.kind === "inside") return this.#base + location.offset;
    return this.#backend.memory.view("int32")[(this.#base + location.pointer) / 4] ?? 0;
  }

  #window(buffer: Buffer): Storage {
    if (buffer.size === 0) return allocate(buffer.dtype, 0);
    return this.#backend.memory.window(this.#addressOf(buffer), buffer.dtype, buffer.size);
  }
}

const bytesOf = ({ dtype, size }: { readonly dtype: DType; readonly size: number }): number =>
  size * bytesPerElement(dtype);

void isSmall;
