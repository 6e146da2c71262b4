import { readFileSync } from "node:fs";
import { type Shape, type Tensor, tensor } from "@glissade/autograd";
import type { Cost } from "@glissade/autograd/debug";

/** Times of an objective and of its derivative, in seconds, by the tool and its language. */
export type Published = Readonly<Record<string, readonly [objective: number, derivative: number]>>;

/** A float64 tensor of these numbers, row by row. */
export const array = (values: ArrayLike<number>, shape: Shape): Tensor =>
  tensor(Float64Array.from(values)).reshape(shape);

/** A file beside this one. What the caller promises is that it holds a `T`. */
export const readJson = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));

/** ρ, ADBench's distance between numbers (Srajer, Kukelova & Fitzgibbon 2018): the largest |a − b| / max(1, |a| + |b|). */
export function distance(found: ArrayLike<number>, golden: readonly number[]): number {
  if (found.length !== golden.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [i, b] of golden.entries()) {
    const a = found[i] ?? Number.NaN;
    const rho = Math.abs(a - b) / Math.max(1, Math.abs(a) + Math.abs(b));
    // A NaN is as far as can be.
    largest = Number.isNaN(rho) ? Number.POSITIVE_INFINITY : Math.max(largest, rho);
  }
  return largest;
}

/** An instance of the benchmark, ready to run. */
export interface Instance {
  readonly name: string;
  readonly family: "GMM" | "LSTM" | "BA" | "Hand";
  /** How many numbers the derivative is taken by; in BA how many columns the sparse Jacobian has. */
  readonly parameters: number;
  /** Computes the objective, compiled. */
  readonly objective: () => void;
  /** Computes the derivative, compiled: for GMM and LSTM with the value, as the benchmark's tools do. */
  readonly derivative: () => void;
  /** The largest ρ of the objective and of the derivative. */
  readonly errors: () => { readonly objective: number; readonly derivative: number };
  /** What the objective, summed where it is a vector, costs and its gradient. */
  readonly costs: () => readonly [objective: Cost, gradient: Cost];
  readonly published: Published;
}
