import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { domainOf, formatTick, linearTicks } from "./axis.js";
import type { Figure } from "./figure.js";
import { palette, theme } from "./theme.js";

type Points = readonly (readonly [x: number, y: number])[];

/** What `fitPanel` draws. */
export interface FitPanelOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** What was measured. */
  readonly points: Points;
  /** What was fitted, a line each, their points in the order of x. */
  readonly curves: readonly Points[];
  /** Size in px without heading; default 250 × 170. */
  readonly width?: number;
  readonly height?: number;
}

const MARGIN = { marginTop: 6, marginRight: 10, marginBottom: 26, marginLeft: 48 };

/**
 * Draws measurements as dots and fitted curves through them, small enough for many panels.
 *
 * @returns a figure of the size asked for
 * @throws {RangeError} if there is no point, or one is not finite
 * @example
 * fitPanel({ title: "line", points: [[0, 1], [1, 2.9], [2, 5.1]], curves: [[[0, 1], [2, 5]]] });
 */
export function fitPanel({ title, subtitle, points, curves, width = 250, height = 170 }: FitPanelOptions): Figure {
  if (points.length === 0 || !points.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))) {
    throw new RangeError(`fitPanel: "${title}" needs finite points, at least one.`);
  }
  const domain = (axis: 0 | 1): [number, number] =>
    domainOf(
      points.map((point) => point[axis]),
      "linear",
      true,
    );
  const [x, y] = [domain(0), domain(1)];
  const ticks = { x: linearTicks(x, width / 60), y: linearTicks(y, height / 40) };
  const style = { fontSize: theme.textSize - 3, color: theme.mutedInk, tickSize: 0, tickPadding: 5 };
  const plot = Plot.plot({
    width,
    height,
    ...MARGIN,
    document: parseHTML("<html></html>").document,
    x: { domain: x, label: null },
    y: { domain: y, label: null },
    marks: [
      Plot.gridY(ticks.y, { stroke: theme.grid, strokeOpacity: 1 }),
      Plot.axisX(ticks.x, { ...style, text: ticks.x.map(formatTick) }),
      Plot.axisY(ticks.y, { ...style, text: ticks.y.map(formatTick) }),
      Plot.dot(points, {
        x: "0",
        y: "1",
        r: points.length > 60 ? 1.5 : 2.5,
        fill: palette[0] ?? theme.ink,
        fillOpacity: 0.6,
      }),
      curves.map((curve) =>
        Plot.line(curve, { x: "0", y: "1", stroke: palette[1] ?? theme.ink, strokeWidth: 1.75, clip: true }),
      ),
    ],
  });
  for (const element of plot.querySelectorAll("style")) element.remove();
  const body = `<g font-size="${theme.textSize}" text-anchor="middle" fill="${theme.ink}">${plot.innerHTML}</g>`;
  return { title, subtitle, width, height, body };
}
