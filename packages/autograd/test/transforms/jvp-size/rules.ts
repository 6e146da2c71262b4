import { add, cast, div, equal, jvp, mul, reshape, sum, type Tensor, tensor, vjp, where } from "@glissade/autograd";
import { simplify } from "../../../src/compile/values.js";
import { type Node, type Operands, operandsOf } from "../../../src/graph.js";
import type { Body } from "../../../src/transforms/body.js";
import { trace } from "../../../src/transforms/trace.js";

/** What an operator returns, or a rule says of it: its float results. */
export type Results = Tensor | readonly Tensor[];

/** A call of an operator and its forward rule as one writes it by hand. */
export interface ForwardRule {
  readonly of: (...x: Operands<Tensor>) => Results;
  readonly at: readonly Tensor[];
  readonly rule: (x: Operands<Tensor>, t: Operands<Tensor>) => readonly [value: Results, tangent: Results];
  /** Ties, kinks, zeros, infinities and NaN where both must give the same too: operands and then their tangents. */
  readonly edges?: readonly (readonly Tensor[])[];
  /** Rules of fewer primitives that one might write, each of which is wrong at one of the edges: what is left out there, an expert would not leave out. */
  readonly tooShort?: readonly ForwardRule["rule"][];
}

/** Rules by the operator's name; what comes after a comma tells cases of one operator apart. */
export type ForwardRules = Readonly<Record<string, ForwardRule>>;

const flat = (results: Results): readonly Tensor[] => [results].flat();

/** Numbers of no pattern between `low` and `high`, all different and none of them an edge. */
export function numbers(shape: readonly number[], { low = 0.1, high = 0.9, seed = 1 } = {}): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  const data = Float64Array.from({ length: size }, (_, i) => {
    const x = (seed * 0.37 + (i + 1) * 0.6180339887498949) % 1;
    return low + (high - low) * (0.02 + 0.96 * x);
  });
  return tensor(data, { dtype: "float64" }).reshape([...shape]);
}

/** Two calls in one: the value and the tangent, for operands and their tangents one after another. */
const byForwardMode =
  ({ of, at }: ForwardRule) =>
  (...operands: Tensor[]): readonly Tensor[] => {
    const call = (...x: Tensor[]): readonly Tensor[] => flat(of(...operandsOf(x)));
    return jvp(call, operands.slice(0, at.length), operands.slice(at.length)).flat();
  };

const byHand =
  ({ rule, at }: ForwardRule) =>
  (...operands: Tensor[]): readonly Tensor[] =>
    rule(operandsOf(operands.slice(0, at.length)), operandsOf(operands.slice(at.length))).flatMap(flat);

/** Operands and tangents on which a rule is counted. */
export const operandsFor = ({ at }: ForwardRule): readonly Tensor[] => [
  ...at,
  ...at.map(({ shape }, i) => numbers(shape, { low: -1, high: 1, seed: i + 5 })),
];

type Pushed = (...operands: Tensor[]) => readonly Tensor[];

const call =
  (f: Pushed): Pushed =>
  (...x) =>
    f(...x);

const like = ({ shape, dtype }: Tensor, i: number): Tensor =>
  cast(numbers(shape, { low: 0.5, high: 1, seed: i + 9 }), dtype);

/** Values and tangents, and the tangents of both: a forward rule is derived in its turn. */
const derivedForward =
  (f: Pushed): Pushed =>
  (...operands) =>
    jvp(call(f), operands, operands.map(like)).flat();

/** Values and tangents, and the gradients of both. */
const derivedBackward =
  (f: Pushed): Pushed =>
  (...operands) => {
    const [results, pull] = vjp(call(f), ...operands);
    return [...results, ...pull(results.map(like))];
  };

/**
 * What forward mode and the rule written by hand give, with the derivatives of that. Where a rule has guards, they must hold for gradients of it too; products of other
 * factors may be 0 · ∞ in one of them and infinite in the other where a second derivative is.
 */
export function valuesOf(
  rule: ForwardRule,
  operands: readonly Tensor[],
): readonly [made: readonly Tensor[], byHand: readonly Tensor[]] {
  const of = (f: Pushed): readonly Tensor[] => [
    ...derivedForward(f)(...operands),
    ...(rule.tooShort === undefined ? [] : derivedBackward(f)(...operands)),
  ];
  return [of(byForwardMode(rule)), of(byHand(rule))];
}

/** The primitives of both. */
export function primitivesOf(rule: ForwardRule): readonly [made: readonly string[], byHand: readonly string[]] {
  const operands = operandsFor(rule);
  return [primitives(byForwardMode(rule), operands), primitives(byHand(rule), operands)];
}

/** The primitives that a function comes to, common ones once and constants none. */
function primitives(f: Pushed, args: readonly Tensor[]): readonly string[] {
  const { body } = trace("f", f, args);
  return primitivesBelow(body.inputs, body.outputs);
}

