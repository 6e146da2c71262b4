import type { TensorChoice } from "../sampling.js";
import { type Shape, sizeOf, stridesOf } from "../shape.js";
import { type ChoiceKind, replaced, Undrawable } from "./choices.js";
import {
  complexity,
  drawElement,
  type ElementRequest,
  fitElement,
  interval,
  isLegal,
  roundTo,
  type Style,
  simplerElements,
} from "./elements.js";
import type { RandomSource } from "./random-source.js";

/** What a tensor is drawn from. Laws that want several examples of the same shapes ask for as many `variants`. */
export interface TensorRequest {
  readonly shape: Shape;
  readonly choice: TensorChoice;
  readonly style: Style;
  readonly variants: number;
  /** Elements of other tensors of the case, to which smooth elements do not come close. */
  readonly others: readonly number[];
}

/** The elements of a tensor, row-major, the variants one after another. */
export interface TensorValue {
  readonly shape: Shape;
  readonly elements: readonly number[];
}

/** Smooth elements keep this distance from each other where the domain has room: a maximum of two numbers has a kink where they tie. */
const generalPosition = 1 / 128;

/** The fewest tries, when drawing, to find an element in general position. */
const tries = 8;

export const tensorKind: ChoiceKind<TensorRequest, TensorValue> = {
  draw(request, random) {
    const size = sizeOf(request.shape);
    const elements: number[] = [];
    for (let variant = 0; variant < request.variants; variant++) elements.push(...drawElements(request, size, random));
    return { shape: request.shape, elements };
  },
  fit(request, recorded) {
    const size = sizeOf(request.shape);
    const count = size * request.variants;
    const source = recorded === undefined ? [] : cropped(request, recorded);
    const elements: number[] = [];
    for (let i = 0; i < count; i++) elements.push(fitElement(request, source[i]));
    for (let start = 0; start < count; start += size) separate(request, elements, start, start + size);
    return { shape: request.shape, elements };
  },
  *simpler(request, { shape, elements }) {
    const whole = [1, 2, 8].map((scale) => (x: number) => roundTo(scale, x));
    for (const round of whole) {
      const rounded = elements.map((x) => (isLegal(request, round(x)) ? round(x) : x));
      if (rounded.every((x, i) => isApart(request, rounded, i, x))) yield { shape, elements: rounded };
    }
    for (const [i, own] of elements.entries()) {
      for (const simpler of simplerElements(request, own))
        if (isApart(request, elements, i, simpler)) yield { shape, elements: replaced(elements, i, simpler) };
    }
  },
  weight: (_request, { elements }) => [elements.length, 0, elements.reduce((sum, x) => sum + complexity(x), 0)],
};

/** Whether an element may stand at `index` beside the others: declared separations strictly, general position where smooth. */
function isApart(request: TensorRequest, elements: readonly number[], index: number, value: number): boolean {
  const size = sizeOf(request.shape);
  const start = index - (index % size);
  const separation = request.choice.separation ?? 0;
  const generic = isGeneric(request) ? generalPosition : 0;
  if (request.others.some((other) => Math.abs(other - value) < generic)) return false;
  let ties = 0;
  for (let i = 0; i < elements.length; i++) {
    const least = i >= start && i < start + size ? Math.max(separation, generic) : generic;
    if (i === index || Math.abs((elements[i] ?? 0) - value) >= least) continue;
    // On a kink two elements may tie: the third would hide what each of the two does.
    if (request.style !== "kinked" || elements[i] !== value || ++ties > 1) return false;
  }
  return true;
}

const isGeneric = ({ style, choice }: TensorRequest): boolean => style === "smooth" && choice.dtype === undefined;

function drawElements(request: TensorRequest, size: number, random: RandomSource): readonly number[] {
  const { separation = 0 } = request.choice;
  if (separation > 0 && size > 1) {
    const separated = drawSeparated(request, size, separation, random);
    return request.style === "kinked" ? withTie(separated, random) : separated;
  }
  // One awkward element among plain ones shows what several would hide.
  const lone = request.style === "awkward" && size > 0 && random.oneIn(3) ? random.integer(0, size - 1) : undefined;
  const elements: number[] = [];
  const isClose = (value: number) => (other: number) => Math.abs(other - value) < generalPosition;
  for (let i = 0; i < size; i++) {
    const own: TensorRequest = lone === undefined || i === lone ? request : { ...request, style: "plain" };
    let value = drawTie(own, elements, random) ?? drawElement(own, random);
    for (let n = 0; n < tries && isGeneric(request); n++) {
      if (!request.others.some(isClose(value)) && !elements.some(isClose(value))) break;
      value = drawElement(request, random);
    }
    elements.push(value);
  }
  return elements;
}

