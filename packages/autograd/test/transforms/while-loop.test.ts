import {
  abs,
  add,
  DTypeError,
  exp,
  GradientError,
  generator,
  grad,
  greater,
  jit,
  jvp,
  less,
  lessEqual,
  mul,
  neg,
  ShapeError,
  sub,
  type Tensor,
  tensor,
  ValueError,
  variable,
  vmap,
  whileLoop,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose, type F, forwardUses, scalar } from "./control-uses.js";

/** x is multiplied by 1.5 + y² until it is beyond 4. */
const growing: F = (x, y) =>
  whileLoop(
    (s: { x: Tensor; n: Tensor }) => less(abs(s.x), 4),
    (s) => ({ n: add(s.n, 1), x: mul(s.x, add(1.5, mul(y, y))) }),
    { x, n: tensor(Int32Array.of(0)).reshape([]) },
  ).x;

const written: F = (x, y) => {
  // Values are read to count the steps, which do not depend on the point in a neighbourhood of it.
  let last = x;
  for (let k = 0; k < 40; k++) {
    const goesOn = less(abs(last), 4);
    last = add(mul(last, sub(1, goesOn)), mul(mul(last, add(1.5, mul(y, y))), goesOn));
  }
  return last;
};

describe.each(Object.entries(forwardUses))("whileLoop: %s", (_, use) => {
  const number = fc.double({ min: 0.5, max: 1.5, noNaN: true });
  test("is that of the steps taken, compiled or not", () => {
    const compiled = jit((x: Tensor, y: Tensor) => use(growing, x, y));
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [x, y] = [scalar(a), scalar(b)];
        const expected = use(written, x, y);
        expectClose(use(growing, x, y), expected);
        expectClose(compiled(x, y), expected);
      }),
      { numRuns: 10 },
    );
  });
});

describe("whileLoop", () => {
  test("takes as many steps as it needs, none too", () => {
    const doubled = (x: Tensor): Tensor =>
      whileLoop(
        (v: Tensor) => less(v, 100),
        (v: Tensor) => mul(v, 2),
        x,
      );
    expect([3, 200].map((x) => doubled(tensor(x)).item())).toEqual([192, 200]);
    expect(vmap(doubled)(tensor([3, 200, 60])).toArray()).toEqual([192, 200, 120]);
    expect(jvp(doubled, [tensor(3)], [tensor(1)])[1].item()).toBe(64);
  });

  test("carries Variables that its body assigns", () => {
    const [n, random] = [variable(0), generator(2)];
    const f = jit(() =>
      whileLoop(
        (x: Tensor) => lessEqual(x, 3),
        (x: Tensor) => {
          n.assign(add(n.value, 1));
          return add(x, random.uniform([]));
        },
        tensor(0),
      ),
    );
    const twin = generator(2);
    let [total, count] = [0, 0];
    while (total <= 3) {
      total = Math.fround(total + twin.uniform([]).item());
      count++;
    }
    expect([f().item(), n.value.item()]).toEqual([total, count]);
    expect(random.state()).toEqual(twin.state());
  });

  test("finds roots by Newton's method, to be differentiated forward", () => {
    const root = (a: Tensor): Tensor =>
      whileLoop(
        (x: Tensor) => greater(abs(sub(mul(x, x), a)), 1e-12),
        (x: Tensor) => sub(x, sub(mul(x, 0.5), mul(a, mul(0.5, exp(neg(lnOf(x))))))),
        add(a, 1),
      );
    const lnOf = (x: Tensor): Tensor => x.log();
    const [y, dy] = jvp(root, [scalar(2)], [scalar(1)]);
    expect(y.item()).toBeCloseTo(Math.SQRT2, 12);
    expect(dy.item()).toBeCloseTo(0.5 / Math.SQRT2, 8);
  });

  test("has no reverse, and says what to do", () => {
    expect(() => grad(growing)(scalar(1), scalar(1))).toThrow(GradientError);
    expect(() => grad(growing)(scalar(1), scalar(1))).toThrow(/no derivative in reverse mode.*scan.*jvp/);
    expect(() => grad(jit(growing))(scalar(1), scalar(1))).toThrow(GradientError);
  });

  test("refuses what does not fit", () => {
    const same = (x: Tensor): Tensor => x;
    expect(() => whileLoop(1 as never, same, tensor(1))).toThrow(ValueError);
    expect(() => whileLoop((x: Tensor) => x, same, tensor(1))).toThrow(DTypeError);
    expect(() => whileLoop((x: Tensor) => less(x, [1, 2]), same, tensor(1))).toThrow(/condition has shape \[2\]/);
    expect(() =>
      whileLoop(
        (x: Tensor) => less(x, 1),
        (x: Tensor) => add(x, [1]),
        tensor(1),
      ),
    ).toThrow(ShapeError);
    const v = variable(0);
    const assigning = (x: Tensor): Tensor => {
      v.assign(x);
      return less(x, 1);
    };
    expect(() => whileLoop(assigning, same, tensor(1))).toThrow(/test assigned a Variable/);
    expect(v.value.item()).toBe(0);
  });
});
