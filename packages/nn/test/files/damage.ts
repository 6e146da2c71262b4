import { GlissadeError } from "@glissade/autograd";
import type { StateDict } from "@glissade/nn";
import fc, { type Arbitrary } from "fast-check";
import { expect } from "vitest";
import { bitsOfAll, Victim } from "./states.js";

/** A change of a few bytes. */
export type Damage = (bytes: Uint8Array) => Uint8Array;

/** The bytes with those of `start` to `end` replaced. */
export function spliced(bytes: Uint8Array, start: number, end: number, put: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (end - start) + put.length);
  result.set(bytes.subarray(0, start));
  result.set(put, start);
  result.set(bytes.subarray(end), start + put.length);
  return result;
}

/** Where in a file of `length` bytes, as a part of it: draws are made before the length is known. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** One to four bits turned over, anywhere. */
export const flips: Arbitrary<Damage> = fc
  .array(fc.tuple(place, fc.nat({ max: 7 })), { minLength: 1, maxLength: 4 })
  .map((turns) => (bytes) => {
    const result = new Uint8Array(bytes);
    for (const [part, bit] of turns) {
      const at = Math.floor(part * result.length);
      result[at] = (result[at] ?? 0) ^ (1 << bit);
    }
    return result;
  });

/** A run of bytes taken out, put in, doubled or overwritten. */
export const splices: Arbitrary<Damage> = fc
  .tuple(place, fc.nat({ max: 24 }), fc.oneof(fc.uint8Array({ maxLength: 24 }), place))
  .map(([from, length, put]) => (bytes) => {
    const start = Math.floor(from * bytes.length);
    const end = Math.min(bytes.length, start + length);
    if (typeof put !== "number") return spliced(bytes, start, end, put);
    const copied = Math.floor(put * bytes.length);
    return spliced(bytes, start, end, bytes.slice(copied, copied + length));
  });

/** The file up to some place before its end. */
export const truncations: Arbitrary<Damage> = place.map(
  (part) => (bytes) => bytes.slice(0, Math.floor(part * bytes.length)),
);

/** More bytes behind the end. */
export const tails: Arbitrary<Damage> = fc
  .uint8Array({ minLength: 1, maxLength: 64 })
  .map((tail) => (bytes) => spliced(bytes, bytes.length, bytes.length, tail));

/** What became of loading damaged bytes: an error of ours, or the tensors that were loaded. */
export function outcomeOf(bytes: Uint8Array, decode: (bytes: Uint8Array) => StateDict): GlissadeError | StateDict {
  const victim = new Victim(7);
  const before = bitsOfAll(victim.stateDict());
  const given = Buffer.from(bytes).toString("hex");
  let decoded: StateDict | undefined;
  try {
    decoded = decode(bytes);
    victim.loadStateDict(decoded);
    expect(bitsOfAll(victim.stateDict())).toEqual(bitsOfAll(decoded));
    return decoded;
  } catch (error) {
    if (!(error instanceof GlissadeError)) throw error;
    expect(bitsOfAll(victim.stateDict())).toEqual(before);
    return decoded ?? error;
  } finally {
    expect(Buffer.from(bytes).toString("hex")).toBe(given);
  }
}
