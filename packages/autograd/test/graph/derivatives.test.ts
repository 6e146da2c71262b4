import {
  add,
  elementwise,
  GradientError,
  grad,
  mul,
  ShapeError,
  sum,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
  valueAndGrad,
  variable,
  variableGrads,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

/** Counts how often a walk goes on from the node of a tensor to its inputs. */
function visitsOf({ node }: Tensor): () => number {
  let { inputs } = node;
  let visits = 0;
  Object.defineProperty(node, "inputs", {
    get() {
      visits++;
      return inputs;
    },
    set(others: typeof inputs) {
      inputs = others;
    },
  });
  return () => visits;
}

describe("grad", () => {
  test("differentiates to any order by the same call", () => {
    const orders = [cube, grad(cube), grad(grad(cube)), grad(grad(grad(cube))), grad(grad(grad(grad(cube))))];
    expect(orders.map((f) => f(tensor(2)).item())).toEqual([8, 12, 12, 6, 0]);
  });

  test("takes and returns trees, numbers and Variables among them", () => {
    const w = variable([1, 2]);
    const f = (p: { w: Tensor; rest: [Tensor, Tensor] }): Tensor => sum(add(mul(p.w, p.rest[0]), p.rest[1]));
    const g = grad(f as (p: unknown) => Tensor)({ w, rest: [3, tensor([[1], [1]])] }) as {
      w: Tensor;
      rest: [Tensor, Tensor];
    };
    expect(g.w.toArray()).toEqual([6, 6]);
    expect(g.rest[0].toArray()).toBe(6);
    expect(g.rest[1].toArray()).toEqual([[2], [2]]);
  });

  test("argnums names one argument or several", () => {
    const f = (a: Tensor, b: Tensor): Tensor => mul(a, mul(b, b));
    expect(grad(f, { argnums: 1 })(tensor(3), tensor(2)).item()).toBe(12);
    const [a, b] = grad(f, { argnums: [0, 1] })(tensor(3), tensor(2));
    expect([a.item(), b.item()]).toEqual([4, 12]);
    expect(() => grad(f, { argnums: 2 as 1 })(tensor(3), tensor(2))).toThrow(/argnums names argument 2.*called with 2/);
  });

  test("a chain of 200,000 operators differentiates without a stack overflow", () => {
    const chain = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 200_000; i++) y = add(y, x);
      return y;
    };
    const { value, grads } = valueAndGrad(chain)(tensor(new Float64Array([1]), { shape: [] }));
    expect([value.item(), grads.item()]).toEqual([200_001, 200_001]);
  });

  test("1,600 inner gradients over a long outer chain stay linear", () => {
    let visits = (): number => 0;
    const outer = grad((x: Tensor) => {
      let y = x;
      for (let i = 0; i < 50_000; i++) {
        y = mul(y, 1);
        if (i === 25_000) visits = visitsOf(y);
      }
      for (let i = 0; i < 1600; i++) y = add(y, mul(1e-3, grad((z: Tensor) => mul(mul(z, z), y))(x)));
      return y;
    });
    // y ← y (1 + 0.002 x), 1,600 times: d/dx at 0 is 1.
    expect(outer(tensor(new Float64Array([0]), { shape: [] })).item()).toBeCloseTo(1, 12);
    // The outer gradient and the evaluation come by; the inner gradients, which do not depend on the chain, must not.
    expect(visits()).toBeGreaterThan(0);
    expect(visits()).toBeLessThan(50);
  });

  test("nested derivatives are not confused (Siskind & Pearlmutter's example)", () => {
    // d/dx (x · d/dy (x + y)) = 1
    const f = (x: Tensor): Tensor => mul(x, grad((y: Tensor) => add(x, y))(tensor(1)));
    expect(grad(f)(tensor(1)).item()).toBe(1);
  });

  test("what was computed before the call is a constant", () => {
    const x = tensor(3);
    const before = mul(x, x);
    expect(grad((y: Tensor) => add(mul(before, y), mul(y, y)))(x).item()).toBe(15);
  });

  test("an argument that the result does not depend on has gradient zero", () => {
    expect(grad((_: Tensor) => tensor(1))(zeros([2])).toArray()).toEqual([0, 0]);
  });
});

