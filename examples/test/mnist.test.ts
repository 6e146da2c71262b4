import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { IdxArray } from "../support/idx.js";
import { IdxError } from "../support/idx.js";
import { labelledImages, loadMnist, toUnit } from "../support/mnist.js";

const array = (dimensions: number[], values: number[]): IdxArray => ({ dimensions, values: Uint8Array.from(values) });

describe("loadMnist", () => {
  test("reads the packaged files: 60,000 and 10,000 images of 28 × 28 with their known counts of each digit", () => {
    const { train, test: held } = loadMnist();
    expect([train.count, train.rows, train.columns]).toEqual([60_000, 28, 28]);
    expect([held.count, held.rows, held.columns]).toEqual([10_000, 28, 28]);
    expect(train.images.length).toBe(60_000 * 784);
    expect(held.images.length).toBe(10_000 * 784);
    expect(histogram(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(histogram(held.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...train.labels.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    // The mean of the training pixels on the unit scale, known as 0.1307 from countless training scripts.
    const mean = train.images.reduce((sum, pixel) => sum + pixel, 0) / train.images.length / 255;
    expect(mean).toBeCloseTo(0.1307, 4);
  });

  test("a damaged file is named", () => {
    const folder = mkdtempSync(join(tmpdir(), "glissade-mnist-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "train-images-idx3-ubyte"), "not images");
    expect(() => loadMnist(folder)).toThrow("train-images-idx3-ubyte: the magic number is 0x6e6f7420");
  });

  test("a missing file is named", () => {
    expect(() => loadMnist(join(tmpdir(), "glissade-no-such-folder"))).toThrow(/ENOENT.*train-images-idx3-ubyte/);
  });
});

describe("labelledImages", () => {
  const images = array([2, 1, 2], [0, 255, 128, 7]);

  test("puts images and labels together", () => {
    expect(labelledImages(images, array([2], [9, 0]), "tiny")).toEqual({
      images: images.values,
      labels: Int32Array.of(9, 0),
      count: 2,
      rows: 1,
      columns: 2,
    });
  });

  test.each([
    [array([2], [1, 2]), array([2], [1, 2]), "tiny: the images have dimensions [2]; expected [count, rows, columns]"],
    [array([0, 28, 28], []), array([0], []), "tiny: the images have dimensions [0, 28, 28]"],
    [images, array([1, 2], [1, 2]), "tiny: the labels have dimensions [1, 2]; expected [count]. Are the files of"],
    [images, array([3], [1, 2, 3]), "tiny: 2 images but 3 labels. Are the files of one and the same set?"],
    [images, array([2], [9, 10]), "tiny: label 1 is 10; expected a digit 0 … 9."],
  ])("case %#: %s", (some, labels, message) => {
    expect(() => labelledImages(some, labels, "tiny")).toThrow(IdxError);
    expect(() => labelledImages(some, labels, "tiny")).toThrow(message);
  });
});

test("toUnit scales bytes to [0, 1]", () => {
  expect(toUnit(Uint8Array.of(0, 51, 255))).toEqual(Float32Array.of(0, 0.2, 1));
});

function histogram(labels: Int32Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}
