import { realize, Tensor, ValueError, type Variable } from "@glissade/autograd";
import { sameShape, showShape } from "./operand.js";
import { type Renaming, renameEntries } from "./renaming.js";

/** The tensors of a module by name, as `stateDict` gives them and `loadStateDict` takes them. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Whether names must match exactly; default true. With false, what both sides have is loaded. */
  readonly strict?: boolean;
  /** What the entries of the state are called in the module: rules or a function; default as they are. */
  readonly rename?: Renaming;
}

/** What `loadStateDict` did not find, and what it had no use for. */
export interface LoadResult {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** A Variable with every name it goes by. */
export interface NamedVariable {
  readonly names: readonly [string, ...string[]];
  readonly variable: Variable;
}

const listed = 20;

/** At most twenty of the items, and how many more there are. */
function abbreviate(items: readonly string[], separator: string): string {
  const shown = items.slice(0, listed).join(separator);
  return items.length > listed ? `${shown}${separator}… and ${items.length - listed} more` : shown;
}

/** Why the value cannot go into the Variable, or undefined where it can. */
function misfit(name: string, value: unknown, variable: Variable): string | undefined {
  if (!(value instanceof Tensor)) return `${name}: ${value === null ? "null" : typeof value} is no tensor`;
  const { shape, dtype } = variable;
  if (!sameShape(value.shape, shape)) {
    return `${name}: shape ${showShape(value.shape)} in place of ${showShape(shape)}`;
  }
  if (value.dtype !== dtype) return `${name}: dtype ${value.dtype} in place of ${dtype}; use cast(tensor, "${dtype}")`;
  return undefined;
}

/** A name, and what it was before it was renamed. */
const nameWithOrigin = (name: string, from: string | undefined): string =>
  from === undefined || from === name ? name : `${name} (renamed from ${from})`;

/** Puts the tensors of `state` into the Variables: all of them, or none and an error that lists everything that is wrong. */
export function loadInto(
  label: string,
  variables: readonly NamedVariable[],
  state: StateDict,
  { strict = true, rename }: LoadOptions,
): LoadResult {
  if (typeof state !== "object" || state === null) {
    throw new ValueError(
      `loadStateDict: the state of ${label} is ${state === null ? "null" : typeof state}, not an object of tensors.`,
    );
  }
  // Own properties only: a name such as __proto__ or toString is a name like any other.
  const { entries: given, complaints } = renameEntries(Object.entries(state), rename);
  const missing: string[] = [];
  const misfits: string[] = [...complaints];
  const updates: [Variable, Tensor][] = [];
  for (const { names, variable } of variables) {
    const found = names.filter((name) => given.has(name));
    if (found.length === 0) missing.push(names[0]);
    const wrong = found
      .map((name) => misfit(name, given.get(name)?.value, variable))
      .filter((text) => text !== undefined);
    misfits.push(...wrong);
    const value = found[0] === undefined ? undefined : given.get(found[0])?.value;
    if (wrong.length === 0 && value instanceof Tensor) updates.push([variable, value]);
  }
  const known = new Set(variables.flatMap(({ names }) => names));
  const unexpected = [...given.keys()].filter((name) => !known.has(name));
  const shown = unexpected.map((name) => nameWithOrigin(name, given.get(name)?.from));
  refuse(label, misfits, strict ? missing : [], strict ? shown : []);

  // Both may throw: assigning starts when nothing can go wrong any more.
  realize(...updates.map(([, value]) => value));
  for (const [variable, value] of updates) variable.checkAssignable(value);
  for (const [variable, value] of updates) variable.assign(value);
  return { missing, unexpected };
}

function refuse(
  label: string,
  misfits: readonly string[],
  missing: readonly string[],
  unexpected: readonly string[],
): void {
  const lines: string[] = [];
  if (missing.length > 0) lines.push(`missing: ${abbreviate(missing, ", ")}`);
  if (unexpected.length > 0) lines.push(`unexpected: ${abbreviate(unexpected, ", ")}`);
  if (misfits.length > 0) lines.push(abbreviate(misfits, "\n  "));
  if (lines.length === 0) return;
  const names = missing.length + unexpected.length > 0;
  const remedy = names
    ? "Map the names with { rename }, or load what fits with { strict: false }."
    : "Load the state of a model of the same form.";
  throw new ValueError(
    `loadStateDict: the state does not fit ${label}; nothing was changed.\n  ${lines.join("\n  ")}\n${remedy}`,
  );
}