describe("variableGrads and wrt", () => {
  test("give gradients in the form of the tree of Variables", () => {
    const w = variable([1, 2], { name: "w" });
    const b = variable(3, { name: "b" });
    const { value, grads } = variableGrads(() => sum(mul(w, b)), { w, list: [b] });
    expect(value.item()).toBe(9);
    expect(grads.w.toArray()).toEqual([3, 3]);
    expect(grads.list[0].item()).toBe(3);
    const again = valueAndGrad((x: Tensor) => mul(x, b.value), { wrt: [b] })(tensor(5));
    expect(again.grads[0].item()).toBe(5);
  });

  test("a Variable that is named twice gets its whole gradient in both places", () => {
    const w = variable(2);
    const { grads } = variableGrads(() => mul(w, w), [w, w]);
    expect(grads.map((g) => g.item())).toEqual([4, 4]);
  });

  test("assignments made inside hold when the function ends well, and only then", () => {
    const w = variable(2);
    const calls = variable(0);
    const loss = (): Tensor => {
      calls.assign(add(calls, 1));
      return mul(w, w);
    };
    variableGrads(loss, [w]);
    variableGrads(loss, [w]);
    expect(calls.value.item()).toBe(2);
    const fails = (): Tensor => {
      calls.assign(add(calls, 1));
      throw new Error("no");
    };
    expect(() => variableGrads(fails, [w])).toThrow("no");
    expect(calls.value.item()).toBe(2);
    expect(grad((x: Tensor) => mul(x, x))(tensor(2)).item()).toBe(4);
  });

  test("a value assigned inside and read again carries its derivative", () => {
    const w = variable(3);
    const state = variable(0);
    const { grads } = variableGrads(() => {
      state.assign(mul(w, w));
      return mul(state, w);
    }, [w]);
    expect(grads[0].item()).toBe(27);
    expect(state.value.item()).toBe(9);
  });

  test("a Variable that the loss does not reach is an error unless allowed", () => {
    const w = variable([1, 2], { name: "w" });
    const lost = variable([1, 2, 3], { name: "lost" });
    const loss = (): Tensor => sum(mul(w, w));
    expect(() => variableGrads(loss, [w, lost])).toThrow(GradientError);
    expect(() => variableGrads(loss, [w, lost])).toThrow(/Variable lost \[3\].*allowUnused/);
    expect(variableGrads(loss, [w, lost], { allowUnused: true }).grads[1]?.toArray()).toEqual([0, 0, 0]);
  });
});

describe("errors of derivatives name what is wrong and the remedy", () => {
  const x = tensor([1, 2]);

  test.each<[string, () => unknown, typeof GradientError | typeof TransformError | typeof ValueError, RegExp]>([
    [
      "a loss that is no scalar",
      () => grad((y: Tensor) => y)(x),
      GradientError,
      /grad: .*scalar \(shape \[\]\), not shape \[2\].*sum or mean/,
    ],
    [
      "an integer argument",
      () => grad((y: Tensor) => sum(y))(tensor(Int32Array.of(1))),
      GradientError,
      /argument 0 has dtype int32.*cast\(x, "float32"\)/,
    ],
    [
      "an integer deep in a tree",
      () => grad((y: { a: [Tensor] }) => sum(y.a[0]))({ a: [tensor(true)] }),
      GradientError,
      /argument 0 at a\[0\] has dtype bool/,
    ],
    [
      "an integer loss",
      () => grad((_: Tensor) => tensor(Int32Array.of(1), { shape: [] }))(x),
      GradientError,
      /returned dtype int32/,
    ],
    [
      "no tensor returned",
      () => grad(((_: Tensor) => undefined) as never)(x as never),
      GradientError,
      /returned nothing/,
    ],
    ["a Promise", () => grad((async () => x) as never)(x as never), TransformError, /returned a Promise/],
    ["a string argument", () => grad((_: unknown) => tensor(1))("a"), ValueError, /argument 0 is string, not a tensor/],
    [
      "aux without a pair",
      () => valueAndGrad(((y: Tensor) => sum(y)) as never, { hasAux: true })(x as never),
      ValueError,
      /returns \[loss, aux\]/,
    ],
    [
      "wrt without a Variable",
      () => valueAndGrad(() => sum(x), { wrt: [x] })(),
      ValueError,
      /wrt at \[0\] is no Variable/,
    ],
    ["no function", () => grad(3 as never)(), ValueError, /must be a function, not number/],
  ])("%s", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  test("an operator without a derivative is named with its reason", () => {
    const odd = elementwise("odd", { value: (y: number) => y, derivative: { none: "it is a test" } });
    expect(() => grad((y: Tensor) => sum(odd(y)))(x)).toThrow(/odd has no derivative: it is a test.*stopGradient/);
  });

  test("a vjp rule that makes a cotangent of another shape is named", () => {
    const wrong = elementwise("fine", { value: (y: number) => y, derivative: () => 1 });
    expect(grad((y: Tensor) => sum(wrong(y)))(x).toArray()).toEqual([1, 1]);
    // @ts-expect-error the compiler sees it too
    expect(() => add(zeros([2, 3]), zeros([4]))).toThrow(ShapeError);
  });
});
