import {
  DTypeError,
  generator,
  grad,
  IndexError,
  jit,
  mul,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  ValueError,
  variableGrads,
  vmap,
} from "@glissade/autograd";
import { Embedding } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters } from "./layer-laws.js";

const problems = fc
  .record({
    rows: fc.integer({ min: 1, max: 5 }),
    length: fc.integer({ min: 1, max: 4 }),
    shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
  })
  .chain(({ rows, length, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const indices = fc.array(fc.integer({ min: 0, max: rows - 1 }), { minLength: size, maxLength: size });
    return fc.record({ rows: fc.constant(rows), length: fc.constant(length), shape: fc.constant(shape), indices });
  });

describe("Embedding", () => {
  test("gives row w[i] for each index i, for indices of any shape, and the same inside jit", () => {
    fc.assert(
      fc.property(problems, ({ rows, length, shape, indices }) => {
        const layer = new Embedding(rows, length, { dtype: "float64" });
        const { weight } = fillParameters(layer);
        const expected = indices.flatMap((i) => Array.from(weight!.subarray(i * length, (i + 1) * length)));
        const at = tensor(Int32Array.from(indices), { shape });
        const found = layer.forward(at);
        expect(found.shape).toEqual([...shape, length]);
        expect(distance(found, expected)).toBe(0);
        expect(distance(jit((x: Tensor) => layer.forward(x))(at), expected)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("adds up the derivatives of a row that is used several times, and a padding row has none", () => {
    const slopes = (layer: Embedding): unknown => {
      const loss = () =>
        sum(
          mul(
            layer.forward([
              [0, 1],
              [2, 1],
            ]),
            tensor([
              [[1], [2]],
              [[3], [4]],
            ]),
          ),
        );
      return variableGrads(loss, [layer.weight]).grads[0]?.toArray();
    };
    expect(slopes(new Embedding(4, 1))).toEqual([[1], [6], [3], [0]]);
    expect(slopes(new Embedding(4, 1, { paddingIdx: 1 }))).toEqual([[1], [0], [3], [0]]);
    expect(slopes(new Embedding(4, 1, { paddingIdx: -2 }))).toEqual([[1], [6], [0], [0]]);
  });

  test("starts normal, and its padding row as zeros", () => {
    const layer = new Embedding(50, 40, { paddingIdx: -1, generator: generator(3) });
    const values = Array.from(layer.weight.value.data());
    const [drawn, padding] = [values.slice(0, 49 * 40), values.slice(49 * 40)];
    expect(padding).toEqual(new Array(40).fill(0));
    const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
    const variance = drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / drawn.length;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(drawn.length));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / drawn.length));
    expect([layer.paddingIdx, layer.numEmbeddings, layer.embeddingDim]).toEqual([49, 50, 40]);
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([["weight", [50, 40]]]);
    const again = new Embedding(50, 40, { generator: generator(3) });
    expect(Array.from(again.weight.value.data()).slice(0, 49 * 40)).toEqual(drawn);
  });

  test("takes given rows, frozen unless it is told otherwise", () => {
    const rows = [
      [1, 2],
      [3, 4],
    ];
    const frozen = Embedding.fromPretrained(rows);
    expect(frozen.forward([1, 0]).toArray()).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect([frozen.parameters().length, frozen.buffers().length]).toEqual([0, 1]);
    const free = Embedding.fromPretrained(tensor(new Float64Array([1, 2]), { shape: [2, 1] }), {
      freeze: false,
      paddingIdx: 0,
    });
    expect([free.parameters().length, free.weight.dtype, free.paddingIdx]).toEqual([1, "float64", 0]);
    expect(free.forward([0]).toArray()).toEqual([[1]]);
  });

  test("is batched by vmap, and takes indices of any integer dtype", () => {
    const layer = new Embedding(5, 3);
    const indices = tensor(new Uint8Array([0, 4, 2, 2]), { shape: [2, 2] });
    expect(vmap((each: Tensor) => layer.forward(each))(indices).data()).toEqual(layer.forward(indices).data());
  });

  test("finds an index that is no row inside jit too, and learns there", () => {
    const layer = new Embedding(3, 2);
    const forward = jit((indices: Tensor) => layer.forward(indices));
    expect(() => forward(tensor(new Int32Array([0, 3]))).data()).toThrow(IndexError);
    const slope = grad((x: Tensor) => sum(mul(layer.forward([0]), x)))(tensor([1, 1]));
    expect(slope.data()).toEqual(layer.weight.value.data().slice(0, 2));
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    ["no rows", () => new Embedding(0, 1), ValueError, "Embedding: numEmbeddings is 0; it must be a whole number"],
    ["half a column", () => new Embedding(1, 0.5), ValueError, "Embedding: embeddingDim is 0.5; it must be a whole"],
    [
      "a padding row that does not exist",
      () => new Embedding(3, 1, { paddingIdx: 3 }),
      ValueError,
      "Embedding: paddingIdx is 3; it must be a whole number from -3 to 2, a row of the weight.",
    ],
    [
      "an integer dtype",
      // @ts-expect-error Parameters are floats.
      () => new Embedding(1, 1, { dtype: "int32" }),
      DTypeError,
      "Embedding: dtype int32; parameters are float32 or float64.",
    ],
    [
      "a flat weight",
      () => Embedding.fromPretrained([1, 2]),
      ShapeError,
      "Embedding: the weight [2] must be [numEmbeddings, embeddingDim].",
    ],
    [
      "an index beyond the rows",
      () => new Embedding(3, 2).forward([[0, 3]]),
      IndexError,
      "Embedding: index 3 at [0, 1] is none of the rows of the weight [3, 2]: 0 … 2.",
    ],
    ["a negative index", () => new Embedding(3, 2).forward([-1]), IndexError, "Embedding: index -1 at [0]"],
    [
      "fractions",
      () => new Embedding(3, 2).forward([0.5]),
      DTypeError,
      "Embedding: indices of shape [1] must be integers, not fractions.",
    ],
    [
      "float indices",
      () => new Embedding(3, 2).forward(tensor([1, 2])),
      DTypeError,
      'Embedding: indices of shape [2] must be integers, not float32. Use cast(indices, "int32").',
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});

describeLayer("Embedding", {
  settings: (draw) => ({ rows: draw.integer(1, 3), length: draw.integer(1, 2) }),
  make: ({ rows, length }, dtype) => new Embedding(rows, length, { dtype }),
  inputs: (draw, { rows }) => [
    draw.tensor(draw.shape({ maxRank: 2, maxSide: 3 }), { dtype: "int32", min: 0, max: rows - 1 }),
  ],
  forward: (layer, [indices]) => layer.forward(indices!),
});
