import type { GraphBuilder, Value } from "../builder.js";
import { isReal, operandsOf, type Rule, type RuleContext, widened } from "./rule.js";

/** An operator of ONNX that means the same element by element. */
const same =
  (operator: string): Rule =>
  ({ b, inputs, type }) => {
    const [first, ...others] = inputs.map((x) => widened(b, x));
    return b.cast(b.map(operator, first === undefined ? inputs : [first, ...others]), type);
  };

/** For booleans a logical operator. */
const orLogical =
  (operator: string, logical: string): Rule =>
  (context) => {
    const { b, inputs, type } = context;
    return type === "bool" ? b.map(logical, [inputs[0], inputs[1]]) : same(operator)(context);
  };

const comparison =
  (operator: string, negated = false): Rule =>
  ({ b, inputs: [x, y] }) => {
    const compared = b.map(operator, [widened(b, x), widened(b, y)], "bool");
    return negated ? b.map("Not", [compared]) : compared;
  };

const logical =
  (operator: string): Rule =>
  ({ b, inputs }) =>
    b.map(operator, operandsOf(inputs.map((x) => isTrue(b, x))));

const isTrue = (b: GraphBuilder, x: Value): Value => b.cast(x, "bool");

const isSame = (b: GraphBuilder, x: Value): Value => b.map("Equal", [widened(b, x), widened(b, x)], "bool");

/** Rules of operators on real numbers, as a formula in operators of ONNX. */
const formula =
  (build: (b: GraphBuilder, x: Value, y: Value, z: Value) => Value): Rule =>
  ({ b, inputs: [x, y, z] }) =>
    build(b, x, y, z);

/** ⌊a / b⌋ of integers: ONNX's division goes towards 0. */
function floorDivided(b: GraphBuilder, x: Value, y: Value): Value {
  const quotient = b.map("Div", [x, y]);
  const rest = b.map("Sub", [x, b.map("Mul", [quotient, y])]);
  const zero = b.scalar(x.type, 0);
  const isExact = b.map("Equal", [rest, zero], "bool");
  const differ = b.map("Xor", [b.map("Less", [rest, zero], "bool"), b.map("Less", [y, zero], "bool")]);
  const isBelow = b.map("And", [b.map("Not", [isExact]), differ]);
  return b.map("Sub", [quotient, b.cast(isBelow, x.type)]);
}

/** The remainder with the sign of the divisor, of real numbers. */
function remainderOf(b: GraphBuilder, x: Value, y: Value): Value {
  const zero = b.scalar(x.type, 0);
  const rest = b.emit("Mod", [x, y], b.map("Add", [x, y]), { fmod: { int: 1 } });
  const isExact = b.map("Equal", [rest, zero], "bool");
  const differ = b.map("Xor", [b.map("Less", [rest, zero], "bool"), b.map("Less", [y, zero], "bool")]);
  return b.where(b.map("And", [b.map("Not", [isExact]), differ]), b.map("Add", [rest, y]), rest);
}

/** ⌊a / b⌋ of real numbers, also where a / b rounds to the next integer: (a − remainder) / b is one but for rounding. */
function floorDivide(b: GraphBuilder, x: Value, y: Value): Value {
  const whole = b.map("Round", [b.map("Div", [b.map("Sub", [x, remainderOf(b, x, y)]), y])]);
  return b.where(b.map("Equal", [y, b.scalar(y.type, 0)], "bool"), b.map("Div", [x, y]), whole);
}

/** Division by 0 gives 0 for integers, and would end the process of a runtime. */
function byIntegers({ b, inputs, type }: RuleContext<unknown>, divide: typeof floorDivided): Value {
  const [x, y] = [widened(b, inputs[0]), widened(b, inputs[1])];
  const isZero = b.map("Equal", [y, b.scalar(y.type, 0)], "bool");
  const divided = divide(b, x, b.where(isZero, b.scalar(y.type, 1), y));
  return b.cast(b.where(isZero, b.scalar(y.type, 0), divided), type);
}

/** a − b ⌊a / b⌋ of integers. */
const integerRemainder = (b: GraphBuilder, x: Value, y: Value): Value => b.map("Mod", [x, y]);

/** The angle of (x, y), from the arc tangent of their quotient. */
function atan2(b: GraphBuilder, y: Value, x: Value): Value {
  const number = (value: number): Value => b.scalar(x.type, value);
  const isZero = b.map("Equal", [x, number(0)], "bool");
  const slope = b.map("Atan", [b.map("Div", [y, b.where(isZero, number(1), x)])]);
  const halfTurn = b.where(b.map("Less", [y, number(0)], "bool"), number(-Math.PI), number(Math.PI));
  const behind = b.where(b.map("Less", [x, number(0)], "bool"), b.map("Add", [slope, halfTurn]), slope);
  return b.where(isZero, b.map("Mul", [b.map("Sign", [y]), number(Math.PI / 2)]), behind);
}

