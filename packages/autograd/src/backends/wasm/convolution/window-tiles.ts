import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op } from "../opcodes.js";
import { advance, elementCodes, loadPart, multiplyAdd, once } from "../product/element.js";
import { pushEnd, storeTile, type TileSpec, tileParameters } from "../product/tile.js";

/** Parameters of tiles whose terms are at offsets from a table: those of all tiles, where these have other meanings. */
const parameters = { ...tileParameters, offsets: 3, terms: 5, taps: 6 } as const;

/**
 * (panel, image, c, offsets, mode, terms): rows × columns of C = A · B or C += A · B, where A is packed, `width` rows high, and the columns of B lie side by side in an image, term
 * after term at offsets in bytes.
 */
export function emitResultTile(module: ModuleWriter, spec: TileSpec, width: number): FunctionWriter {
  const { dtype, fma, rows, columns, cStride } = spec;
  return once(module, ["windows", dtype, fma, rows, columns, cStride, width].join(), () => {
    const e = elementCodes(dtype, fma);
    const w = module.function("windowTile", ["i32", "i32", "i32", "i32", "i32", "i32"], []);
    const { a, b, offsets, terms } = parameters;
    const vectors = Math.ceil(columns / e.lanes);
    const sums = Array.from({ length: rows * vectors }, () => w.local("v128"));
    const right = Array.from({ length: vectors }, () => w.local("v128"));
    const left = w.local("v128");
    const [end, at] = [w.local("i32"), w.local("i32")];
    pushEnd(w, offsets, terms, 4).set(end);
    w.block(() =>
      w.loop(() => {
        w.get(offsets).get(end).op(op.i32Eq).brIf(1);
        w.get(offsets).memory(op.i32Load, 0, 2).get(b).op(op.i32Add).set(at);
        for (const [v, vector] of right.entries()) {
          loadPart(w, e, at, v * 16, columns - v * e.lanes);
          w.set(vector);
        }
        for (let row = 0; row < rows; row++) {
          w.get(a)
            .simdMemory(e.splatLoad, row * e.bytes, e.align)
            .set(left);
          for (const [v, vector] of right.entries()) multiplyAdd(w, e, left, vector, sums[row * vectors + v] ?? 0);
        }
        advance(w, a, width * e.bytes);
        advance(w, offsets, 4);
        w.br(0);
      }),
    );
    storeTile(w, e, spec, sums);
    return w;
  });
}

/**
 * (image, panel, c, offsets, mode, terms, taps): rows × columns of C = A · B or C += A · B, where B is packed, `width` columns wide, and row i of A lies in
 * an image from the offset that stands i places behind `taps` on, term after term at further offsets.
 */
export function emitWeightsTile(module: ModuleWriter, spec: TileSpec, width: number): FunctionWriter {
  const { dtype, fma, rows, columns, cStride } = spec;
  return once(module, ["weights", dtype, fma, rows, columns, cStride, width].join(), () => {
    const e = elementCodes(dtype, fma);
    const w = module.function("weightsTile", ["i32", "i32", "i32", "i32", "i32", "i32", "i32"], []);
    const { a, b, offsets, terms, taps } = parameters;
    const vectors = Math.ceil(columns / e.lanes);
    const sums = Array.from({ length: rows * vectors }, () => w.local("v128"));
    const right = Array.from({ length: vectors }, () => w.local("v128"));
    const left = w.local("v128");
    const starts = Array.from({ length: rows }, () => w.local("i32"));
    const [end, at] = [w.local("i32"), w.local("i32")];
    for (const [row, start] of starts.entries()) {
      w.get(taps)
        .memory(op.i32Load, 4 * row, 2)
        .get(a)
        .op(op.i32Add)
        .set(start);
    }
    pushEnd(w, offsets, terms, 4).set(end);
    w.block(() =>
      w.loop(() => {
        w.get(offsets).get(end).op(op.i32Eq).brIf(1);
        w.get(offsets).memory(op.i32Load, 0, 2).set(at);
        for (const [v, vector] of right.entries()) {
          loadPart(w, e, b, v * 16, e.lanes);
          w.set(vector);
        }
        for (const [row, start] of starts.entries()) {
          w.get(start).get(at).op(op.i32Add).simdMemory(e.splatLoad, 0, e.align).set(left);
          for (const [v, vector] of right.entries()) multiplyAdd(w, e, left, vector, sums[row * vectors + v] ?? 0);
        }
        advance(w, b, width * e.bytes);
        advance(w, offsets, 4);
        w.br(0);
      }),
    );
    storeTile(w, e, spec, sums);
    return w;
  });
}
