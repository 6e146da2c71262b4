/** The functions of `numbers/` that compiled programs call, by file. What they call goes with them. */
export const entries: Readonly<Record<string, readonly string[]>> = {
  "cholesky.ts": ["choleskyFactors"],
  "householder.ts": ["factorsQR", "orthonormalComplements"],
  "symmetric-eigen.ts": ["eigenFactors"],
  "singular-values.ts": ["singularFactors"],
  "pseudo-solution.ts": ["pseudoSolutions"],
  "lu.ts": ["factorsLU", "solutionsLU", "determinantsLU", "signsLU", "logarithmsLU"],
  "triangular.ts": ["triangularSolutions"],
  "permutation.ts": ["fillPermutations"],
  "sorting.ts": ["sortingOrderOfSingles", "sortingOrderOfDoubles", "sortingOrderOfIntegers", "searchSorted"],
  "running-totals.ts": [
    "runningSums",
    "runningSumsOfIntegers",
    "runningProducts",
    "runningProductsOfIntegers",
    "runningLogSums",
    "runningRecurrence",
    "runningPlaces",
  ],
};
