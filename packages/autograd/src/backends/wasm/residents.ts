import { bytesPerElement, type DType, type Storage } from "../../dtype.js";
import type { DeviceCopy, Node } from "../../graph.js";
import { sizeOf } from "../../shape.js";
import type { DeviceMemory } from "./device-memory.js";

/** Bytes of tensors that stay in the backend's memory before those unused for longest have to leave. */
const budget = 1 << 29;

/**
 * Bytes of results before those that seem to be garbage move to the host: in a loop that never returns to the event loop nobody says which of them are. Few enough that
 * their memory is used again while it is in the caches.
 */
const resultBudget = 1 << 26;
/** As many of them at most. */
const resultLimit = 512;
/** A result that was used is taken for garbage when so many runs have gone by without it. */
const idleRuns = 8;

/** A tensor in the backend's memory, and on the host once it was read or had to leave. Nothing here holds its node, which lives as long as somebody uses it. */
export class Resident implements DeviceCopy {
  readonly #residents: Residents;
  readonly address: number;
  readonly dtype: DType;
  readonly size: number;
  readonly bytes: number;
  /** The number of the run that wrote it. */
  readonly madeIn: number;
  /** The number of the run that last read or wrote it. */
  lastRun: number;
  isReleased = false;
  /** Gives the host its elements once more, where making them costs no more than keeping them would. */
  remake: (() => void) | undefined;
  #host: Storage | undefined;

  constructor(residents: Residents, address: number, dtype: DType, size: number, run: number, host?: Storage) {
    this.#residents = residents;
    this.madeIn = run;
    this.lastRun = run;
    this.address = address;
    this.dtype = dtype;
    this.size = size;
    this.bytes = size * bytesPerElement(dtype);
    this.#host = host;
  }

  /** Its elements, which nobody may write to. */
  read(): Storage {
    if (this.isReleased && this.#host === undefined) this.remake?.();
    this.#host ??= this.#residents.memory.read(this.address, this.dtype, this.size);
    this.remake = undefined;
    return this.#host;
  }

  /** Gives the host its elements, which were made once more. */
  keep(elements: Storage): void {
    this.#host ??= elements;
    this.remake = undefined;
  }

  release(): void {
    this.#residents.release(this);
  }

  moveTo(node: Node): void {
    this.remake = undefined;
    this.#residents.hold(this, node);
  }
}

/** The tensors in the backend's memory. Immutable as they are, a copy there stays true; which ones stay is a matter of room alone. */
export class Residents {
  readonly memory: DeviceMemory;
  readonly #all = new Set<Resident>();
  /** What runs wrote, about in the order of its last use. */
  readonly #results = new Set<Resident>();
  /** A net for nodes that nobody holds any more; what it misses leaves when room is needed. */
  readonly #collected = new FinalizationRegistry<Resident>((resident) => resident.release());
  #bytes = 0;
  #resultBytes = 0;
  /** The first run that looks for garbage again: in those before there was none. */
  #nextSearch = 0;
  /** Inputs that came once. */
  readonly #seen = new WeakSet<Node>();

  constructor(memory: DeviceMemory) {
    this.memory = memory;
  }

  /** Room for a tensor that a run is about to write. */
  take(dtype: DType, size: number, run: number): Resident {
    const bytes = size * bytesPerElement(dtype);
    if (this.#hasTooMany(bytes) && run >= this.#nextSearch) this.#dropIdle(bytes, run);
    const resident = this.#reside(dtype, size, run);
    this.#results.add(resident);
    this.#resultBytes += bytes;
    return resident;
  }

  #hasTooMany = (bytes: number): boolean =>
    this.#resultBytes + bytes > resultBudget || this.#results.size >= resultLimit;

  /** Moves results to the host that nobody used, or nobody any more, until there is room for `bytes` more. */
  #dropIdle(bytes: number, run: number): void {
    let left = this.#results.size;
    for (const resident of this.#results) {
      if (!this.#hasTooMany(bytes)) return;
      if (left-- === 0) break;
      const { madeIn, lastRun } = resident;
      if (lastRun < run && (lastRun === madeIn || lastRun < run - idleRuns)) this.#moveToHost(resident);
      else {
        this.#results.delete(resident);
        this.#results.add(resident);
      }
    }
    this.#nextSearch = run + idleRuns;
  }

  #reside(dtype: DType, size: number, run: number, host?: Storage): Resident {
    const bytes = size * bytesPerElement(dtype);
    if (this.#bytes + bytes > budget) this.#evict(this.#bytes + bytes - budget, run);
    const resident = new Resident(this, this.memory.allocate(bytes), dtype, size, run, host);
    this.#all.add(resident);
    this.#bytes += bytes;
    return resident;
  }

  /** Says whose elements a resident holds. */
  hold(resident: Resident, node: Node): void {
    node.device = resident;
    this.#collected.unregister(resident);
    this.#collected.register(node, resident, resident);
  }

  /** The resident of an input: copied in when it comes for the second time. Undefined the first time. */
  residentOf(node: Node, run: number): Resident | undefined {
    const { device } = node;
    if (device instanceof Resident && !device.isReleased) {
      device.lastRun = run;
      return device;
    }
    node.value ??= device?.read();
    if (node.value === undefined) return undefined;
    if (!this.#seen.has(node)) {
      this.#seen.add(node);
      return undefined;
    }
    const resident = this.#reside(node.dtype, sizeOf(node.shape), run, node.value);
    this.memory.write(resident.address, node.dtype, node.value);
    this.hold(resident, node);
    return resident;
  }

  release(resident: Resident): void {
    if (resident.isReleased) return;
    resident.isReleased = true;
    if (this.#results.delete(resident)) this.#resultBytes -= resident.bytes;
    this.#collected.unregister(resident);
    this.#all.delete(resident);
    this.#bytes -= resident.bytes;
    this.memory.free(resident.address, resident.bytes);
  }

  /** Gives its memory back; its node, if there still is one, finds the elements on the host. */
  #moveToHost(resident: Resident): void {
    if (resident.remake === undefined) resident.read();
    resident.release();
  }

  /** Lets those leave that were not used for longest. */
  #evict(bytes: number, run: number): void {
    let left = bytes;
    for (const resident of [...this.#all].sort((a, b) => a.lastRun - b.lastRun)) {
      if (left <= 0 || resident.lastRun === run) return;
      left -= resident.bytes;
      this.#moveToHost(resident);
    }
  }
}
