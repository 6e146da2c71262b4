import { add, jvp, mul, type Tensor, tensor } from "@glissade/autograd";
import { simplify } from "../../../src/compile/values.js";
import { type Operands, operandsOf } from "../../../src/graph.js";
import { trace } from "../../../src/transforms/trace.js";

/** What an operator returns, or a rule says of it: its float results. */
export type Results = Tensor | readonly Tensor[];

/** A call of an operator and its forward rule as one writes it by hand. */
export interface ForwardRule {
  readonly of: (...x: Operands<Tensor>) => Results;
  readonly at: readonly Tensor[];
  readonly rule: (x: Operands<Tensor>, t: Operands<Tensor>) => readonly [value: Results, tangent: Results];
  /** How many primitives more forward mode may take, and why. */
  readonly excess?: readonly [number, string];
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

const operandsFor = ({ at }: ForwardRule): Tensor[] => [
  ...at,
  ...at.map(({ shape }, i) => numbers(shape, { low: -1, high: 1, seed: i + 5 })),
];

/** What forward mode and the rule written by hand give. */
export function valuesOf(rule: ForwardRule): readonly [made: readonly Tensor[], byHand: readonly Tensor[]] {
  const operands = operandsFor(rule);
  return [byForwardMode(rule)(...operands), byHand(rule)(...operands)];
}

/** The primitives of both. */
export function primitivesOf(rule: ForwardRule): readonly [made: readonly string[], byHand: readonly string[]] {
  const operands = operandsFor(rule);
  return [primitives(byForwardMode(rule), operands), primitives(byHand(rule), operands)];
}

/** The primitives that a function comes to, common ones once and constants none. */
function primitives(f: (...args: Tensor[]) => readonly Tensor[], args: readonly Tensor[]): readonly string[] {
  const { body } = trace("f", f, args);
  const { values } = simplify(
    body.inputs,
    [...new Set(body.outputs)].filter((node) => node.symbolic),
  );
  return values.flatMap(({ input, data, primitive }) =>
    input === undefined && data === undefined ? [primitive.name] : [],
  );
}

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

export const allow = (rule: ForwardRule, excess: number, because: string): ForwardRule => ({
  ...rule,
  excess: [excess, because],
});
