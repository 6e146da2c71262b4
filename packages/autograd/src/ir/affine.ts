/**
 * An index that is linear in loop variables: `constant + Σ coefficient · variable`. Loop variables are numbered; each runs from 0 to
 * its size. Terms are sorted by variable and have no zero coefficient, so equal indices have equal texts.
 */
export interface Affine {
  readonly constant: number;
  readonly terms: readonly Term[];
}

/** A loop variable with its coefficient. */
export interface Term {
  readonly variable: number;
  readonly coefficient: number;
}

/** The sizes of loop variables, by number. */
export type Sizes = readonly number[];

/** An index that does not move. */
export const constantIndex = (constant: number): Affine => ({ constant, terms: [] });

/** The index that is a loop variable. */
export const variableIndex = (variable: number): Affine => ({ constant: 0, terms: [{ variable, coefficient: 1 }] });

/** a + b. */
export function addIndices(a: Affine, b: Affine): Affine {
  if (b.terms.length === 0) return { constant: a.constant + b.constant, terms: a.terms };
  if (a.terms.length === 0) return { constant: a.constant + b.constant, terms: b.terms };
  const sums = new Map<number, number>();
  for (const { variable, coefficient } of [...a.terms, ...b.terms]) {
    sums.set(variable, (sums.get(variable) ?? 0) + coefficient);
  }
  return { constant: a.constant + b.constant, terms: sorted(sums) };
}

/** factor · a. */
export function scaleIndex(a: Affine, factor: number): Affine {
  if (factor === 0) return constantIndex(0);
  return {
    constant: a.constant * factor,
    terms: a.terms.map(({ variable, coefficient }) => ({ variable, coefficient: coefficient * factor })),
  };
}

/** a + constant. */
export const shiftIndex = (a: Affine, constant: number): Affine => ({
  constant: a.constant + constant,
  terms: a.terms,
});

/** The coefficient of a loop variable, 0 where it does not occur. */
export const coefficientOf = (a: Affine, variable: number): number =>
  a.terms.find((term) => term.variable === variable)?.coefficient ?? 0;

/** The row-major offset of `indices` into an array of `shape`. */
export function flatIndex(indices: readonly Affine[], shape: readonly number[]): Affine {
  let flat = constantIndex(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const index = indices[axis];
    if (index !== undefined && shape[axis] !== 1) flat = addIndices(flat, scaleIndex(index, stride));
    stride *= shape[axis] ?? 1;
  }
  return flat;
}

/**
 * The indices along the axes of `shape` of a row-major offset, or undefined where one of them would not be affine: an offset is
 * taken apart only where each of its terms lies within one axis.
 */
export function unflattenIndex(flat: Affine, shape: readonly number[], sizes: Sizes): Affine[] | undefined {
  const indices: Affine[] = [];
  let rest = flat;
  let stride = shape.reduce((product, side) => product * side, 1);
  for (const side of shape) {
    stride /= side;
    const divided = divideIndex(rest, stride, sizes);
    if (divided === undefined) return undefined;
    indices.push(divided.quotient);
    rest = divided.remainder;
  }
  return indices;
}

/** a = quotient · divisor + remainder with 0 ≤ remainder < divisor for all values of the variables, where terms separate. */
function divideIndex(
  a: Affine,
  divisor: number,
  sizes: Sizes,
): { readonly quotient: Affine; readonly remainder: Affine } | undefined {
  const whole = a.terms.filter(({ coefficient }) => coefficient % divisor === 0);
  const rest = a.terms.filter(({ coefficient }) => coefficient % divisor !== 0);
  let constant = a.constant % divisor;
  if (constant < 0) constant += divisor;
  let least = constant;
  let greatest = constant;
  for (const { variable, coefficient } of rest) {
    const reach = coefficient * Math.max(0, (sizes[variable] ?? 1) - 1);
    if (reach < 0) least += reach;
    else greatest += reach;
  }
  if (least < 0 || greatest >= divisor) return undefined;
  return {
    quotient: {
      constant: (a.constant - constant) / divisor,
      terms: whole.map(({ variable, coefficient }) => ({ variable, coefficient: coefficient / divisor })),
    },
    remainder: { constant, terms: rest },
  };
}

/** A text that equal indices share. */
export const indexKey = ({ constant, terms }: Affine): string => {
  let key = String(constant);
  for (const { variable, coefficient } of terms) key += `+${coefficient}i${variable}`;
  return key;
};

function sorted(sums: ReadonlyMap<number, number>): Term[] {
  const terms: Term[] = [];
  for (const [variable, coefficient] of sums) if (coefficient !== 0) terms.push({ variable, coefficient });
  return terms.sort((a, b) => a.variable - b.variable);
}

/** Whether two indices are equal, or both are none. */
export function isSameIndex(a: Affine | undefined, b: Affine | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (a.constant !== b.constant || a.terms.length !== b.terms.length) return false;
  for (let i = 0; i < a.terms.length; i++) {
    const [own, other] = [a.terms[i], b.terms[i]];
    if (own?.variable !== other?.variable || own?.coefficient !== other?.coefficient) return false;
  }
  return true;
}
