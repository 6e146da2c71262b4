import { op } from "../opcodes.js";
import { emitDotTile } from "./dot.js";
import { elementCodes } from "./element.js";
import { emitDeliver, emitFlat } from "./flat.js";
import { emitPack } from "./pack.js";
import { inBlocks, overTiles } from "./ranges.js";
import { type ProductShare, productParameters as parameters } from "./share.js";
import { emitTile } from "./tile.js";

/** Writes a thread's share of a product in the way that its plan says. */
export function writeShare(share: ProductShare): void {
  if (share.plan.way === "narrow") narrow(share);
  else blocks(share);
}

function blocks(share: ProductShare): void {
  const w = share.writer;
  const { aStrides, bStrides } = share.spec;
  const { depth, a, b } = share.at;
  const { way } = share.plan;
  share.eachBlock(() => {
    if (way === "packed") packed(share);
    else if (way === "flat") flat(share);
    else inPlace(share);
    for (const [local, stride] of [
      [a, aStrides[1]],
      [b, bStrides[0]],
    ] as const) {
      w.get(local).get(depth);
      w.i32(stride * share.bytes)
        .op(op.i32Mul)
        .op(op.i32Add)
        .set(local);
    }
  });
}

/**
 * Column by column of tiles: a strip of B stays in the first-level cache while the rows of A pass by. Where B has few columns and they lie along k, row by
 * row: a few rows of A stay there.
 */
function inPlace(share: ProductShare): void {
  const { m, n } = share.spec;
  const { rows, columns, way } = share.plan;
  const { firstRow, lastRow, firstColumn, lastColumn } = share.at;
  const w = share.writer;
  const overRows = (body: (row: number, count: number) => void): void =>
    overTiles(w, firstRow, lastRow, rows, m % rows, body);
  const overColumns = (body: (column: number, count: number) => void): void =>
    overTiles(w, firstColumn, lastColumn, columns, n % columns, body);
  if (way === "dot") {
    overRows((row, rowCount) => overColumns((column, count) => tileInPlace(share, row, rowCount, column, count)));
  } else {
    overColumns((column, count) => overRows((row, rowCount) => tileInPlace(share, row, rowCount, column, count)));
  }
}

function tileInPlace(share: ProductShare, row: number, rowCount: number, column: number, columnCount: number): void {
  const { aStrides, bStrides } = share.spec;
  const steps = { aRow: aStrides[0], aStep: aStrides[1], bStep: bStrides[0] };
  const spec = { ...share.tileSpec(rowCount, columnCount), ...steps };
  const tile =
    share.plan.way === "dot"
      ? emitDotTile(share.module, { ...spec, bColumn: bStrides[1] })
      : emitTile(share.module, { ...spec, padded: false });
  share.pushAddress(share.at.a, row, aStrides[0]);
  share.pushAddress(share.at.b, column, bStrides[1]);
  share.callTile(tile, row, column);
}

function packed(share: ProductShare): void {
  const w = share.writer;
  const { m, n, dtype, aStrides, bStrides } = share.spec;
  const { rows, columns, packedRows, packedColumns } = share.plan;
  const { a, b, depth, firstRow, lastRow, firstColumn, lastColumn } = share.at;
  const packA = { dtype, width: rows, lineStride: aStrides[0], step: aStrides[1] };
  const packB = { dtype, width: columns, lineStride: bStrides[1], step: bStrides[0] };
  const [panelsA, panelsB] = [w.local("i32"), w.local("i32")];
  w.get(parameters.scratch).set(panelsA);
  w.get(parameters.scratch).i32(share.plan.panelBytes.a).op(op.i32Add).set(panelsB);
  inBlocks(w, firstColumn, lastColumn, packedColumns, (fromColumn, toColumn) => {
    share.pushAddress(b, fromColumn, bStrides[1]);
    w.get(panelsB).get(toColumn).get(fromColumn).op(op.i32Sub).get(depth);
    w.call(emitPack(share.module, packB, n % columns));
    inBlocks(w, firstRow, lastRow, packedRows, (fromRow, toRow) => {
      share.pushAddress(a, fromRow, aStrides[0]);
      w.get(panelsA).get(toRow).get(fromRow).op(op.i32Sub).get(depth);
      w.call(emitPack(share.module, packA, m % rows));
      overTiles(share.writer, fromColumn, toColumn, columns, n % columns, (column, columnCount) =>
        overTiles(share.writer, fromRow, toRow, rows, m % rows, (row, rowCount) => {
          const tile = emitTile(share.module, {
            ...share.tileSpec(rowCount, columnCount),
            aRow: 1,
            aStep: rows,
            bStep: columns,
            padded: true,
          });
          share.pushPanel(panelsA, row, fromRow);
          share.pushPanel(panelsB, column, fromColumn);
          share.callTile(tile, row, column);
        }),
      );
    });
  });
  w.release(panelsA);
  w.release(panelsB);
}

/** All of B is packed once; then, tile of rows by tile, the terms block by block: A is read from end to end. */
function narrow(share: ProductShare): void {
  const w = share.writer;
  const { m, n, k, dtype, aStrides, bStrides } = share.spec;
  const { rows, columns } = share.plan;
  const { a, b, start, firstRow, lastRow, firstColumn } = share.at;
  const pack = emitPack(
    share.module,
    { dtype, width: columns, lineStride: bStrides[1], step: bStrides[0] },
    n % columns,
  );
  w.get(b).get(parameters.scratch).i32(n).i32(k).call(pack);
  overTiles(w, firstRow, lastRow, rows, m % rows, (row, rowCount) => {
    const steps = { aRow: aStrides[0], aStep: aStrides[1], bStep: columns, padded: true };
    const tile = emitTile(share.module, { ...share.tileSpec(rowCount, n), ...steps });
    share.eachBlock(() => {
      share.pushAddress(a, row, aStrides[0]);
      share.addStride(start, aStrides[1]);
      w.get(parameters.scratch);
      share.addStride(start, columns);
      share.callTile(tile, row, firstColumn);
    });
  });
}

/** Some columns at a time, whose sums stay in the first-level cache while the rows of B pass by. */
function flat(share: ProductShare): void {
  const w = share.writer;
  const { m, n, dtype, fma, aStrides, bStrides, cStride } = share.spec;
  const { a, b, c, start, depth, firstColumn, lastColumn } = share.at;
  const { packedColumns, sumStride } = share.plan;
  const shared = { dtype, rows: m, edge: n % elementCodes(dtype, fma).lanes, sumStride };
  const steps = { aRow: aStrides[0], aStep: aStrides[1], bStep: bStrides[0] };
  const multiply = emitFlat(share.module, { ...shared, ...steps, fma });
  const deliver = emitDeliver(share.module, { ...shared, cStride });
  inBlocks(w, firstColumn, lastColumn, packedColumns, (from, to) => {
    w.get(a);
    share.pushAddress(b, from, bStrides[1]);
    w.get(parameters.scratch).get(depth).get(to).get(from).op(op.i32Sub).call(multiply);
    share.pushAddress(c, from, 1);
    w.get(parameters.scratch).get(to).get(from).op(op.i32Sub).get(start).call(deliver);
  });
}
