import { type Affine, flatIndex, isSameIndex, unflattenIndex, variableIndex } from "../ir/affine.js";
import { type Expr, ExpressionBuilder, scalarTypeOf } from "../ir/expression.js";
import type { Index, Lowering } from "../ir/lowering.js";
import { type Shape, sizeOf } from "../shape.js";
import { domainOf } from "./domains.js";
import { Draft } from "./draft.js";
import { gatherOffset } from "./gather-offset.js";
import type { Buffer, MatrixOperand, Schedule } from "./kernel.js";
import { flatSource, isInline, loweringOf, sourceOf } from "./lowerings.js";
import { isReadable, matrixLoops, matrixOperand } from "./matrix-operand.js";
import {
  combined,
  conflict,
  flatOver,
  identities,
  indicesAlong,
  longBody,
  type OpenLoops,
  operandOf,
  type Part,
  type Place,
  partsAlong,
  placed,
  probeLoops,
  rankOfRows,
} from "./open-loops.js";
import { productOrder, productSizes } from "./product-order.js";
import { routineOperands } from "./routine-operands.js";
import { splitReduction } from "./split-reduction.js";
import { type Asked, askedParts, partOf, type ScheduledLoop, scheduleSteps } from "./step-loops.js";
import type { Value, Values } from "./values.js";
import { Weights } from "./weights.js";

/** Orders the values of a program into kernels, each computing as much as fits into its loops. `places` is told where values are computed. */
export function schedule(program: Values, places: Map<Value, Place> = new Map()): Schedule {
  return new Scheduler(program, places).run();
}

class Scheduler {
  readonly #program: Values;
  readonly #places: Map<Value, Place>;
  readonly #draft = new Draft();
  readonly #latest = new Map<Value, number>();
  readonly #weights = new Weights();
  readonly #asked: Asked;
  readonly #loops = new Map<Value, ScheduledLoop>();

  constructor(program: Values, places: Map<Value, Place>) {
    this.#program = program;
    this.#places = places;
    this.#asked = askedParts(program);
  }

  run(): Schedule {
    const outputs = new Set(this.#program.outputs);
    const { values } = this.#program;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (this.#isLeaf(value)) continue;
      if (outputs.has(value)) this.#place(value);
      else if (this.#weights.isKept(value)) this.#place(sourceOf(value));
    }
    const results = this.#program.outputs.map((value, i) => {
      const buffer = this.#draft.bufferOf(this.#place(value));
      buffer.outputs.push(i);
      return buffer;
    });
    return { kernels: this.#draft.closed(), buffers: this.#draft.buffers, outputs: results };
  }

  #isLeaf = (value: Value): boolean => value.input !== undefined || value.data !== undefined;

