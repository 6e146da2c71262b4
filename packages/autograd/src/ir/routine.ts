import type { ScalarFunction } from "./expression.js";

/**
 * A function of `numbers/` as WebAssembly code: `pnpm routines` makes it of the very text that the reference kernels run, so that it does the same
 * operations in the same order. Arrays are addresses; integers and truth values take 32 bits, other numbers are float64.
 */
export interface RoutineFunction {
  readonly name: string;
  /** A letter for each parameter, result and local: i (32 bits), d (float64), v (128 bits). */
  readonly parameters: string;
  readonly results: string;
  readonly locals: string;
  /** Instructions in base64, with calls of other functions between them. */
  readonly code: readonly (string | (() => RoutineFunction) | ScalarFunction)[];
}

/** A routine for each type of elements. */
export interface RoutineOfFloats {
  readonly Float32: RoutineFunction;
  readonly Float64: RoutineFunction;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes that a text in base64 stands for (RFC 4648, §4): `atob` is not in the language. */
export function bytesOfBase64(text: string): Uint8Array {
  const length = text.replace(/=+$/, "").length;
  const out = new Uint8Array(Math.floor((length * 3) / 4));
  for (let i = 0, bits = 0, held = 0, at = 0; i < length; i++) {
    bits = ((bits << 6) | digits.indexOf(text.charAt(i))) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[at++] = bits >> held;
  }
  return out;
}
