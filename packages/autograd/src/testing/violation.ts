import { GlissadeError } from "../errors.js";
import { type Shape, showShape } from "../shape.js";
import { numberText } from "./source-text.js";

/** What a law found, before the operator's and the law's names are added. */
export class Finding extends Error {
  override name = "Finding";

  /**
   * @param call The call as TypeScript.
   * @param where Result or gradient, and element.
   * @param values What differs, each with a label; of numbers, two.
   */
  constructor(
    readonly call: string,
    readonly where: string,
    readonly values: readonly (readonly [label: string, value: string])[],
  ) {
    super(`${where}: ${values.map(([label, value]) => `${label} ${value}`).join(", ")}`);
  }
}

/**
 * An operator that breaks one of its laws. The message names operator, law, the arguments as TypeScript, the element, and both
 * values; the fields hold the same.
 *
 * @example
 * try { fc.assert(property); } catch (error) { if (error instanceof Error && error.cause instanceof LawViolation) console.error(error.cause.call); }
 */
export class LawViolation extends GlissadeError {
  override name = "LawViolation";

  constructor(
    readonly operator: string,
    readonly law: string,
    /** The smallest failing call, as TypeScript. */
    readonly call: string,
    /** Which result or gradient, and which element of it. */
    readonly where: string,
    readonly values: readonly (readonly [label: string, value: string])[],
    options?: ErrorOptions,
  ) {
    super(violationText(operator, law, call, where, values), options);
  }
}

function violationText(
  operator: string,
  law: string,
  call: string,
  where: string,
  values: readonly (readonly [string, string])[],
): string {
  const rows: (readonly [string, string])[] = [["call", call], ["where", where], ...values];
  const width = Math.max(...rows.map(([label]) => label.length));
  const body = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join("\n");
  return `${operator} breaks the law "${law}"\n${body}`;
}

/** An element's place in words: `element [0, 2]`; a scalar's only element is `the scalar`. */
export function elementText(shape: Shape, flat: number): string {
  if (shape.length === 0) return "the scalar";
  const index = new Array<number>(shape.length);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const side = shape[axis] ?? 1;
    index[axis] = rest % side;
    rest = (rest - (rest % side)) / side;
  }
  return `element ${showShape(index)}`;
}

/** Two rows of elements to compare, and how the message names them. */
export interface Comparison {
  /** The call as TypeScript: written where they differ. */
  readonly call: () => string;
  readonly what: string;
  readonly shape: Shape;
  readonly actual: readonly [label: string, values: ArrayLike<number>];
  readonly expected: readonly [label: string, values: ArrayLike<number>];
}

/** @throws Finding at the worst element that is further off than `tolerance`; NaN agrees with NaN only. */
export function expectClose({ call, what, shape, actual, expected }: Comparison, tolerance: number): void {
  const [actualLabel, a] = actual;
  const [expectedLabel, b] = expected;
  let worst = -1;
  let greatest = tolerance;
  for (let i = 0; i < b.length; i++) {
    const x = a[i] ?? Number.NaN;
    const y = b[i] ?? Number.NaN;
    if (Object.is(x, y) || x === y) continue;
    const distance = Number.isFinite(x) && Number.isFinite(y) ? Math.abs(x - y) : Number.POSITIVE_INFINITY;
    if (distance > greatest) {
      worst = i;
      greatest = distance;
    }
  }
  if (worst < 0) return;
  throw new Finding(call(), `${what}, ${elementText(shape, worst)}`, [
    [actualLabel, numberText(a[worst] ?? Number.NaN)],
    [expectedLabel, numberText(b[worst] ?? Number.NaN)],
  ]);
}

/** @throws Finding at the first element whose bits differ; all NaNs count as one, 0 and −0 as two. */
export function expectSame({ call, what, shape, actual, expected }: Comparison): void {
  const [actualLabel, a] = actual;
  const [expectedLabel, b] = expected;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (Object.is(a[i], b[i])) continue;
    throw new Finding(call(), `${what}, ${elementText(shape, i)}`, [
      [actualLabel, numberText(a[i] ?? Number.NaN)],
      [expectedLabel, numberText(b[i] ?? Number.NaN)],
    ]);
  }
}

/** The greatest magnitude among finite elements, 0 where there is none. */
export function magnitude(...rows: readonly ArrayLike<number>[]): number {
  let greatest = 0;
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      const x = Math.abs(row[i] ?? 0);
      if (x > greatest && Number.isFinite(x)) greatest = x;
    }
  }
  return greatest;
}
