import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { decode } from "fast-png";
import { afterAll, describe, expect, test } from "vitest";
import {
  beside,
  type Figure,
  imageGrid,
  type LineChartOptions,
  lineChart,
  outputPath,
  stacked,
  toPng,
  toSvg,
  writeFigure,
} from "../support/plot.js";

const options: LineChartOptions = {
  title: "Loss & accuracy <1>",
  subtitle: 'A "quoted" subtitle',
  x: { label: "seconds" },
  y: { label: "loss", scale: "log" },
  series: [
    { name: "gradientDescent", x: [0, 1, 2], y: [2.3, 0.5, 0.01] },
    { name: "randomSearch", x: [0, 1, 2], y: [2.3, 2.2, Number.NaN], dashed: true, dots: true },
    { name: "raw", x: [0, 1, 2], y: [2, 1, 0.1], background: true },
  ],
  rules: [{ axis: "y", value: 0.1, label: "asked for" }],
};
const tile = { pixels: new Uint8Array(784).fill(255, 300, 400), caption: "7 read as 1" };
const folder = mkdtempSync(join(tmpdir(), "glissade-plot-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The texts of a figure in order; throws unless its SVG is well-formed, for resvg's parser is a strict one. */
function textsOf(figure: Figure): string[] {
  const svg = toSvg(figure);
  new Resvg(svg, { font: { loadSystemFonts: false } });
  const plain = (text: string) =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => plain(match[1]!));
}

/** How many pixels of the picture are nearly black, as letters are. */
function darkPixels(png: Uint8Array): number {
  const { data, channels } = decode(png);
  let dark = 0;
  for (let i = 0; i < data.length; i += channels) if (data[i]! + data[i + 1]! + data[i + 2]! < 180) dark++;
  return dark;
}

describe("lineChart", () => {
  test("is well-formed and says title, subtitle, axes, ticks, series and rules", () => {
    const texts = textsOf(lineChart(options));
    const said = ["Loss & accuracy <1>", 'A "quoted" subtitle', "seconds", "loss", "gradientDescent", "randomSearch"];
    expect(texts).toEqual(expect.arrayContaining([...said, "asked for"]));
    expect(texts).not.toContain("raw");
  });

  test("a legend names the series too; on request nothing does", () => {
    expect(textsOf(lineChart({ ...options, names: "legend" }))).toContain("randomSearch");
    expect(textsOf(lineChart({ ...options, names: "none" }))).not.toContain("randomSearch");
  });

  test("a series of a million points makes a small picture", () => {
    const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i + 1);
    const y = x.map((value) => 1 + Math.sin(value) / 2);
    const svg = toSvg(lineChart({ ...options, x: { label: "step" }, series: [{ name: "noise", x, y }] }));
    expect(svg.length).toBeLessThan(100_000);
  });

  test("values that cannot be drawn break the line or are left out", () => {
    const series = [{ name: "s", x: [0, 1, 2, 3, Number.NaN], y: [1, 0.5, 0, 0.2, 1] }];
    const path = /<path[^>]* d="(M[^"]*)"/.exec(toSvg(lineChart({ ...options, series, rules: [] })));
    expect(path?.[1]?.match(/M/g)).toHaveLength(2);
  });

  test("bad input is refused with its name and values", () => {
    const chart = (changes: Partial<LineChartOptions>) => () => lineChart({ ...options, ...changes });
    expect(chart({ series: [{ name: "s", x: [1], y: [1, 2] }] })).toThrow(
      'lineChart: series "s" has 1 values of x but 2 of y; they must be as many.',
    );
    expect(chart({ series: [{ name: "s", x: [1], y: [-1] }] })).toThrow("none of the 1 series has a point");
    expect(chart({ y: { label: "loss", scale: "log", domain: [0, 1] } })).toThrow("the domain of y is [0, 1]");
    expect(chart({ x: { label: "seconds", domain: [1, 1] } })).toThrow("the domain of x is [1, 1]");
  });
});

