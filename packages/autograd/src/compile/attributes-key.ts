/**
 * A text that equal attributes share, of numbers, strings, booleans and plain arrays and objects of them; undefined where they hold anything
 * else, such as a function: these are equal to nothing.
 */
export function attributesKey(attributes: unknown): string | undefined {
  switch (typeof attributes) {
    case "undefined":
      return "";
    case "number":
      return Object.is(attributes, -0) ? "-0" : String(attributes);
    case "boolean":
    case "bigint":
      return String(attributes);
    case "string":
      return JSON.stringify(attributes);
    case "object":
      return attributes === null ? "null" : structureKey(attributes);
    default:
      return undefined;
  }
}

function structureKey(attributes: object): string | undefined {
  const isArray = Array.isArray(attributes);
  if (!isArray && Object.getPrototypeOf(attributes) !== Object.prototype) return undefined;
  const parts: string[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    const part = attributesKey(value);
    if (part === undefined) return undefined;
    parts.push(isArray ? part : `${name}:${part}`);
  }
  return isArray ? `[${parts.join()}]` : `{${parts.sort().join()}}`;
}
