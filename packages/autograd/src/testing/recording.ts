import { copyInto } from "../convert.js";
import type { DType } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Draw, Sampler, ShapeChoice, TensorChoice } from "../sampling.js";
import { checkShape, type Shape, sizeOf } from "../shape.js";
import { leaf, Tensor } from "../tensor.js";
import { flattenTree } from "../tree.js";
import {
  axesKind,
  type ChoiceKind,
  groupKind,
  integerKind,
  longSide,
  replaced,
  shapeKind,
  Undrawable,
  usualSide,
  type Weight,
} from "./choices.js";
import type { Style } from "./elements.js";
import type { RandomSource } from "./random-source.js";
import { type TensorValue, tensorKind } from "./tensor-choice.js";

/**
 * Every choice a sampler made, by kind. Played back, it makes the same arguments again, in any float dtype; with a choice replaced, it
 * makes simpler ones: a choice that no longer fits is adapted, and one too many is ignored.
 */
export interface Tape {
  readonly integers: readonly number[];
  readonly shapes: readonly Shape[];
  readonly groups: readonly (readonly Shape[])[];
  readonly axes: readonly (readonly number[])[];
  readonly tensors: readonly TensorValue[];
}

const emptyTape: Tape = { integers: [], shapes: [], groups: [], axes: [], tensors: [] };

/** A track of the tape. */
interface Track<V> {
  of(tape: Tape): readonly V[];
  put(tape: Tape, values: readonly V[]): Tape;
}

const tracks: { readonly [K in keyof Tape]: Track<Tape[K][number]> } = {
  integers: { of: (tape) => tape.integers, put: (tape, integers) => ({ ...tape, integers }) },
  shapes: { of: (tape) => tape.shapes, put: (tape, shapes) => ({ ...tape, shapes }) },
  groups: { of: (tape) => tape.groups, put: (tape, groups) => ({ ...tape, groups }) },
  axes: { of: (tape) => tape.axes, put: (tape, axes) => ({ ...tape, axes }) },
  tensors: { of: (tape) => tape.tensors, put: (tape, tensors) => ({ ...tape, tensors }) },
};

/** What a law wants drawn. */
export interface Drawing {
  readonly style: Style;
  /** At least one tensor without elements; default false. */
  readonly zeroSize?: boolean;
  /** Sides of up to 9 too and more often many axes, for what goes over elements in groups and places; default false. */
  readonly long?: boolean;
  /** How many sets of elements each tensor gets; default 1. */
  readonly variants?: number;
}

/** Which of the tensors that a tape can make: the float dtype that samplers leave open, and the set of elements. */
export interface Rendering {
  readonly dtype: DType;
  readonly variant: number;
}

interface Step {
  readonly weight: Weight;
  alternatives(tape: Tape): Iterable<Tape>;
}

/** The arguments that a sampler drew. */
export interface Drawn {
  readonly args: readonly unknown[];
  /** Tensors whose dtype the sampler chose: indices, masks, weights. They are not differentiated. */
  readonly fixed: ReadonlySet<Tensor>;
}

/** Draws from a tape, then from a random source, then the simplest there is; and records what it gave. */
class Recorder implements Draw {
  made: Tape = emptyTape;
  readonly steps: Step[] = [];
  readonly fixed = new Set<Tensor>();
  /** Some tensor's choice declares where it is not smooth. */
  hasKinks = false;

  constructor(
    private readonly given: Tape,
    private readonly random: RandomSource | undefined,
    private readonly drawing: Drawing,
    private readonly rendering: Rendering,
  ) {}

  integer(min: number, max: number): number {
    if (!Number.isInteger(min) || !Number.isInteger(max)) {
      throw new ValueError(`samples: draw.integer(${min}, ${max}) needs integers.`);
    }
    if (max < min) throw new Undrawable(`draw.integer(${min}, ${max}): there is no integer from ${min} to ${max}`);
    return this.#choose(tracks.integers, integerKind, { min, max });
  }

  side(max = this.drawing.long === true ? longSide : usualSide): number {
    return this.integer(this.drawing.zeroSize === true ? 0 : 1, max);
  }

