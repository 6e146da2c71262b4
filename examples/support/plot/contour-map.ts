import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { formatTick, linearTicks } from "./axis.js";
import type { Figure } from "./figure.js";
import { drawLegend } from "./key.js";
import { palette, theme } from "./theme.js";

/** A way over the map. */
export interface Path {
  /** Said in the legend. */
  readonly name: string;
  /** Its points; it is cut at the map's edges and broken where a coordinate is not finite. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Default: the next colour of the palette. */
  readonly colour?: string;
}

/** What `contourMap` draws. */
export interface ContourMapOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** The heights at the points of a grid, row by row from the least y up, at least 2 × 2 of them, and finite. */
  readonly heights: ArrayLike<number>;
  /** How many columns the grid has. */
  readonly columns: number;
  /** First and last abscissa and ordinate of the grid. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly paths: readonly Path[];
  /** Places marked by a cross, such as minima. */
  readonly marks?: readonly (readonly [x: number, y: number])[];
  /** Size in px of the map with its legend; default 400 × 380. */
  readonly width?: number;
  readonly height?: number;
}

const LEVELS = 14;
const MARGIN = { marginTop: 6, marginRight: 8, marginBottom: 28, marginLeft: 40 };

/**
 * Draws a map with contours, dark where it is low, and paths over it. Contours are spaced evenly in the logarithm of the height above the lowest, for
 * valleys with steep walls to show their floor.
 *
 * @returns a figure of the size asked for
 * @throws {RangeError} if the heights are no grid of at least 2 × 2 finite numbers
 * @example
 * contourMap({ title: "x² + y²", heights: [2, 1, 2, 1, 0, 1, 2, 1, 2], columns: 3, x: [-1, 1], y: [-1, 1], paths: [] });
 */
export function contourMap(options: ContourMapOptions): Figure {
  const { title, subtitle, width = 400, height = 380, paths, x, y, marks = [] } = options;
  const coloured = paths.map((path, i) => ({
    ...path,
    colour: path.colour ?? palette[i % palette.length] ?? theme.ink,
  }));
  const legend = drawLegend(
    coloured.map(({ name, colour }) => ({ name, colour, dashed: false, end: undefined })),
    width,
  );
  const size = { width, height: height - legend.height };
  const ticks = { x: linearTicks(x, size.width / 70), y: linearTicks(y, size.height / 50) };
  const pixel = [Math.abs(x[1] - x[0]) / size.width, Math.abs(y[1] - y[0]) / size.height] as const;
  const plot = Plot.plot({
    ...size,
    ...MARGIN,
    document: parseHTML("<html></html>").document,
    x: { domain: x, label: null },
    y: { domain: y, label: null },
    color: { type: "linear", range: ["#9db4cc", "#fbfcfd"] },
    marks: [
      contours(options),
      Plot.axisX(ticks.x, { ...axisStyle, text: ticks.x.map(formatTick) }),
      Plot.axisY(ticks.y, { ...axisStyle, text: ticks.y.map(formatTick) }),
      coloured.map(({ points, colour }) => pathMarks(visible(points, pixel), colour)),
      Plot.dot(marks, { x: "0", y: "1", symbol: "times", stroke: theme.ink, strokeWidth: 2, r: 5 }),
    ],
  });
  for (const style of plot.querySelectorAll("style")) style.remove();
  const drawn = `<g font-size="${theme.textSize}" text-anchor="middle" fill="${theme.ink}">${plot.innerHTML}</g>`;
  const body = `${legend.content}<g transform="translate(0,${legend.height})">${drawn}</g>`;
  return { title, subtitle, width, height, body };
}

const axisStyle = { fontSize: theme.textSize - 2, color: theme.mutedInk, tickSize: 0, tickPadding: 6 };

function contours({ heights, columns, x, y }: ContourMapOptions): Plot.Markish {
  const values = Float64Array.from(heights);
  const rows = values.length / columns;
  if (!(Number.isInteger(rows) && rows >= 2 && columns >= 2 && values.every(Number.isFinite))) {
    throw new RangeError(
      `contourMap: ${values.length} heights in ${columns} columns are no grid of at least 2 × 2 finite numbers.`,
    );
  }
  const lowest = values.reduce((low, each) => Math.min(low, each), Number.POSITIVE_INFINITY);
  const highest = values.reduce((high, each) => Math.max(high, each), lowest);
  // What is less than a ten-thousandth of the whole height above the lowest counts as the floor.
  const floor = (highest - lowest) * 1e-4 || 1;
  const levels = values.map((value) => Math.log(value - lowest + floor));
  const [first, last] = [Math.log(floor), Math.log(highest - lowest + floor)];
  const thresholds = Array.from({ length: LEVELS }, (_, i) => first + ((last - first) * i) / LEVELS);
  // Plot's rows go down from y1.
  const grid = { width: columns, height: rows, x1: x[0], x2: x[1], y1: y[0], y2: y[1] };
  const style = { fill: (level: number) => level, stroke: theme.axis, strokeOpacity: 0.35, strokeWidth: 0.75 };
  return Plot.contour(levels, { ...grid, ...style, thresholds, blur: 0 });
}

/** The points without those less than a pixel from the last one kept; the first and the last stay, and breaks. */
export function visible(points: Path["points"], [dx, dy]: readonly [number, number]): Path["points"] {
  let before: Path["points"][number] | undefined;
  return points.filter((point, i) => {
    const near = before !== undefined && Math.hypot((point[0] - before[0]) / dx, (point[1] - before[1]) / dy) < 1;
    if (near && i < points.length - 1) return false;
    before = point;
    return true;
  });
}

function pathMarks(points: Path["points"], colour: string): Plot.Markish {
  const [first] = points;
  const last = points.at(-1);
  const line = { x: "0", y: "1", strokeLinejoin: "round", strokeLinecap: "round", clip: true } as const;
  return [
    Plot.line(points, { ...line, stroke: theme.paper, strokeWidth: 4, strokeOpacity: 0.6 }),
    Plot.line(points, { ...line, stroke: colour, strokeWidth: 2 }),
    first &&
      Plot.dot([first], { x: "0", y: "1", fill: theme.paper, stroke: theme.ink, strokeWidth: 1.5, r: 4, clip: true }),
    last && Plot.dot([last], { x: "0", y: "1", fill: colour, stroke: theme.paper, r: 4.5, clip: true }),
  ];
}