describe("imageGrid", () => {
  test("draws every tile with its caption, dark on light", () => {
    const figure = imageGrid({ title: "Misread", tiles: [tile, { ...tile, caption: "4 read as 9" }], perLine: 4 });
    expect(textsOf(figure)).toEqual(["Misread", "7 read as 1", "4 read as 9"]);
    const images = [...toSvg(figure).matchAll(/data:image\/png;base64,([^"]*)/g)];
    expect(images).toHaveLength(2);
    const { data, width, height } = decode(Buffer.from(images[0]![1]!, "base64"));
    expect([width, height]).toEqual([224, 224]);
    expect([data[0], data[224 * 100]]).toEqual([255, 0]);
  });

  test("bytes and fractions draw the same", () => {
    const fractions = { ...tile, pixels: Float32Array.from(tile.pixels, (value) => value / 255) };
    const grid = (each: typeof tile | typeof fractions) => toSvg(imageGrid({ title: "t", tiles: [each] }));
    expect(grid(fractions)).toBe(grid(tile));
  });

  test("bad input is refused with its values", () => {
    expect(() => imageGrid({ title: "t", tiles: [] })).toThrow("imageGrid: there is no tile to draw");
    expect(() => imageGrid({ title: "t", tiles: [tile], rows: 8 })).toThrow("tile 0 has 784 pixels; expected");
    expect(() => imageGrid({ title: "t", tiles: [tile], perLine: 0 })).toThrow("imageGrid: perLine is 0");
    const wrong = { pixels: Float32Array.of(1.5), caption: "" };
    expect(() => imageGrid({ title: "t", tiles: [wrong], rows: 1, columns: 1 })).toThrow(
      "imageGrid: tile 0 has a pixel of 1.5; expected 0 … 1.",
    );
  });
});

describe("compositions", () => {
  const chart = lineChart({ ...options, width: 400, height: 200 });
  const grid = imageGrid({ title: "Misread", tiles: [tile], width: 300, perLine: 3 });

  test("beside is as wide as its panels and the gap, and says what they say", () => {
    const figure = beside([chart, grid], { title: "Both", gap: 20 });
    expect(figure.width).toBe(720);
    expect(textsOf(figure)).toEqual(expect.arrayContaining(["Both", "Misread", "7 read as 1", "gradientDescent"]));
  });

  test("stacked is as wide as the widest panel and higher than all", () => {
    const figure = stacked([chart, grid], { title: "Both" });
    expect(figure.width).toBe(400);
    expect(figure.height).toBeGreaterThan(chart.height + grid.height);
    expect(textsOf(figure)).toEqual(expect.arrayContaining(["Both", "Misread", "7 read as 1", "gradientDescent"]));
  });

  test("of nothing is refused", () => {
    expect(() => beside([], { title: "t" })).toThrow("beside: there is no figure to put together");
    expect(() => stacked([], { title: "t" })).toThrow("stacked: there is no figure to put together");
  });
});

describe("files", () => {
  test("writeFigure makes the folder and writes both, the PNG at twice the size", () => {
    const chart = lineChart(options);
    const paths = writeFigure(join(folder, "deep", "loss"), chart);
    expect(paths).toEqual({ svg: join(folder, "deep", "loss.svg"), png: join(folder, "deep", "loss.png") });
    const svg = readFileSync(paths.svg, "utf8");
    expect(svg).toBe(toSvg(chart));
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    const png = decode(readFileSync(paths.png));
    expect([png.width, png.height]).toEqual([2 * width!, 2 * height!]);
  });

  test("letters really appear in the PNG, without any font of the system", () => {
    const figure = (title: string): Figure => ({ title, width: 300, height: 10, body: "" });
    expect(darkPixels(toPng(figure(" ")))).toBe(0);
    expect(darkPixels(toPng(figure("Glissade")))).toBeGreaterThan(500);
    // Signs beyond Latin letters that the axes use: a missing one would leave the same box as any other.
    const superscripts = ["10⁻⁵", "10⁻⁶", "10⁻⁷"].map((title) => Buffer.from(toPng(figure(title))).toString("base64"));
    expect(new Set(superscripts).size).toBe(3);
  });

  test("a scale that is not positive is refused", () => {
    expect(() => toPng(lineChart(options), { scale: 0 })).toThrow("toPng: scale is 0; expected a positive number");
  });

  test("outputPath leads into examples/out", () => {
    expect(isAbsolute(outputPath("digits"))).toBe(true);
    expect(outputPath("digits").split(/[\\/]/).slice(-3)).toEqual(["examples", "out", "digits"]);
  });
});
