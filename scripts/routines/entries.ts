/** The functions of `numbers/` that compiled programs call, by file. What they call goes with them. */
export const entries: Readonly<Record<string, readonly string[]>> = {
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
