import { asTensor, describeValue, dtypeOfArray } from "../convert.js";
import type { DType } from "../dtype.js";
import { makeConstant, type Node } from "../graph.js";
import { type Shape, sameShape, showShape } from "../shape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import { describePath, isPlainObject } from "../tree.js";

/**
 * What a trace depends on in its arguments: the structure, the shape and dtype of tensors, that numbers are numbers, and everything else by
 * identity.
 */
export type ArgumentForm =
  | { readonly kind: "tensor"; readonly shape: Shape; readonly dtype: DType }
  | { readonly kind: "number" }
  | { readonly kind: "static"; readonly value: unknown }
  | { readonly kind: "array"; readonly items: readonly ArgumentForm[] }
  | { readonly kind: "object"; readonly keys: readonly string[]; readonly items: readonly ArgumentForm[] };

/** The form of an argument. Typed arrays count as tensors. */
export function formOf(value: unknown): ArgumentForm {
  if (value instanceof Tensor) return { kind: "tensor", shape: value.shape, dtype: value.dtype };
  if (typeof value === "number") return { kind: "number" };
  const dtype = dtypeOfArray(value);
  if (dtype !== undefined) return { kind: "tensor", shape: [lengthOf(value)], dtype };
  if (Array.isArray(value)) return { kind: "array", items: value.map(formOf) };
  if (isPlainObject(value))
    return { kind: "object", keys: Object.keys(value), items: Object.values(value).map(formOf) };
  return { kind: "static", value };
}

const lengthOf = (value: unknown): number =>
  ArrayBuffer.isView(value) && "length" in value ? Number(value.length) : 0;

/**
 * Appends the nodes of the tensors and numbers of an argument of this form, in order; false where it has another form, and `nodes` is then of no use.
 */
export function collect(form: ArgumentForm, value: unknown, nodes: Node[]): boolean {
  switch (form.kind) {
    case "tensor": {
      if (value instanceof Tensor) {
        if (value.dtype !== form.dtype || (value.shape !== form.shape && !sameShape(value.shape, form.shape)))
          return false;
        nodes.push(value.node);
        return true;
      }
      if (dtypeOfArray(value) !== form.dtype || form.shape.length !== 1 || lengthOf(value) !== form.shape[0])
        return false;
      nodes.push(asTensor("jit", value as TensorLike).node);
      return true;
    }
    case "number":
      if (typeof value !== "number") return false;
      nodes.push(makeConstant([], "float32", Float32Array.of(value)));
      return true;
    case "static":
      return Object.is(value, form.value);
    case "array":
      return Array.isArray(value) && collectAll(form.items, value, nodes);
    case "object":
      return isPlainObject(value) && collectEntries(form.keys, form.items, value, nodes);
  }
}

/** `collect` for a list of values. */
export function collectAll(forms: readonly ArgumentForm[], values: readonly unknown[], nodes: Node[]): boolean {
  if (values.length !== forms.length) return false;
  for (let i = 0; i < forms.length; i++) {
    const form = forms[i];
    if (form === undefined || !collect(form, values[i], nodes)) return false;
  }
  return true;
}

function collectEntries(
  keys: readonly string[],
  forms: readonly ArgumentForm[],
  value: Readonly<Record<string, unknown>>,
  nodes: Node[],
): boolean {
  // An object that lists its keys in another order has the same form.
  if (Object.keys(value).length !== keys.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const [key, form] = [keys[i], forms[i]];
    if (key === undefined || form === undefined || !Object.hasOwn(value, key) || !collect(form, value[key], nodes))
      return false;
  }
  return true;
}

/** The argument with other things in place of its tensors and numbers: what `next` gives, in order. */
export function rebuild(
  form: ArgumentForm,
  path: string,
  next: (form: ArgumentForm, path: string) => unknown,
): unknown {
  switch (form.kind) {
    case "static":
      return form.value;
    case "array":
      return form.items.map((item, i) => rebuild(item, `${path}[${i}]`, next));
    case "object":
      return Object.fromEntries(
        form.keys.map((key, i) => {
          const item = form.items[i] ?? { kind: "static", value: undefined };
          return [key, rebuild(item, path === "" ? key : `${path}.${key}`, next)];
        }),
      );
    default:
      return next(form, path);
  }
}

/** What is different in `value`, in words; undefined where it has this form. */
export function difference(form: ArgumentForm, value: unknown, root: string, path = ""): string | undefined {
  const place = describePath(root, path);
  const actual = formOf(value);
  if (actual.kind === "tensor" && form.kind === "tensor") {
    if (!sameShape(actual.shape, form.shape))
      return `${place} has shape ${showShape(actual.shape)}, before ${showShape(form.shape)}`;
    return actual.dtype === form.dtype ? undefined : `${place} has dtype ${actual.dtype}, before ${form.dtype}`;
  }
  if (actual.kind === "array" && form.kind === "array" && Array.isArray(value)) {
    if (actual.items.length !== form.items.length)
      return `${place} has ${actual.items.length} items, before ${form.items.length}`;
    return firstOf(form.items.map((item, i) => difference(item, value[i], root, `${path}[${i}]`)));
  }
  if (actual.kind === "object" && form.kind === "object" && isPlainObject(value)) {
    const keys = new Set(form.keys);
    if (actual.keys.length !== keys.size || !actual.keys.every((key) => keys.has(key)))
      return `${place} has keys ${actual.keys.join(", ")}, before ${form.keys.join(", ")}`;
    return firstOf(
      form.items.map((item, i) => {
        const key = form.keys[i] ?? "";
        return difference(item, value[key], root, path === "" ? key : `${path}.${key}`);
      }),
    );
  }
  if (actual.kind === "static" && form.kind === "static") {
    if (Object.is(actual.value, form.value)) return undefined;
    const [now, before] = [describeValue(actual.value), describeValue(form.value)];
    return now === before ? `${place} is another ${now.replace(/^an? /, "")}` : `${place} is ${now}, before ${before}`;
  }
  return actual.kind === form.kind ? undefined : `${place} is ${describeForm(actual)}, before ${describeForm(form)}`;
}

const firstOf = (reasons: readonly (string | undefined)[]): string | undefined =>
  reasons.find((reason) => reason !== undefined);

function describeForm(form: ArgumentForm): string {
  if (form.kind === "static") return describeValue(form.value);
  return form.kind === "array" || form.kind === "object" ? `an ${form.kind}` : `a ${form.kind}`;
}
