import { asTensor } from "../convert.js";
import type { DType, FloatDType } from "../dtype.js";
import { ShapeError, ValueError } from "../errors.js";
import { upcomingId } from "../graph.js";
import { foldIn, keyFromSeed, type RandomKey, splitKey } from "../numbers/threefry.js";
import { apply } from "../primitive.js";
import { exampleIndices, guarded } from "../scope.js";
import { checkShape, type Shape } from "../shape.js";
import { scalar, Tensor, type TensorLike } from "../tensor.js";
import type { AnyShape, Known } from "../types/any-shape.js";
import type { DrawParameter, Logits, Permutable, Permuted } from "../types/draw.js";
import { sub } from "./arithmetic.js";
import { less } from "./comparison.js";
import { add, mul } from "./elementwise.js";
import { drawCategorical } from "./random-categorical.js";
import { drawPrimitive } from "./random-draw.js";
import {
  checkDeviation,
  checkIntegers,
  checkInterval,
  checkRealDraw,
  type DrawAttributes,
  drawParameter,
  type Parameter,
  type RealDrawOptions,
  shiftAndScale,
  standardInterval,
  wordsOf,
} from "./random-parameters.js";
import { type Counter, checkState, counterAt, type GeneratorState, storedCounter } from "./random-state.js";
import { take } from "./take.js";
import { clip } from "./where.js";

/** Options of a truncated normal draw. */
interface TruncatedDrawOptions<D extends FloatDType = FloatDType> extends RealDrawOptions<D> {
  readonly mean?: number;
  readonly std?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Options of a draw of integers. */
interface IntegerDrawOptions<D extends DType = DType> {
  readonly min?: number;
  readonly max: number;
  readonly dtype?: D | undefined;
}

/**
 * A source of random numbers: a key, fixed by the seed, and a counter of what was drawn, kept in a Variable. Numbers are Threefry-2x32 of both
 * (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the same seed and the same draws give the same numbers everywhere.
 *
 * A draw is an operator like any other: computed once, when it is read. Inside `vmap` a generator from outside draws other numbers for each example, those of
 * `foldIn(index of the example)`, and moves on as for one; a generator made inside is the same in all of them.
 *
 * @example
 * const random = generator(42);
 * random.normal([2, 3]); // the same six numbers in every run
 */
export class Generator {
  #key: RandomKey;
  #splits = 0;
  readonly #counter: Counter;
  readonly #madeAt = upcomingId();
  /** Draws differ between the examples of a `vmap` that began after this id. */
  readonly #sharedFrom: number;
  readonly #examples = {};

  /** @internal */
  constructor(key: RandomKey, counter: Counter = storedCounter(), sharedFrom = upcomingId()) {
    this.#key = key;
    this.#counter = counter;
    this.#sharedFrom = sharedFrom;
  }

