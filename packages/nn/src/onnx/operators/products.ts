import type { GraphBuilder, Value } from "../builder.js";
import { type Extent, type Extents, productOf } from "../extent.js";
import { padded } from "./movement.js";
import { fixedShape, isReal, NoCounterpart, type Rule, type RuleContext, widened } from "./rule.js";

interface Transposed {
  readonly a: boolean;
  readonly b: boolean;
}

/** `x` with its last two axes exchanged. */
function matrixTransposed(b: GraphBuilder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const rank = axes.length;
  return b.transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

/** Products of real matrices are Gemm, which reads an operand transposed; others are MatMul. */
const matmul: Rule<Transposed> = ({ b, inputs, attributes, type, shape }) => {
  const [x, y] = [widened(b, inputs[0]), widened(b, inputs[1])];
  if ((attributes.a || attributes.b) && x.shape.length === 2 && y.shape.length === 2 && isReal(x)) {
    const flags = { transA: { int: Number(attributes.a) }, transB: { int: Number(attributes.b) } };
    return b.emit("Gemm", [x, y], { type, shape }, flags);
  }
  const left = attributes.a ? matrixTransposed(b, x) : x;
  const right = attributes.b ? matrixTransposed(b, y) : y;
  return b.cast(b.emit("MatMul", [left, right], { type: x.type, shape }), type);
};

/** The geometry of windows, as autograd has it. */
interface Geometry {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
}

interface Convolution extends Geometry {
  readonly groups: number;
}

const lows = ({ padding }: Geometry): number[] => padding.map(([low]) => low);
const highs = ({ padding }: Geometry): number[] => padding.map(([, high]) => high);

const windowAttributes = ({ stride, dilation }: Geometry) => ({
  strides: { ints: stride },
  dilations: { ints: dilation },
});

/** Zeros, or another value, before and after the last axes. */
const paddedImage = (b: GraphBuilder, x: Value, low: readonly number[], high: readonly number[], value = 0): Value => {
  const lead = new Array<number>(x.shape.length - low.length).fill(0);
  return padded(b, x, [...lead, ...low], [...lead, ...high], value);
};

/** A correlation; a third operand is added to each feature. */
const convolution: Rule<Convolution> = ({ b, inputs, attributes, type, shape }) => {
  const [x, ...others] = inputs;
  const [low, high] = [lows(attributes), highs(attributes)];
  // Negative padding cuts off, which the operator itself does not.
  const isPlain = [...low, ...high].every((width) => width >= 0);
  const image = isPlain ? x : paddedImage(b, x, low, high);
  const pads = isPlain ? [...low, ...high] : [...low, ...high].map(() => 0);
  return b.emit(
    "Conv",
    [image, ...others],
    { type, shape },
    {
      ...windowAttributes(attributes),
      pads: { ints: pads },
      group: { int: attributes.groups },
    },
  );
};

interface ToInput extends Convolution {
  readonly sides: readonly number[];
}

/** The transposed convolution. What it makes beyond the image is cut off, what it does not reach is 0. */
const convolutionToInput: Rule<ToInput> = ({ b, inputs, attributes, type, shape }) => {
  const [y, w, ...others] = inputs;
  const { stride, dilation, groups, sides } = attributes;
  const kernel = fixedShape(w.shape.slice(2));
  const counts = fixedShape(y.shape.slice(2));
  const low = lows(attributes);
  const full = counts.map(
    (count, a) => (count - 1) * (stride[a] ?? 1) + (dilation[a] ?? 1) * ((kernel[a] ?? 1) - 1) + 1,
  );
  const beyond = full.map((side, a) => side - (low[a] ?? 0) - (sides[a] ?? 0));
  const isPlain = beyond.every((width, a) => (low[a] ?? 0) >= 0 && -width < (stride[a] ?? 1));
  const windows = { ...windowAttributes(attributes), group: { int: groups } };
  if (isPlain) {
    return b.emit(
      "ConvTranspose",
      [y, w, ...others],
      { type, shape },
      {
        ...windows,
        pads: { ints: [...low, ...beyond.map((width) => Math.max(0, width))] },
        output_padding: { ints: beyond.map((width) => Math.max(0, -width)) },
      },
    );
  }
  const whole = b.emit("ConvTranspose", [y, w, ...others], { type, shape: [...shape.slice(0, 2), ...full] }, windows);
  return paddedImage(
    b,
    whole,
    low.map((width) => -width),
    beyond.map((width) => -width),
  );
};

/** Windows with their taps: what slides over the last axes. */
interface Windows extends Geometry {
  readonly kernel: readonly number[];
}

const tapsOf = ({ kernel }: Windows): number => kernel.reduce((size, side) => size * side, 1);

/** [..., ...sides] as the [N, C, ...sides] that pooling takes. */
function asImage(b: GraphBuilder, x: Value, rank: number): Value {
  const lead = x.shape.slice(0, x.shape.length - rank);
  if (lead.length === 2) return x;
  const count = productOf(lead);
  if (count === undefined) throw new NoCounterpart("is done over the batch twice, whose size is open");
  return b.reshape(x, [count, 1, ...x.shape.slice(lead.length)]);
}

const imageShape = (image: Value, result: Extents, rank: number): Extents => [
  ...image.shape.slice(0, 2),
  ...result.slice(result.length - rank),
];

/** The image with its padding where pooling does not take it: it must be smaller than the window. */
function poolOperands(b: GraphBuilder, x: Value, windows: Windows, fill: number): { image: Value; pads: number[] } {
  const pads = [...lows(windows), ...highs(windows)];
  const rank = windows.kernel.length;
  const fits = pads.every((width, i) => width >= 0 && width < (windows.kernel[i % rank] ?? 1));
  const image = asImage(b, x, rank);
  if (fits) return { image, pads };
  return { image: paddedImage(b, image, lows(windows), highs(windows), fill), pads: pads.map(() => 0) };
}

/** Places counted through padded images, as places in those without the padding. */
function withoutPadding(b: GraphBuilder, places: Value, sides: readonly number[], low: readonly number[]): Value {
  const number = (value: number): Value => b.scalar("int64", value);
  const own = (axis: number): number => sides[axis] ?? 1;
  let [step, ownStep] = [1, 1];
  let result: Value | undefined;
  for (let axis = sides.length - 1; axis >= 0; axis--) {
    const width = low[axis] ?? 0;
    const place = b.map("Sub", [
      b.map("Mod", [b.map("Div", [places, number(step)]), number(own(axis))]),
      number(width),
    ]);
    const part = b.map("Mul", [place, number(ownStep)]);
    result = result === undefined ? part : b.map("Add", [result, part]);
    step *= own(axis);
    ownStep *= own(axis) - width - (low[axis + sides.length] ?? 0);
  }
  return result ?? places;
}

/** Where the greatest elements stand: ONNX counts through the whole tensor, autograd through each image. */
const maxPoolPlaces: Rule<Windows> = ({ b, inputs, attributes, type, shape }) => {
  const rank = attributes.kernel.length;
  const x = isReal(inputs[0]) ? inputs[0] : b.cast(inputs[0], "float64");
  const { image, pads } = poolOperands(b, x, attributes, Number.NEGATIVE_INFINITY);
  const own = imageShape(image, shape, rank);
  const [, places] = b.emitAll(
    "MaxPool",
    [image],
    [
      { type: x.type, shape: own },
      { type: "int64", shape: own },
    ],
    { ...windowAttributes(attributes), kernel_shape: { ints: attributes.kernel }, pads: { ints: pads } },
  );
  if (places === undefined) throw new Error("MaxPool has two results");
  const sides = fixedShape(image.shape.slice(2));
  const plane = sides.reduce((size, side) => size * side, 1);
  const inPlane = b.map("Mod", [places, b.scalar("int64", plane)]);
  const isPadded = sides.some((side, axis) => side !== x.shape[axis + x.shape.length - rank]);
  const widths = [...lows(attributes), ...highs(attributes)];
  return b.cast(b.reshape(isPadded ? withoutPadding(b, inPlane, sides, widths) : inPlane, shape), type);
};

/** For each tap of each window the element of the padded axes that it is. */
function windowPlaces(sides: readonly number[], counts: readonly number[], windows: Windows): number[] {
  let places = [0];
  for (const [a, side] of sides.entries()) {
    // Taps of all axes come first, then windows of all axes: [...kernel, ...counts] is brought about by the transpose below.
    const own = Array.from({ length: windows.kernel[a] ?? 1 }, (_, tap) =>
      Array.from(
        { length: counts[a] ?? 1 },
        (__, o) => o * (windows.stride[a] ?? 1) + tap * (windows.dilation[a] ?? 1),
      ),
    ).flat();
    places = places.flatMap((outer) => own.map((inner) => outer * side + inner));
  }
  return places;
}

/** Interleaved [k0, o0, k1, o1, …] as [k0, k1, …, o0, o1, …]. */
const tapsFirst = (rank: number): number[] => {
  const axes = Array.from({ length: rank }, (_, a) => a);
  return [...axes.map((a) => 2 * a), ...axes.map((a) => 2 * a + 1)];
};

/** Windows as elements of their own: a gather at places that are known. */
const windows: Rule<Windows> = ({ b, inputs: [x], attributes, type, shape }) => {
  const rank = attributes.kernel.length;
  const image = paddedImage(b, x, lows(attributes), highs(attributes));
  const lead = image.shape.slice(0, image.shape.length - rank);
  const sides = fixedShape(image.shape.slice(lead.length));
  const counts = fixedShape(shape.slice(-rank));
  const size = sides.reduce((product, side) => product * side, 1);
  const flat = widened(b, b.reshape(image, [...lead, size]));
  const paired = attributes.kernel.flatMap((taps, a): Extent[] => [taps, counts[a] ?? 1]);
  const places = b.constant("int64", fixedShape(paired), windowPlaces(sides, counts, attributes));
  const gathered = b.emit(
    "Gather",
    [flat, places],
    { type: flat.type, shape: [...lead, ...paired] },
    { axis: { int: lead.length } },
  );
  const order = [...lead.map((_, axis) => axis), ...tapsFirst(rank).map((axis) => axis + lead.length)];
  return b.cast(b.transpose(gathered, order), type);
};

interface Fold extends Windows {
  readonly sides: readonly number[];
}

/** Windows laid on one another: Col2Im, of opset 18. */
const foldWindows: Rule<Fold> = ({ b, inputs: [x], attributes, type, shape }) => {
  const { kernel, stride, dilation, sides } = attributes;
  if (b.opset < 18) throw new NoCounterpart("needs opset 18");
  const rank = kernel.length;
  const lead = productOf(x.shape.slice(0, x.shape.length - 2 * rank));
  const windowCount = productOf(x.shape.slice(-rank));
  if (lead === undefined || windowCount === undefined)
    throw new NoCounterpart("is done over the batch twice, whose size is open");
  const columns = b.reshape(x, [lead, tapsOf(attributes), windowCount]);
  const image = b.emit(
    "Col2Im",
    [columns, b.ints(sides), b.ints(kernel)],
    { type, shape: [lead, 1, ...sides] },
    {
      strides: { ints: stride },
      dilations: { ints: dilation },
      pads: { ints: [...lows(attributes), ...highs(attributes)] },
    },
  );
  return b.reshape(image, shape);
};

/** Products of matrices, convolutions and what else slides. */
export const productRules: Readonly<Record<string, Rule>> = {
  matmul,
  convolution,
  convolutionToInput,
  maxPoolPlaces,
  windows,
  foldWindows,
  det: ({ b, inputs: [x], type, shape }: RuleContext<unknown>) => b.emit("Det", [x], { type, shape }),
};
