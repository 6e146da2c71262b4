import { constantIndex, flatIndex } from "../ir/affine.js";
import { type Expr, type ExpressionBuilder, scalarFunction, scalarTypeOf } from "../ir/expression.js";
import { log } from "../ir/functions/index.js";
import { horner } from "../ir/functions/real-function.js";
import { positionOf, threefryBlock, type WordPair, wordAt, wordsAt, wordsOfNumber } from "../ir/functions/threefry.js";
import type { ElementContext, Lowering } from "../ir/lowering.js";
import * as quantile from "../numbers/normal-quantile.js";
import { truncatedInterval } from "../numbers/random-fill.js";
import { FOLD_DOMAIN } from "../numbers/threefry.js";
import type { Shape } from "../shape.js";
import { type DrawAttributes, wordsOf } from "./random-parameters.js";

/** Draws as expressions of their place: what numbers/random-fill.ts computes, element by element, so that loops take it in. */
export function lowerDraw(attributes: DrawAttributes, operands: readonly { readonly shape: Shape }[]): Lowering {
  const { key, examples, shape, dtype, kind } = attributes;
  return {
    kind: "map",
    element({ b, indices, operand }: ElementContext): Expr {
      const ofExample = (k: number): Expr => {
        const at = examples.map((_, axis) =>
          operands[k]?.shape[axis] === 1 ? constantIndex(0) : (indices[axis] ?? constantIndex(0)),
        );
        return b.convert(operand(k, at), "f64");
      };
      let own: WordPair = [b.constant("i32", key[0] | 0), b.constant("i32", key[1] | 0)];
      for (let k = 1; k < operands.length; k++) {
        const [low, high] = wordsOfNumber(b, ofExample(k));
        own = threefryBlock(b, own, [low, b.add(high, b.like(high, FOLD_DOMAIN))]);
      }
      const counter = ofExample(0);
      // What is no counter fails the run, and the reference kernel says so.
      const end = b.add(counter, b.like(counter, wordsOf(attributes)));
      const isLegal = b.and(b.ge(counter, b.like(counter, 0)), b.le(end, b.like(end, Number.MAX_SAFE_INTEGER)));
      const position = positionOf(b, b.check(isLegal, counter));
      const i = b.index(flatIndex(indices.slice(examples.length), shape));
      const isSingle = dtype === "float32" && (kind === "uniform" || kind === "normal");
      if (isSingle) return singleWord(b, wordAt(b, own, position, i), attributes);
      return twoWords(b, wordsAt(b, own, position, i), attributes);
    },
  };
}

/** What one word gives: float32. */
function singleWord(b: ExpressionBuilder, word: Expr, attributes: DrawAttributes): Expr {
  if (attributes.kind === "normal") return b.convert(normal(b, word, b.constant("f64", 2 ** 31)), "f32");
  const unit = b.mul(b.convert(b.shrU(word, 8), "f32"), b.constant("f32", 2 ** -24));
  return spread(b, unit, attributes);
}

function twoWords(b: ExpressionBuilder, [first, second]: WordPair, attributes: DrawAttributes): Expr {
  const { kind, dtype, low, high } = attributes;
  const type = scalarTypeOf(dtype);
  const f64 = (value: number): Expr => b.constant("f64", value);
  if (kind === "uniform") {
    const top = b.mul(b.convert(b.shrU(second, 5), "f64"), f64(2 ** 26));
    return spread(b, b.mul(b.add(top, b.convert(b.shrU(first, 6), "f64")), f64(2 ** -53)), attributes);
  }
  if (kind === "normal") return normal(b, second, b.add(unsigned(b, first), f64(0.5)));
  if (kind === "truncatedNormal") {
    const { mirrored, from, width } = truncatedInterval(low, high);
    const words = b.add(b.mul(unsigned(b, second), f64(2 ** 32)), unsigned(b, first));
    const place = b.add(f64(from), b.mul(f64(width), b.mul(b.add(words, f64(0.5)), f64(2 ** -64))));
    const z = quantileOf(b, place);
    return b.convert(b.min(f64(high), b.max(f64(low), mirrored ? b.neg(z) : z)), type);
  }
  return b.convert(b.add(scaledDown(b, second, first, high - low), b.constant("i32", low | 0)), type);
}

