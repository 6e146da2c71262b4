import {
  arange,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  grad,
  mul,
  ones,
  reshape,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  unfold,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

interface Problem {
  readonly images: number;
  readonly groups: number;
  /** Of each group. */
  readonly channels: number;
  readonly features: number;
  readonly kernel: readonly [number, number];
  readonly sides: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

const pair = (min: number, max: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const problems: fc.Arbitrary<Problem> = fc
  .record({
    images: fc.integer({ min: 0, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 3 }),
    features: fc.integer({ min: 1, max: 3 }),
    kernel: pair(1, 3),
    more: pair(0, 4),
    stride: pair(1, 4),
    dilation: pair(1, 3),
    low: pair(0, 2),
    high: pair(0, 2),
  })
  .map(({ more, ...rest }) => {
    const side = (a: 0 | 1): number => rest.dilation[a] * (rest.kernel[a] - 1) + 1 + more[a];
    return { ...rest, sides: [side(0), side(1)] };
  });

const windowsAlong = (p: Problem, a: 0 | 1): number =>
  Math.floor((p.sides[a] + p.low[a] + p.high[a] - p.dilation[a] * (p.kernel[a] - 1) - 1) / p.stride[a]) + 1;

const numbers = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => ((i * 7) % 11) - 4);

/** Visits every product of Σ x w y by its flat places in x, w and y. */
function eachProduct(p: Problem, visit: (x: number, w: number, y: number) => void): void {
  const [H, W] = p.sides;
  const [rows, columns] = p.kernel;
  const [outRows, outColumns] = [windowsAlong(p, 0), windowsAlong(p, 1)];
  for (let n = 0; n < p.images; n++)
    for (let f = 0; f < p.groups * p.features; f++)
      for (let c = 0; c < p.channels; c++)
        for (let i = 0; i < outRows; i++)
          for (let j = 0; j < outColumns; j++)
            for (let k = 0; k < rows; k++)
              for (let l = 0; l < columns; l++) {
                const row = i * p.stride[0] + k * p.dilation[0] - p.low[0];
                const column = j * p.stride[1] + l * p.dilation[1] - p.low[1];
                if (row < 0 || row >= H || column < 0 || column >= W) continue;
                const channel = Math.floor(f / p.features) * p.channels + c;
                visit(
                  ((n * p.groups * p.channels + channel) * H + row) * W + column,
                  ((f * p.channels + c) * rows + k) * columns + l,
                  ((n * p.groups * p.features + f) * outRows + i) * outColumns + j,
                );
              }
}

function operandsFor(p: Problem) {
  const [C, F] = [p.groups * p.channels, p.groups * p.features];
  const x = tensor(numbers(p.images * C * p.sides[0] * p.sides[1]), { shape: [p.images, C, ...p.sides] });
  const w = tensor(numbers(F * p.channels * p.kernel[0] * p.kernel[1]), { shape: [F, p.channels, ...p.kernel] });
  const options = {
    stride: p.stride,
    dilation: p.dilation,
    padding: [
      [p.low[0], p.high[0]],
      [p.low[1], p.high[1]],
    ] as [number, number][],
    groups: p.groups,
  };
  return { x, w, options };
}

describe("conv2d", () => {
  test("is the sum over channels and taps, its gradients those over what is left", () => {
    fc.assert(
      fc.property(problems, (p) => {
        const { x, w, options } = operandsFor(p);
        const y = conv2d(x, w, options);
        expect(y.shape).toEqual([p.images, p.groups * p.features, windowsAlong(p, 0), windowsAlong(p, 1)]);
        const weights = numbers(y.size);
        const [dx, dw] = grad(
          (a: Tensor, b: Tensor) => sum(mul(conv2d(a, b, options), tensor(weights, { shape: y.shape }))),
          {
            argnums: [0, 1],
          },
        )(x, w);
        const expected = [new Float64Array(y.size), new Float64Array(x.size), new Float64Array(w.size)];
        const [values, kernel] = [x.data(), w.data()];
        eachProduct(p, (i, j, k) => {
          expected[0]![k]! += values[i]! * kernel[j]!;
          expected[1]![i]! += weights[k]! * kernel[j]!;
          expected[2]![j]! += weights[k]! * values[i]!;
        });
        expect([...y.data()]).toEqual([...expected[0]!]);
        expect([...dx.data()]).toEqual([...expected[1]!]);
        expect([...dw.data()]).toEqual([...expected[2]!]);
      }),
    );
  });

  test("adds a bias to each feature, with the options behind it or in its place", () => {
    const [x, w] = [ones([1, 1, 2, 2]), ones([2, 1, 2, 2])];
    expect(conv2d(x, w, [1, -1]).toArray()).toEqual([[[[5]], [[3]]]]);
    expect(conv2d(x, w, undefined, { stride: 2 }).toArray()).toEqual([[[[4]], [[4]]]]);
    expect(conv2d(x, w, [1, -1], { padding: 1 }).shape).toEqual([1, 2, 3, 3]);
  });

  test('"same" keeps the sides, the odd zero behind; "valid" pads nothing', () => {
    const x = ones([1, 1, 4, 5]);
    expect(conv2d(x, ones([1, 1, 2, 3]), { padding: "same" }).shape).toEqual([1, 1, 4, 5]);
    expect(conv2d(x, ones([1, 1, 2, 3]), { padding: "valid" }).shape).toEqual([1, 1, 3, 3]);
    expect(conv1d([[1, 2, 3]], [[[1, 1]]], { padding: "same" }).toArray()).toEqual([[3, 5, 3]]);
    expect(() => conv2d(x, ones([1, 1, 2, 3]), { padding: "same", stride: 2 })).toThrow(
      'conv2d: padding "same" needs stride 1',
    );
  });

  test("takes one image without N, integers as float32, and no images at all", () => {
    expect(conv2d(ones([3, 5, 5]), ones([4, 3, 3, 3])).shape).toEqual([4, 3, 3]);
    expect(conv1d(tensor([[1, 2]], { dtype: "int32" }), tensor([[[1]]], { dtype: "int32" })).dtype).toBe("float32");
    expect(conv2d(zeros([0, 3, 5, 5]), ones([4, 3, 3, 3])).shape).toEqual([0, 4, 3, 3]);
    const dw = grad((w: Tensor) => sum(conv2d(zeros([0, 3, 5, 5]), w)))(ones([4, 3, 3, 3]));
    expect(sum(dw).item()).toBe(0);
  });

  test("batches images, kernels and both", () => {
    const x = reshape(arange(2 * 1 * 2 * 4 * 4), [2, 1, 2, 4, 4]);
    const w = reshape(arange(2 * 2 * 1 * 3 * 3), [2, 2, 1, 3, 3]);
    const run = (a: Tensor, b: Tensor) => conv2d(a, b, { groups: 2 });
    const [x0, w0] = [reshape(arange(32), [1, 2, 4, 4]), reshape(arange(18), [2, 1, 3, 3])];
    expect(vmap(run)(x, w).shape).toEqual([2, 1, 2, 2, 2]);
    expect(vmap(run, { inAxes: [0, null] })(x, w0).toArray()).toEqual(
      vmap(run)(x, reshape(tensor([...w0.data(), ...w0.data()]), [2, 2, 1, 3, 3])).toArray(),
    );
    expect(vmap(run, { inAxes: [null, 0] })(x0, w).toArray()).toEqual(
      vmap(run)(reshape(tensor([...x0.data(), ...x0.data()]), [2, 1, 2, 4, 4]), w).toArray(),
    );
  });

  test("names what does not fit", () => {
    const x = ones([1, 4, 5, 5]);
    // @ts-expect-error the compiler sees it too
    expect(() => conv2d(x, ones([2, 4, 7, 3]))).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => conv2d(x, ones([2, 4, 7, 3]))).toThrow(
      /conv2d: a window of 7 .* larger than axis -2 of \[1, 4, 5, 5\]/,
    );
    // @ts-expect-error the compiler sees it too
    expect(() => conv2d(x, ones([2, 3, 3, 3]))).toThrow("has 4 channels");
    expect(() => conv2d(x, ones([3, 2, 3, 3]), { groups: 2 })).toThrow("2 groups do not divide");
    // @ts-expect-error the compiler sees it too
    expect(() => conv2d(ones([5, 5]), ones([3, 2, 3, 3]))).toThrow("x must be [N, C, H, W] or [C, H, W], not [5, 5]");
    // @ts-expect-error the compiler sees it too
    expect(() => conv2d(x, ones([4, 3, 3]))).toThrow("the weight must be [features, channels / groups, rows, columns]");
    expect(() => conv2d(x, ones([2, 4, 3, 3]), [1, 2, 3])).toThrow("the bias has shape [3]");
    expect(() => conv2d(x, ones([2, 4, 3, 3]), { stride: 0 })).toThrow(ValueError);
    expect(() => conv2d(x, ones([2, 4, 3, 3]), { stride: [1, 2, 3] })).toThrow("conv2d: stride is [1,2,3]");
    expect(() => conv2d(x, ones([2, 4, 3, 3]), { padding: -1 })).toThrow("conv2d: padding is");
    expect(() => conv2d(x, ones([2, 4, 3, 3]), { groups: 0.5 })).toThrow("groups is 0.5");
    // @ts-expect-error: the options come last.
    expect(() => conv2d(x, ones([2, 4, 3, 3]), { stride: 2 }, {})).toThrow("the bias is an object");
  });
});

describe("convTranspose2d", () => {
  test("is the gradient of conv2d by its input", () => {
    fc.assert(
      fc.property(problems, (p) => {
        const { w, options } = operandsFor(p);
        const reach = (a: 0 | 1): number => p.dilation[a] * (p.kernel[a] - 1) + 1;
        const counts = [windowsAlong(p, 0), windowsAlong(p, 1)];
        // What the windows of conv2d leave over at the end.
        const over = ([0, 1] as const).map(
          (a) => p.sides[a] + p.low[a] + p.high[a] - (counts[a]! - 1) * p.stride[a] - reach(a),
        );
        const y = tensor(numbers(p.images * p.groups * p.features * counts[0]! * counts[1]!), {
          shape: [p.images, p.groups * p.features, ...counts],
        });
        const x = zeros([p.images, p.groups * p.channels, ...p.sides], { dtype: "float64" });
        const expected = grad((a: Tensor) => sum(mul(conv2d(a, w, options), y)))(x);
        const actual = convTranspose2d(y, w, { ...options, outputPadding: over });
        expect(actual.shape).toEqual(expected.shape);
        expect([...actual.data()]).toEqual([...expected.data()]);
      }),
    );
  });

  test("moves elements apart, adds behind and cuts off", () => {
    expect(convTranspose1d([[[1, 2]]], [[[1, 1]]], { stride: 2 }).toArray()).toEqual([[[1, 1, 2, 2]]]);
    expect(convTranspose1d([[1, 2]], [[[1, 10, 100]]], { stride: 2 }).toArray()).toEqual([[1, 10, 102, 20, 200]]);
    expect(convTranspose1d([[1, 2]], [[[1, 10]]], [5], { stride: 2, outputPadding: 1 }).toArray()).toEqual([
      [6, 15, 7, 25, 5],
    ]);
    expect(convTranspose1d([[1, 2]], [[[1, 10, 100]]], { padding: 1 }).toArray()).toEqual([[12, 120]]);
    // outputPadding may reach the stride where the dilation is greater.
    expect(convTranspose1d([[1]], [[[1, 2]]], { dilation: 3, outputPadding: 2 }).toArray()).toEqual([
      [1, 0, 0, 2, 0, 0],
    ]);
    expect(convTranspose2d(ones([1, 4, 8, 8]), ones([4, 3, 2, 2]), { stride: 2 }).shape).toEqual([1, 3, 16, 16]);
  });

  test("names what does not fit", () => {
    const [x, w] = [ones([1, 2, 2, 2]), ones([2, 1, 2, 2])];
    expect(() => convTranspose2d(x, w, { outputPadding: 1 })).toThrow("outputPadding 1 must be less than the stride 1");
    expect(() => convTranspose2d(x, w, { padding: 2 })).toThrow(/convTranspose2d: x \[1, 2, 2, 2\] .*pad less/);
    // @ts-expect-error the compiler sees it too
    expect(() => convTranspose2d(x, ones([3, 1, 2, 2]))).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => convTranspose2d(x, ones([2, 1, 2]))).toThrow("[channels, features / groups, rows, columns]");
  });
});

describe("unfold", () => {
  test("lays windows out as columns", () => {
    const x = reshape(arange(9), [1, 1, 3, 3]);
    expect(unfold(x, { kernelSize: 2 }).toArray()).toEqual([
      [
        [0, 1, 3, 4],
        [1, 2, 4, 5],
        [3, 4, 6, 7],
        [4, 5, 7, 8],
      ],
    ]);
    expect(unfold(x, { kernelSize: [1, 3], padding: [0, 1], stride: 2 }).shape).toEqual([1, 3, 4]);
    expect(unfold(zeros([2, 3, 3]), { kernelSize: 2 }).shape).toEqual([8, 4]);
  });

  test("names what does not fit", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => unfold(zeros([3, 3]), { kernelSize: 2 })).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => unfold(zeros([1, 3, 3]), { kernelSize: 4 })).toThrow("unfold: a window of 4");
    expect(() => unfold(zeros([1, 3, 3]), { kernelSize: 0 })).toThrow(ValueError);
  });
});
