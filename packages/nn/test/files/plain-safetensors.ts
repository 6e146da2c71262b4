import type { SafetensorsContent } from "@glissade/nn";
import { bitsOf } from "./states.js";

const dtypes: Readonly<Record<string, string>> = {
  BOOL: "bool",
  U8: "uint8",
  I32: "int32",
  U32: "uint32",
  F32: "float32",
  F64: "float64",
};

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** What the format says, without a check: the bits of the tensors by name, as `bitsOfAll` shows them, of dtypes that need no widening. */
export function plainBits(file: Uint8Array): Readonly<Record<string, string>> {
  const bytes = Buffer.from(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header: Record<string, Entry> = JSON.parse(bytes.subarray(8, start).toString("utf8"));
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return Object.fromEntries(
    tensors.map(([name, { dtype, shape, data_offsets: offsets }]) => {
      const data = bytes.subarray(start + offsets[0], start + offsets[1]);
      return [name, `${dtypes[dtype]} [${shape.join(", ")}] ${data.toString("hex")}`];
    }),
  );
}

/** The same of content that was decoded, leaving out tensors that were widened. */
export function decodedBits({ tensors }: SafetensorsContent): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, bitsOf(value)]));
}
