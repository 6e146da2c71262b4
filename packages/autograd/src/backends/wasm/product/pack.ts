import type { FunctionWriter } from "../encoder.js";
import type { ModuleWriter } from "../module-writer.js";
import { op, simd } from "../opcodes.js";
import { advance, type ElementCodes, elementCodes, once, type ProductType } from "./element.js";

/** Lines (rows of A, or columns of B) to be laid side by side. */
export interface PanelSpec {
  readonly dtype: ProductType;
  /** Lines of a panel. */
  readonly width: number;
  /** Elements from one line to the next, and from one term of a line to the next. */
  readonly lineStride: number;
  readonly step: number;
}

/**
 * (source, target, depth): lays `lines` ≤ width lines side by side, term by term. The places of missing lines are cleared.
 */
export function emitPanel(module: ModuleWriter, spec: PanelSpec, lines: number): FunctionWriter {
  const { dtype, width, lineStride, step } = spec;
  return once(module, ["panel", dtype, width, lineStride, step, lines].join(), () => {
    const e = elementCodes(dtype, false);
    const w = module.function("panel", ["i32", "i32", "i32"], []);
    if (lineStride === 1) {
      eachTerm(w, 1, () => copyRun(w, e, lines, width), e, spec);
    } else {
      if (step === 1 && lines > 1) eachTerm(w, e.lanes, () => transpose(w, e, spec, lines), e, spec);
      eachTerm(w, 1, () => copyOneByOne(w, e, spec, lines), e, spec);
    }
    return w;
  });
}

/** While there are `count` terms left: body, then on to the next. */
function eachTerm(w: FunctionWriter, count: number, body: () => void, e: ElementCodes, spec: PanelSpec): void {
  w.block(() =>
    w.loop(() => {
      w.get(2).i32(count).op(op.i32LtU).brIf(1);
      body();
      advance(w, 0, count * spec.step * e.bytes);
      advance(w, 1, count * spec.width * e.bytes);
      advance(w, 2, -count);
      w.br(0);
    }),
  );
}

/** One term of all lines, which lie side by side. */
function copyRun(w: FunctionWriter, e: ElementCodes, lines: number, width: number): void {
  let at = 0;
  const end = lines * e.bytes;
  for (; at + 16 <= end; at += 16) {
    w.get(1).get(0).simdMemory(simd.load, at, e.align).simdMemory(simd.store, at, e.align);
  }
  for (; at + 8 <= end; at += 8) w.get(1).get(0).memory(op.i64Load, at, 2).memory(op.i64Store, at, 2);
  for (; at + 4 <= end; at += 4) w.get(1).get(0).memory(op.i32Load, at, 2).memory(op.i32Store, at, 2);
  clearRest(w, e, lines, width, 0);
}

function clearRest(w: FunctionWriter, e: ElementCodes, lines: number, width: number, term: number): void {
  for (let line = lines; line < width; line++) {
    const at = (term * width + line) * e.bytes;
    if (e.bytes === 8) w.get(1).i64(0n).memory(op.i64Store, at, 3);
    else w.get(1).i32(0).memory(op.i32Store, at, 2);
  }
}

function copyOneByOne(w: FunctionWriter, e: ElementCodes, { width, lineStride }: PanelSpec, lines: number): void {
  for (let line = 0; line < lines; line++) {
    w.get(1)
      .get(0)
      .memory(e.load, line * lineStride * e.bytes, e.align)
      .memory(e.store, line * e.bytes, e.align);
  }
  clearRest(w, e, lines, width, 0);
}

/** Bytes of lanes of two vectors, as i8x16.shuffle wants them. */
const lanesOf = (bytes: number, lanes: readonly number[]): number[] =>
  lanes.flatMap((lane) => Array.from({ length: bytes }, (_, i) => lane * bytes + i));

