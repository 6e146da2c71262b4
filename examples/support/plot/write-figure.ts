import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import { type Figure, toSvg } from "./figure.js";
import { theme } from "./theme.js";

const require = createRequire(import.meta.url);
const outputFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "out");

// Shipped with the examples, because a server or a container may have no font at all.
const fontFiles = ["400Regular/Inter_400Regular.ttf", "600SemiBold/Inter_600SemiBold.ttf"].map((file) =>
  require.resolve(`@expo-google-fonts/inter/${file}`),
);

/** How a figure is turned into pixels. */
export interface PngOptions {
  /** Pixels per px of the figure, a positive number; default 2, for screens of high density. */
  readonly scale?: number;
}

/**
 * Where an example leaves a file: in `examples/out`, whatever the working directory is.
 *
 * @param name name of the file, with or without an extension
 * @returns an absolute path; `writeFigure` makes the folder
 * @example
 * writeFigure(outputPath("roads-downhill"), figure);
 */
export function outputPath(name: string): string {
  return join(outputFolder, name);
}

/**
 * Draws a figure as a PNG file, with the fonts that the examples bring along and no others.
 *
 * @returns the bytes of the file: `scale` times as many pixels as the SVG has px in each direction
 * @throws {RangeError} if `scale` is not a positive number
 * @throws {Error} if the body of the figure is not well-formed XML
 * @example
 * writeFileSync("loss.png", toPng(lineChart({ … }), { scale: 1 }));
 */
export function toPng(figure: Figure, { scale = 2 }: PngOptions = {}): Uint8Array {
  if (!(scale > 0 && scale < Infinity)) {
    throw new RangeError(`toPng: scale is ${scale}; expected a positive number, such as 2.`);
  }
  const picture = new Resvg(toSvg(figure), {
    fitTo: { mode: "zoom", value: scale },
    background: theme.paper,
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: "Inter", sansSerifFamily: "Inter" },
  });
  return picture.render().asPng();
}

/**
 * Writes a figure as `PATH.svg` and `PATH.png`; missing folders are made.
 *
 * @param path where to, without an extension
 * @returns the two paths
 * @throws {RangeError} if `scale` is not a positive number
 * @throws {Error} of node:fs if a file cannot be written
 * @example
 * const { svg, png } = writeFigure(outputPath("loss"), lineChart({ … }));
 */
export function writeFigure(path: string, figure: Figure, options?: PngOptions): { svg: string; png: string } {
  const paths = { svg: `${path}.svg`, png: `${path}.png` };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(paths.svg, toSvg(figure));
  writeFileSync(paths.png, toPng(figure, options));
  return paths;
}