  boolean(): boolean {
    return this.integer(0, 1) === 1;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Undrawable("draw.pick([]): nothing to pick from");
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  shape(choice: ShapeChoice = {}): number[] {
    const { zeroSize = false, long = false } = this.drawing;
    const request = { choice, zeroSize, long };
    return [...this.#choose(tracks.shapes, shapeKind, request)];
  }

  broadcastable(count: number, choice: ShapeChoice = {}): number[][] {
    const { zeroSize = false, long = false } = this.drawing;
    const request = { count, choice, zeroSize, long };
    return this.#choose(tracks.groups, groupKind, request).map((shape) => [...shape]);
  }

  axes(rank: number, least = 1): number[] {
    return [...this.#choose(tracks.axes, axesKind, { rank, least: Math.min(least, rank) })];
  }

  tensor(shape: Shape, choice: TensorChoice = {}): Tensor {
    checkShape("samples: draw.tensor", shape);
    const { style, variants = 1 } = this.drawing;
    if ((choice.kinks ?? []).length > 0 || (choice.separation ?? 0) > 0) this.hasKinks = true;
    const others = this.made.tensors.flatMap((tensor) => tensor.elements);
    const value = this.#choose(tracks.tensors, tensorKind, { shape, choice, style, variants, others });
    const dtype = choice.dtype ?? this.rendering.dtype;
    const size = sizeOf(shape);
    const start = this.rendering.variant * size;
    const tensor = leaf(Object.freeze([...shape]), dtype, copyInto(dtype, value.elements.slice(start, start + size)));
    if (choice.dtype !== undefined) this.fixed.add(tensor);
    return tensor;
  }

  #choose<Q, V>(track: Track<V>, kind: ChoiceKind<Q, V>, request: Q): V {
    const position = track.of(this.made).length;
    const recorded = track.of(this.given)[position];
    const value =
      recorded === undefined && this.random !== undefined
        ? kind.draw(request, this.random)
        : kind.fit(request, recorded);
    this.made = track.put(this.made, [...track.of(this.made), value]);
    this.steps.push({
      weight: kind.weight(request, value),
      *alternatives(tape) {
        for (const simpler of kind.simpler(request, value))
          yield track.put(tape, replaced(track.of(tape), position, simpler));
      },
    });
    return value;
  }
}

/** What a sampler drew, and how to draw it again. */
export class Recording {
  private constructor(
    private readonly sampler: Sampler,
    private readonly drawing: Drawing,
    readonly tape: Tape,
    private readonly steps: readonly Step[],
    /** A number for the law's own choices, such as which operands are mapped; it shrinks to 0. */
    readonly salt: number,
    /** The sampler declares where the operator is not smooth. */
    readonly hasKinks: boolean,
    /** What the sampler threw, in place of arguments. */
    readonly error: unknown,
  ) {}

  /** Runs a sampler; undefined where it cannot draw what `drawing` asks for. */
  static make(sampler: Sampler, drawing: Drawing, given: Tape, random?: RandomSource): Recording | undefined {
    const recorder = new Recorder(given, random, drawing, { dtype: "float64", variant: 0 });
    let salt = 0;
    let thrown: unknown;
    try {
      const args = sampler(recorder);
      if (!Array.isArray(args)) throw new ValueError("samples: a sampler returns the array of arguments of one call.");
      salt = recorder.integer(0, 255);
      if (drawing.zeroSize === true && !hasZeroSize(args)) return undefined;
    } catch (error) {
      if (error instanceof Undrawable) return undefined;
      thrown = error;
    }
    return new Recording(sampler, drawing, recorder.made, recorder.steps, salt, recorder.hasKinks, thrown);
  }

  /** The arguments, in the float dtype and with the set of elements asked for. */
  render(dtype: DType, variant = 0): Drawn {
    const recorder = new Recorder(this.tape, undefined, this.drawing, { dtype, variant });
    return { args: this.sampler(recorder), fixed: recorder.fixed };
  }

  /** Simpler recordings, from bold to careful. */
  *simpler(): Iterable<Recording> {
    const own = totalWeight(this.steps);
    for (const step of this.steps) {
      for (const tape of step.alternatives(this.tape)) {
        const simpler = this.#played(tape, own);
        if (simpler === undefined) continue;
        yield simpler;
        // A smaller shape keeps the first elements; reversed, the last.
        const fewer = totalWeight(simpler.steps)[0] < own[0];
        const mirrored = fewer ? this.#played(reversedTensors(tape), own) : undefined;
        if (mirrored !== undefined) yield mirrored;
      }
    }
  }

  /** The recording that another tape makes, if it is simpler and draws or fails as this one does. */
  #played(tape: Tape, own: Weight): Recording | undefined {
    const recording = Recording.make(this.sampler, this.drawing, tape);
    if (recording === undefined || (recording.error === undefined) !== (this.error === undefined)) return undefined;
    return isLess(totalWeight(recording.steps), own) ? recording : undefined;
  }
}

const reversedTensors = (tape: Tape): Tape => ({
  ...tape,
  tensors: tape.tensors.map(({ shape, elements }) => ({ shape, elements: [...elements].reverse() })),
});

const hasZeroSize = (args: readonly unknown[]): boolean =>
  flattenTree(args).leaves.some(({ value }) => value instanceof Tensor && value.size === 0);

function totalWeight(steps: readonly Step[]): Weight {
  let [elements, structure, numbers] = [0, 0, 0];
  for (const { weight } of steps) {
    elements += weight[0];
    structure += weight[1];
    numbers += weight[2];
  }
  return [elements, structure, numbers];
}

function isLess(a: Weight, b: Weight): boolean {
  if (a[0] !== b[0]) return a[0] < b[0];
  return a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2];
}

/** How often a sampler may fail to draw what is asked for before it counts as unable to. */
const attempts = 30;

/** A recording at random; undefined where the sampler cannot draw what is asked for. */
export function drawRecording(sampler: Sampler, drawing: Drawing, random: RandomSource): Recording | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const recording = Recording.make(sampler, drawing, emptyTape, random);
    if (recording !== undefined) return recording;
  }
  return undefined;
}
