import { isFloat, range } from "../dtype.js";
import type { TensorChoice } from "../sampling.js";
import { Undrawable } from "./choices.js";
import type { RandomSource } from "./random-source.js";

/**
 * Which numbers a law wants: "smooth" ones in general position for derivatives, "kinked" ones that lie on declared kinks here and there,
 * "plain" ones with ties for laws about bits, and "awkward" ones (NaN, ±Inf, ±0, subnormal and huge ones) among plain ones.
 */
export type Style = "smooth" | "kinked" | "plain" | "awkward";

/** What one element of a tensor may be. */
export interface ElementRequest {
  readonly choice: TensorChoice;
  readonly style: Style;
}

/** No value is drawn closer than this to a kink. */
const kinkDistance = 0.05;

/** What trips elementary functions (e^1000 overflows) and comparisons. All are float32 values, so that both float dtypes see the same ones. */
const awkwardValues: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  Math.fround(1e-40),
  Math.fround(-1e-40),
  range("float32").greatest,
  range("float32").least,
  1000,
  -1000,
];

/** The closed interval that is drawn from. Floats keep off the ends, where differences would step outside. */
export function interval({ choice }: ElementRequest): { low: number; high: number } {
  const { dtype } = choice;
  if (dtype === "bool") return { low: 0, high: 1 };
  const least = dtype === undefined || isFloat(dtype) ? Number.NEGATIVE_INFINITY : range(dtype).least;
  const min = choice.min ?? Math.max(least, Math.min(-4, (choice.max ?? 4) - 8));
  const max = choice.max ?? Math.max(4, min + 8);
  if (dtype !== undefined && !isFloat(dtype)) return { low: Math.ceil(min), high: Math.floor(max) };
  const margin = Math.min(0.02, (max - min) / 50);
  return { low: min + margin, high: max - margin };
}

const isWhole = ({ dtype }: TensorChoice): boolean => dtype !== undefined && !isFloat(dtype);

const takesAwkward = ({ choice, style }: ElementRequest): boolean => style === "awkward" && choice.dtype === undefined;

/** Whether a law may meet `value` here. */
export function isLegal(request: ElementRequest, value: number): boolean {
  if (takesAwkward(request) && awkwardValues.some((awkward) => Object.is(awkward, value))) return true;
  const { low, high } = interval(request);
  if (!(value >= low && value <= high) || (isWhole(request.choice) && !Number.isInteger(value))) return false;
  const { kinks = [] } = request.choice;
  if (request.style === "kinked" && kinks.includes(value)) return true;
  return !kinks.some((kink) => Math.abs(value - kink) < kinkDistance);
}

/** One element. Values are float32 numbers, so that both float dtypes hold the same ones. */
export function drawElement(request: ElementRequest, random: RandomSource): number {
  if (takesAwkward(request)) {
    if (random.oneIn(6)) return Number.NaN;
    if (random.oneIn(3)) return pickFrom(awkwardValues, random);
  }
  const { low, high } = interval(request);
  if (low > high) throw new Undrawable(`there is no number from ${low} to ${high}`);
  if (isWhole(request.choice)) return random.integer(low, high);
  for (let attempt = 0; attempt < 100; attempt++) {
    const value = drawReal(request, low, high, random);
    if (isLegal(request, value)) return value;
  }
  return simplestElement(request);
}

function drawReal({ choice, style }: ElementRequest, low: number, high: number, random: RandomSource): number {
  const { kinks = [] } = choice;
  if (style === "kinked" && kinks.length > 0 && random.oneIn(2)) return pickFrom(kinks, random);
  // Rules that divide or take powers fail at 0, which is as smooth as any number unless it is declared a kink.
  if (random.oneIn(16)) return 0;
  const value = low + (high - low) * random.fraction();
  // Halves tie with each other, which smooth laws must not meet and the others should.
  return style !== "smooth" && style !== "kinked" && random.oneIn(2) ? roundTo(2, value) : Math.fround(value);
}

/** The closest multiple of 1 / `scale`; never −0, which is an awkward value. */
export const roundTo = (scale: number, value: number): number => Math.round(value * scale) / scale + 0;

const pickFrom = (values: readonly number[], random: RandomSource): number =>
  values[random.integer(0, values.length - 1)] ?? 0;

/** From the plainest on; the first legal one is where shrinking ends. */
const plainest: readonly number[] = [0, 1, 2, 3, -1, -2, -3, 0.5, 1.5, -0.5, 0.25];

/** The plainest legal value. */
export function simplestElement(request: ElementRequest): number {
  const simple = plainest.find((value) => isLegal(request, value));
  if (simple !== undefined) return simple;
  const { low, high } = interval(request);
  for (let i = 1; i < 100; i++) {
    const value = Math.fround(low + ((high - low) * i) / 100);
    if (isLegal(request, value)) return value;
  }
  return low;
}

/** The legal value closest to a recorded one, or the plainest. */
export function fitElement(request: ElementRequest, recorded: number | undefined): number {
  if (recorded === undefined) return simplestElement(request);
  if (isLegal(request, recorded)) return recorded;
  const { low, high } = interval(request);
  const clamped = Math.min(high, Math.max(low, recorded));
  return isLegal(request, clamped) ? clamped : simplestElement(request);
}

/** How hard a number is to read: short binary fractions before long ones, small before large, a few positive before negative ones. */
export function complexity(value: number): number {
  if (Number.isNaN(value)) return 9000;
  if (!Number.isFinite(value)) return value > 0 ? 8000 : 8001;
  let digits = 0;
  for (let scaled = value; digits < 60 && !Number.isInteger(scaled); scaled *= 2) digits++;
  const sign = value < 0 || Object.is(value, -0) ? 10.5 : 0;
  return 100 * digits + Math.min(99, Math.abs(value)) + sign;
}

/** Simpler numbers than `value` that are legal in its place, simplest first. */
export function simplerElements(request: ElementRequest, value: number): number[] {
  const candidates = [...plainest, Math.trunc(value) + 0, 0 - value];
  for (let scale = 1; scale <= 4096; scale *= 2) candidates.push(roundTo(scale, value));
  const own = complexity(value);
  return [...new Set(candidates)]
    .filter((candidate) => complexity(candidate) < own && isLegal(request, candidate))
    .sort((a, b) => complexity(a) - complexity(b));
}
