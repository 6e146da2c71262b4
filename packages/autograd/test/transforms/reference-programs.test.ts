import {
  add,
  definePrimitive,
  exp,
  generator,
  grad,
  jit,
  matmul,
  mul,
  scan,
  sin,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  variable,
  vmap,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withBackend } from "../../src/backends/current.js";

/** A function compiled to reference kernels. */
const reference = <A extends readonly unknown[], R>(f: (...args: A) => R): ((...args: A) => R) => {
  const jitted = jit(f);
  return (...args) => withBackend("reference", () => jitted(...args));
};

describe("a program of reference kernels", () => {
  test("computes chains of operators, results on the way too, and runs again", () => {
    const operators = [add, mul, (x: Tensor) => sin(x), (x: Tensor) => tanh(x)] as const;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(), fc.nat()), { minLength: 1, maxLength: 20 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }),
        (program, elements) => {
          const f = (x: Tensor): Tensor[] => {
            const values = [x, tensor(Float64Array.of(0.5, -0.5))];
            for (const [kind, left, right] of program) {
              const [a, b] = [left, right].map((at) => values[at % values.length] as Tensor) as [Tensor, Tensor];
              values.push((operators[kind] as typeof add)(a, b));
            }
            return values;
          };
          const compiled = reference(f);
          for (const scale of [1, -0.5]) {
            const x = tensor(Float64Array.from(elements, (v) => v * scale));
            const [expected, actual] = [f(x), compiled(x)].map((results) => results.flatMap((t) => [...t.data()]));
            for (const [i, value] of (expected ?? []).entries()) expect(actual?.[i]).toBeCloseTo(value, 9);
          }
        },
      ),
    );
  });

  test("trains, draws, loops and maps as the default backend does", () => {
    const training = (compile: typeof reference) => {
      const [w, random] = [
        variable([
          [0.1, 0.2],
          [0.3, 0.4],
        ]),
        generator(2),
      ];
      const step = compile((x: Tensor) => {
        const gradient = grad((v: Tensor) => {
          const rows = vmap(
            (row: Tensor) => scan((c: Tensor, e: Tensor) => [tanh(add(c, e)), e] as const, tensor(0), row)[0],
          );
          return sum(mul(rows(matmul(x, v)), exp(random.normal([3]))));
        })(w.value);
        w.assign(add(w.value, mul(gradient, -0.1)));
        return gradient;
      });
      const x = tensor([
        [1, 2],
        [3, -1],
        [0.5, 0],
      ]);
      for (let i = 0; i < 3; i++) step(x);
      return w.value.data();
    };
    const [expected, actual] = [training(jit), training(reference)];
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
  });

  test("tells the error of a kernel, assigns nothing, and runs again after it", () => {
    const [v, i] = [variable(0), variable(tensor(Int32Array.of(5)))];
    const f = reference(() => {
      v.assign(add(v.value, 1));
      return take([1, 2], i.value, { axis: 0 });
    });
    expect(f).toThrow(/index 5 is out of range/);
    expect(v.value.item()).toBe(0);
    i.assign(tensor(Int32Array.of(1)));
    expect([f().toArray(), v.value.item()]).toEqual([[2], 1]);
  });

  test("refuses a kernel that makes something else than was inferred", () => {
    const wrong = definePrimitive("wrong", {
      infer: ({ inputs: [x] }) => x,
      run: () => Float32Array.of(1, 2, 3),
      vjp: { none: "it is wrong" },
      batch: { none: "it is wrong" },
      linear: "none",
      samples: undefined,
    });
    expect(() => reference((x: Tensor) => wrong(x))(tensor([1]))).toThrow(
      /wrong: its kernel made a Float32Array of 3 elements/,
    );
  });
});
