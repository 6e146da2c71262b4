import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantiate, requireEngine } from "../../src/backends/wasm/engine.js";
import { detectRelaxedSimd } from "../../src/backends/wasm/features.js";
import { ModuleWriter } from "../../src/backends/wasm/module-writer.js";
import { op, simd } from "../../src/backends/wasm/opcodes.js";
import type { ProductType } from "../../src/backends/wasm/product/element.js";
import { emitProduct, type ProductSpec } from "../../src/backends/wasm/product/index.js";
import { planProduct } from "../../src/backends/wasm/product/plan.js";
import { matmulInto } from "../../src/numbers/matrix-product.js";

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;
type Elements = Float32Array | Float64Array | Int32Array;

function elementsOf(dtype: ProductType, buffer: ArrayBufferLike): Elements {
  if (dtype === "float64") return new Float64Array(buffer);
  return dtype === "float32" ? new Float32Array(buffer) : new Int32Array(buffer);
}

/** Elements that the strides of a matrix, or of a batch of them, reach. */
const reach = (sizes: readonly number[], strides: readonly number[]): number =>
  sizes.some((size) => size === 0) ? 0 : 1 + sizes.reduce((sum, size, i) => sum + (size - 1) * (strides[i] ?? 0), 0);

interface Layout {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

function layoutOf({ m, n, k, aStrides, bStrides, cStride, batch }: ProductSpec): Layout {
  const sizes = batch?.sizes ?? [];
  return {
    a: reach([...sizes, m, k], [...(batch?.a ?? []), ...aStrides]),
    b: reach([...sizes, k, n], [...(batch?.b ?? []), ...bStrides]),
    c: reach([...sizes, m, n], [...(batch?.c ?? []), cStride, 1]),
  };
}

/** What C holds before: no product leaves it, and nothing between the rows may change. */
const untouched = 12345;

/** Runs a product with its operands at the end of memory, so that reading beyond them traps, in `threads` shares. */
function run(spec: ProductSpec, a: Elements, b: Elements, threads: number): Elements {
  const { Memory } = requireEngine();
  const bytes = spec.dtype === "float64" ? 8 : 4;
  const module = new ModuleWriter({ initial: 1, shared: false });
  const routine = emitProduct(module, spec);
  module.export("product", routine.function);
  const layout = layoutOf(spec);
  const scratch = 64;
  const c = scratch + routine.scratchBytes * threads;
  const used = c + (layout.c + a.length + b.length) * bytes;
  const memory = new Memory({ initial: Math.ceil(used / 65536), maximum: 65536, shared: false });
  const end = memory.buffer.byteLength;
  const elements = elementsOf(spec.dtype, memory.buffer);
  elements.fill(spec.dtype === "int32" ? 99 : Number.NaN);
  const aFirst = (a.length + b.length) % 2 === 0;
  const atB = end - (b.length + (aFirst ? 0 : a.length)) * bytes;
  const atA = end - (a.length + (aFirst ? b.length : 0)) * bytes;
  elements.set(a, atA / bytes);
  elements.set(b, atB / bytes);
  elements.fill(untouched, c / bytes, c / bytes + layout.c);
  const product = instantiate(module.encode(), "product", { memory });
  for (let thread = threads - 1; thread >= 0; thread--) product(atA, atB, c, scratch, thread, threads);
  return elements.slice(c / bytes, c / bytes + layout.c);
}

/** Where the matrix of a number lies, counted row-major over the batch axes. */
function offsetOf(matrix: number, sizes: readonly number[], strides: readonly number[]): number {
  let rest = matrix;
  let offset = 0;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis] ?? 1;
    offset += (rest % size) * (strides[axis] ?? 0);
    rest = Math.floor(rest / size);
  }
  return offset;
}

/** The same by the reference kernel. */
function expected(spec: ProductSpec, a: Elements, b: Elements): Elements {
  const { m, n, k, aStrides, bStrides, cStride, batch, dtype } = spec;
  const c = new arrays[dtype](layoutOf(spec).c).fill(untouched);
  const sizes = batch?.sizes ?? [];
  const matrices = sizes.reduce((product, size) => product * size, 1);
  for (let matrix = 0; matrix < matrices; matrix++) {
    const at = (strides: readonly number[] = []): number => offsetOf(matrix, sizes, strides);
    const tile = new arrays[dtype](m * n);
    const left = { data: a, offset: at(batch?.a), rowStride: aStrides[0], columnStride: aStrides[1] };
    const right = { data: b, offset: at(batch?.b), rowStride: bStrides[0], columnStride: bStrides[1] };
    matmulInto(left, right, tile, 0, m, k, n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) c[at(batch?.c) + i * cStride + j] = tile[i * n + j] ?? 0;
    }
  }
  return c;
}

/** Whole numbers so small that every order of adding them is exact. */
const wholes = (dtype: ProductType, length: number, seed: number): Elements =>
  new arrays[dtype](length).map((_, i) => ((Math.imul(i + seed, 2654435761) >>> 8) % 9) - 4);

/** Numbers whose sums depend on the order. */
const reals = (dtype: ProductType, length: number, seed: number): Elements =>
  new arrays[dtype](length).map((_, i) => Math.sin(i * 1.7 + seed));

const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 26 }) },
  { weight: 2, arbitrary: fc.integer({ min: 27, max: 90 }) },
);
const terms = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(255, 256, 257, 511, 512, 513, 515, 1030) },
);
const dtypes = fc.constantFrom<ProductType>("float32", "float64", "int32");
const strides = (rows: number, columns: number): fc.Arbitrary<readonly [number, number]> =>
  fc
    .tuple(fc.constantFrom("rows", "columns", "sparse"), fc.integer({ min: 0, max: 3 }))
    .map(([kind, gap]) =>
      kind === "rows" ? [columns + gap, 1] : kind === "columns" ? [1, rows + gap] : [2 * columns + gap, 2],
    );

