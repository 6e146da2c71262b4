import { allocate, bytesPerElement, type DType, type Storage } from "../../dtype.js";
import { DeviceError } from "../../errors.js";
import { requireEngine, type WasmMemory } from "./engine.js";

/** Pages of 64 KiB that memory starts with, and the most that there can be. */
const firstPages = 256;
const maximumPages = 65536;
const pageBytes = 65536;
const alignment = 64;
/** What lies before the first block: loads that reach out of an operand on the low side, and are dropped, end here. */
const guardBytes = 1 << 20;

/** The memory that compiled programs share with each other, in blocks. */
export class DeviceMemory {
  readonly memory: WasmMemory;
  readonly maximum: number;
  readonly shared: boolean;
  /** Blocks that were given back, by their size. */
  readonly #free = new Map<number, number[]>();
  #end = guardBytes;
  #views = new Map<DType, Storage>();
  #words: Int32Array | undefined;
  #buffer: ArrayBufferLike;

  constructor() {
    const { memory, maximum, shared } = reserve();
    this.memory = memory;
    this.maximum = maximum;
    this.shared = shared;
    this.#buffer = memory.buffer;
  }

  /** The address of `bytes` bytes, aligned to a cache line. */
  allocate(bytes: number): number {
    const size = blockSize(bytes);
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) return reused;
    const start = this.#end;
    this.#reach(start + size);
    this.#end += size;
    return start;
  }

  /** Gives a block of `bytes` bytes back. */
  free(address: number, bytes: number): void {
    const size = blockSize(bytes);
    const blocks = this.#free.get(size);
    if (blocks === undefined) this.#free.set(size, [address]);
    else blocks.push(address);
  }

  /** Bytes in use by blocks, given back ones included. */
  get reached(): number {
    return this.#end;
  }

  #reach(end: number): void {
    // Loads past the last block are as harmless as those before the first.
    const missing = Math.ceil((end + guardBytes - this.memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return;
    const room = this.maximum - this.memory.buffer.byteLength / pageBytes;
    const wanted = Math.min(room, Math.max(missing, Math.ceil(this.memory.buffer.byteLength / pageBytes / 4)));
    try {
      this.memory.grow(Math.max(missing, wanted));
    } catch {
      throw new DeviceError(
        `out of memory: ${Math.round(end / 1e6)} MB are needed, and at most ${Math.round((this.maximum * pageBytes) / 1e6)} MB can be had. ` +
          "Work on smaller batches, or keep fewer tensors.",
      );
    }
  }

  /** All of memory as a typed array of a dtype. Valid until memory grows: ask again. */
  view(dtype: DType): Storage {
    if (this.#buffer !== this.memory.buffer) {
      this.#views = new Map();
      this.#words = undefined;
      this.#buffer = this.memory.buffer;
    }
    let view = this.#views.get(dtype);
    if (view === undefined) {
      view = viewOf(dtype, this.#buffer);
      this.#views.set(dtype, view);
    }
    return view;
  }

  /** All of memory as 32-bit words. Valid until memory grows. */
  words(): Int32Array {
    if (this.#buffer !== this.memory.buffer) this.view("int32");
    this.#words ??= viewOf("int32", this.#buffer) as Int32Array;
    return this.#words;
  }

  write(address: number, dtype: DType, data: Storage): void {
    const view = this.view(dtype);
    const start = address / bytesPerElement(dtype);
    if (data.length > 16) view.set(data, start);
    else for (let i = 0; i < data.length; i++) view[start + i] = data[i] ?? 0;
  }

  /** A copy of `size` elements. */
  read(address: number, dtype: DType, size: number): Storage {
    if (size <= 16) {
      const copy = allocate(dtype, size);
      const view = this.view(dtype);
      const first = address / bytesPerElement(dtype);
      for (let i = 0; i < size; i++) copy[i] = view[first + i] ?? 0;
      return copy;
    }
    const start = address / bytesPerElement(dtype);
    return this.view(dtype).slice(start, start + size);
  }

  /** The elements themselves, not a copy: for a host kernel to read, not to keep. */
  window(address: number, dtype: DType, size: number): Storage {
    const start = address / bytesPerElement(dtype);
    return this.view(dtype).subarray(start, start + size);
  }
}

const blockSize = (bytes: number): number => {
  if (bytes <= alignment) return alignment;
  // Sizes that differ by less than an eighth share blocks.
  const step = 2 ** Math.max(6, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
};

/** Memory with as high a maximum as the engine grants, shared between threads where it can be. */
function reserve(): { readonly memory: WasmMemory; readonly maximum: number; readonly shared: boolean } {
  const { Memory } = requireEngine();
  const shared = typeof SharedArrayBuffer !== "undefined";
  for (let maximum = maximumPages; maximum >= firstPages; maximum = Math.floor(maximum / 2)) {
    try {
      return { memory: new Memory({ initial: firstPages, maximum, shared }), maximum, shared };
    } catch {
      // The engine does not grant so much: ask for half.
    }
  }
  throw new DeviceError("no WebAssembly memory can be had: the process is out of address space.");
}

function viewOf(dtype: DType, buffer: ArrayBufferLike): Storage {
  // The typed arrays are declared over ArrayBuffer; they work over shared memory in the same way.
  const memory = buffer as ArrayBuffer;
  const length = Math.floor(buffer.byteLength / bytesPerElement(dtype));
  switch (dtype) {
    case "float32":
      return new Float32Array(memory, 0, length);
    case "float64":
      return new Float64Array(memory, 0, length);
    case "int32":
      return new Int32Array(memory, 0, length);
    case "uint32":
      return new Uint32Array(memory, 0, length);
    default:
      return new Uint8Array(memory, 0, length);
  }
}
