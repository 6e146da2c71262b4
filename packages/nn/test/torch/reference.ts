import { readFileSync } from "node:fs";

/** A tensor of PyTorch's. */
export interface Reference {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What a loss gave there, and its derivative. */
export interface LossReference {
  readonly results: readonly Reference[];
  /** Of Σ cos(i) · result[i] for layers, of Σ result[i] for losses; null for indices. */
  readonly inputGradient: readonly number[] | null;
}

/** What a layer gave there. */
export interface LayerReference extends LossReference {
  readonly parameters: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly parameterGradients: readonly (readonly number[])[];
  /** After the calls. */
  readonly buffers: Readonly<Record<string, readonly number[]>>;
}

/** What `make_reference.py` has written. */
export const reference: {
  readonly layers: Readonly<Record<string, LayerReference>>;
  readonly losses: Readonly<Record<string, LossReference>>;
} = JSON.parse(readFileSync(new URL("reference.json", import.meta.url), "utf8"));
