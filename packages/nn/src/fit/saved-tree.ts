import { FileFormatError, Tensor, tensor, ValueError } from "@glissade/autograd";
import type { StateDict } from "../state-dict.js";

/** Lists of at least so many numbers are saved as tensors. */
const longList = 32;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A tree of tensors and plain data in two parts, as a `.safetensors` file can hold it: the tensors by their paths, and a text that says where they go. Numbers come
 * back to the bit, −0, NaN and infinities too.
 *
 * @throws ValueError for what is no plain data, such as a function, naming its place.
 */
export function packTree(tree: unknown): { readonly tensors: StateDict; readonly text: string } {
  const tensors: [string, Tensor][] = [];
  const keep = (kind: string, path: string, value: Tensor): Json => {
    tensors.push([path, value]);
    return [kind, path];
  };
  // What JSON has no word for stands in a list that begins with its kind; so every list does.
  const pack = (value: unknown, path: string): Json => {
    if (value instanceof Tensor) return keep("tensor", path, value);
    if (typeof value === "number")
      return isPlain(value) ? value : ["number", Object.is(value, -0) ? "-0" : String(value)];
    if (value === undefined) return ["undefined"];
    if (value === null || typeof value === "boolean" || typeof value === "string") return value;
    if (Array.isArray(value)) {
      const isLong = value.length >= longList && value.every((item) => typeof item === "number");
      if (isLong) return keep("numbers", path, tensor(Float64Array.from(value)));
      return ["list", value.map((item, i) => pack(item, joined(path, String(i))))];
    }
    if (typeof value !== "object")
      throw new ValueError(
        `checkpoint: ${path} is a ${typeof value}; states are tensors, numbers, texts, and trees of them.`,
      );
    return ["object", Object.entries(value).map(([key, item]) => [key, pack(item, joined(path, key))])];
  };
  const text = JSON.stringify(pack(tree, ""));
  return { tensors: Object.fromEntries(tensors), text };
}

const isPlain = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

const joined = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/**
 * The tree that `packTree` took apart.
 *
 * @throws FileFormatError for a text that it did not write, or a tensor that is missing.
 */
export function unpackTree(text: string, tensors: StateDict): unknown {
  const unpack = (json: unknown): unknown => {
    if (!Array.isArray(json)) {
      if (json === null || ["number", "boolean", "string"].includes(typeof json)) return json;
      throw damaged();
    }
    const [kind, content]: readonly unknown[] = json;
    if (kind === "undefined") return undefined;
    if (kind === "number" && typeof content === "string") return Number(content);
    if (kind === "list" && Array.isArray(content)) return content.map(unpack);
    if (kind === "object" && Array.isArray(content)) return Object.fromEntries(content.map(entry));
    if ((kind === "tensor" || kind === "numbers") && typeof content === "string" && Object.hasOwn(tensors, content)) {
      const found = tensors[content];
      if (found !== undefined) return kind === "tensor" ? found : Array.from(found.data());
    }
    throw damaged();
  };
  const entry = (json: unknown): [string, unknown] => {
    if (!Array.isArray(json) || typeof json[0] !== "string") throw damaged();
    return [json[0], unpack(json[1])];
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged();
  }
  return unpack(json);
}

const damaged = (): FileFormatError =>
  new FileFormatError(
    "checkpoint: its description is not what was written; the file is damaged, or of another program.",
  );
