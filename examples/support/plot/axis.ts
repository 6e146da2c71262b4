/** How one axis of a chart is scaled and written. */
export interface Axis {
  /** What is measured, with its unit: `"seconds"`, `"loss (mean over the training set)"`. */
  readonly label: string;
  /** Default `"linear"`. On a logarithmic axis, values that are not positive are left out. */
  readonly scale?: "linear" | "log";
  /** First and last value of the axis; descending values reverse it. Default: from the data. */
  readonly domain?: readonly [number, number];
  /** Where the ticks are; default: chosen to suit. */
  readonly ticks?: readonly number[];
  /** How a value beside a tick is written; default: `formatTick`, or powers of ten on a long logarithmic axis. */
  readonly format?: (value: number) => string;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const MARGIN = 0.04;

/**
 * Writes a tick: thousands separated, numbers beyond 0.001 … 1,000,000 with powers of ten.
 *
 * @example
 * [60000, 0.1, 1e-7, 2e-7].map(formatTick); // ["60,000", "0.1", "10⁻⁷", "2·10⁻⁷"]
 */
export function formatTick(value: number): string {
  if (needsPower(value)) return formatPower(value);
  return value.toLocaleString("en-US", { maximumSignificantDigits: 6 });
}

/** One way of writing for all ticks of an axis: when one needs a power of ten, all but 1 get one. */
export function tickFormat(axis: Axis, ticks: readonly number[]): (value: number) => string {
  if (axis.format !== undefined) return axis.format;
  if (axis.scale !== "log" || !ticks.some(needsPower)) return formatTick;
  return (value) => (value === 1 ? "1" : formatPower(value));
}

function needsPower(value: number): boolean {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6);
}

function formatPower(value: number): string {
  const [digits = "", exponent = ""] = value.toExponential().replace("-", "−").split("e");
  const power = [...exponent.replace("+", "")].map((sign) => SUPERSCRIPTS[Number(sign)] ?? "⁻").join("");
  return digits === "1" || digits === "−1" ? `${digits}0${power}` : `${digits}·10${power}`;
}

/**
 * A domain that shows all of `values`, which are finite and, on a logarithmic axis, positive.
 *
 * @param margin whether to leave 4 % free at both ends; a linear axis of values ≥ 0 does not go below 0 for that
 */
export function domainOf(values: Iterable<number>, scale: "linear" | "log", margin: boolean): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  // One value alone: leave room on both sides of it.
  if (low === high && scale === "log") return [low / 2, high * 2];
  if (low === high) return low === 0 ? [-1, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  if (!margin) return [low, high];
  if (scale === "log") {
    const factor = (high / low) ** MARGIN;
    return [low / factor, high * factor];
  }
  const space = (high - low) * MARGIN;
  return [low >= 0 ? Math.max(0, low - space) : low - space, high + space];
}

/** Round values that divide a domain into about `most` parts: the ticks of an axis. */
export function ticksOf(axis: Axis, domain: readonly [number, number], most: number): readonly number[] {
  if (axis.ticks !== undefined) return axis.ticks;
  return axis.scale === "log" ? logTicks(domain, most) : linearTicks(domain, most);
}

/**
 * Multiples of 1, 2 or 5 times a power of ten.
 *
 * @param domain both ends in any order
 * @param most how many ticks there may be at most, at least 2
 * @returns ascending values within the domain
 * @example
 * linearTicks([0, 5], 6); // [0, 1, 2, 3, 4, 5]
 */
export function linearTicks(domain: readonly [number, number], most: number): number[] {
  const low = Math.min(...domain);
  const high = Math.max(...domain);
  const least = (high - low) / Math.max(1, most - 1);
  const power = Math.floor(Math.log10(least));
  const multiple = [1, 2, 5, 10].find((each) => each * 10 ** power >= least * (1 - 1e-9)) ?? 10;
  const step = multiple * 10 ** power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  // Counted in whole steps and rounded to the step's last digit, so that 3 · 0.1 reads 0.3.
  const digits = Math.max(0, -power);
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toFixed(Math.min(100, digits))));
}

/**
 * Ticks of a logarithmic axis: powers of ten, every second or third of them if there are many; 1, 2 and 5 times a power
 * of ten where there is room for that.
 *
 * @param domain both ends, positive, in any order
 * @param most how many ticks there may be at most, at least 2
 * @returns ascending values within the domain
 * @example
 * logTicks([1e-3, 1], 8); // [0.001, 0.01, 0.1, 1]
 */
export function logTicks(domain: readonly [number, number], most: number): number[] {
  // A hair of tolerance: log10 of a power of ten need not be whole.
  const low = Math.log10(Math.min(...domain)) - 1e-9;
  const high = Math.log10(Math.max(...domain)) + 1e-9;
  const multiples = 3 * (high - low) <= most ? [1, 2, 5] : [1];
  const powers = Math.floor(high) - Math.ceil(low) + 1;
  const stride = Math.ceil(powers / Math.max(2, most));
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    // Counted from 10⁰, so that the same exponents are shown whatever the domain.
    if (power % stride !== 0) continue;
    for (const multiple of multiples) {
      const exponent = power + Math.log10(multiple);
      if (exponent >= low && exponent <= high) ticks.push(Number(`${multiple}e${power}`));
    }
  }
  return ticks;
}
