import { Arbitrary, type Random, Stream, Value } from "fast-check";
import type { DType } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Draw, ShapeChoice, TensorChoice } from "../sampling.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { randomSource } from "./random-source.js";
import { type Drawing, drawRecording, Recording } from "./recording.js";

/**
 * Recordings as a fast-check arbitrary. What shrinks is not the arguments but the choices that made them, so that dependent choices
 * (a shape, then an axis of it, then elements) come down together (MacIver & Donaldson, "Test-case reduction via test-case
 * generation", ECOOP 2020). `undefined` stands for a case that the sampler could not draw.
 */
class RecordingArbitrary extends Arbitrary<Recording | undefined> {
  constructor(
    private readonly sampler: (draw: Draw) => readonly unknown[],
    private readonly drawing: Drawing,
  ) {
    super();
  }

  generate(random: Random): Value<Recording | undefined> {
    const recording = drawRecording(this.sampler, this.drawing, randomSource(random));
    return new Value(recording, recording);
  }

  canShrinkWithoutContext(value: unknown): value is Recording | undefined {
    return value === undefined || value instanceof Recording;
  }

  shrink(value: Recording | undefined): Stream<Value<Recording | undefined>> {
    if (value === undefined) return Stream.nil();
    return new Stream(values(value.simpler()));
  }
}

function* values(recordings: Iterable<Recording>): IterableIterator<Value<Recording | undefined>> {
  for (const recording of recordings) yield new Value(recording, recording);
}

/** The recordings of a sampler. */
export const recordings = (
  sampler: (draw: Draw) => readonly unknown[],
  drawing: Drawing,
): Arbitrary<Recording | undefined> => new RecordingArbitrary(sampler, drawing);

/**
 * An arbitrary of whatever `make` makes of draws: shapes, axes and tensors that depend on each other shrink together.
 *
 * @param make Called again for every shrink: a pure function of what it draws.
 * @throws whatever `make` throws, when a value is generated.
 * @example
 * const rows = drawn((draw) => draw.tensor(draw.shape({ minRank: 2, maxRank: 2 })));
 * fc.assert(fc.property(rows, (x) => x.rank === 2));
 */
export function drawn<T>(make: (draw: Draw) => T): Arbitrary<T> {
  return drawnIn({ style: "plain" }, make, "float64");
}

function drawnIn<T>(drawing: Drawing, make: (draw: Draw) => T, dtype: DType): Arbitrary<T> {
  const sampler = (draw: Draw): readonly [T] => [make(draw)];
  return new RecordingArbitrary(sampler, drawing).map((recording) => {
    if (recording === undefined) {
      throw new ValueError(
        "testing: nothing can be drawn like this: no number fits the domain, or no such shape is without elements.",
      );
    }
    if (recording.error !== undefined) throw recording.error;
    // The sampler above makes arrays of one T.
    return recording.render(dtype).args[0] as T;
  });
}

/**
 * Shapes: rank 0 to 3 and sides 1 to 4 unless the options say otherwise; they shrink to fewer axes and smaller sides.
 *
 * @param options.minSide Default 1; with 0, about a third of the sides are 0.
 * @example
 * fc.assert(fc.property(shapes({ minRank: 1 }), (shape) => zeros(shape).rank >= 1));
 */
export function shapes(options: ShapeChoice = {}): Arbitrary<number[]> {
  return drawnIn({ style: "plain" }, (draw) => draw.shape(options), "float64");
}

/**
 * `count` shapes that broadcast together, by NumPy's rule.
 *
 * @example
 * fc.assert(fc.property(broadcastable(2), ([a = [], b = []]) => add(zeros(a), zeros(b)).rank === Math.max(a.length, b.length)));
 */
export function broadcastable(count: number, options: ShapeChoice = {}): Arbitrary<number[][]> {
  return drawnIn({ style: "plain" }, (draw) => draw.broadcastable(count, options), "float64");
}

/** Options of `tensors`. */
export interface TensorsOptions extends TensorChoice {
  /** One shape, or how shapes are drawn; default rank 0 to 3 and sides 1 to 4. */
  readonly shape?: Shape | ShapeChoice;
  /** Default float32. */
  readonly dtype?: DType;
  /** Mixes in NaN, ±Infinity, ±0, subnormal and huge numbers (float dtypes only); default false. */
  readonly awkward?: boolean;
  /** Only tensors without elements; default false. */
  readonly zeroSize?: boolean;
}

/**
 * Tensors. They shrink to fewer axes, smaller sides and plainer numbers: 0, 1, 2, −1, 0.5 before 0.37.
 *
 * @param options.min Least element; default −4. `max`: greatest; default 4.
 * @param options.kinks Points to keep 0.05 away from. `separation`: least distance of two elements.
 * @param options.awkward Also NaN, ±Infinity, ±0, subnormal and huge numbers. `zeroSize`: only tensors without elements.
 * @throws ValueError, when a value is generated, where no such tensor exists.
 * @example
 * fc.assert(fc.property(tensors({ min: 0, dtype: "float64" }), (x) => sum(x).item() >= 0));
 */
export function tensors(options: TensorsOptions = {}): Arbitrary<Tensor> {
  const { shape = {}, dtype = "float32", awkward = false, zeroSize = false, ...domain } = options;
  const drawing: Drawing = { style: awkward ? "awkward" : "plain", zeroSize };
  const own = dtype === "float32" || dtype === "float64" ? domain : { ...domain, dtype };
  const isFixed = (choice: Shape | ShapeChoice): choice is Shape => Array.isArray(choice);
  return drawnIn(drawing, (draw) => draw.tensor(isFixed(shape) ? shape : draw.shape(shape), own), dtype);
}