/** Now and then the element of another tensor at this place, or one before it, for comparisons to tie; none in general position. */
function drawTie(request: TensorRequest, before: readonly number[], random: RandomSource): number | undefined {
  if (request.style === "smooth" || request.style === "kinked" || !random.oneIn(6)) return undefined;
  const { others } = request;
  const tie = random.oneIn(2) ? others[before.length % others.length] : before[random.integer(0, before.length)];
  return tie !== undefined && isLegal(request, tie) ? tie : undefined;
}

/** Values no closer than `separation`: sorted draws from a shorter interval, spread by multiples of the separation, then shuffled. */
function drawSeparated(request: TensorRequest, size: number, separation: number, random: RandomSource): number[] {
  const { low, high } = interval(request);
  // Slightly more than asked for: rounding to float32 must not bring two values too close.
  const gap = separation * 1.001;
  const room = high - low - (size - 1) * gap;
  if (room < 0) throw new Undrawable(`${size} elements ${separation} apart do not fit between ${low} and ${high}`);
  for (let attempt = 0; attempt < 50; attempt++) {
    const sorted = Array.from({ length: size }, () => random.fraction() * room).sort((a, b) => a - b);
    const values = sorted.map((x, i) => Math.fround(low + x + i * gap));
    if (values.every((x) => isLegal({ ...request, style: "smooth" }, x))) return shuffled(values, random);
  }
  throw new Undrawable(`${size} elements ${separation} apart do not fit between the kinks`);
}

/** Two of the elements equal: the kink of what orders its elements. */
function withTie(elements: readonly number[], random: RandomSource): readonly number[] {
  const from = random.integer(0, elements.length - 2);
  return replaced(elements, random.integer(from + 1, elements.length - 1), elements[from] ?? 0);
}

function shuffled(values: readonly number[], random: RandomSource): number[] {
  const left = [...values];
  return values.map(() => left.splice(random.integer(0, left.length - 1), 1)[0] ?? 0);
}

/** Moves legal elements that came too close to a free place, in steps of the separation. */
function separate(request: ElementRequest, elements: number[], start: number, end: number): void {
  const { separation = 0 } = request.choice;
  if (separation === 0) return;
  const { low, high } = interval(request);
  for (let i = start; i < end; i++) {
    const before = elements.slice(start, i);
    const isTie = (x: number, y: number): boolean => request.style === "kinked" && x === y;
    const isFree = (x: number): boolean =>
      isLegal(request, x) && before.every((y) => Math.abs(x - y) >= separation || isTie(x, y));
    if (isFree(elements[i] ?? 0)) continue;
    let place = low;
    while (place <= high && !isFree(place)) place += separation / 4;
    if (place > high) throw new Undrawable(`no place is left ${separation} apart`);
    elements[i] = place;
  }
}

/** The recorded elements that lie inside the requested shape, aligned at the last axis, for every variant; all if there are as many. */
function cropped(request: TensorRequest, recorded: TensorValue): (number | undefined)[] {
  if (sizeOf(request.shape) === sizeOf(recorded.shape)) return [...recorded.elements];
  const { shape } = request;
  const strides = stridesOf(recorded.shape);
  const recordedSize = sizeOf(recorded.shape);
  const result: (number | undefined)[] = [];
  for (let variant = 0; variant < request.variants; variant++) {
    for (let flat = 0; flat < sizeOf(shape); flat++) {
      const at = recordedIndex(flat, shape, recorded.shape, strides);
      result.push(at === undefined ? undefined : recorded.elements[variant * recordedSize + at]);
    }
  }
  return result;
}

function recordedIndex(flat: number, shape: Shape, from: Shape, strides: readonly number[]): number | undefined {
  let rest = flat;
  let at = 0;
  for (let i = 1; i <= shape.length; i++) {
    const side = shape[shape.length - i] ?? 1;
    const index = rest % side;
    rest = (rest - index) / side;
    const own = from.length - i;
    if (index >= (from[own] ?? 1)) return undefined;
    at += index * (strides[own] ?? 0);
  }
  return at;
}
