import { encode } from "fast-png";
import type { Figure } from "./figure.js";
import { round, textElement, theme, wrapText } from "./theme.js";

/** One small picture of a grid. */
export interface Tile {
  /** `rows` × `columns` values, row by row: bytes 0 … 255, or floats 0 … 1; the largest is drawn black, 0 white. */
  readonly pixels: Uint8Array | Float32Array | Float64Array;
  /** What stands below, such as "7 read as 1". */
  readonly caption: string;
}

/** What `imageGrid` draws. */
export interface ImageGridOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** At least one; left to right, then downwards. */
  readonly tiles: readonly Tile[];
  /** Pixels of a tile from top to bottom; default 28. */
  readonly rows?: number;
  /** Pixels of a tile from left to right; default 28. */
  readonly columns?: number;
  /** Tiles in a line; default 8. */
  readonly perLine?: number;
  /** Width of the whole in px; default 912, the same as a chart's. */
  readonly width?: number;
}

const GAP = 16;
// Each pixel becomes a square of so many, as long as the whole stays below the widest, so that no viewer blurs it when it scales the picture up.
const MAGNIFICATION = 8;
const WIDEST = 2000;

/**
 * Draws small grey images in lines and columns, dark on light, each with its caption.
 *
 * @returns a figure as wide as asked, as high as its lines need
 * @throws {RangeError} if there is no tile, a tile has the wrong number of pixels, a pixel is outside its range, or
 * `perLine` is not a positive integer
 * @example
 * imageGrid({ title: "Misread digits", tiles: [{ pixels: test.images.subarray(0, 784), caption: "7 read as 1" }] });
 */
export function imageGrid(options: ImageGridOptions): Figure {
  const { tiles, rows = 28, columns = 28, perLine = 8, width = 912, title, subtitle } = options;
  if (tiles.length === 0) throw new RangeError("imageGrid: there is no tile to draw; give at least one.");
  if (!Number.isInteger(perLine) || perLine < 1) {
    throw new RangeError(`imageGrid: perLine is ${perLine}; expected a positive integer, such as 8.`);
  }
  const tileWidth = (width - GAP * (perLine - 1)) / perLine;
  const tileHeight = (tileWidth * rows) / columns;
  const captions = tiles.map(({ caption }) => wrapText(caption, tileWidth));
  const captionHeight = 18 * Math.max(...captions.map((lines) => lines.length));
  const lineHeight = tileHeight + captionHeight + GAP + 4;
  const body = tiles.map(({ pixels }, index) => {
    const x = (index % perLine) * (tileWidth + GAP);
    const y = Math.floor(index / perLine) * lineHeight;
    const texts = captions[index]!.map((text, line) =>
      textElement(text, { x: x + tileWidth / 2, y: y + tileHeight + 19 + 18 * line, anchor: "middle" }),
    );
    return drawTile(toGrey(pixels, rows * columns, index), columns, x, y, tileWidth, tileHeight) + texts.join("");
  });
  return { title, subtitle, width, height: lineHeight * Math.ceil(tiles.length / perLine) - GAP, body: body.join("") };
}

/** Bytes with 255 for paper and 0 for ink. */
function toGrey(pixels: Tile["pixels"], size: number, index: number): Uint8Array {
  if (pixels.length !== size) {
    throw new RangeError(`imageGrid: tile ${index} has ${pixels.length} pixels; expected rows × columns = ${size}.`);
  }
  const full = pixels instanceof Uint8Array ? 255 : 1;
  return Uint8Array.from(pixels, (value) => {
    if (!(value >= 0 && value <= full)) {
      throw new RangeError(`imageGrid: tile ${index} has a pixel of ${value}; expected 0 … ${full}.`);
    }
    return Math.round(255 * (1 - value / full));
  });
}

function drawTile(
  grey: Uint8Array,
  columns: number,
  x: number,
  y: number,
  tileWidth: number,
  tileHeight: number,
): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(tileWidth)}" height="${round(tileHeight)}"`;
  const png = Buffer.from(encode(magnify(grey, columns))).toString("base64");
  return (
    `<image ${place} xlink:href="data:image/png;base64,${png}"/>` +
    `<rect ${place} fill="none" stroke="${theme.grid}" stroke-width="1"/>`
  );
}

function magnify(grey: Uint8Array, columns: number) {
  const magnification = Math.max(1, Math.min(MAGNIFICATION, Math.floor(WIDEST / columns)));
  const width = columns * magnification;
  const height = (grey.length / columns) * magnification;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / magnification) * columns;
    for (let x = 0; x < width; x++) data[y * width + x] = grey[row + Math.floor(x / magnification)]!;
  }
  return { width, height, data, channels: 1, depth: 8 as const };
}
