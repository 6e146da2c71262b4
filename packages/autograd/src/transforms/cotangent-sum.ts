import { type Node, operandsOf } from "../graph.js";
import { neg, sub } from "../ops/arithmetic.js";
import { add } from "../ops/elementwise.js";
import { concatenate, type Padded, padAxis, zeroPadding } from "../ops/slice.js";
import { wherePrimitive } from "../ops/where.js";
import { apply } from "../primitive.js";
import { sameShape } from "../shape.js";
import { Tensor } from "../tensor.js";
import type { PullDirection } from "./tuple.js";

/**
 * The sum of cotangents of one tensor. Slices pull back to tensors of zeros but for one part each; adding them one by one would cost the whole tensor each time, so that a
 * function that takes its parameters apart would have a gradient many times as dear. Parts that lie beside each other along an axis are joined, those in the same place added
 * there; negations are subtracted. Of a forward rule, choices by one condition that have zeros in turn become one choice.
 */
export function cotangentSum(terms: readonly Tensor[], direction: PullDirection = "reverse"): Tensor {
  const [only] = terms;
  if (terms.length === 1 && only !== undefined && zeroPadding(only) === undefined) return only;
  const padded = terms.map(zeroPadding);
  const groups = new Map<number, Padded[]>();
  const rest: Tensor[] = [];
  for (const [i, term] of terms.entries()) {
    const part = padded[i];
    if (part === undefined) rest.push(term);
    else groups.set(part.axis, [...(groups.get(part.axis) ?? []), part]);
  }
  for (const parts of groups.values()) rest.push(...layersOf(inPlace(parts)).map(joined));
  return direction === "transpose" ? tangentSum(rest) : rest.reduce(plus);
}

/** The sum of terms, those that are choices by one condition made one. */
function tangentSum(terms: readonly Tensor[]): Tensor {
  const merged: Tensor[] = [];
  for (const term of terms) {
    const at = merged.findIndex((other) => oneChoice(other, term) !== undefined);
    const choice = merged[at] && oneChoice(merged[at], term);
    if (choice === undefined) merged.push(term);
    else merged[at] = choice;
  }
  return merged.reduce(plus);
}

/** where(c, a, 0) + where(c, 0, b) as where(c, a, b); undefined where two terms are no such choices. */
function oneChoice({ node: x }: Tensor, { node: y }: Tensor): Tensor | undefined {
  if (x.primitive !== wherePrimitive || y.primitive !== wherePrimitive || !sameShape(x.shape, y.shape))
    return undefined;
  const [condition, a, b] = operandsOf(x.inputs);
  const [other, c, d] = operandsOf(y.inputs);
  if (condition !== other) return undefined;
  const [held, failed] = [eitherOf(a, c), eitherOf(b, d)];
  if (held === undefined && failed === undefined) return undefined;
  const branches = [
    held ?? tangentSum([new Tensor(a), new Tensor(c)]),
    failed ?? tangentSum([new Tensor(b), new Tensor(d)]),
  ];
  return apply(wherePrimitive, [new Tensor(condition), ...branches], undefined);
}

/** What a choice between a tensor and 0 masks, and how. */
export function maskOf({ node }: Tensor): { readonly x: Tensor; mask(part: Tensor): Tensor } | undefined {
  if (node.primitive !== wherePrimitive) return undefined;
  const [condition, a, b] = operandsOf(node.inputs).map((input) => new Tensor(input));
  if (condition === undefined || a === undefined || b === undefined) return undefined;
  const choose = (held: Tensor, failed: Tensor): Tensor => apply(wherePrimitive, [condition, held, failed], undefined);
  if (isZero(a.node) && sameShape(b.shape, node.shape)) return { x: b, mask: (part) => choose(a, part) };
  return isZero(b.node) && sameShape(a.shape, node.shape) ? { x: a, mask: (part) => choose(part, b) } : undefined;
}

/** The sum of two nodes of which one is zero. */
function eitherOf(x: Node, y: Node): Tensor | undefined {
  if (isZero(y)) return new Tensor(x);
  return isZero(x) ? new Tensor(y) : undefined;
}

const isZero = ({ value }: Node): boolean => value?.length === 1 && Object.is(value[0], 0);

/** a + b, where one of them is a negation as a difference, of the same bits. */
function plus(a: Tensor, b: Tensor): Tensor {
  const x = negated(a);
  const y = negated(b);
  if (y !== undefined) return sub(a, y);
  return x === undefined ? add(a, b) : sub(b, x);
}

/** x where a cotangent is −x. */
export function negated({ node: { primitive, inputs } }: Tensor): Tensor | undefined {
  const x = inputs[0];
  return primitive === neg.primitive && x !== undefined ? new Tensor(x) : undefined;
}

/** One part for each place, in order along the axis. */
function inPlace(parts: readonly Padded[]): Padded[] {
  const places = new Map<string, Padded>();
  for (const part of parts) {
    const place = `${part.low} ${part.high}`;
    const before = places.get(place);
    places.set(place, before === undefined ? part : { ...part, x: plus(before.x, part.x) });
  }
  return [...places.values()].sort((a, b) => a.low - b.low || b.high - a.high);
}

/** Parts dealt out so that in each layer none overlaps the next; each goes where it fits first. */
function layersOf(parts: readonly Padded[]): Padded[][] {
  const layers: Padded[][] = [];
  for (const part of parts) {
    const layer = layers.find((each) => endOf(each[each.length - 1]) <= part.low);
    if (layer === undefined) layers.push([part]);
    else layer.push(part);
  }
  return layers;
}

const endOf = (part: Padded | undefined): number =>
  part === undefined ? 0 : part.low + (part.x.shape[part.axis] ?? 0);

/** The parts of a layer one after another, with zeros where there is none. */
function joined(layer: readonly Padded[]): Tensor {
  const pieces = layer.map((part, i) =>
    padAxis(part.x, part.axis, part.low - endOf(layer[i - 1]), i === layer.length - 1 ? part.high : 0),
  );
  return concatenate(pieces, layer[0]?.axis ?? 0);
}