/** As many terms as a vector has lanes, of all lines. */
function transpose(w: FunctionWriter, e: ElementCodes, { width, lineStride }: PanelSpec, lines: number): void {
  const load = (line: number): number => {
    const vector = w.local("v128");
    w.get(0)
      .simdMemory(simd.load, line * lineStride * e.bytes, e.align)
      .set(vector);
    return vector;
  };
  const shuffled = (a: number, b: number, bytes: number, lanes: readonly number[]): number => {
    const vector = w.local("v128");
    w.get(a).get(b).shuffle(lanesOf(bytes, lanes)).set(vector);
    return vector;
  };
  const store = (vector: number, term: number, line: number): void => {
    w.get(1)
      .get(vector)
      .simdMemory(simd.store, (term * width + line) * e.bytes, e.align);
  };
  let line = 0;
  for (; line + e.lanes <= lines; line += e.lanes) {
    const vectors = Array.from({ length: e.lanes }, (_, i) => load(line + i));
    const [a = 0, b = 0, c = 0, d = 0] = vectors;
    const made: number[] = [];
    if (e.lanes === 2) {
      made.push(shuffled(a, b, 8, [0, 2]), shuffled(a, b, 8, [1, 3]));
    } else {
      const halves = [
        shuffled(a, b, 4, [0, 4, 1, 5]),
        shuffled(c, d, 4, [0, 4, 1, 5]),
        shuffled(a, b, 4, [2, 6, 3, 7]),
        shuffled(c, d, 4, [2, 6, 3, 7]),
      ];
      const [p = 0, q = 0, r = 0, s = 0] = halves;
      made.push(shuffled(p, q, 8, [0, 2]), shuffled(p, q, 8, [1, 3]));
      made.push(shuffled(r, s, 8, [0, 2]), shuffled(r, s, 8, [1, 3]));
      for (const local of halves) w.release(local);
    }
    for (const [term, vector] of made.entries()) store(vector, term, line);
    for (const local of [...vectors, ...made]) w.release(local);
  }
  if (e.lanes === 4 && line + 2 <= lines) {
    const [a, b] = [load(line), load(line + 1)];
    const low = shuffled(a, b, 4, [0, 4, 1, 5]);
    const high = shuffled(a, b, 4, [2, 6, 3, 7]);
    for (let term = 0; term < 4; term++) {
      w.get(1).get(term < 2 ? low : high);
      w.simdMemory(simd.store64Lane, (term * width + line) * e.bytes, 2, term % 2);
    }
    for (const local of [a, b, low, high]) w.release(local);
    line += 2;
  }
  if (line < lines) {
    const vector = load(line);
    for (let term = 0; term < e.lanes; term++) {
      w.get(1)
        .get(vector)
        .simdMemory(e.storeLane, (term * width + line) * e.bytes, e.align, term);
    }
    w.release(vector);
  }
  for (let term = 0; term < e.lanes; term++) clearRest(w, e, lines, width, term);
}

/** (source, target, lines, depth): panels of lines, one after the other. `edges` are the numbers of lines that a last panel may have. */
export function emitPack(module: ModuleWriter, spec: PanelSpec, edge: number): FunctionWriter {
  const { dtype, width, lineStride, step } = spec;
  return once(module, ["pack", dtype, width, lineStride, step, edge].join(), () => {
    const e = elementCodes(dtype, false);
    const whole = emitPanel(module, spec, width);
    const part = edge > 0 ? emitPanel(module, spec, edge) : undefined;
    const w = module.function("pack", ["i32", "i32", "i32", "i32"], []);
    w.block(() =>
      w.loop(() => {
        w.get(2).i32(width).op(op.i32LtS).brIf(1);
        w.get(0).get(1).get(3).call(whole);
        advance(w, 0, width * lineStride * e.bytes);
        w.get(1)
          .get(3)
          .i32(width * e.bytes)
          .op(op.i32Mul)
          .op(op.i32Add)
          .set(1);
        advance(w, 2, -width);
        w.br(0);
      }),
    );
    if (part !== undefined) {
      w.get(2)
        .i32(0)
        .op(op.i32GtS)
        .if(() => w.get(0).get(1).get(3).call(part));
    }
    return w;
  });
}
