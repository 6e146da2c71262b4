/** Headers are objects of objects of lists. A file that nests deeper wants to fill the memory. */
const deepest = 8;

const [quote, backslash, colon] = ['"', "\\", ":"];

/**
 * What a JSON text has that `JSON.parse` lets pass: a key that stands twice in one object, or nesting without end; undefined where there is
 * neither. Reads texts that are no JSON as far as they go.
 *
 * @throws SyntaxError for a key with an escape that is none.
 */
export function complaintAboutKeys(text: string): string | undefined {
  /** One entry for each bracket that is open, the keys so far for an object. */
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{" || char === "[") {
      if (open.length === deepest) return `it nests deeper than ${deepest} levels`;
      open.push(new Set());
    } else if (char === "}" || char === "]") open.pop();
    else if (char === quote) {
      const end = endOfString(text, at);
      const next = skipSpace(text, end);
      if (text[next] === colon) {
        const key: unknown = JSON.parse(text.slice(at, end));
        const keys = open.at(-1);
        if (typeof key === "string" && keys?.has(key)) return `it has ${JSON.stringify(key)} twice`;
        if (typeof key === "string") keys?.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** The place behind the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === backslash ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && " \n\r\t".includes(text[at] ?? "")) at++;
  return at;
}
