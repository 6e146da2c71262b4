import {
  add,
  cast,
  exp,
  expectCompilations,
  jit,
  matmul,
  mul,
  neg,
  ShapeError,
  sin,
  sub,
  sum,
  type Tensor,
  TransformError,
  take,
  tensor,
  ValueError,
  variable,
  where,
  zeros,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

/** Equal, but for the last places that the elementary functions of a compiled program may differ in after 30 operators. */
function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const [got, due] = [actual.data(), expected.data()];
  for (const [i, value] of due.entries()) {
    const found = got[i] as number;
    if (!Object.is(found, value)) expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)));
  }
}

describe("jit computes what the function computes", () => {
  const unary = [
    sin,
    (x: Tensor) => exp(neg(mul(x, x))),
    neg,
    (x: Tensor) => mul(x, x),
    (x: Tensor) => where(x.greater(0), x, 0),
  ];
  const binary = [add, sub, mul];

  test("for any chain of operators, at the first call and at every later one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 30 }),
        fc.array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }), {
          minLength: 1,
          maxLength: 3,
        }),
        (program, calls) => {
          const f = (x: Tensor, y: Tensor): { last: Tensor; all: Tensor[] } => {
            const values = [x, y, float64(0.5, -0.5, 2)];
            for (const [kind, left, right] of program) {
              const a = values[left % values.length] as Tensor;
              const b = values[right % values.length] as Tensor;
              const op = kind % (unary.length + binary.length);
              values.push(
                op < unary.length ? (unary[op] as typeof sin)(a) : (binary[op - unary.length] as typeof add)(a, b),
              );
            }
            return { last: values[values.length - 1] as Tensor, all: values };
          };
          const jitted = jit(f);
          for (const elements of calls) {
            const [x, y] = [float64(...elements), float64(...elements.map((v) => 1 - v))];
            const [expected, actual] = [f(x, y), jitted(x, y)];
            expect(actual.last.data()).toEqual(actual.all[actual.all.length - 1]?.data());
            for (const [i, value] of expected.all.entries()) expectClose(actual.all[i] as Tensor, value);
          }
          expectCompilations(jitted, 1);
        },
      ),
    );
  });

  test("over trees, with whatever the result holds besides tensors", () => {
    const f = jit((p: { w: Tensor; layers: readonly [Tensor, { b: number }] }, mode: string) => ({
      out: add(matmul(p.w, p.layers[0]), p.layers[1].b),
      same: p.w,
      constant: tensor(7),
      mode,
      nothing: undefined,
      list: [1, null],
    }));
    const w = tensor([[1, 2]]);
    const call = (b: number) => f({ w, layers: [tensor([[3], [4]]), { b }] }, "fast");
    expect(call(1).out.toArray()).toEqual([[12]]);
    const again = call(5);
    expect(again.out.toArray()).toEqual([[16]]);
    expect(again.same.toArray()).toEqual([[1, 2]]);
    expect(again.constant.item()).toBe(7);
    expect([again.mode, again.nothing, again.list]).toEqual(["fast", undefined, [1, null]]);
    expectCompilations(f, 1);
  });

  test("of no arguments, and with no tensor in the result", () => {
    expect(jit(() => tensor(3))().item()).toBe(3);
    expect(jit(() => undefined)()).toBe(undefined);
    expect(jit((x: Tensor) => [x, x])(tensor(2)).map((t) => t.item())).toEqual([2, 2]);
  });

  test("of lazy tensors, typed arrays and numbers", () => {
    const f = jit((x: Float32Array | Tensor, n: number) => mul(x, n));
    expect(f(add(tensor([1, 2]), 1), 2).toArray()).toEqual([4, 6]);
    expect(f(Float32Array.of(5, 6), 3).toArray()).toEqual([15, 18]);
    expectCompilations(f, 1);
    expect(jit((n: number) => add(n, 1))(0.5).dtype).toBe("float32");
  });

  test("with tensors closed over as constants, computed or not", () => {
    const table = mul(tensor([1, 2, 3]), 10);
    const f = jit((i: Tensor) => take(table, i, { axis: 0 }));
    expect(f(tensor(Int32Array.of(2, 0))).toArray()).toEqual([30, 10]);
    expect(f(tensor(Int32Array.of(1, 1))).toArray()).toEqual([20, 20]);
  });

  test("inside another jit, as a part of it", () => {
    const inner = jit((x: Tensor) => sin(x));
    const outer = jit((x: Tensor) => add(inner(x), inner(mul(x, 2))));
    const x = float64(0.3);
    for (let i = 0; i < 2; i++) expect(outer(x).item()).toBeCloseTo(Math.sin(0.3) + Math.sin(0.6), 12);
    expect([inner.stats().compilations, outer.stats().compilations]).toEqual([0, 1]);
  });
});

