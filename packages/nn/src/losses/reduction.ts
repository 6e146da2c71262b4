import { mean, sum, type Tensor, ValueError } from "@glissade/autograd";

/** What becomes of the losses of the examples: their mean, their sum, or all of them. */
export type Reduction = "mean" | "sum" | "none";

/** The option that every loss has. */
export interface ReductionOption<R extends Reduction = Reduction> {
  /** Default "mean". */
  readonly reduction?: R;
}

/** @throws ValueError where `reduction` is none of the three. */
export function checkReduction(operator: string, reduction: unknown): asserts reduction is Reduction {
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return;
  const given = typeof reduction === "string" ? `"${reduction}"` : typeof reduction;
  throw new ValueError(`${operator}: unknown reduction ${given}. Use "mean", "sum" or "none".`);
}

/** The losses reduced; the mean counts every element alike. */
export function reduce(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : mean(losses);
}
