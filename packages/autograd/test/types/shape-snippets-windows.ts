import type { Correct, Faulty } from "./shape-snippets.js";

/** Convolutions, pooling and other windows; `n`, `anything` and `batch` as in shape-snippets.ts. */

const f32 = (shape: string): string => `Tensor<[${shape}], "float32">`;

/** Calls that fit. */
export const correctWindows: readonly Correct[] = [
  ["conv1d(zeros([2, 3, 9]), zeros([4, 3, 3]))", f32("2, 4, 7")],
  ["conv1d(zeros([3, 9]), zeros([4, 3, 3]), { stride: 2 })", f32("4, 4")],
  ["conv1d(zeros([2, 3, 9]), zeros([4, 3, 3]), zeros([4]))", f32("2, 4, 7")],
  ["conv1d(zeros([2, 3, 9]), zeros([4, 3, 3]), { padding: [[2, 0]] })", f32("2, 4, 9")],
  ["conv2d(zeros([128, 1, 28, 28]), zeros([32, 1, 3, 3]))", f32("128, 32, 26, 26")],
  ["conv2d(zeros([1, 3, 224, 224]), zeros([64, 3, 7, 7]), { stride: 2, padding: 3 })", f32("1, 64, 112, 112")],
  ["conv2d(zeros([1, 3, 32, 32]), zeros([192, 3, 16, 16]), { stride: 16 })", f32("1, 192, 2, 2")],
  ["conv2d(zeros([1, 3, 8, 8]), zeros([4, 3, 3, 3]), { padding: 'same' })", f32("1, 4, 8, 8")],
  ["conv2d(zeros([1, 3, 8, 8]), zeros([4, 3, 3, 3]), { padding: 'valid' })", f32("1, 4, 6, 6")],
  ["conv2d(zeros([1, 3, 9, 8]), zeros([4, 3, 3, 3]), { dilation: [2, 1] })", f32("1, 4, 5, 6")],
  ["conv2d(zeros([1, 3, 9, 8]), zeros([4, 3, 3, 2]), { padding: [[1, 0], 2], stride: [1, 3] })", f32("1, 4, 8, 4")],
  ["conv2d(zeros([1, 4, 8, 8]), zeros([4, 1, 3, 3]), { groups: 4 })", f32("1, 4, 6, 6")],
  ["conv2d(zeros([1, 3, 8, 8]), zeros([4, 3, 3, 3]), zeros([4]), { padding: 1 })", f32("1, 4, 8, 8")],
  ["conv2d(zeros([1, 3, 8, 8]), zeros([4, 3, 3, 3]), undefined, { padding: 1 })", f32("1, 4, 8, 8")],
  ["conv2d(zeros([n, 3, 8, 8]), zeros([4, 3, 3, 3]))", f32("number, 4, 6, 6")],
  ["conv2d(zeros([1, 3, n + 4, 8]), zeros([4, 3, 3, 3]))", f32("1, 4, number, 6")],
  ["conv2d(zeros([1, 3, 8, 8]), zeros([4, 3, 3, 3]), { stride: n })", f32("1, 4, number, number")],
  ["conv2d(zeros([1, 3, 8, 8], { dtype: 'float64' }), zeros([4, 3, 3, 3]))", 'Tensor<[1, 4, 6, 6], "float64">'],
  ["convTranspose1d(zeros([2, 3, 5]), zeros([3, 4, 2]), { stride: 2 })", f32("2, 4, 10")],
  ["convTranspose1d(zeros([3, 5]), zeros([3, 4, 3]), { stride: 2, padding: 1, outputPadding: 1 })", f32("4, 10")],
  ["convTranspose2d(zeros([1, 4, 8, 8]), zeros([4, 3, 2, 2]), { stride: 2 })", f32("1, 3, 16, 16")],
  ["convTranspose2d(zeros([1, 4, 8, 8]), zeros([4, 3, 3, 3]), zeros([6]), { groups: 2 })", f32("1, 6, 10, 10")],
  ["maxPool1d(zeros([2, 3, 9]), { kernelSize: 2 })", f32("2, 3, 4")],
  ["maxPool2d(zeros([128, 32, 26, 26]), { kernelSize: 2 })", f32("128, 32, 13, 13")],
  ["maxPool2d(zeros([1, 64, 112, 112]), { kernelSize: 3, stride: 2, padding: 1 })", f32("1, 64, 56, 56")],
  ["maxPool2d(zeros([3, 9, 8]), { kernelSize: [3, 2], dilation: 2, stride: 1 })", f32("3, 5, 6")],
  ["maxPool2d(zeros([3, 9, 8]), { kernelSize: 2, ceilMode: true })", f32("3, number, number")],
  ["maxPool2d(ones([1, 8, 8], { dtype: 'int32' }), { kernelSize: 2 })", 'Tensor<[1, 4, 4], "int32">'],
  ["avgPool1d(zeros([3, 9]), { kernelSize: 3, stride: 1, padding: 1 })", f32("3, 9")],
  ["avgPool2d(zeros([2, 3, 8, 8]), { kernelSize: 8 })", f32("2, 3, 1, 1")],
  ["avgPool2d(zeros([2, 3, n, 8]), { kernelSize: 2 })", f32("2, 3, number, 4")],
  ["avgPool2d(ones([1, 8, 8], { dtype: 'int32' }), { kernelSize: 2, countIncludePad: false })", f32("1, 4, 4")],
  ["adaptiveAvgPool2d(zeros([2, 3, 8, 8]), { outputSize: [1, 2] })", f32("2, 3, 1, 2")],
  ["adaptiveAvgPool2d(zeros([3, 8, 8]), { outputSize: 1 })", f32("3, 1, 1")],
  ["unfold(zeros([1, 3, 8, 8]), { kernelSize: 2 })", f32("1, 12, 49")],
  ["unfold(zeros([3, 8, 8]), { kernelSize: [2, 4], stride: 2, padding: 0 })", f32("24, 12")],
  ["interpolate(zeros([1, 3, 8, 8]), { scaleFactor: 2 })", f32("1, 3, 16, 16")],
  ["interpolate(zeros([1, 3, 8]), { size: 5, mode: 'linear' })", f32("1, 3, 5")],
  ["interpolate(zeros([1, 3, 8, 8]), { size: [4, 6], mode: 'bilinear' })", f32("1, 3, 4, 6")],
  ["interpolate(zeros([1, 3, 8, 8]), { scaleFactor: 1.5 })", f32("1, 3, number, number")],
];