/** Also those of the bodies of control flow; a pick only says which result is meant. */
function primitivesBelow(inputs: readonly Node[], outputs: readonly Node[]): readonly string[] {
  const { values } = simplify(
    inputs,
    [...new Set(outputs)].filter((node) => node.symbolic),
  );
  return values.flatMap(({ input, data, primitive, attributes }) => {
    if (input !== undefined || data !== undefined || primitive.part !== undefined) return [];
    return [primitive.name, ...bodiesOf(attributes).flatMap((body) => primitivesBelow(body.inputs, body.outputs))];
  });
}

/** The bodies that a primitive of control flow carries. */
const bodiesOf = (attributes: unknown): Body[] =>
  typeof attributes === "object" && attributes !== null ? Object.values(attributes).filter(isBody) : [];

const isBody = (x: unknown): x is Body =>
  typeof x === "object" && x !== null && "derived" in x && "inputs" in x && "outputs" in x;

/** Of an operator that is linear in all operands together: its tangent is the operator of the tangents. */
export const linear = (of: ForwardRule["of"], ...at: readonly Tensor[]): ForwardRule => ({
  of,
  at,
  rule: (x, t) => [of(...x), of(...t)],
});

/** Of an operator that is linear in each of two operands. */
export const bilinear = (of: (a: Tensor, b: Tensor) => Tensor, a: Tensor, b: Tensor): ForwardRule => ({
  of,
  at: [a, b],
  rule: ([x, y], [s, t]) => [of(x, y), add(of(s, y), of(x, t))],
});

/** Of an operator of one operand, by its derivative, or by the tangent that it makes. */
export const unary = (
  of: (x: Tensor) => Tensor,
  tangent: (x: Tensor, t: Tensor) => Tensor,
  x: Tensor,
): ForwardRule => ({
  of,
  at: [x],
  rule: ([primal], [t]) => [of(primal), tangent(primal, t)],
});

/** Of an operator of one operand, by its slope. */
export const sloped = (of: (x: Tensor) => Tensor, slope: (x: Tensor) => Tensor, x: Tensor): ForwardRule =>
  unary(of, (primal, t) => mul(t, slope(primal)), x);

/** float64 numbers, one after another or in rows. */
export const exactly = (data: readonly (number | readonly number[])[]): Tensor => tensor(data, { dtype: "float64" });

/** Vectors and their tangents: zero vectors, of which one moves infinitely fast, and large ones. */
const vectors: readonly (readonly [x: number[], tangent: number[]])[] = [
  [
    [0, 0],
    [1, 2],
  ],
  [
    [0, 0],
    [Infinity, 1],
  ],
  [
    [1e200, 1e200],
    [1e200, 1e200],
  ],
  [
    [NaN, 1],
    [1, 2],
  ],
  [
    [Infinity, 1],
    [1, 2],
  ],
  [
    [0, 3],
    [1, 2],
  ],
];

/** Whether norms are 0, and by what one divides then. */
export const divisor = (length: Tensor): readonly [isZero: Tensor, orOne: Tensor] => [
  equal(length, 0),
  where(equal(length, 0), 1, length),
];

/** Of a norm along axes: the elements are divided by it before they are multiplied, and where it is 0 so is the tangent. */
export const lengthRule = (of: (x: Tensor) => Tensor, along: { readonly axis?: number }, x: Tensor): ForwardRule => {
  const kept: number[] = [along.axis === undefined ? 1 : -1, 1];
  const over = (a: Tensor, length: Tensor): Tensor => div(a, reshape(length, kept));
  const reduced = (a: Tensor): Tensor => sum(a, along);
  return {
    of,
    at: [x],
    rule: ([a], [t]) => {
      const [isZero, orOne] = divisor(of(a));
      return [of(a), where(isZero, 0, reduced(mul(t, over(a, orOne))))];
    },
    edges:
      along.axis === undefined
        ? vectors.map(([row, tangent]) => [exactly([row]), exactly([tangent])])
        : [[exactly(vectors.map(([row]) => row)), exactly(vectors.map(([, tangent]) => tangent))]],
    tooShort: [
      ([a], [t]) => [of(a), div(reduced(mul(a, t)), of(a))],
      // NaN in second derivatives.
      ([a], [t]) => [of(a), where(equal(of(a), 0), 0, reduced(mul(t, over(a, of(a)))))],
      // NaN where the tangent is infinite.
      ([a], [t]) => [of(a), reduced(mul(t, over(a, divisor(of(a))[1])))],
      // The products overflow.
      ([a], [t]) => {
        const [isZero, orOne] = divisor(of(a));
        return [of(a), where(isZero, 0, div(reduced(mul(a, t)), orOne))];
      },
    ],
  };
};