const unsigned = (b: ExpressionBuilder, word: Expr): Expr => b.convert(b.convert(word, "u32"), "f64");

/** [0, 1) spread to [low, high), in float64 and rounded once; what rounds up to the end starts again at low. */
function spread(b: ExpressionBuilder, unit: Expr, { low, high }: DrawAttributes): Expr {
  if (low === 0 && high === 1) return unit;
  const wide = b.add(b.constant("f64", low), b.mul(b.constant("f64", high - low), b.convert(unit, "f64")));
  const value = b.convert(wide, unit.type);
  const reachesEnd = b.ge(b.convert(value, "f64"), b.constant("f64", high));
  return b.select(reachesEnd, b.like(value, low), value);
}

/** Φ⁻¹((high + low / 2³²) / 2³²): the upper half by symmetry. */
function normal(b: ExpressionBuilder, high: Expr, low: Expr): Expr {
  const isUpper = b.lt(high, b.like(high, 0));
  const top = b.convert(b.select(isUpper, b.xor(high, b.like(high, -1)), high), "f64");
  const rest = b.select(isUpper, b.sub(b.like(low, 2 ** 32), low), low);
  const z = quantileOf(b, b.mul(b.add(b.mul(top, b.like(top, 2 ** 32)), rest), b.like(top, 2 ** -64)));
  return b.select(isUpper, b.neg(z), z);
}

const ratio = (b: ExpressionBuilder, x: Expr, top: readonly number[], bottom: readonly number[]): Expr =>
  b.div(horner(b, x, top), horner(b, x, bottom));

/** Beyond the centre: from q = p − ½. */
const outerQuantile = scalarFunction(
  "outerQuantile",
  (b, p) => {
    const half = b.like(p, 0.5);
    const tail = b.select(b.lt(p, half), p, b.sub(b.like(p, 1), p));
    const r = b.sqrt(b.neg(log(b, tail)));
    const middle = ratio(b, b.sub(r, b.like(r, 1.6)), quantile.MIDDLE_P, quantile.MIDDLE_Q);
    const far = ratio(b, b.sub(r, b.like(r, 5)), quantile.TAIL_P, quantile.TAIL_Q);
    const z = b.select(b.le(r, b.like(r, 5)), middle, far);
    const limited = b.select(b.gt(tail, b.like(p, 0)), z, b.like(p, Number.POSITIVE_INFINITY));
    return b.select(b.lt(p, half), b.neg(limited), limited);
  },
  { scalarOnly: true },
);

/** Φ⁻¹(p): six numbers of seven lie in the centre, the others are computed one by one. */
function quantileOf(b: ExpressionBuilder, p: Expr): Expr {
  const q = b.sub(p, b.like(p, 0.5));
  const centre = b.sub(b.like(q, 0.180625), b.mul(q, q));
  const fast = b.mul(q, ratio(b, centre, quantile.CENTRE_P, quantile.CENTRE_Q));
  return b.rescue(b.gt(b.abs(q), b.like(q, 0.425)), fast, outerQuantile.callee, [p]);
}

/** ⌊(high · 2³² + low) · range / 2⁶⁴⌋ for range ≤ 2³². */
function scaledDown(b: ExpressionBuilder, high: Expr, low: Expr, range: number): Expr {
  if (range > 65536) {
    const wide = (word: Expr): Expr => b.widen(b.convert(word, "u32"));
    const factor = b.constant("i64", BigInt(range));
    const carried = b.shrU(b.mul(wide(low), factor), 32);
    return b.narrow(b.shrU(b.add(b.mul(wide(high), factor), carried), 32));
  }
  // In 32 bits: the halves of a word times a range of 16 bits.
  const factor = b.like(high, range);
  const highProduct = (word: Expr): Expr => {
    const below = b.shrU(b.mul(b.and(word, b.like(word, 0xffff)), factor), 16);
    return b.shrU(b.add(b.mul(b.shrU(word, 16), factor), below), 16);
  };
  const product = b.mul(high, factor);
  const sum = b.add(product, highProduct(low));
  const sign = b.like(sum, -(2 ** 31));
  const carry = b.select(b.lt(b.xor(sum, sign), b.xor(product, sign)), b.like(sum, 1), b.like(sum, 0));
  return b.add(highProduct(high), carry);
}
