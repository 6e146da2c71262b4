import { type Column, columns, nanHandled } from "./columns.js";

/** What became of one law of an operator: tried on so many cases and kept, or the message of what broke it. */
export type Outcome = { readonly cases: number } | { readonly broken: string };

/** What was seen of one operator. */
export interface Observation {
  readonly name: string;
  /** By law; a law that says nothing about the operator's samples is missing. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Laws declared not to hold, each with the reason. */
  readonly exceptions: Readonly<Record<string, string>>;
  /** Whether its samples hold a float tensor to differentiate or to draw in another precision. */
  readonly takesFloats: boolean;
  /** Why it has no derivative; undefined where it has one. */
  readonly noDerivative: string | undefined;
  /** Whether it has a result that can hold NaN. */
  readonly givesFloats: boolean;
}

/** A cell: whether its laws were kept, and why not all of them were tried. */
export interface Cell {
  readonly mark: string;
  readonly reason?: string;
}

const none = "—";
const noFloats = "its samples hold no float tensor that is free to be float32 or float64, or NaN";
const noPlaceForNaN = "its result is integer or boolean, which cannot be NaN";
const notElementwise = "it does not work element by element: where NaN goes is for its definition to say";

/** The marks of what is well. */
export const kept = "✓";
/** The mark of a law that did not hold. */
export const broken = "✗";

function verdict({ outcomes, exceptions }: Observation, { law, further, mark }: Column): Cell | undefined {
  const principal = outcomes.get(law);
  if (principal === undefined) return undefined;
  const all = [principal, ...further.map((name) => outcomes.get(name))];
  if (all.some((outcome) => outcome !== undefined && "broken" in outcome)) return { mark: broken };
  const exception = further.find((name) => name in exceptions);
  const reason = exception === undefined ? undefined : exceptions[exception];
  return { mark: mark ?? kept, ...(reason === undefined ? {} : { reason }) };
}

const derivativeColumns: readonly string[] = ["vjp", "jvp", "second order"];

function absence(seen: Observation, { title, law }: Column): Cell {
  const exception = seen.exceptions[law];
  if (exception !== undefined) return { mark: none, reason: exception };
  if (derivativeColumns.includes(title) && seen.noDerivative !== undefined) {
    return { mark: none, reason: seen.noDerivative };
  }
  if (!seen.takesFloats) return { mark: none, reason: noFloats };
  throw new Error(`${seen.name}: nothing was tried for the column "${title}", and nothing says why.`);
}

function nanCell(seen: Observation, column: Column): Cell {
  const passesOn = verdict(seen, column);
  if (passesOn !== undefined) return passesOn;
  const handled = verdict(seen, nanHandled);
  if (handled === undefined) return absence(seen, nanHandled);
  const reason = seen.exceptions[column.law] ?? (seen.givesFloats ? notElementwise : noPlaceForNaN);
  return { reason, ...handled };
}

/**
 * What the table says of an operator in a column.
 *
 * @throws Error where no law spoke and no reason is known: a gap must not look like a dash.
 */
export function cellOf(seen: Observation, column: Column): Cell {
  if (column.title === nanHandled.title) return nanCell(seen, column);
  // Shapes and dtypes are inferred of integers too: that says nothing about a float dtype.
  if (column.title === "float64" && !seen.takesFloats) return { mark: none, reason: noFloats };
  return verdict(seen, column) ?? absence(seen, column);
}

/** The messages of every law that was broken. */
export const breaches = (seen: readonly Observation[]): string[] =>
  seen.flatMap(({ outcomes }) =>
    [...outcomes.values()].flatMap((outcome) => ("broken" in outcome ? [outcome.broken] : [])),
  );

/** Numbers reasons by their first appearance. */
class Notes {
  readonly #numbers = new Map<string, number>();

  textOf({ mark, reason }: Cell): string {
    if (reason === undefined) return mark;
    const number = this.#numbers.get(reason) ?? this.#numbers.size + 1;
    this.#numbers.set(reason, number);
    return `${mark} <sup>${number}</sup>`;
  }

  list(): string[] {
    return [...this.#numbers].map(([reason, number]) => `${number}. ${reason}`);
  }
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** How many operators have each mark of a column, in words. */
function tally(cells: readonly Cell[]): string {
  const counts = new Map<string, number>();
  for (const { mark } of cells) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  return [...counts].map(([mark, count]) => `${count} ${mark}`).join(", ");
}

function backing({ title, law, further }: Column): string {
  return `| ${title} | ${[law, ...further].join("; ")} |`;
}

/**
 * The page `docs/operators.md`.
 *
 * @param seen Every operator, in the order of the rows.
 * @param cases The most cases on which a law was tried.
 * @param withoutLaws What is exported without laws, by the reason.
 */
export function pageOf(
  seen: readonly Observation[],
  cases: number,
  withoutLaws: ReadonlyMap<string, readonly string[]>,
): string {
  const notes = new Notes();
  const rows = seen.map((each) => ({ name: each.name, cells: columns.map((column) => cellOf(each, column)) }));
  const totals = columns.map((_, k) => tally(rows.flatMap(({ cells }) => cells.slice(k, k + 1))));
  const body = rows.map(({ name, cells }) => row([`\`${name}\``, ...cells.map((cell) => notes.textOf(cell))]));
  return [
    "# Operators and the laws they keep",
    "",
    `\`pnpm coverage:operators\` writes this page from what it has just run: every law below on every operator, on ${cases} cases of`,
    "the operator's own samples, from a fixed seed. The tests run the same laws on many more. `pnpm coverage:operators --check`",
    "fails where this page and the code disagree.",
    "",
    "✓: the laws of the column ran and held. *passes on*: NaN in, NaN out, element by element. *handled*: NaN and other awkward",
    "numbers are taken, and compiled code gives what the reference gives. —: the laws say nothing of the operator; the number says why.",
    "",
    row(["operator", ...columns.map(({ title }) => title)]),
    row(["---", ...columns.map(() => "---")]),
    ...body,
    row([`**${seen.length} operators**`, ...totals]),
    "",
    "## Reasons",
    "",
    ...notes.list(),
    "",
    "## The laws behind the columns",
    "",
    "The first law of a column must have run; the others wherever they say something.",
    "",
    "| column | laws |",
    "| --- | --- |",
    ...[...columns, { ...nanHandled, title: "NaN: handled" }].map(backing),
    "",
    "## Exported without laws of its own",
    "",
    ...[...withoutLaws].map(([reason, names]) => `- ${names.map((name) => `\`${name}\``).join(", ")}: ${reason}`),
    "",
  ].join("\n");
}

/** The first line in which two pages differ, in words; undefined where they are equal. */
export function firstDifference(written: string, found: string): string | undefined {
  if (written === found) return undefined;
  const [before, after] = [written.split("\n"), found.split("\n")];
  const at = after.findIndex((line, i) => line !== before[i]);
  const line = at < 0 ? after.length : at;
  return `line ${line + 1}\n  page  ${before[line] ?? "(missing)"}\n  code  ${after[line] ?? "(missing)"}`;
}
