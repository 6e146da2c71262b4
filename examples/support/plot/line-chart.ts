import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Axis, domainOf, tickFormat, ticksOf } from "./axis.js";
import type { Figure } from "./figure.js";
import { drawEndLabels, drawLegend, endLabelMargin, type KeyEntry } from "./key.js";
import { type Point, pointsOf, type Series, thinOut } from "./series.js";
import { palette, textElement, textWidth, theme } from "./theme.js";

/** A line across the whole chart at one value, such as the accuracy asked for. */
export interface Rule {
  readonly axis: "x" | "y";
  readonly value: number;
  readonly label?: string;
}

/** What `lineChart` draws. */
export interface LineChartOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** At least one of them with a point that can be drawn. */
  readonly series: readonly Series[];
  readonly rules?: readonly Rule[];
  /** Names at the ends of the lines, in a legend above the chart, or nowhere. Default `"ends"` for several, else none. */
  readonly names?: "ends" | "legend" | "none";
  /** Size in px without heading and margin; default 912 × 440. */
  readonly width?: number;
  readonly height?: number;
}

/** A series made ready: what is drawn of it, and how. */
interface Line {
  readonly series: Series;
  readonly points: Point[];
  readonly colour: string;
}

const MARGIN_TOP = 30;
const MARGIN_BOTTOM = 50;

/**
 * Draws lines over a common pair of axes.
 *
 * @returns a figure of the size asked for; series of any length, as points that would not be seen are left out
 * @throws {RangeError} if a series has unequal numbers of x and y, no point can be drawn, or a domain holds NaN,
 * infinity, one value twice, or, on a logarithmic axis, a value that is not positive
 * @example
 * lineChart({
 *   title: "Loss against time",
 *   x: { label: "seconds" },
 *   y: { label: "loss", scale: "log" },
 *   series: [{ name: "gradientDescent", x: [0, 1, 2], y: [2.3, 1.1, 0.7] }],
 * });
 */
export function lineChart(options: LineChartOptions): Figure {
  const { title, subtitle, width = 912, height = 440 } = options;
  const lines = prepareLines(options);
  const named = lines.filter(({ series }) => !series.background);
  const names = options.names ?? (named.length > 1 ? "ends" : "none");
  const legend = drawLegend(names === "legend" ? named.map((line) => keyEntry(line, undefined)) : [], width);
  const marginRight = names === "ends" ? endLabelMargin(named.map(({ series }) => series.name)) : 18;
  const chart = drawChart(options, lines, { width, height: height - legend.height, marginRight });
  const ends = names === "ends" ? named.map((line) => keyEntry(line, chart.endOf(line))) : [];
  const bottom = height - legend.height - MARGIN_BOTTOM;
  const labels = drawEndLabels(ends, width - marginRight, [MARGIN_TOP, bottom]);
  const body = `${legend.content}<g transform="translate(0,${legend.height})">${chart.content}${labels}</g>`;
  return { title, subtitle, width, height, body };
}

function prepareLines({ series, x, y }: LineChartOptions): Line[] {
  const positive = { x: x.scale === "log", y: y.scale === "log" };
  let next = 0;
  const lines = series.map((each) => ({
    series: each,
    points: pointsOf(each, positive),
    colour: each.colour ?? palette[next++ % palette.length]!,
  }));
  if (!lines.some(({ points }) => points.some(isDrawable))) {
    throw new RangeError(
      `lineChart: none of the ${series.length} series has a point that can be drawn; ` +
        "values must be finite, and positive on a logarithmic axis.",
    );
  }
  return lines;
}

function keyEntry({ series, colour }: Line, end: KeyEntry["end"]): KeyEntry {
  return { name: series.name, colour, dashed: series.dashed ?? false, end };
}

/** The chart itself by Observable Plot, and where a line of it ends in px. */
function drawChart(
  options: LineChartOptions,
  lines: readonly Line[],
  size: Size,
): { content: string; endOf: (line: Line) => KeyEntry["end"] } {
  const { x, y, rules = [] } = options;
  const domain = domainsOf(options, lines);
  const ticks = { x: ticksOf(x, domain.x, size.width / 70), y: ticksOf(y, domain.y, size.height / 42) };
  const format = { x: tickFormat(x, ticks.x), y: tickFormat(y, ticks.y) };
  const marginLeft = 10 + Math.max(30, ...ticks.y.map((tick) => textWidth(format.y(tick))));
  const column = columnOf(x, domain.x, size.width);
  const plot = Plot.plot({
    ...size,
    document: parseHTML("<html></html>").document,
    marginTop: MARGIN_TOP,
    marginBottom: MARGIN_BOTTOM,
    marginLeft,
    x: { type: x.scale ?? "linear", domain: domain.x, label: null },
    y: { type: y.scale ?? "linear", domain: domain.y, label: null },
    marks: [
      Plot.gridX(ticks.x, gridStyle),
      Plot.gridY(ticks.y, gridStyle),
      // Given as texts: through `tickFormat`, Plot would leave out some of those of a logarithmic axis.
      Plot.axisX(ticks.x, { ...axisStyle, text: ticks.x.map(format.x) }),
      Plot.axisY(ticks.y, { ...axisStyle, text: ticks.y.map(format.y) }),
      Plot.ruleY([domain.y[0]], { stroke: theme.axis }),
      rules.map(ruleStroke),
      lines.map((line) => lineMarks(line, thinOut(line.points, column), domain)),
      rules.map(ruleLabel),
    ],
  });
  // The marks carry their looks as attributes; Plot's style sheet is for pages.
  for (const style of plot.querySelectorAll("style")) style.remove();
  const scales = { x: plot.scale("x"), y: plot.scale("y") };
  const endOf = (line: Line): KeyEntry["end"] => {
    const end = line.points.filter((point) => isWithin(point, domain)).at(-1);
    return end && { x: scales.x?.apply(end.x), y: scales.y?.apply(end.y) };
  };
  const drawn = `<g font-size="${theme.textSize}" text-anchor="middle" fill="${theme.ink}">${plot.innerHTML}</g>`;
  return { content: drawn + axisLabels(options, size, marginLeft), endOf };
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly marginRight: number;
}