  #place(value: Value): Place {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.#compute(value);
    this.#places.set(value, place);
    this.#weights.keep(value);
    return place;
  }

  #compute(value: Value): Place {
    if (value.input !== undefined) return this.#draft.inMemory(value, -1, { kind: "input", position: value.input });
    if (value.data !== undefined) return this.#draft.inMemory(value, -1, { kind: "constant", value });
    const lowering = loweringOf(value);
    if (sizeOf(value.shape) === 0 && lowering.kind !== "host") return this.#draft.inMemory(value, -1);
    switch (lowering.kind) {
      case "host":
        return this.#whole(value);
      case "product":
        return this.#product(value, lowering);
      case "convolution":
        return this.#draft.convolved(
          value,
          lowering,
          this.#bufferOf(flatSource(operandOf(value, 0))),
          this.#bufferOf(flatSource(operandOf(value, 1))),
        );
      case "reduce":
        return this.#reduce(value, lowering);
      case "place":
        return this.#parts(value, lowering.fill, [{ ...lowering, x: operandOf(value, 0) }]);
      case "scatter":
        return this.#draft.scattered(
          value,
          lowering,
          this.#bufferOf(operandOf(value, 0)),
          this.#bufferOf(operandOf(value, 1)),
        );
      case "routine":
        return this.#draft.byRoutine(value, lowering, routineOperands(value, lowering).map(this.#bufferOf));
      case "concat":
        return this.#parts(value, undefined, partsAlong(value, lowering.axis));
      default:
        return this.#map(value);
    }
  }

  /** The number of the last kernel that a value computed inline would read from, −1 for none. */
  #lastRead(value: Value): number {
    const place = this.#places.get(value);
    if (place !== undefined) return place.position;
    if (this.#isLeaf(value)) return -1;
    const known = this.#latest.get(value);
    if (known !== undefined) return known;
    const lowering = loweringOf(value);
    let last = -1;
    const inline = isInline(value);
    for (let k = 0; k < value.inputs.length; k++) {
      const input = value.inputs[k]!;
      if (!inline) this.#place(input);
      else if (lowering.kind === "map" && lowering.gathers?.includes(k)) this.#place(flatSource(input));
      last = Math.max(last, this.#lastRead(input));
    }
    this.#latest.set(value, last);
    return last;
  }

  /** A value computed element by element joins loops over as many elements, or over rows that it follows from, or gets its own. */
  #map(value: Value): Place {
    let last = this.#lastRead(value);
    for (let k = 0; k < value.inputs.length; k++) last = Math.max(last, this.#lastRead(value.inputs[k]!));
    const size = sizeOf(value.shape);
    const from = this.#draft.kernels[last];
    const rows = from !== undefined && "rowFlat" in from && from.open && from.rowRank !== undefined ? [from] : [];
    for (const loops of [...this.#draft.loopsOver(size), ...rows]) {
      if (loops.position < last || loops.columns || loops.builder.size > longBody) continue;
      for (const level of ["element", "row"] as const) {
        const place = this.#join(value, loops, level);
        if (place !== undefined) return place;
      }
    }
    return this.#insist(value, () => this.#join(value, this.#draft.openLoops(domainOf(value.shape), {}), "element"));
  }

  /** Tries again as long as views that the loops cannot follow are put in memory meanwhile. */
  #insist<T>(value: Value, attempt: () => T | undefined): T {
    for (let placed = -1; placed < this.#places.size; ) {
      placed = this.#places.size;
      const result = attempt();
      if (result !== undefined) return result;
    }
    throw new Error(`${value.primitive.name} fits into no loops`);
  }

  #join(value: Value, loops: OpenLoops, level: "element" | "row"): Place | undefined {
    if (level === "row" && loops.rowRank === undefined) return undefined;
    const flat = level === "row" ? loops.rowFlat : loops.flat;
    const size = level === "row" ? sizeOf(loops.sizes.slice(0, loops.rowRank)) : loops.elements;
    if (size !== sizeOf(value.shape)) return undefined;
    const indices = unflattenIndex(flat, value.shape, loops.sizes);
    if (indices === undefined) return undefined;
    const expr = this.#tryRead(() => this.#element(value, indices, loops));
    return expr && this.#addPlace(value, loops, expr, level, flat);
  }

  #addPlace(value: Value, loops: OpenLoops, expr: Expr, level: "element" | "row", index: Affine): Place {
    const { position } = loops;
    const place: Place = { value, position, loops, expr, level, index, buffer: undefined };
    loops.places.push(place);
    return place;
  }

  #tryRead<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error === conflict) return undefined;
      throw error;
    }
  }

  /** The element of a value at `indices`, for the loops `into`: from where it is, or computed on the spot. */
  #read(value: Value, indices: readonly Affine[], into: OpenLoops): Expr {
    if (value.uniform !== undefined) return into.builder.constant(scalarTypeOf(value.dtype), value.uniform);
    const place = this.#places.get(value) ?? (this.#isLeaf(value) ? this.#place(value) : undefined);
    if (place === undefined) {
      if (!isInline(value)) return this.#read(this.#place(value).value, indices, into);
      return this.#element(value, indices, into);
    }
    const flat = flatIndex(indices, value.shape);
    if (place.loops === into) {
      if (place.expr === undefined || !isSameIndex(place.index, flat)) throw conflict;
      return place.expr;
    }
    return this.#load(place, into, flat);
  }

  #load(place: Place, into: OpenLoops, flat: Affine, offset?: Expr): Expr {
    if (place.position >= into.position) throw conflict;
    const buffer = this.#draft.bufferOf(place);
    into.reads.add(buffer);
    return into.builder.load(buffer.id, scalarTypeOf(buffer.dtype), flat, offset);
  }

  #element(value: Value, indices: readonly Affine[], into: OpenLoops): Expr {
    const lowering = loweringOf(value);
    const x = value.inputs[0];
    if (lowering.kind === "view" && x !== undefined) return this.#read(x, lowering.source(indices), into);
    if (lowering.kind === "reshape" && x !== undefined) return this.#readFlat(x, flatIndex(indices, value.shape), into);
    if (lowering.kind !== "map") throw new Error(`${value.primitive.name} is not computed by elements`);
    return lowering.element({
      b: into.builder,
      indices,
      operand: (k, at) => this.#read(operandOf(value, k), at, into),
      gather: (k, at) => this.#gather(operandOf(value, k), at, into),
    });
  }

  /** The element of a value at a row-major offset. */
  #readFlat(value: Value, flat: Affine, into: OpenLoops): Expr {
    if (value.uniform !== undefined) return this.#read(value, [], into);
    const place = this.#places.get(value) ?? (this.#isLeaf(value) ? this.#place(value) : undefined);
    if (place !== undefined) {
      if (place.loops !== into) return this.#load(place, into, flat);
      if (place.expr === undefined || !isSameIndex(place.index, flat)) throw conflict;
      return place.expr;
    }
    const indices = unflattenIndex(flat, value.shape, into.sizes);
    if (indices !== undefined && isInline(value)) return this.#element(value, indices, into);
    return this.#load(this.#place(value), into, flat);
  }

  #gather(value: Value, indices: readonly Index[], into: OpenLoops): Expr {
    const { fixed, offset } = gatherOffset(into.builder, indices, value.shape);
    if (value.uniform !== undefined) return this.#read(value, [], into);
    const place = this.#places.get(value) ?? this.#place(flatSource(value));
    if (place.loops === into) throw conflict;
    return this.#load(place, into, flatIndex(fixed, value.shape), offset);
  }

  #reduce(value: Value, lowering: Lowering & { readonly kind: "reduce" }): Place {
    const x = operandOf(value, 0);
    const reduced = lowering.axes.filter((axis) => x.shape[axis] !== 1);
    const kept = x.shape.flatMap((side, axis) => (side === 1 || lowering.axes.includes(axis) ? [] : [axis]));
    if (sizeOf(x.shape) === 0) return this.#draft.filled(value, identities[lowering.combine]);
    const split = splitReduction(value, lowering, kept, reduced);
    if (split !== undefined) {
      this.#place(split.partial);
      return this.#reduce(split.rest, { ...lowering, axes: split.axes });
    }
    const suffix = kept.every((axis) => reduced.every((other) => axis < other));
    this.#lastRead(x);
    const last = this.#lastRead(x);
    if (suffix) {
      const rows = sizeOf(kept.map((axis) => x.shape[axis] ?? 1));
      for (const loops of this.#draft.loopsOver(sizeOf(x.shape))) {
        if (loops.position < last || loops.columns || loops.builder.size > longBody) continue;
        const rank = rankOfRows(loops, rows);
        if (rank === undefined || (loops.rowRank !== undefined && loops.rowRank !== rank)) continue;
        const inner = loops.sizes.slice(rank);
        if (inner.length !== reduced.length || inner.some((size, i) => size !== x.shape[reduced[i] ?? 0])) continue;
        const place = this.#joinReduction(value, lowering, loops, x, rank);
        if (place !== undefined) return place;
      }
    }
    const axes = [...kept, ...reduced];
    const sizes = axes.map((axis) => x.shape[axis] ?? 1);
    const flat = suffix ? undefined : flatOver(axes, x.shape);
    const columns = !suffix;
    return this.#insist(value, () => {
      const loops = this.#draft.openLoops(sizes, {
        rowRank: kept.length,
        columns,
        open: suffix,
        ...(flat && { flat }),
      });
      return this.#joinReduction(value, lowering, loops, x, kept.length);
    });
  }

  #joinReduction(
    value: Value,
    { combine }: Lowering & { readonly kind: "reduce" },
    loops: OpenLoops,
    x: Value,
    rowRank: number,
  ): Place | undefined {
    const indices = loops.columns
      ? indicesAlong(loops.flat, x.shape)
      : unflattenIndex(loops.flat, x.shape, loops.sizes);
    if (indices === undefined) return undefined;
    const element = this.#tryRead(() => this.#read(x, indices, loops));
    if (element === undefined) return undefined;
    if (loops.rowRank === undefined) {
      loops.rowRank = rowRank;
      const variables = loops.sizes.slice(0, rowRank).map((_, variable) => variableIndex(variable));
      loops.rowFlat = flatIndex(variables, loops.sizes.slice(0, rowRank));
    }
    return this.#addPlace(value, loops, combined(loops, value, combine, element), "row", loops.rowFlat);
  }

  /** An operator without a lowering: a loop over steps, one of its results, or what the host computes. */
  #whole(value: Value): Place {
    const loop = this.#loops.get(partOf(value) === undefined ? value : operandOf(value, 0)) ?? this.#steps(value);
    const buffer = loop?.results.get(partOf(value) ?? -1);
    if (loop !== undefined) return this.#draft.stored(value, buffer ?? this.#draft.nothing(value), loop.position);
    return this.#draft.inHost(
      value,
      value.inputs.map((input) => this.#bufferOf(input)),
    );
  }

  #bufferOf = (value: Value): Buffer => this.#draft.bufferOf(this.#place(value));

  #steps(value: Value): ScheduledLoop | undefined {
    const asked = this.#asked.get(value);
    if (asked === undefined) return undefined;
    const results = scheduleSteps(value, asked, { draft: this.#draft, bufferOf: this.#bufferOf, schedule });
    const loop = results && { results, position: this.#draft.kernels.length - 1 };
    if (loop !== undefined) this.#loops.set(value, loop);
    return loop;
  }

  /** A value put together from others that are written to parts of it. */
  #parts(value: Value, fill: number | undefined, parts: readonly Part[]): Place {
    const filled = parts.filter(({ x }) => sizeOf(x.shape) > 0);
    for (const { x } of filled) this.#lastRead(x);
    const buffer = this.#draft.newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    if (fill !== undefined) this.#draft.kernels.push({ kind: "fill", out: buffer, value: fill });
    for (const { x, low, step } of filled) {
      const write = (): true | undefined => {
        const sizes = x.shape.filter((side) => side !== 1);
        const loops = this.#draft.openLoops(sizes, { open: false });
        const indices = unflattenIndex(loops.flat, x.shape, sizes);
        const expr = indices && this.#tryRead(() => this.#read(x, indices, loops));
        if (indices === undefined || expr === undefined) return undefined;
        const moved = indices.map((index, axis) => placed(index, low[axis] ?? 0, step[axis] ?? 1));
        loops.stores.push({ expr, buffer, index: flatIndex(moved, value.shape), level: "element" });
        return true;
      };
      this.#insist(value, write);
    }
    return this.#draft.stored(value, buffer, this.#draft.kernels.length - 1);
  }

  #product(value: Value, lowering: Lowering & { readonly kind: "product" }): Place {
    const [a, b] = [operandOf(value, 0), operandOf(value, 1)];
    const { batch, m, n, k } = productSizes(value.shape, a.shape, lowering.a);
    if (k === 0) return this.#draft.filled(value, 0);
    const order = productOrder(m, n, k, lowering);
    const left = this.#matrix(a, batch, lowering.a, order.alongK ? "columns" : "any");
    const right = this.#matrix(b, batch, lowering.b, order.alongK ? "rows" : "any");
    const place = this.#draft.inMemory(value, this.#draft.kernels.length);
    if (place.buffer === undefined) throw new Error("a product is in memory");
    this.#draft.kernels.push({ kind: "product", m, n, k, batch, a: left, b: right, out: place.buffer, order });
    return place;
  }

  /** A matrix as strides into a buffer: views of what is in memory cost nothing. */
  #matrix(value: Value, batch: Shape, transposed: boolean, unit: "rows" | "columns" | "any"): MatrixOperand {
    let bottom = value;
    while (!this.#places.has(bottom) && !this.#isLeaf(bottom)) {
      const { kind } = loweringOf(bottom);
      const [x] = bottom.inputs;
      if ((kind !== "view" && kind !== "reshape") || x === undefined) break;
      bottom = x;
    }
    this.#place(bottom);
    const view = this.#asMatrix(value, batch, transposed);
    if (view !== undefined && isReadable(view, unit)) return view;
    const copy = this.#asMatrix(this.#place(value).value, batch, transposed, true);
    if (copy === undefined) throw new Error(`${value.primitive.name} is not in memory`);
    return copy;
  }

  #asMatrix(value: Value, batch: Shape, transposed: boolean, inMemory = false): MatrixOperand | undefined {
    const { sizes, indices } = matrixLoops(value.shape, batch);
    if (inMemory) {
      const buffer = this.#draft.bufferOf(this.#place(value));
      return matrixOperand(buffer, flatIndex(indices, value.shape), batch.length, transposed);
    }
    const probe: OpenLoops = { ...probeLoops, builder: new ExpressionBuilder(), sizes, reads: new Set() };
    const expr = this.#tryRead(() => this.#read(value, indices, probe));
    if (expr?.op !== "load" || expr.args.length > 0 || expr.type !== scalarTypeOf(value.dtype)) return undefined;
    const buffer = this.#draft.buffers[Number(expr.value)];
    return buffer && expr.index && matrixOperand(buffer, expr.index, batch.length, transposed);
  }
}
