/** One line of a chart. */
export interface Series {
  /** Said in the legend or at the end of the line. */
  readonly name: string;
  /** Abscissas, in ascending or descending order. */
  readonly x: ArrayLike<number>;
  /** Ordinates, as many as there are abscissas; the line is broken where one is NaN or infinite. */
  readonly y: ArrayLike<number>;
  /** Default: the next colour of the palette. */
  readonly colour?: string;
  /** Whether the line is dashed; default false. */
  readonly dashed?: boolean;
  /** Whether each point gets a dot; default false. */
  readonly dots?: boolean;
  /** Whether it stays behind, thin and pale, without a name, such as raw values behind their average; default false. */
  readonly background?: boolean;
}

/** A point of a line; `y` is NaN where the line is broken. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The points of a series that can be drawn. Where `y` cannot be drawn the point stays, as a gap with `y` NaN; where `x`
 * cannot, the point is left out.
 *
 * @param series the line
 * @param positive which axes are logarithmic and so take positive values only
 * @throws {RangeError} if `x` and `y` differ in length
 */
export function pointsOf(series: Series, positive: { x: boolean; y: boolean }): Point[] {
  if (series.x.length !== series.y.length) {
    throw new RangeError(
      `lineChart: series "${series.name}" has ${series.x.length} values of x but ${series.y.length} of y; ` +
        "they must be as many.",
    );
  }
  const points: Point[] = [];
  for (let i = 0; i < series.x.length; i++) {
    const x = series.x[i]!;
    const y = series.y[i]!;
    if (!Number.isFinite(x) || (positive.x && x <= 0)) continue;
    points.push({ x, y: Number.isFinite(y) && (!positive.y || y > 0) ? y : Number.NaN });
  }
  return points;
}

/**
 * Leaves out points that cannot be seen: of those that fall into one column of pixels, the first, the last, the lowest
 * and the highest are kept, which draws the same picture. After Jugel, Jerzak, Hackenbroich and Markl, "M4: a
 * visualization-oriented time series data aggregation", VLDB 2014.
 *
 * @param points points in the order of the line
 * @param column the column of pixels of an abscissa
 * @returns the points kept, in the same order; gaps are all kept
 * @example
 * thinOut(points, (x) => Math.floor((x / seconds) * 900)).length; // at most 3,600
 */
export function thinOut(points: readonly Point[], column: (x: number) => number): Point[] {
  const kept: Point[] = [];
  let start = 0;
  while (start < points.length) {
    let end = start + 1;
    const gap = Number.isNaN(points[start]!.y);
    const here = column(points[start]!.x);
    while (end < points.length && !gap && !Number.isNaN(points[end]!.y) && column(points[end]!.x) === here) end++;
    kept.push(...extremes(points, start, end));
    start = end;
  }
  return kept;
}

/** First, last, lowest and highest of points[start … end − 1], each once, in their order. */
function extremes(points: readonly Point[], start: number, end: number): Point[] {
  let low = start;
  let high = start;
  for (let i = start; i < end; i++) {
    if (points[i]!.y < points[low]!.y) low = i;
    if (points[i]!.y > points[high]!.y) high = i;
  }
  const chosen = [...new Set([start, low, high, end - 1])].sort((a, b) => a - b);
  return chosen.map((i) => points[i]!);
}
