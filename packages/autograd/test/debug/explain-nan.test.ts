import {
  cond,
  div,
  exp,
  grad,
  greater,
  jit,
  log,
  matmul,
  mul,
  ones,
  scan,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  ValueError,
  valueAndGrad,
  variable,
  vmap,
  where,
  whileLoop,
  zeros,
} from "@glissade/autograd";
import { explainNaN, type FaultReport } from "@glissade/autograd/debug";
import { describe, expect, test } from "vitest";

/** The report of a fault, which there must be. */
function faultOf<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): FaultReport {
  const report = explainNaN(f, ...args);
  if (!report.found) throw new Error("nothing was found");
  return report;
}

describe("the first operator that made a NaN or an infinity", () => {
  test("is named with its line, its operands and their ranges", () => {
    const report = faultOf(
      (x: Tensor) => {
        const shifted = sub(x, 1);
        return sum(mul(log(shifted), 2));
      },
      tensor([3, 1, 2]),
    );
    expect(report).toMatchObject({
      kind: "Infinity",
      phase: "forward",
      operator: "log",
      index: [1],
      shape: [3],
      range: { infinite: 1, nan: 0 },
      operands: [{ shape: [3], range: { min: 0, max: 2, mean: 1, nan: 0, infinite: 0, first: [2, 0, 1] } }],
    });
    expect(report.line).toMatch(/explain-nan\.test\.ts:\d+:\d+$/);
    expect(report.operands[0]?.origin).toMatch(/^the result of sub at .*explain-nan\.test\.ts/);
    expect(report.finiteAncestors[0]?.origin).toMatch(/sub/);
    expect(String(report)).toMatch(/^log made Infinity, forward at .*explain-nan\.test\.ts:\d+:\d+\.\n/);
  });

  test("is no operator where an argument or a Variable has it from the start", () => {
    expect(faultOf((x: { a: Tensor }) => sum(x.a), { a: tensor([1, Number.NaN]) })).toMatchObject({
      operator: undefined,
      origin: "argument 0.a of explainNaN",
    });
    const w = variable([Number.NaN], { name: "w" });
    expect(String(faultOf(() => sum(mul(w, 2))))).toMatch(/^Variable "w" has NaN from the start/);
  });

  test("is in a derivative where only the gradient is not finite", () => {
    const report = faultOf((x: Tensor) => sum(where(greater(x, 0), sqrt(x), 0)), tensor([0, 4]));
    expect(report).toMatchObject({ kind: "NaN", phase: "backward", ruleOf: "sqrt" });
    expect(report.line).toMatch(/explain-nan\.test\.ts/);
    expect(String(report)).toContain("in the derivative rule of sqrt, backward");
  });

  test("is found in derivatives that the function takes itself", () => {
    const f = (x: Tensor) => sum(sqrt(sum(square(x))));
    const report = faultOf((x: Tensor) => grad(f)(x), zeros([3]));
    expect(report).toMatchObject({ phase: "backward", ruleOf: "sqrt" });
  });

  test("is found in a step that assigns Variables, and assigns nothing", () => {
    const w = variable([0.5, 0], { name: "w" });
    const step = jit(() => {
      const { grads } = valueAndGrad(() => sum(log(w)), { wrt: w })();
      w.assign(sub(w, grads));
    });
    expect(faultOf(step)).toMatchObject({ operator: "div", phase: "backward", ruleOf: "log", kind: "Infinity" });
    expect(w.value.toArray()).toEqual([0.5, 0]);
  });

  test("is not what is masked on the way", () => {
    expect(explainNaN((x: Tensor) => where(greater(x, 0), log(x), 0), tensor([0, 1])).found).toBe(false);
    expect(String(explainNaN((x: Tensor) => sum(x), tensor([0, 1])))).toContain("finite");
  });

  test("of infinities that were meant is what makes a NaN of them", () => {
    const mask = tensor([[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]]);
    const report = faultOf((x: Tensor) => softmax(where(greater(x, 5), x, mask)), ones([1, 2]));
    expect(report.kind).toBe("NaN");
    expect(report.line).toMatch(/explain-nan/);
  });

  test("is found in a jitted function, in constants, and under vmap", () => {
    const f = jit((x: Tensor) => div(1, sub(x, x)));
    expect(faultOf((x: Tensor) => sum(f(x)), ones([2]))).toMatchObject({ operator: "div", kind: "Infinity" });
    expect(faultOf((x: Tensor) => mul(x, log(tensor([0]))), ones([2]))).toMatchObject({ operator: "log" });
    const mapped = faultOf(
      (x: Tensor) => vmap((row: Tensor) => log(sum(row)))(x),
      tensor([
        [1, 2],
        [1, -1],
      ]),
    );
    expect(mapped).toMatchObject({ operator: "log", index: [1], phase: "forward" });
    expect(mapped.line).toMatch(/explain-nan\.test\.ts/);
  });

  test("is found in the step of a scan, forward and backward", () => {
    const report = faultOf(
      (x: Tensor) => scan((c: Tensor) => [log(c), null], x, null, { length: 10 })[0],
      tensor([20]),
    );
    // 20 → 2.996 → 1.097 → 0.0927 → −2.378 → NaN
    expect(report).toMatchObject({ operator: "log", kind: "NaN", places: ["step 4 of a scan of 10"] });
    expect(report.line).toMatch(/explain-nan\.test\.ts/);
    const roots = (x: Tensor) => sum(scan((c: Tensor, each: Tensor) => [mul(c, sqrt(each)), null], tensor(0), x)[0]);
    expect(faultOf(roots, tensor([4, 0, 1]))).toMatchObject({ phase: "backward", places: ["step 1 of a scan of 3"] });
  });

  test("is found in the branch of a cond and in the step of a whileLoop", () => {
    const branch = (x: Tensor) =>
      cond(
        greater(x, 0),
        (v: Tensor) => log(sub(v, v)),
        (v: Tensor) => v,
        x,
      );
    expect(faultOf(branch, tensor(2))).toMatchObject({ operator: "log", places: ["the true branch of cond"] });
    const loop = (x: Tensor) =>
      whileLoop(
        (v: Tensor) => greater(1e30, v),
        (v: Tensor) => exp(v),
        x,
      );
    expect(faultOf(loop, tensor(1))).toMatchObject({ operator: "exp", kind: "Infinity" });
  });

  test("is the product of numbers too large", () => {
    const report = faultOf((a: Tensor) => matmul(a, a), mul(ones([2, 2]), 1e30));
    expect(report).toMatchObject({ operator: "matmul", kind: "Infinity" });
  });

  test("is looked for outside transforms only", () => {
    const inside = (x: Tensor): Tensor => {
      explainNaN((y: Tensor) => y, x);
      return sum(x);
    };
    expect(() => grad(inside)(ones([2]))).toThrow(ValueError);
    // @ts-expect-error a number is no function
    expect(() => explainNaN(3)).toThrow(ValueError);
  });
});