/** √(a² + b²) = m √(1 + (n / m)²) with m the greater magnitude, so that squares do not overflow. */
function hypot(b: GraphBuilder, x: Value, y: Value): Value {
  const [u, v] = [b.map("Abs", [x]), b.map("Abs", [y])];
  const greater = b.map("Max", [u, v]);
  const isZero = b.map("Equal", [greater, b.scalar(x.type, 0)], "bool");
  const ratio = b.map("Div", [b.map("Min", [u, v]), b.where(isZero, b.scalar(x.type, 1), greater)]);
  const root = b.map("Sqrt", [b.map("Add", [b.map("Mul", [ratio, ratio]), b.scalar(x.type, 1)])]);
  return b.map("Mul", [greater, root]);
}

/** log(eᵃ + eᵇ) = max + softplus(−|a − b|); equal operands, also infinite ones, differ by 0. */
export function logaddexp(b: GraphBuilder, x: Value, y: Value): Value {
  const isEqual = b.map("Equal", [x, y], "bool");
  const distance = b.where(isEqual, b.scalar(x.type, 0), b.map("Abs", [b.map("Sub", [x, y])]));
  return b.map("Add", [b.map("Max", [x, y]), b.map("Softplus", [b.map("Neg", [distance])])]);
}

function xlogy(b: GraphBuilder, x: Value, y: Value): Value {
  const zero = b.scalar(x.type, 0);
  const product = b.map("Mul", [x, b.map("Log", [y])]);
  const vanishes = b.map("And", [b.map("Equal", [x, zero], "bool"), isSame(b, y)]);
  return b.where(vanishes, zero, product);
}

/** From the nearer end, so that both ends are exact. */
function lerp(b: GraphBuilder, from: Value, to: Value, weight: Value): Value {
  const way = b.map("Sub", [to, from]);
  const rest = b.map("Sub", [b.scalar(weight.type, 1), weight]);
  const isNearer = b.map("Less", [weight, b.scalar(weight.type, 0.5)], "bool");
  const forwards = b.map("Add", [from, b.map("Mul", [weight, way])]);
  return b.where(isNearer, forwards, b.map("Sub", [to, b.map("Mul", [rest, way])]));
}

interface Closeness {
  readonly rtol: number;
  readonly atol: number;
  readonly equalNaN: boolean;
}

/** |a − b| ≤ atol + rtol |b| in double precision, b finite; or equal. */
const isClose: Rule<Closeness> = ({ b, inputs, attributes: { rtol, atol, equalNaN } }) => {
  const [x, y] = [b.cast(inputs[0], "float64"), b.cast(inputs[1], "float64")];
  const number = (value: number): Value => b.scalar("float64", value);
  const size = b.map("Abs", [y]);
  const allowed = b.map("Add", [number(atol), b.map("Mul", [number(rtol), size])]);
  const isFinite = b.map("Less", [size, number(Number.POSITIVE_INFINITY)], "bool");
  const isNear = b.map("LessOrEqual", [b.map("Abs", [b.map("Sub", [x, y])]), allowed], "bool");
  const close = b.map("Or", [b.map("Equal", [x, y], "bool"), b.map("And", [isFinite, isNear])]);
  if (!equalNaN) return close;
  const areNaN = b.map("Not", [b.map("Or", [isSame(b, x), isSame(b, y)])]);
  return b.map("Or", [close, areNaN]);
};

/** Operators on two or three operands, and comparisons. */
export const arithmeticRules: Readonly<Record<string, Rule>> = {
  add: orLogical("Add", "Or"),
  sub: same("Sub"),
  mul: orLogical("Mul", "And"),
  div: same("Div"),
  pow: same("Pow"),
  maximum: same("Max"),
  minimum: same("Min"),
  equal: comparison("Equal"),
  notEqual: comparison("Equal", true),
  less: comparison("Less"),
  lessEqual: comparison("LessOrEqual"),
  greater: comparison("Greater"),
  greaterEqual: comparison("GreaterOrEqual"),
  logicalNot: logical("Not"),
  logicalAnd: logical("And"),
  logicalOr: logical("Or"),
  logicalXor: logical("Xor"),
  isNaN: ({ b, inputs: [x] }) => b.map("Not", [isSame(b, x)]),
  isInf: ({ b, inputs: [x] }) => (isReal(x) ? b.map("IsInf", [x], "bool") : b.map("Not", [isSame(b, x)])),
  isFinite: ({ b, inputs: [x] }) =>
    isReal(x) ? b.map("And", [isSame(b, x), b.map("Not", [b.map("IsInf", [x], "bool")])]) : isSame(b, x),
  floorDivide: (context) => (isReal(context) ? formula(floorDivide)(context) : byIntegers(context, floorDivided)),
  remainder: (context) => (isReal(context) ? formula(remainderOf)(context) : byIntegers(context, integerRemainder)),
  atan2: formula(atan2),
  hypot: formula(hypot),
  logaddexp: formula(logaddexp),
  xlogy: formula(xlogy),
  lerp: formula(lerp),
  isClose,
};
