import { ValueError } from "@glissade/autograd";

/**
 * What the entries of a state are called here. Either rules, which are applied one after the other: what matches a pattern is replaced (with `$1`, `$<name>` as in
 * `String.replace`), and where the replacement is null the entry is left out. Or a function of the name, which returns the new one, or undefined to leave
 * the entry out.
 *
 * @example
 * const rename: Renaming = [[/^module\./, ""], [/^encoder\.layer\.(\d+)\./, "blocks.$1."], [/\.position_ids$/, null]];
 */
export type Renaming =
  | readonly (readonly [pattern: RegExp, replacement: string | null])[]
  | ((name: string) => string | undefined);

/** A state under its new names, and what is wrong with these. */
export interface Renamed {
  /** By new name: the old one and the value. */
  readonly entries: ReadonlyMap<string, { readonly from: string; readonly value: unknown }>;
  readonly complaints: readonly string[];
}

/** The new name, or undefined where the entry is left out. */
function newName(name: string, rename: Renaming): string | undefined {
  if (typeof rename === "function") return rename(name);
  let current = name;
  for (const [pattern, replacement] of rename) {
    if (replacement !== null) current = current.replace(pattern, replacement);
    else if (current.search(pattern) >= 0) return undefined;
  }
  return current;
}

/**
 * The entries under their new names. Two that come to have the same name are a complaint.
 *
 * @throws ValueError where a function gives something that is no name.
 */
export function renameEntries(entries: readonly (readonly [string, unknown])[], rename: Renaming | undefined): Renamed {
  const named = new Map<string, { from: string; value: unknown }>();
  const complaints: string[] = [];
  for (const [from, value] of entries) {
    const name: unknown = rename === undefined ? from : newName(from, rename);
    if (name === undefined) continue;
    if (typeof name !== "string") {
      throw new ValueError(
        `loadStateDict: rename gives ${String(name)} for "${from}"; return a name, or undefined to leave it out.`,
      );
    }
    const first = named.get(name);
    if (first === undefined) named.set(name, { from, value });
    else complaints.push(`${name}: both ${first.from} and ${from} are renamed to it`);
  }
  return { entries: named, complaints };
}