describe("jit compiles again", () => {
  const reasonOf = (f: (...args: never[]) => unknown, ...calls: readonly (readonly unknown[])[]): string => {
    const jitted = jit(f);
    for (const args of calls) jitted(...(args as never[]));
    expectCompilations(jitted, calls.length);
    return jitted.stats().lastReason ?? "";
  };

  test.each([
    ["argument 0 has shape [2], before [3]", [zeros([3])], [zeros([2])]],
    ["argument 1 has dtype float64, before float32", [0, zeros([3])], [0, zeros([3], { dtype: "float64" })]],
    ['argument 0 is "sum", before "mean"', ["mean"], ["sum"]],
    ["argument 0 is boolean false, before boolean true", [true], [false]],
    ["argument 0 is undefined, before null", [null], [undefined]],
    ["argument 0 is null, before a tensor", [zeros([])], [null]],
    ["argument 0 is a number, before a tensor", [zeros([])], [1]],
    ["argument 0 at a.b[1] has shape [1], before []", [{ a: { b: [1, zeros([])] } }], [{ a: { b: [1, zeros([1])] } }]],
    ["argument 0 has 2 items, before 1", [[1]], [[1, 2]]],
    ["argument 0 has keys a, c, before a, b", [{ a: 1, b: 1 }], [{ a: 1, c: 1 }]],
    ["argument 0 is another object (Variable)", [variable(1)], [variable(1)]],
    ["there are 2 arguments, before 1", [1], [1, 2]],
  ])("and says: %s", (reason, first, second) => {
    expect(reasonOf(() => tensor(0), first, second)).toBe(reason);
  });

  test("not for what was seen before, nor for the order of keys", () => {
    const f = jit((p: { a: Tensor; b: Tensor }, kind: string) => (kind === "a" ? p.a : p.b));
    const [a, b] = [tensor(1), tensor(2)];
    expect(["a", "b", "a", "b"].map((kind) => f({ a, b }, kind).item())).toEqual([1, 2, 1, 2]);
    expect(f({ b, a }, "a").item()).toBe(1);
    expect(f.stats()).toEqual({ compilations: 2, runs: 5, lastReason: 'argument 1 is "b", before "a"' });
  });

  test("says nothing before the first call, and names the first", () => {
    const f = jit(() => tensor(0));
    expect(f.stats()).toEqual({ compilations: 0, runs: 0, lastReason: undefined });
    f();
    expect(f.stats().lastReason).toBe("the first call");
  });

  test("expectCompilations says how often and why", () => {
    const f = jit((x: Tensor) => x);
    f(zeros([1]));
    f(zeros([2]));
    expect(() => expectCompilations(f, 1)).toThrow(
      /compiled 2 times, not 1; the last time: argument 0 has shape \[2\], before \[1\]/,
    );
    expect(() => expectCompilations((() => 1) as never, 1)).toThrow(ValueError);
  });
});

describe("jit refuses", () => {
  test("what is no function, and a function that returns a Promise", () => {
    expect(() => jit(1 as never)).toThrow(ValueError);
    expect(() => jit(async (x: Tensor) => x)(tensor(1))).toThrow(/jit: the function returned a Promise/);
  });

  test("to read a traced tensor, and says what to do", () => {
    const f = jit(function step(x: Tensor) {
      return x.item() > 0 ? x : neg(x);
    });
    expect(() => f(tensor(1))).toThrow(TransformError);
    expect(() => f(tensor(1))).toThrow(
      /item: this tensor has no value: .*jit of step \(argument 0\).*where, cond.*tap\(x, callback\)/,
    );
    expect(f.stats()).toEqual({ compilations: 0, runs: 0, lastReason: undefined });
  });

  test("tensors that escaped from a trace, wherever they are used", () => {
    const kept: Tensor[] = [];
    const leak = jit(function leak(x: Tensor) {
      kept.push(mul(x, 2));
      return x;
    });
    leak(tensor([1, 2]));
    const [escaped] = kept as [Tensor];
    expect(() => escaped.data()).toThrow(/jit of leak \(argument 0\)/);
    expect(() => sum(escaped).item()).toThrow(/jit of leak \(argument 0\)/);
    expect(() => leak(escaped)).toThrow(
      /takes a tensor that has no value: .*jit of leak \(argument 0\), which has ended/,
    );
    expect(() => jit((x: Tensor) => add(x, escaped))(tensor([1, 2]))).toThrow(/jit of leak \(argument 0\)/);
  });

  test("errors of operators come through, at the trace or at the run", () => {
    expect(() => jit((x: Tensor) => add(x, zeros([3])))(zeros([2]))).toThrow(ShapeError);
    const pick = jit((i: Tensor) => take([1, 2], i, { axis: 0 }));
    expect(pick(cast(tensor([1]), "int32")).toArray()).toEqual([2]);
    expect(() => pick(cast(tensor([5]), "int32")).toArray()).toThrow(/index 5 is out of range/);
    expect(pick.stats().runs).toBe(1);
  });
});

test("the eighth compilation of a function is told, once, with the reason", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  try {
    const twice = jit((x: Tensor) => mul(x, 2));
    for (let n = 1; n <= 12; n++) twice(zeros([n]));
    expect(warn.mock.calls.length).toBe(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /^jit was compiled 8 times, the last time because .*\[7\].*\[8\]|\[8\].*\[7\]/,
    );
  } finally {
    warn.mockRestore();
  }
});