/** What is measured: above the vertical axis, where it reads without turning the head, and below the horizontal one. */
function axisLabels({ x, y }: LineChartOptions, { width, height, marginRight }: Size, marginLeft: number): string {
  const middle = (marginLeft + width - marginRight) / 2;
  return (
    textElement(y.label, { x: 0, y: 14, colour: theme.mutedInk }) +
    textElement(x.label, { x: middle, y: height - 6, anchor: "middle", colour: theme.mutedInk })
  );
}

const gridStyle = { stroke: theme.grid, strokeOpacity: 1 };
const axisStyle = { fontSize: theme.textSize, color: theme.mutedInk, tickSize: 0, tickPadding: 8 };

interface Domain {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

function isDrawable(point: Point): boolean {
  return !Number.isNaN(point.y);
}

function isWithin({ x, y }: Point, domain: Domain): boolean {
  const within = (value: number, ends: readonly [number, number]): boolean =>
    value >= Math.min(...ends) && value <= Math.max(...ends);
  return within(x, domain.x) && within(y, domain.y);
}

/** What the axes span: what they were given, or else all points and rules. */
function domainsOf({ x, y, rules = [] }: LineChartOptions, lines: readonly Line[]): Domain {
  const points = lines.flatMap((line) => line.points.filter(isDrawable));
  const ruled = (name: "x" | "y"): number[] => rules.filter(({ axis }) => axis === name).map(({ value }) => value);
  return {
    x: domainFor("x", x, [...points.map((point) => point.x), ...ruled("x")]),
    y: domainFor("y", y, [...points.map((point) => point.y), ...ruled("y")]),
  };
}

function domainFor(name: "x" | "y", axis: Axis, values: readonly number[]): [number, number] {
  if (axis.domain === undefined) return domainOf(values, axis.scale ?? "linear", name === "y");
  const [first, last] = axis.domain;
  const usable = (end: number): boolean => Number.isFinite(end) && (axis.scale !== "log" || end > 0);
  if (!usable(first) || !usable(last) || first === last) {
    throw new RangeError(
      `lineChart: the domain of ${name} is [${first}, ${last}]; expected two different finite numbers` +
        `${axis.scale === "log" ? ", both positive on a logarithmic axis" : ""}.`,
    );
  }
  return [first, last];
}

/** The column of pixels that an abscissa falls into. */
function columnOf(axis: Axis, domain: readonly [number, number], width: number): (x: number) => number {
  const along = axis.scale === "log" ? Math.log : (value: number): number => value;
  const first = along(domain[0]);
  const span = along(domain[1]) - first;
  return (x) => Math.floor(((along(x) - first) / span) * width);
}

function lineMarks({ series, colour }: Line, points: readonly Point[], domain: Domain): Plot.Markish {
  const background = series.background ?? false;
  const line = Plot.line(points, {
    x: "x",
    y: "y",
    stroke: colour,
    strokeWidth: background ? 1 : 2.5,
    strokeOpacity: background ? 0.35 : 1,
    strokeLinejoin: "round",
    strokeLinecap: "round",
    clip: true,
    ...(series.dashed ? { strokeDasharray: "6 5" } : {}),
  });
  if (!series.dots) return line;
  // Not clipped, unlike the line: a dot on the edge of the chart is drawn whole.
  const dots = points.filter((point) => isWithin(point, domain));
  return [line, Plot.dot(dots, { x: "x", y: "y", fill: colour, stroke: theme.paper, r: 4.5 })];
}

function ruleStroke({ axis, value }: Rule): Plot.Markish {
  const style = { stroke: theme.axis, strokeWidth: 1.5, strokeDasharray: "3 4" };
  return axis === "y" ? Plot.ruleY([value], style) : Plot.ruleX([value], style);
}

function ruleLabel({ axis, value, label = "" }: Rule): Plot.Markish {
  const style = { text: [label], fontSize: theme.textSize, fill: theme.mutedInk, stroke: theme.paper, strokeWidth: 4 };
  const place =
    axis === "y"
      ? ({ y: [value], frameAnchor: "left", lineAnchor: "bottom", dy: -4 } as const)
      : ({ x: [value], frameAnchor: "top", lineAnchor: "top", dy: 4 } as const);
  return Plot.text([label], { ...style, ...place, textAnchor: "start", dx: 6 });
}
