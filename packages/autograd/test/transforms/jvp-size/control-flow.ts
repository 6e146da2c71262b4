import {
  add,
  checkpoint,
  cond,
  cos,
  div,
  greater,
  jit,
  less,
  mul,
  neg,
  scan,
  sin,
  sqrt,
  square,
  sum,
  type Tensor,
  tanh,
  whileLoop,
} from "@glissade/autograd";
import { type ForwardRule, type ForwardRules, numbers } from "./rules.js";

type Two = readonly [Tensor, Tensor];

const x = numbers([3]);
const xs = numbers([4, 3], { seed: 2 });
const step = (h: Tensor, w: Tensor): Tensor => tanh(add(mul(h, 0.5), sin(w)));
/** The tangent of a step, where `next` is what it gives. */
const stepTangent = (next: Tensor, dh: Tensor, w: Tensor, dw: Tensor): Tensor =>
  mul(add(mul(dh, 0.5), mul(dw, cos(w))), add(1, neg(square(next))));

const block = (h: Tensor): Tensor => mul(h, sin(h));
const blockRule: ForwardRule["rule"] = ([h], [t]) => [block(h), add(mul(t, sin(h)), mul(h, mul(t, cos(h))))];

/** Control flow: the same construct of values and tangents together. What stands in the bodies is counted with it. */
export const controlFlow: ForwardRules = {
  scan: {
    of: (h, ws) => scan((carry: Tensor, w: Tensor) => [step(carry, w), sum(carry)] as const, h, ws),
    at: [x, xs],
    rule: ([h, ws], [dh, dws]) => {
      const [[last, dLast], [ys, dYs]] = scan(
        ([carry, moving]: Two, [w, dw]: Two) => {
          const next = step(carry, w);
          return [[next, stepTangent(next, moving, w, dw)] as Two, [sum(carry), sum(moving)] as Two] as const;
        },
        [h, dh] as Two,
        [ws, dws] as Two,
      );
      return [
        [last, ys],
        [dLast, dYs],
      ];
    },
  },
  "scan, of constants": {
    of: (h, w) => scan((carry: Tensor) => [step(carry, w), null] as const, h, null, { length: 5 })[0],
    at: [x, numbers([3], { seed: 3 })],
    rule: ([h, w], [dh, dw]) => {
      const [[last, dLast]] = scan(
        ([carry, moving]: Two) => {
          const next = step(carry, w);
          return [[next, stepTangent(next, moving, w, dw)] as Two, null] as const;
        },
        [h, dh] as Two,
        null,
        { length: 5 },
      );
      return [last, dLast];
    },
  },
  cond: {
    of: (h) => cond(greater(sum(h), 0), block, (own: Tensor) => sqrt(own), h),
    at: [x],
    rule: ([h], [t]) =>
      cond(
        greater(sum(h), 0),
        ([own, moving]: Two): Two => {
          const [value, tangent] = blockRule([own, own, own], [moving, moving, moving]);
          return [value as Tensor, tangent as Tensor];
        },
        ([own, moving]: Two): Two => [sqrt(own), div(moving, mul(2, sqrt(own)))],
        [h, t] as Two,
      ),
  },
  whileLoop: {
    of: (h) =>
      whileLoop(
        (own: Tensor) => less(sum(own), 20),
        (own: Tensor) => add(own, square(own)),
        h,
      ),
    at: [x],
    rule: ([h], [t]) =>
      whileLoop(
        ([own]: Two) => less(sum(own), 20),
        ([own, moving]: Two): Two => [add(own, square(own)), add(moving, mul(moving, mul(2, own)))],
        [h, t] as Two,
      ),
  },
  checkpoint: { of: (h) => checkpoint(block)(h), at: [x], rule: blockRule },
  call: { of: jit(block), at: [x], rule: blockRule },
};
