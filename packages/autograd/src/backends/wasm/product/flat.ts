import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import {
  advance,
  type ElementCodes,
  elementCodes,
  loadPart,
  multiplyAdd,
  once,
  type ProductType,
  storePart,
} from "./element.js";

/** Few rows of C, and the layout of what they are made from. Strides are in elements. */
export interface FlatSpec {
  readonly dtype: ProductType;
  readonly fma: boolean;
  readonly rows: number;
  /** Columns beyond whole vectors that the last call has. */
  readonly edge: number;
  readonly aRow: number;
  readonly aStep: number;
  readonly bStep: number;
  /** From one row of sums to the next. */
  readonly sumStride: number;
}

const parameters = { a: 0, b: 1, sums: 2, depth: 3, columns: 4 } as const;

/** Terms taken at a time: their two vectors of B each, two of C and the elements of A fit into fifteen registers, whatever order the compiler puts them in. */
const termCounts = [4, 2, 1] as const;

/**
 * (a, b, sums, depth, columns): the sums of all rows of A · B over `depth` terms, for so many columns. Some rows of B are read side by side, from end to end, and multiplied with all
 * rows of A; the sums are in memory that stays in the first-level cache, apart from C, whose rows may lie where they displace each other. Terms are added one after the other, as in registers.
 */
export function emitFlat(module: ModuleWriter, spec: FlatSpec): FunctionWriter {
  const { dtype, fma, rows, edge, aRow, aStep, bStep, sumStride } = spec;
  return once(module, ["flat", dtype, fma, rows, edge, aRow, aStep, bStep, sumStride].join(), () => {
    const e = elementCodes(dtype, fma);
    const w = module.function("flat", ["i32", "i32", "i32", "i32", "i32"], []);
    const { a, b, sums, depth, columns } = parameters;
    for (let row = 0; row < rows; row++) {
      w.get(sums)
        .i32(row * sumStride * e.bytes)
        .op(op.i32Add)
        .i32(0);
      w.get(columns).i32(e.bytes).op(op.i32Mul).memoryFill();
    }
    for (const terms of termCounts) {
      w.block(() =>
        w.loop(() => {
          w.get(depth).i32(terms).op(op.i32LtU).brIf(1);
          addTerms(w, e, spec, terms);
          advance(w, a, terms * aStep * e.bytes);
          advance(w, b, terms * bStep * e.bytes);
          advance(w, depth, -terms);
          w.br(0);
        }),
      );
    }
    return w;
  });
}

/** Adds `terms` terms to all elements: two vectors of columns at a time, then one, then what is left. */
function addTerms(
  w: FunctionWriter,
  e: ElementCodes,
  { rows, edge, aRow, aStep, bStep, sumStride }: FlatSpec,
  terms: number,
): void {
  const { a, b, sums: into, columns } = parameters;
  const right = Array.from({ length: terms * 2 }, () => w.local("v128"));
  const sums = [w.local("v128"), w.local("v128")];
  const left = w.local("v128");
  const elements = w.local("i32");
  eachVector(w, e, edge, { columns, moving: [b, into] }, ([source = 0, target = 0], vectors, count, rest) => {
    // An address that changes in the loop and from row to row: V8 computes the address of each offset before the loop, and would have to keep those of all elements in memory.
    w.get(a).get(rest).i32(31).op(op.i32ShrU).op(op.i32Add).set(elements);
    for (let t = 0; t < terms; t++) {
      for (let v = 0; v < vectors; v++) {
        loadPart(w, e, source, (t * bStep + v * e.lanes) * e.bytes, count);
        w.set(right[t * 2 + v] ?? 0);
      }
    }
    for (let row = 0; row < rows; row++) {
      const at = (v: number): number => (row * sumStride + v * e.lanes) * e.bytes;
      for (let v = 0; v < vectors; v++) {
        loadPart(w, e, target, at(v), count);
        w.set(sums[v] ?? 0);
      }
      for (let t = 0; t < terms; t++) {
        w.get(elements)
          .simdMemory(e.splatLoad, t * aStep * e.bytes, e.align)
          .set(left);
        for (let v = 0; v < vectors; v++) multiplyAdd(w, e, left, right[t * 2 + v] ?? 0, sums[v] ?? 0);
      }
      for (let v = 0; v < vectors; v++) storePart(w, e, target, sums[v] ?? 0, at(v), count);
      advance(w, elements, aRow * e.bytes);
    }
  });
  for (const local of [...right, ...sums, left, elements]) w.release(local);
}

/** For two vectors of columns, one, and the `edge` that is left: body(addresses, vectors, elements of a vector). The addresses are copies of the `moving` ones. */
function eachVector(
  w: FunctionWriter,
  e: ElementCodes,
  edge: number,
  { columns, moving }: { readonly columns: number; readonly moving: readonly number[] },
  body: (addresses: readonly number[], vectors: number, count: number, left: number) => void,
): void {
  const left = w.local("i32");
  const addresses = moving.map((from) => {
    const address = w.local("i32");
    w.get(from).set(address);
    return address;
  });
  w.get(columns).set(left);
  for (const vectors of [2, 1]) {
    w.block(() =>
      w.loop(() => {
        w.get(left)
          .i32(vectors * e.lanes)
          .op(op.i32LtU)
          .brIf(1);
        body(addresses, vectors, e.lanes, left);
        for (const address of addresses) advance(w, address, vectors * e.lanes * e.bytes);
        advance(w, left, -vectors * e.lanes);
        w.br(0);
      }),
    );
  }
  if (edge > 0) w.get(left).if(() => body(addresses, 1, edge, left));
  for (const local of [left, ...addresses]) w.release(local);
}

/** Rows of sums that were made elsewhere, and of C. */
export interface DeliverSpec {
  readonly dtype: ProductType;
  readonly rows: number;
  readonly edge: number;
  readonly cStride: number;
  readonly sumStride: number;
}

/** (c, sums, columns, adds): C = sums, or C += sums. */
export function emitDeliver(module: ModuleWriter, spec: DeliverSpec): FunctionWriter {
  const { dtype, rows, edge, cStride, sumStride } = spec;
  return once(module, ["deliver", dtype, rows, edge, cStride, sumStride].join(), () => {
    const e = elementCodes(dtype, false);
    const w = module.function("deliver", ["i32", "i32", "i32", "i32"], []);
    const sum = w.local("v128");
    eachVector(w, e, edge, { columns: 2, moving: [0, 1] }, ([target = 0, source = 0], vectors, count) => {
      for (let row = 0; row < rows; row++) {
        for (let v = 0; v < vectors; v++) {
          const at = (stride: number): number => (row * stride + v * e.lanes) * e.bytes;
          loadPart(w, e, source, at(sumStride), count);
          w.set(sum);
          w.get(3).if(() => {
            w.get(sum);
            loadPart(w, e, target, at(cStride), count);
            w.simd(e.add).set(sum);
          });
          storePart(w, e, target, sum, at(cStride), count);
        }
      }
    });
    return w;
  });
}