  #draw(attributes: Omit<DrawAttributes, "key" | "examples">): Tensor {
    const counter = this.#counter.value;
    const full = { ...attributes, key: guarded(this, () => this.#key, this.#madeAt), examples: [] };
    const indices = exampleIndices(this.#examples, this.#sharedFrom).map((node) => new Tensor(node));
    const drawn = apply(drawPrimitive, [counter, ...indices], full);
    this.#counter.assign(add(counter, wordsOf(full)));
    return drawn;
  }

  /**
   * Uniform numbers in [min, max); where a bound is a tensor, rounding may reach max.
   *
   * @param options.min Default 0; a number, or a tensor that broadcasts to the shape.
   * @param options.max Default 1; a number, or a tensor that broadcasts to the shape.
   * @param options.dtype Default float32.
   * @throws ShapeError, ValueError for what is no shape; ShapeError for a tensor that does not broadcast to it; ValueError for bounds that are not
   * finite or in the wrong order; DTypeError for a dtype that is no float.
   * @example
   * generator(1).uniform([3], { min: -1, max: 1 });
   */
  uniform<
    const S extends AnyShape,
    D extends FloatDType = "float32",
    Min extends Parameter = number,
    Max extends Parameter = number,
  >(
    shape: S | [],
    options?: RealDrawOptions<D> & {
      readonly min?: Min & DrawParameter<"uniform", "min", S, Min>;
      readonly max?: Max & DrawParameter<"uniform", "max", S, Max>;
    },
  ): Tensor<Known<S>, NoInfer<D>>;
  uniform(
    shape: Shape,
    options: RealDrawOptions & { readonly min?: Parameter; readonly max?: Parameter } = {},
  ): Tensor {
    const { min = 0, max = 1, dtype = "float32" } = options;
    checkRealDraw("uniform", shape, dtype);
    if (typeof min === "number" && typeof max === "number") {
      checkInterval("uniform", min, max);
      return this.#draw({ kind: "uniform", shape, dtype, low: min, high: max });
    }
    const low = drawParameter("uniform", "min", min, shape, dtype);
    const high = drawParameter("uniform", "max", max, shape, dtype);
    return add(mul(this.#draw({ kind: "uniform", shape, dtype, low: 0, high: 1 }), sub(high, low)), low);
  }

  /**
   * Normal numbers, by inversion.
   *
   * @param options.mean Default 0; a number, or a tensor that broadcasts to the shape.
   * @param options.std Standard deviation, 0 or more, default 1; a number, or a tensor that broadcasts to the shape.
   * @param options.dtype Default float32.
   * @throws ShapeError, ValueError for what is no shape; ShapeError for a tensor that does not broadcast to it; ValueError for a negative or NaN std; DTypeError for a dtype that is no float.
   * @example
   * generator(1).normal([3], { mean: 5, std: 0.1 });
   */
  normal<
    const S extends AnyShape,
    D extends FloatDType = "float32",
    Mean extends Parameter = number,
    Std extends Parameter = number,
  >(
    shape: S | [],
    options?: RealDrawOptions<D> & {
      readonly mean?: Mean & DrawParameter<"normal", "mean", S, Mean>;
      readonly std?: Std & DrawParameter<"normal", "std", S, Std>;
    },
  ): Tensor<Known<S>, NoInfer<D>>;
  normal(
    shape: Shape,
    options: RealDrawOptions & { readonly mean?: Parameter; readonly std?: Parameter } = {},
  ): Tensor {
    const { mean = 0, std = 1, dtype = "float32" } = options;
    checkRealDraw("normal", shape, dtype);
    checkDeviation("normal", std);
    const center = drawParameter("normal", "mean", mean, shape, dtype);
    const deviation = drawParameter("normal", "std", std, shape, dtype);
    return shiftAndScale(this.#draw({ kind: "normal", shape, dtype, low: 0, high: 1 }), center, deviation);
  }

  /**
   * Normal numbers given that they lie in [min, max].
   *
   * @param options.mean Default 0.
   * @param options.std Greater than 0, default 1.
   * @param options.min Default mean − 2 std.
   * @param options.max Default mean + 2 std.
   * @param options.dtype Default float32.
   * @throws ShapeError, ValueError for what is no shape; ValueError for a std that is not positive, bounds in the wrong order, or bounds
   * more than 37 standard deviations from the mean; DTypeError for a dtype that is no float.
   * @example
   * generator(1).truncatedNormal([3], { std: 0.02 }); // within ±0.04
   */
  truncatedNormal<const S extends AnyShape, D extends FloatDType = "float32">(
    shape: S | [],
    options?: TruncatedDrawOptions<D>,
  ): Tensor<Known<S>, NoInfer<D>>;
  truncatedNormal(shape: Shape, options: TruncatedDrawOptions = {}): Tensor {
    const { mean = 0, std = 1, dtype = "float32" } = options;
    checkRealDraw("truncatedNormal", shape, dtype);
    checkDeviation("truncatedNormal", std);
    if (std === 0) throw new ValueError("truncatedNormal: std is 0; it must be greater.");
    const { min = mean - 2 * std, max = mean + 2 * std } = options;
    const interval = standardInterval(mean, std, min, max);
    const z = this.#draw({ kind: "truncatedNormal", shape, dtype, ...interval });
    // Rounding may leave the interval by a last place.
    return clip(shiftAndScale(z, mean, std), { min, max });
  }

  /**
   * Integers in [min, max), all equally likely.
   *
   * @param options.min Default 0.
   * @param options.max At most 2³² above min, which the dtype holds up to max − 1.
   * @param options.dtype int32 (default), uint32 or uint8.
   * @throws ShapeError, ValueError for what is no shape; ValueError for bounds that are no integers, in the wrong order, too far apart or not
   * in the dtype; DTypeError for another dtype.
   * @example
   * generator(1).randint([3], { min: 1, max: 7 }); // dice
   */
  randint<const S extends AnyShape, D extends DType = "int32">(
    shape: S | [],
    options: IntegerDrawOptions<D>,
  ): Tensor<Known<S>, NoInfer<D>>;
  randint(shape: Shape, options: IntegerDrawOptions): Tensor {
    const { min = 0, max, dtype = "int32" } = { ...options };
    checkShape("randint", shape);
    checkIntegers("randint", min, max, dtype);
    return this.#draw({ kind: "integers", shape, dtype, low: min, high: max });
  }

  /**
   * True with probability p.
   *
   * @param options.p In [0, 1], default 0.5; a number, or a tensor that broadcasts to the shape.
   * @returns bool.
   * @throws ShapeError, ValueError for what is no shape; ShapeError for a tensor that does not broadcast to it; ValueError for a number p outside [0, 1].
   * @example
   * generator(1).bernoulli([4], { p: 0.9 });
   */
  bernoulli<const S extends AnyShape, P extends Parameter = number>(
    shape: S | [],
    options?: { readonly p?: P & DrawParameter<"bernoulli", "p", S, P> },
  ): Tensor<Known<S>, "bool">;
  bernoulli(shape: Shape, { p = 0.5 }: { readonly p?: Parameter } = {}): Tensor {
    if (typeof p === "number" && !(p >= 0 && p <= 1))
      throw new ValueError(`bernoulli: p is ${p}; a probability lies in [0, 1].`);
    checkShape("bernoulli", shape);
    const chance = drawParameter("bernoulli", "p", p, shape, "float32");
    return less(this.uniform(shape), chance);
  }

  /**
   * 0 … n − 1 in random order, or the slices of a tensor along its first axis in random order.
   *
   * @returns int32 [n], or a tensor like `x`.
   * @throws ValueError for an n that is no size; ShapeError for a scalar.
   * @example
   * generator(1).permutation(5);
   */
  permutation<const X extends TensorLike>(x: Permutable<X>): Permuted<X>;
  permutation(x: TensorLike): Tensor {
    if (typeof x === "number") {
      if (!Number.isInteger(x) || x < 0 || x > 2 ** 31 - 1)
        throw new ValueError(`permutation: ${x} is no number of elements.`);
      return this.#draw({ kind: "permutation", shape: [x], dtype: "int32", low: 0, high: 0 });
    }
    const operand = asTensor("permutation", x);
    const [size] = operand.shape;
    if (size === undefined)
      throw new ShapeError(
        "permutation: a scalar tensor has nothing to permute; pass a number n or a tensor with axes.",
      );
    return take(operand, this.permutation(size), { axis: 0 });
  }

  /**
   * Classes 0 … n − 1 with probabilities softmax(logits), by the Gumbel-max trick (E. Gumbel 1954).
   *
   * @param shape The shape of the result; it ends with the shape of `logits` without its last axis.
   * @param options.logits Unnormalised log probabilities along the last axis.
   * @returns int32.
   * @throws ShapeError where the shape does not end so, or there is no class.
   * @example
   * generator(1).categorical([5], { logits: [0, 0, -Infinity] }); // zeros and ones
   */
  categorical<const S extends AnyShape, L extends TensorLike>(
    shape: S | [],
    options: { readonly logits: L & Logits<S, L> },
  ): Tensor<Known<S>, "int32">;
  categorical(shape: Shape, options: { readonly logits: TensorLike }): Tensor {
    checkShape("categorical", shape);
    return drawCategorical(shape, { ...options }.logits, (whole) => this.uniform(whole, { dtype: "float64" }));
  }

  /**
   * Generators of their own, independent of this one and of each other.
   *
   * @param count Default 2.
   * @throws ValueError for a count that is no integer of 0 or more.
   * @example
   * const [weights, noise] = generator(1).split();
   */
  split(count = 2): Generator[] {
    if (!Number.isSafeInteger(count) || count < 0) throw new ValueError(`split: ${count} is no number of generators.`);
    // The keys would be the same at every replay: a trace that splits a generator from outside holds for one call only.
    guarded(this.#counter, () => this.#splits, this.#madeAt);
    const keys = splitKey(this.#key, count, this.#splits);
    this.#splits += count;
    return keys.map((key) => new Generator(key, storedCounter(), this.#sharedFrom));
  }

  /**
   * A generator whose key is this one's with a number folded in, which stands where this one stands and moves on by itself: what this one draws in example `index` of a `vmap`
   * (as fold_in of JAX).
   *
   * @throws ValueError where `index` is no integer of 0 or more.
   * @example
   * vmap((x: Tensor) => add(x, random.normal([])))(zeros([2])); // random.foldIn(0).normal([]) and random.foldIn(1).normal([])
   */
  foldIn(index: number): Generator {
    if (!Number.isSafeInteger(index) || index < 0)
      throw new ValueError(`foldIn: ${String(index)} is no integer of 0 or more.`);
    const key = guarded(this, () => this.#key, this.#madeAt);
    const { value } = this.#counter;
    const counter = value.node.symbolic ? counterAt(value) : storedCounter(value);
    return new Generator(foldIn(key, index), counter, this.#sharedFrom);
  }

  /**
   * A generator of the same numbers that stands at `counter` (a float64 scalar: words drawn before; an element takes one or two), while this one does
   * not move: what it draws is a pure function of seed and counter.
   *
   * @throws ShapeError, DTypeError where `counter` is no float64 scalar.
   * @example
   * const noise = generator(1).at(mul(step, 2 * size)).normal([size]);
   */
  at(counter: Tensor): Generator {
    return new Generator(this.#key, counterAt(counter));
  }

  /**
   * Where the generator stands, as plain data: `setState` goes on from there exactly.
   *
   * @throws TransformError inside a transform that has no values.
   * @example
   * localStorage.setItem("random", JSON.stringify(random.state()));
   */
  state(): GeneratorState {
    return { key: [...this.#key], counter: this.#counter.value.item(), splits: this.#splits };
  }

  /**
   * Goes back, or on, to a saved state.
   *
   * @throws ValueError where `state` is none; the generator is then unchanged.
   * @example
   * random.setState(JSON.parse(saved));
   */
  setState(state: GeneratorState): void {
    const { key, counter, splits } = checkState(state);
    this.#counter.assign(scalar(counter, "float64"));
    // Compiled steps hold as long as the array is the same.
    if (key[0] !== this.#key[0] || key[1] !== this.#key[1]) this.#key = key;
    this.#splits = splits;
  }
}

/**
 * A source of random numbers from a seed. There is no global one: who draws holds a generator.
 *
 * @param seed A safe integer; seeds that differ give unrelated numbers.
 * @throws ValueError where the seed is no safe integer.
 * @example
 * const random = generator(42);
 * const noise = random.normal([3]);
 */
export function generator(seed: number): Generator {
  if (!Number.isSafeInteger(seed))
    throw new ValueError(`generator: seed ${String(seed)} is no integer that a number holds exactly.`);
  return new Generator(keyFromSeed(seed));
}
