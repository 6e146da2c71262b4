import type { ScalarType } from "../../ir/expression.js";
import type { DeviceMemory } from "./device-memory.js";

/** Where the pool lies: between what threads tell one another and the first block. */
const first = 1 << 19;
const end = first + (1 << 16);

/**
 * Constants of vector code in memory, each once for all programs. Spreading one over the lanes from there is one instruction; from the code itself it takes three: on the
 * coefficients of polynomials that is a third of the time of `exp`.
 */
export class ConstantPool {
  readonly #memory: DeviceMemory;
  readonly #addresses = new Map<string, number>();
  #next = first;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  /** The address of a constant; undefined for types that are not spread from memory, and when the pool is full. */
  addressOf(type: ScalarType, value: number | bigint): number | undefined {
    if (type === "bool" || type === "u8") return undefined;
    const key = `${type}:${Object.is(value, -0) ? "-0" : value}`;
    const known = this.#addresses.get(key);
    if (known !== undefined) return known;
    const address = this.#next;
    if (address + 8 > end) return undefined;
    this.#write(address, type, value);
    this.#addresses.set(key, address);
    this.#next += 8;
    return address;
  }

  #write(address: number, type: ScalarType, value: number | bigint): void {
    const view = new DataView(this.#memory.memory.buffer);
    if (type === "f32") view.setFloat32(address, Number(value), true);
    else if (type === "f64") view.setFloat64(address, Number(value), true);
    else if (type === "i64") view.setBigInt64(address, BigInt(value), true);
    else view.setInt32(address, Number(value), true);
  }
}
