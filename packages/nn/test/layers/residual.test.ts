import { generator, jit, relu, ShapeError, type Tensor, ValueError, vmap, zeros } from "@glissade/autograd";
import { Linear, ReLU, Residual, Sequential } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters, waves } from "./layer-laws.js";

/** W v + b for each row of three. */
const affine = (rows: readonly number[][], w: ArrayLike<number>, b: ArrayLike<number>): number[][] =>
  rows.map((row) => Array.from(b, (shift, o) => row.reduce((sum, v, i) => sum + w[o * row.length + i]! * v, shift)));

describe("Residual", () => {
  test("adds the input to what the body makes of it, through the shortcut where there is one; the same inside jit", () => {
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (n, size, other, plain) => {
          const out = plain ? size : other;
          const linear = () => new Linear(size, out, { dtype: "float64" });
          const layer = new Residual(linear(), plain ? {} : { shortcut: linear() });
          const filled = fillParameters(layer);
          const x = waves([n, size]);
          const rows = Array.from({ length: n }, (_, i) => Array.from(x.data().slice(i * size, (i + 1) * size)));
          const body = affine(rows, filled["body.weight"]!, filled["body.bias"]!);
          const around = plain ? rows : affine(rows, filled["shortcut.weight"]!, filled["shortcut.bias"]!);
          const expected = body.flatMap((row, i) => row.map((v, j) => v + around[i]![j]!));
          expect(distance(layer.forward(x), expected)).toBeLessThan(1e-14);
          expect(distance(jit((operand: Tensor) => layer.forward(operand))(x), expected)).toBeLessThan(1e-14);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("takes functions, switches what is in it to evaluation, and is batched by vmap", () => {
    expect(new Residual(relu).forward([-1, 2]).toArray()).toEqual([-1, 4]);
    expect(new Residual(relu, { shortcut: (x: Tensor) => x.neg() }).forward([-1, 2]).toArray()).toEqual([1, 0]);
    const inner = new ReLU();
    new Residual(new Sequential(inner)).eval();
    expect(inner.training).toBe(false);
    const layer = new Residual(new Linear(2, 2, { generator: generator(1) }));
    const x = zeros([3, 2]).add(1);
    expect(vmap((row: Tensor) => layer.forward(row))(x).data()).toEqual(layer.forward(x).data());
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "a class as its body",
      // @ts-expect-error A class is no layer.
      () => new Residual(ReLU),
      ValueError,
      "Residual: the body is the class ReLU; write new ReLU(…).",
    ],
    [
      "null as its shortcut",
      // @ts-expect-error Null is no layer.
      () => new Residual(relu, { shortcut: null }),
      ValueError,
      "Residual: the shortcut is null; pass modules with a forward method",
    ],
    [
      "a body that changes the shape",
      // @ts-expect-error the compiler sees it too
      () => new Residual(new Linear(3, 1)).forward(zeros([2, 3])),
      ShapeError,
      "Residual: the body makes [2, 1] of the input [2, 3], and what is added to it is [2, 3]. Keep the shape, or give a shortcut",
    ],
    [
      "a body that returns nothing",
      // @ts-expect-error The function returns nothing.
      () => new Residual(() => {}).forward([1]),
      ValueError,
      "Residual: the body returned undefined, not a tensor.",
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});

describeLayer("Residual", {
  settings: (draw) => ({ size: draw.integer(1, 2) }),
  make: ({ size }, dtype) => new Residual(new Linear(size, size, { dtype })),
  inputs: (draw, { size }) => [draw.tensor([...draw.shape({ maxRank: 2, maxSide: 3 }), size])],
  forward: (layer, [x]) => layer.forward(x!),
});