const specs: fc.Arbitrary<ProductSpec> = fc
  .tuple(size, size, terms, dtypes, fc.boolean())
  .chain(([m, n, k, dtype, fma]) =>
    fc
      .tuple(
        strides(m, k),
        strides(k, n),
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
        fc.boolean(),
        fc.boolean(),
      )
      .map(([aStrides, bStrides, gap, sizes, spreadA, spreadB]): ProductSpec => {
        const cStride = n + gap;
        const lengths = {
          a: reach([m, k], aStrides),
          b: reach([k, n], bStrides),
          c: reach([m, n], [cStride, 1]) + gap,
        };
        const along = (length: number): number[] =>
          sizes.map((_, axis) => length * sizes.slice(axis + 1).reduce((product, s) => product * s, 1));
        const batch = {
          sizes,
          a: along(spreadA ? 0 : lengths.a),
          b: along(spreadB ? 0 : lengths.b),
          c: along(lengths.c),
        };
        const plain = { m, n, k, dtype, fma: fma && detectRelaxedSimd(), aStrides, bStrides, cStride };
        return sizes.length === 0 ? plain : { ...plain, batch };
      }),
  );

const operands = (spec: ProductSpec, make: typeof wholes): readonly [Elements, Elements] => {
  const { a, b } = layoutOf(spec);
  return [make(spec.dtype, a, 1), make(spec.dtype, b, 2)];
};

describe("emitProduct", () => {
  it("is the reference product, whatever the sizes, strides and batches, and touches nothing else", () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 3 }), (spec, threads) => {
        const [a, b] = operands(spec, wholes);
        expect(run(spec, a, b, threads)).toEqual(expected(spec, a, b));
      }),
    );
  });

  it("has the same bits for every number of threads, and is close to the reference", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const [a, b] = operands(spec, reals);
        const one = run(spec, a, b, 1);
        expect(run(spec, a, b, 2)).toEqual(one);
        expect(run(spec, a, b, 3)).toEqual(one);
        const epsilon = spec.dtype === "float32" ? 2 ** -23 : 2 ** -52;
        const reference = expected(spec, a, b);
        for (const [i, value] of one.entries()) {
          expect(Math.abs(value - (reference[i] ?? 0))).toBeLessThanOrEqual(spec.k * epsilon * Math.max(1, spec.k / 8));
        }
      }),
    );
  });

  const shape = (m: number, k: number, n: number, transposed: "" | "a" | "b" | "ab" = ""): ProductSpec => ({
    dtype: "float32",
    fma: detectRelaxedSimd(),
    m,
    n,
    k,
    aStrides: transposed.startsWith("a") ? [1, m] : [k, 1],
    bStrides: transposed.endsWith("b") ? [1, k] : [n, 1],
    cStride: n,
  });

  it.each([
    ["direct", shape(64, 64, 64)],
    ["direct", shape(10, 16, 203, "a")],
    ["flat", shape(10, 256, 3073, "a")],
    ["flat", shape(17, 517, 131)],
    ["narrow", shape(37, 3073, 10, "b")],
    ["narrow", shape(64, 1568, 10)],
    ["narrow", shape(25, 600, 16, "b")],
    ["direct", shape(1, 70, 1000)],
    ["direct", shape(150, 30, 1, "a")],
    ["flat", shape(2, 700, 33)],
    ["dot", shape(23, 3073, 10, "b")],
    ["dot", shape(37, 3073, 3, "b")],
    ["dot", shape(3, 600, 55, "b")],
    ["dot", shape(1, 700, 33, "b")],
    ["packed", shape(200, 300, 130)],
    ["packed", shape(397, 600, 61, "ab")],
    ["packed", shape(31, 530, 1100)],
    ["packed", shape(61, 9, 1037, "b")],
  ])("goes the way %s, %o", (way, spec) => {
    expect(planProduct(spec).way).toBe(way);
    for (const dtype of ["float32", "float64", "int32"] as const) {
      const typed = { ...spec, dtype };
      const [a, b] = operands(typed, wholes);
      const reference = expected(typed, a, b);
      for (const fma of new Set([false, spec.fma])) {
        for (const threads of [1, 3]) expect(run({ ...typed, fma }, a, b, threads)).toEqual(reference);
      }
    }
  });

  it("gives each finished element to the epilogue once, with its row and column", () => {
    fc.assert(
      fc.property(size, size, terms, fc.boolean(), fc.constantFrom<"" | "b">("", "b"), (m, n, k, large, transposed) => {
        const spec: ProductSpec = {
          ...shape(large ? m + 60 : m, large ? k + 60 : k, large ? n + 60 : n, transposed),
          epilogue: (w, { value, vector, row, column }) => {
            // c + 1000 · row + column, the column of the first lane
            w.get(value).get(row).i32(1000).op(op.i32Mul).get(column).op(op.i32Add).op(op.f32ConvertI32S);
            if (vector) w.simd(simd.f32x4Splat).simd(simd.f32x4Add);
            else w.op(op.f32Add);
            w.set(value);
          },
        };
        const [a, b] = operands(spec, wholes);
        const plain = expected(spec, a, b);
        for (const [index, value] of run(spec, a, b, 2).entries()) {
          const [i, j] = [Math.floor(index / spec.n), index % spec.n];
          const offset = value - (plain[index] ?? 0) - 1000 * i;
          expect(offset).toBeLessThanOrEqual(j);
          expect(offset).toBeGreaterThan(j - 4);
        }
      }),
    );
  });
});