/** Calls that do not fit. */
export const faultyWindows: readonly Faulty[] = [
  [
    "conv1d(zeros([2, 3, 9]), zeros([4, 2, 3]))",
    "conv1d: x [2, 3, 9] has 3 channels, and a weight [4, 2, 3] with 1 group takes 2",
  ],
  ["conv1d(zeros([2, 3, 9, 9]), zeros([4, 3, 3]))", "conv1d: x must be [N, C, L] or [C, L], not [2, 3, 9, 9]"],
  [
    "conv2d(zeros([1, 3, 8, 8]), zeros([4, 1, 3, 3]))",
    "conv2d: x [1, 3, 8, 8] has 3 channels, and a weight [4, 1, 3, 3] with 1 group takes 1",
  ],
  [
    "conv2d(zeros([1, 4, 8, 8]), zeros([4, 1, 3, 3]), { groups: 2 })",
    "conv2d: x [1, 4, 8, 8] has 4 channels, and a weight [4, 1, 3, 3] with 2 groups takes 2",
  ],
  [
    "conv2d(zeros([1, 3, 5, 5]), zeros([4, 3, 3, 7]))",
    "conv2d: a window of 7 (kernel 7, dilation 1) is larger than axis -1 of [1, 3, 5, 5], which is 5 with padding 0 + 0",
  ],
  [
    "conv2d(zeros([1, 3, 5, 5]), zeros([4, 3, 4, 3]), { dilation: 3, padding: [[2, 1], 1] })",
    "a window of 10 (kernel 4, dilation 3) is larger than axis -2 of [1, 3, 5, 5], which is 5 with padding 2 + 1",
  ],
  [
    "conv2d(zeros([1, 3, 8, 8]), zeros([4, 3, 3]))",
    "conv2d: the weight must be [features, channels / groups, rows, columns], not [4, 3, 3]",
  ],
  ["conv2d(zeros([8, 8]), zeros([4, 3, 3, 3]))", "conv2d: x must be [N, C, H, W] or [C, H, W], not [8, 8]"],
  [
    "conv2d(zeros([1, 3, 8, 8]), zeros([4, 3, 3, 3]), zeros([3]))",
    "conv2d: the bias has shape [3]; give one number for each of 4 features: [4]",
  ],
  [
    "convTranspose1d(zeros([2, 3, 5]), zeros([4, 3, 2]))",
    "convTranspose1d: x [2, 3, 5] has 3 channels, and a weight [4, 3, 2] with 1 group takes 4",
  ],
  [
    "convTranspose2d(zeros([1, 4, 8, 8]), zeros([3, 4, 2, 2]), { stride: 2 })",
    "convTranspose2d: x [1, 4, 8, 8] has 4 channels, and a weight [3, 4, 2, 2] with 1 group takes 3",
  ],
  [
    "convTranspose2d(zeros([1, 4, 8, 8]), zeros([4, 3, 2, 2]), zeros([4]), { stride: 2 })",
    "the bias has shape [4]; give one number for each of 3 features: [3]",
  ],
  [
    "maxPool1d(zeros([3, 2]), { kernelSize: 3 })",
    "maxPool1d: a window of 3 (kernel 3, dilation 1) is larger than axis -1 of [3, 2], which is 2 with padding 0 + 0",
  ],
  ["maxPool2d(zeros([8, 8]), { kernelSize: 2 })", "maxPool2d: x must be [N, C, H, W] or [C, H, W], not [8, 8]"],
  ["avgPool1d(zeros([9]), { kernelSize: 2 })", "avgPool1d: x must be [N, C, L] or [C, L], not [9]"],
  [
    "avgPool2d(zeros([1, 3, 8, 2]), { kernelSize: 4, padding: 0 })",
    "avgPool2d: a window of 4 (kernel 4, dilation 1) is larger than axis -1 of [1, 3, 8, 2], which is 2",
  ],
  [
    "adaptiveAvgPool2d(zeros([8, 8]), { outputSize: 1 })",
    "adaptiveAvgPool2d: x must be [N, C, H, W] or [C, H, W] with elements along the last axes, not [8, 8]",
  ],
  ["unfold(zeros([8, 8]), { kernelSize: 2 })", "unfold: x must be [N, C, H, W] or [C, H, W], not [8, 8]"],
  ["interpolate(zeros([3, 8]), { size: 4 })", "interpolate: x [3, 8] is no [N, C, L] or [N, C, H, W]"],
  ["interpolate(zeros([1, 3, 8]), { size: 4, mode: 'bilinear' })", "interpolate: x [1, 3, 8] is no [N, C, H, W]"],
];
