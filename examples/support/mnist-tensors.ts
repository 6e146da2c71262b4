import { type Tensor, tensor } from "@glissade/autograd";
import type { LabelledImages } from "./mnist.js";

/** Images with what they show, as tensors. */
export interface DigitTensors {
  /** [N, 784], pixels 0 … 255 as bytes. */
  readonly images: Tensor;
  /** [N], digits as int32. */
  readonly labels: Tensor;
}

/**
 * The first images of a set as tensors.
 *
 * @param set images of 28 × 28
 * @param count how many; default all
 * @example
 * const test = digitTensors(loadMnist().test, 1000); // images [1000, 784]
 */
export function digitTensors(set: LabelledImages, count = set.count): DigitTensors {
  const pixels = set.rows * set.columns;
  return {
    images: tensor(set.images.subarray(0, count * pixels), { shape: [count, pixels] }),
    labels: tensor(set.labels.subarray(0, count)),
  };
}
