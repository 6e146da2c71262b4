import { Tensor, Variable } from "@glissade/autograd";

/** A field of a module, or an element of an array or plain object in a field, with its dotted name: `layers.0`. */
export type Field = readonly [name: string, value: unknown];

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The items of an array or plain object; undefined where `value` is neither. */
function itemsOf(value: object): Iterable<Field> | undefined {
  if (Array.isArray(value)) return arrayItems(value);
  return isPlainObject(value) ? Object.entries(value) : undefined;
}

function* arrayItems(array: readonly unknown[]): Generator<Field> {
  for (let i = 0; i < array.length; i++) {
    const item = array[i];
    // An array may hold a million plain numbers: no name is made for those.
    if (typeof item === "object" || typeof item === "function") yield [String(i), item];
  }
}

/**
 * The fields, with arrays and plain objects in them taken apart; an array or object inside itself is passed over.
 *
 * @param prefix Put before each name.
 */
export function* flattenFields(
  fields: Iterable<Field>,
  prefix = "",
  open: ReadonlySet<object> = new Set(),
): Generator<Field> {
  for (const [key, value] of fields) {
    const name = `${prefix}${key}`;
    if (typeof value !== "object" || value === null || value instanceof Tensor || value instanceof Variable) {
      yield [name, value];
      continue;
    }
    const items = itemsOf(value);
    if (items === undefined) yield [name, value];
    else if (!open.has(value)) yield* flattenFields(items, `${name}.`, new Set([...open, value]));
  }
}

/** The fields, with short lists of numbers, such as strides, as texts. */
export function* foldLists(fields: Iterable<Field>): Generator<Field> {
  for (const [name, value] of fields) {
    yield [name, isShortList(value, 2) ? JSON.stringify(value).replaceAll(",", ", ") : value];
  }
}

/** Whether a value is a list of one to four numbers, or of such lists down to a depth. */
function isShortList(value: unknown, depth: number): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > 4 || depth === 0) return false;
  return value.every((item) => typeof item === "number" || isShortList(item, depth - 1));
}
