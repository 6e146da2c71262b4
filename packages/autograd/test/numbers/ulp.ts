/** The distance between neighbouring doubles at |x|. */
export function ulp(x: number): number {
  const magnitude = Math.max(Math.abs(x), 2 ** -1022);
  let exponent = Math.floor(Math.log2(magnitude));
  if (2 ** exponent > magnitude) exponent -= 1;
  return 2 ** (exponent - 52);
}

/** How far `actual` is from `expected`, in units in the last place of `expected`, or of `scale` where that is larger. */
export function ulpDistance(actual: number, expected: number, scale = 0): number {
  if (Object.is(actual, expected)) return 0;
  const distance = Math.abs(actual - expected) / ulp(Math.max(Math.abs(expected), scale));
  return Number.isNaN(distance) ? Infinity : distance;
}

/** The rows of a table of numbers, parted by semicolons. */
export function rows(table: string): number[][] {
  return table.split(";").map((row) => row.trim().split(" ").map(Number));
}

/** The row of a table of (arguments, value) that `f` misses by most, and by how many ulp. */
export function worstRow(
  table: string,
  f: (...args: number[]) => number,
  scale: (...args: number[]) => number = () => 0,
): { ulps: number; row: number[] } {
  let worst = { ulps: 0, row: [] as number[] };
  for (const row of rows(table)) {
    const args = row.slice(0, -1);
    const ulps = ulpDistance(f(...args), row[row.length - 1]!, scale(...args));
    if (!(ulps <= worst.ulps)) worst = { ulps, row };
  }
  return worst;
}
