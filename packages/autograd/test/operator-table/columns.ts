/** One column of the table of operators: the laws that stand behind it. */
export interface Column {
  readonly title: string;
  /** The law without which the column says nothing. */
  readonly law: string;
  /** Further laws, where they say something about the operator. */
  readonly further: readonly string[];
  /** What a cell says of an operator that keeps them, in place of ✓. */
  readonly mark?: string;
}

const compiledAtAwkward = "compiled ≡ reference at NaN, ±Inf, ±0, subnormal and huge inputs";
const awkward = "NaN, ±Inf, ±0, subnormal and huge inputs handled";

export const columns: readonly Column[] = [
  {
    title: "vjp",
    law: "reverse rule ≡ central differences",
    further: ["⟨J v, w⟩ = ⟨v, Jᵀ w⟩", "the derivative at a kink lies between those on either side"],
  },
  { title: "jvp", law: "forward rule ≡ central differences", further: ["⟨J v, w⟩ = ⟨v, Jᵀ w⟩"] },
  {
    title: "second order",
    law: "second order ≡ differences of first order",
    further: ["second derivatives are symmetric", "forward over reverse ≡ reverse over reverse"],
  },
  { title: "vmap", law: "vmap(f) ≡ a loop", further: ["vmap(grad f) ≡ a loop of gradients"] },
  { title: "jit", law: "compiled ≡ reference", further: ["compiled gradient ≡ reference"] },
  { title: "float32", law: "float32 ≈ float64", further: [] },
  {
    title: "float64",
    law: "inferred shape and dtype ≡ what the kernel made",
    further: ["results and gradients are finite in the operator's domain"],
  },
  { title: "zero-size", law: "zero-size inputs handled", further: ["compiled ≡ reference without elements"] },
  { title: "NaN", law: "NaN in, NaN out", further: [awkward, compiledAtAwkward], mark: "passes on" },
];

/** What the column of NaN says of operators that need not pass NaN on: they take it, and compiled code agrees. */
export const nanHandled: Column = { title: "NaN", law: awkward, further: [compiledAtAwkward], mark: "handled" };

/** The laws of all columns. */
export const lawsOfColumns: readonly string[] = [
  ...new Set([...columns, nanHandled].flatMap(({ law, further }) => [law, ...further])),
];
