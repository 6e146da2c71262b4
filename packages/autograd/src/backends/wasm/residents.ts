import { bytesPerElement, type DType, type Storage } from "../../dtype.js";
import type { DeviceCopy, Node } from "../../graph.js";
import { sizeOf } from "../../shape.js";
import type { DeviceMemory } from "./device-memory.js";

/** Bytes of tensors that stay in the backend's memory before those unused for longest have to leave. */
const budget = 1 << 29;

/** A tensor in the backend's memory. */
export class Resident implements DeviceCopy {
  readonly #residents: Residents;
  readonly address: number;
  readonly dtype: DType;
  readonly size: number;
  readonly bytes: number;
  /** The number of the run that last read or wrote it. */
  lastRun = 0;
  /** Whose elements it holds: without strong reference, for the node to be collected. */
  node: WeakRef<Node> | undefined;
  isReleased = false;

  constructor(residents: Residents, address: number, dtype: DType, size: number) {
    this.#residents = residents;
    this.address = address;
    this.dtype = dtype;
    this.size = size;
    this.bytes = size * bytesPerElement(dtype);
  }

  read(): Storage {
    return this.#residents.memory.read(this.address, this.dtype, this.size);
  }

  release(): void {
    this.#residents.release(this);
  }
}

/** The tensors in the backend's memory. Immutable as they are, a copy there stays true; which ones stay is a matter of room alone. */
export class Residents {
  readonly memory: DeviceMemory;
  readonly #all = new Set<Resident>();
  /** A net for nodes that nobody holds any more; what it misses leaves when room is needed. */
  readonly #collected = new FinalizationRegistry<Resident>((resident) => resident.release());
  #bytes = 0;
  /** Inputs that came once. */
  readonly #seen = new WeakSet<Node>();

  constructor(memory: DeviceMemory) {
    this.memory = memory;
  }

  /** Room for a tensor that a run is about to write. */
  take(dtype: DType, size: number, run: number): Resident {
    const bytes = size * bytesPerElement(dtype);
    if (this.#bytes + bytes > budget) this.#evict(this.#bytes + bytes - budget, run);
    const resident = new Resident(this, this.memory.allocate(bytes), dtype, size);
    resident.lastRun = run;
    this.#all.add(resident);
    this.#bytes += bytes;
    return resident;
  }

  /** Says whose elements a resident holds. */
  hold(resident: Resident, node: Node): void {
    node.device = resident;
    resident.node = new WeakRef(node);
    this.#collected.register(node, resident, resident);
  }

  /** The resident of an input: copied in when it comes for the second time. Undefined the first time. */
  residentOf(node: Node, run: number): Resident | undefined {
    const { device } = node;
    if (device instanceof Resident && !device.isReleased) {
      device.lastRun = run;
      return device;
    }
    if (node.value === undefined) return undefined;
    if (!this.#seen.has(node)) {
      this.#seen.add(node);
      return undefined;
    }
    const resident = this.take(node.dtype, sizeOf(node.shape), run);
    this.memory.write(resident.address, node.dtype, node.value);
    this.hold(resident, node);
    return resident;
  }

  release(resident: Resident): void {
    if (resident.isReleased) return;
    resident.isReleased = true;
    this.#collected.unregister(resident);
    this.#all.delete(resident);
    this.#bytes -= resident.bytes;
    this.memory.free(resident.address, resident.bytes);
    const node = resident.node?.deref();
    if (node?.device === resident) node.device = undefined;
  }

  /** Lets those leave that were not used for longest; what has no copy elsewhere is copied out. */
  #evict(bytes: number, run: number): void {
    let left = bytes;
    for (const resident of [...this.#all].sort((a, b) => a.lastRun - b.lastRun)) {
      if (left <= 0 || resident.lastRun === run) return;
      const node = resident.node?.deref();
      if (node !== undefined && node.value === undefined) node.value = resident.read();
      left -= resident.bytes;
      resident.release();
    }
  }
}
