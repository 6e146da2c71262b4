import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { domainOf, formatTick, linearTicks } from "./axis.js";
import type { Figure } from "./figure.js";
import { theme } from "./theme.js";

/** Points of one kind. */
export interface PointGroup {
  /** Written in bold over the middle of the points, where there are any. */
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly colour: string;
}

/** What `scatter` draws. */
export interface ScatterOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** At least one of them with a point. */
  readonly groups: readonly PointGroup[];
  /** First and last value of an axis; default: from the data. */
  readonly x?: readonly [number, number];
  readonly y?: readonly [number, number];
  /** Whether numbers stand at the axes; default true. */
  readonly ticks?: boolean;
  /** Size in px without heading; default 440 × 440. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Draws points of several kinds, each in its colour and named in its middle.
 *
 * @returns a figure of the size asked for
 * @throws {RangeError} if there is no point, or one is not finite
 * @example
 * scatter({ title: "Irises", groups: [{ name: "setosa", points: [[1.4, 0.2], [1.3, 0.3]], colour: "#0072b2" }] });
 */
export function scatter(options: ScatterOptions): Figure {
  const { title, subtitle, groups, ticks = true, width = 440, height = 440 } = options;
  const all = groups.flatMap(({ points }) => points);
  if (all.length === 0 || !all.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))) {
    throw new RangeError(`scatter: "${title}" needs finite points, at least one.`);
  }
  const domain = (axis: 0 | 1): [number, number] =>
    domainOf(
      all.map((point) => point[axis]),
      "linear",
      true,
    );
  const [x, y] = [options.x ?? domain(0), options.y ?? domain(1)];
  const places = ticks ? { x: linearTicks(x, width / 70), y: linearTicks(y, height / 50) } : { x: [], y: [] };
  const style = { fontSize: theme.textSize - 2, color: theme.mutedInk, tickSize: 0, tickPadding: 6 };
  const plot = Plot.plot({
    width,
    height,
    ...(ticks ? { marginTop: 6, marginRight: 8, marginBottom: 28, marginLeft: 40 } : { margin: 1 }),
    document: parseHTML("<html></html>").document,
    x: { domain: x, label: null },
    y: { domain: y, label: null },
    marks: [
      Plot.frame({ stroke: theme.grid }),
      Plot.axisX(places.x, { ...style, text: places.x.map(formatTick) }),
      Plot.axisY(places.y, { ...style, text: places.y.map(formatTick) }),
      groups.map(({ points, colour }) =>
        Plot.dot(points, { x: "0", y: "1", r: all.length > 500 ? 1.6 : 3, fill: colour, fillOpacity: 0.6, clip: true }),
      ),
      Plot.text(groups.flatMap(middleOf), {
        x: "x",
        y: "y",
        text: "name",
        fontSize: 20,
        fontWeight: 600,
        fill: theme.ink,
        stroke: theme.paper,
        strokeWidth: 5,
      }),
    ],
  });
  for (const element of plot.querySelectorAll("style")) element.remove();
  const body = `<g font-size="${theme.textSize}" text-anchor="middle" fill="${theme.ink}">${plot.innerHTML}</g>`;
  return { title, subtitle, width, height, body };
}

/** The medians of both coordinates, which stray points do not move. */
function middleOf({ name, points }: PointGroup): { name: string; x: number; y: number }[] {
  const median = (axis: 0 | 1): number =>
    points.map((point) => point[axis]).sort((a, b) => a - b)[Math.floor(points.length / 2)] ?? Number.NaN;
  return points.length === 0 ? [] : [{ name, x: median(0), y: median(1) }];
}
