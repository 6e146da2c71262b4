import type { DType } from "../dtype.js";
import { isFloat } from "../dtype.js";
import { type Affine, constantIndex, flatIndex, indexKey, unflattenIndex, variableIndex } from "../ir/affine.js";
import { type Expr, ExpressionBuilder, type ScalarType, scalarTypeOf } from "../ir/expression.js";
import type { Index, Lowering } from "../ir/lowering.js";
import { reducedShape, type Shape, sizeOf } from "../shape.js";
import { chunksOf, domainOf } from "./domains.js";
import type { Buffer, Kernel, LoopKernel, MatrixOperand, Reduction, Schedule, Store } from "./kernel.js";
import { isInline, loweringOf, setLowering } from "./lowerings.js";
import { productOrder } from "./product-order.js";
import type { Value, Values } from "./values.js";

/** Where a value is computed. */
interface Place {
  readonly value: Value;
  /** The number of its kernel; inputs and constants come before all. */
  readonly position: number;
  /** Set where loops compute it: other expressions of the same loops use it without going through memory. */
  readonly loops: OpenLoops | undefined;
  readonly expr: Expr | undefined;
  readonly level: "element" | "row";
  /** The flat index at which `expr` is its element, as a text. */
  readonly key: string;
  readonly index: Affine;
  buffer: Buffer | undefined;
}

/** Loops that more values may join. */
interface OpenLoops {
  readonly position: number;
  readonly builder: ExpressionBuilder;
  readonly sizes: readonly number[];
  readonly elements: number;
  readonly columns: boolean;
  /** Whether values may join. */
  readonly open: boolean;
  /** The flat index of an element. */
  readonly flat: Affine;
  rowRank: number | undefined;
  rowFlat: Affine;
  readonly reductions: Reduction[];
  readonly places: Place[];
  readonly stores: Store[];
  readonly reads: Set<Buffer>;
}

/** Thrown where a value cannot be computed inside the loops that were tried; the next ones are. */
const conflict = new Error("not in these loops");

/** A loop body of more expressions than this takes no further values: compilers slow down on long functions. */
const longBody = 3000;
/** Values that are used once are kept anyway after so many operators in a row, so that no walk over them goes deep. */
const longChain = 24;

/** Orders the values of a program into kernels, each computing as much as fits into its loops. */
export function schedule(program: Values): Schedule {
  return new Scheduler(program).run();
}

class Scheduler {
  readonly #program: Values;
  readonly #places = new Map<Value, Place>();
  readonly #kernels: (Kernel | OpenLoops)[] = [];
  readonly #buffers: Buffer[] = [];
  /** The loops over so many elements or rows, latest last. */
  readonly #bySize = new Map<number, OpenLoops[]>();
  readonly #latest = new Map<Value, number>();
  readonly #weights = new Map<Value, { readonly work: number; readonly height: number }>();

  constructor(program: Values) {
    this.#program = program;
  }

  run(): Schedule {
    const outputs = new Set(this.#program.outputs);
    for (const value of this.#program.values) {
      if (this.#isLeaf(value)) continue;
      if (outputs.has(value) || this.#isKept(value)) this.#place(value);
    }
    const results = this.#program.outputs.map((value, i) => {
      const buffer = this.#bufferOf(this.#place(value));
      buffer.outputs.push(i);
      return buffer;
    });
    const kernels = this.#kernels.map((kernel) =>
      Object.hasOwn(kernel, "kind") ? kernel : close(kernel as OpenLoops),
    );
    return { kernels: kernels as Kernel[], buffers: this.#buffers, outputs: results };
  }

  #isLeaf = (value: Value): boolean => value.input !== undefined || value.data !== undefined;

  /** Whether a value is worth keeping for its users, or must be. */
  #isKept(value: Value): boolean {
    if (!isInline(value)) return true;
    const { work, height } = this.#weight(value);
    return height >= longChain || (value.uses > 1 && work > 2);
  }

  /** How much computing a value anew costs, and how many operators deep it is. */
  #weight(value: Value): { readonly work: number; readonly height: number } {
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    let work = 0;
    let height = 0;
    if (!this.#isLeaf(value) && isInline(value) && !this.#places.has(value)) {
      work = loweringOf(value).kind === "map" ? (cheap.has(value.primitive.name) ? 1 : 4) : 0;
      for (const input of value.inputs) {
        const below = this.#weight(input);
        work += below.work;
        height = Math.max(height, below.height + 1);
      }
      if (height >= longChain) return { work, height };
    }
    const weight = { work, height };
    this.#weights.set(value, weight);
    return weight;
  }

  #place(value: Value): Place {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.#compute(value);
    this.#places.set(value, place);
    this.#weights.set(value, { work: 0, height: 0 });
    return place;
  }

  #compute(value: Value): Place {
    if (value.input !== undefined) return this.#inMemory(value, -1, { kind: "input", position: value.input });
    if (value.data !== undefined) return this.#inMemory(value, -1, { kind: "constant", value });
    const lowering = loweringOf(value);
    if (sizeOf(value.shape) === 0 && lowering.kind !== "host") return this.#inMemory(value, -1);
    switch (lowering.kind) {
      case "host":
        return this.#host(value);
      case "product":
        return this.#product(value, lowering);
      case "reduce":
        return this.#reduce(value, lowering);
      case "place":
        return this.#scattered(value, lowering.fill, value.inputs.slice(0, 1), lowering);
      case "concat":
        return this.#concat(value, lowering.axis);
      default:
        return this.#map(value);
    }
  }

  #inMemory(value: Value, position: number, source: Buffer["source"] = { kind: "temporary" }): Place {
    const buffer = this.#newBuffer(value.dtype, sizeOf(value.shape), source);
    return {
      value,
      position,
      loops: undefined,
      expr: undefined,
      level: "element",
      key: "",
      index: constantIndex(0),
      buffer,
    };
  }

  #newBuffer(dtype: DType, size: number, source: Buffer["source"]): Buffer {
    const buffer: Buffer = { id: this.#buffers.length, dtype, size, source, outputs: [] };
    this.#buffers.push(buffer);
    return buffer;
  }

  /** The buffer of a place; loops that computed it for themselves only now store it. */
  #bufferOf(place: Place): Buffer {
    if (place.buffer !== undefined) return place.buffer;
    const { value, loops, expr, level, index } = place;
    if (loops === undefined || expr === undefined) throw new Error(`${value.primitive.name} is nowhere`);
    const buffer = this.#newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    loops.stores.push({ expr, buffer, index, level });
    place.buffer = buffer;
    return buffer;
  }

  #openLoops(sizes: readonly number[], { rowRank, columns = false, open = true, flat }: LoopOptions): OpenLoops {
    const variables = sizes.map((_, variable) => variableIndex(variable));
    const loops: OpenLoops = {
      position: this.#kernels.length,
      builder: new ExpressionBuilder(),
      sizes,
      elements: sizeOf(sizes),
      columns,
      open,
      flat: flat ?? flatIndex(variables, sizes),
      rowRank,
      rowFlat: flatIndex(variables.slice(0, rowRank ?? 0), sizes.slice(0, rowRank ?? 0)),
      reductions: [],
      places: [],
      stores: [],
      reads: new Set(),
    };
    this.#kernels.push(loops);
    const { elements } = loops;
    if (open) this.#bySize.set(elements, [...(this.#bySize.get(elements) ?? []).slice(-7), loops]);
    return loops;
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
    for (const [k, input] of value.inputs.entries()) {
      if (!isInline(value) || (lowering.kind === "map" && lowering.gathers?.includes(k))) this.#place(input);
      last = Math.max(last, this.#lastRead(input));
    }
    this.#latest.set(value, last);
    return last;
  }

  /** A value computed element by element joins loops over as many elements, or over rows that it follows from, or gets its own. */
  #map(value: Value): Place {
    const last = Math.max(-1, ...value.inputs.map((input) => this.#lastRead(input)), this.#lastRead(value));
    const size = sizeOf(value.shape);
    const from = this.#kernels[last];
    const rows = from !== undefined && "rowFlat" in from && from.open && from.rowRank !== undefined ? [from] : [];
    for (const loops of [...(this.#bySize.get(size) ?? []), ...rows]) {
      if (loops.position < last || loops.columns || loops.builder.size > longBody) continue;
      for (const level of ["element", "row"] as const) {
        const place = this.#join(value, loops, level);
        if (place !== undefined) return place;
      }
    }
    const place = this.#join(value, this.#openLoops(domainOf(value.shape), {}), "element");
    if (place === undefined) {
      // A view that the loops cannot follow was put in memory meanwhile: now they can.
      const again = this.#join(value, this.#openLoops(domainOf(value.shape), {}), "element");
      if (again === undefined) throw new Error(`${value.primitive.name} fits into no loops`);
      return again;
    }
    return place;
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
    const place: Place = { value, position, loops, expr, level, key: indexKey(index), index, buffer: undefined };
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
      if (place.expr === undefined || place.key !== indexKey(flat)) throw conflict;
      return place.expr;
    }
    return this.#load(place, into, flat);
  }

  #load(place: Place, into: OpenLoops, flat: Affine, offset?: Expr): Expr {
    if (place.position >= into.position) throw conflict;
    const buffer = this.#bufferOf(place);
    into.reads.add(buffer);
    return into.builder.load(buffer.id, scalarTypeOf(buffer.dtype), flat, offset);
  }

  #element(value: Value, indices: readonly Affine[], into: OpenLoops): Expr {
    const lowering = loweringOf(value);
    const [x] = value.inputs;
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
      if (place.expr === undefined || place.key !== indexKey(flat)) throw conflict;
      return place.expr;
    }
    const indices = unflattenIndex(flat, value.shape, into.sizes);
    if (indices !== undefined && isInline(value)) return this.#element(value, indices, into);
    return this.#load(this.#place(value), into, flat);
  }

  #gather(value: Value, indices: readonly Index[], into: OpenLoops): Expr {
    const { builder: b } = into;
    const fixed = indices.map((index) => ("terms" in index ? index : constantIndex(0)));
    let offset: Expr | undefined;
    let stride = 1;
    for (let axis = value.shape.length - 1; axis >= 0; axis--) {
      const index = indices[axis];
      if (index !== undefined && !("terms" in index)) {
        const step = b.mul(index, b.constant("i32", stride));
        offset = offset === undefined ? step : b.add(offset, step);
      }
      stride *= value.shape[axis] ?? 1;
    }
    if (value.uniform !== undefined) return this.#read(value, [], into);
    const place = this.#place(value);
    if (place.loops === into) throw conflict;
    return this.#load(place, into, flatIndex(fixed, value.shape), offset);
  }

  #reduce(value: Value, lowering: Lowering & { readonly kind: "reduce" }): Place {
    const x = operandOf(value, 0);
    const reduced = lowering.axes.filter((axis) => x.shape[axis] !== 1);
    const kept = x.shape.flatMap((side, axis) => (side === 1 || lowering.axes.includes(axis) ? [] : [axis]));
    if (sizeOf(x.shape) === 0) return this.#filled(value, identities[lowering.combine]);
    const split = this.#split(value, lowering, kept, reduced);
    if (split !== undefined) {
      this.#place(split.partial);
      return this.#reduce(split.rest, { ...lowering, axes: split.axes });
    }
    const suffix = kept.every((axis) => reduced.every((other) => axis < other));
    this.#lastRead(x);
    const last = this.#lastRead(x);
    if (suffix) {
      const rows = sizeOf(kept.map((axis) => x.shape[axis] ?? 1));
      for (const loops of this.#bySize.get(sizeOf(x.shape)) ?? []) {
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
    for (let attempt = 0; attempt < 2; attempt++) {
      const loops = this.#openLoops(sizes, { rowRank: kept.length, columns, open: suffix, ...(flat && { flat }) });
      const place = this.#joinReduction(value, lowering, loops, x, kept.length);
      if (place !== undefined) return place;
    }
    throw new Error(`${value.primitive.name} fits into no loops`);
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
    const { builder: b } = loops;
    const type = scalarTypeOf(value.dtype);
    const carried: ScalarType = type === "bool" || type === "u8" ? "i32" : type;
    const argument = b.convert(element, scalarTypeOf(x.dtype) === "bool" ? "i32" : element.type);
    const accumulates = combine === "sum" || combine === "prod";
    const accumulator: ScalarType = accumulates ? (isFloat(value.dtype) ? "f64" : carried) : carried;
    const number = loops.reductions.length;
    const result = b.parameter(carried, number);
    const typed = b.convert(argument, accumulates && isFloat(value.dtype) ? argument.type : carried);
    loops.reductions.push({ number, combine, argument: typed, result, accumulator });
    return this.#addPlace(value, loops, b.convert(result, type), "row", loops.rowFlat);
  }

  /**
   * A long reduction to few results is done in two steps, so that threads can share it: partial results of parts whose number depends on the shape
   * alone, floats in float64, and a reduction of those.
   */
  #split(
    value: Value,
    lowering: Lowering & { readonly kind: "reduce" },
    kept: readonly number[],
    reduced: readonly number[],
  ): { readonly partial: Value; readonly rest: Value; readonly axes: readonly number[] } | undefined {
    const x = operandOf(value, 0);
    const [first] = reduced;
    const length = sizeOf(reduced.map((axis) => x.shape[axis] ?? 1));
    if (first === undefined || length < 4096 || sizeOf(kept.map((axis) => x.shape[axis] ?? 1)) > 16) return undefined;
    const parts = chunksOf(x.shape[first] ?? 1, reduced.length > 1);
    if (parts === undefined) return undefined;
    const side = (x.shape[first] ?? 1) / parts;
    const shape = [...x.shape.slice(0, first), parts, side, ...x.shape.slice(first + 1)];
    const inParts = derived(x, shape, x.dtype, x, { kind: "reshape" });
    const axes = lowering.axes.map((axis) => (axis >= first ? axis + 1 : axis));
    const accumulates = lowering.combine === "sum" || lowering.combine === "prod";
    const dtype = accumulates && isFloat(value.dtype) ? "float64" : value.dtype;
    const partialShape = reducedShape(shape, axes, true);
    const flatShape = reducedShape(shape, axes, false);
    void partialShape;
    const partial = derived(value, flatShape, dtype, inParts, { kind: "reduce", combine: lowering.combine, axes });
    const restAxis = flatShape.length - value.shape.length === 1 ? axisOfParts(first, axes) : 0;
    const rest: Value = { ...value, inputs: [partial] };
    return { partial, rest, axes: [restAxis] };
  }

  #filled(value: Value, fill: number): Place {
    const place = this.#inMemory(value, this.#kernels.length);
    if (place.buffer !== undefined) this.#kernels.push({ kind: "fill", out: place.buffer, value: fill });
    return place;
  }

  #host(value: Value): Place {
    const operands = value.inputs.map((input) => this.#bufferOf(this.#place(input)));
    const place = this.#inMemory(value, this.#kernels.length);
    if (place.buffer !== undefined) this.#kernels.push({ kind: "host", value, operands, out: place.buffer });
    return place;
  }

  #concat(value: Value, axis: number): Place {
    const starts: number[] = [];
    let start = 0;
    for (const { shape } of value.inputs) {
      starts.push(start);
      start += shape[axis] ?? 0;
    }
    const along = (x: number): number[] => value.shape.map((_, i) => (i === axis ? (starts[x] ?? 0) : 0));
    return this.#parts(
      value,
      undefined,
      value.inputs.map((x, i) => ({ x, low: along(i), step: value.shape.map(() => 1) })),
    );
  }

  #scattered(
    value: Value,
    fill: number,
    [x]: readonly Value[],
    { low, step }: { readonly low: readonly number[]; readonly step: readonly number[] },
  ): Place {
    return this.#parts(value, fill, x === undefined ? [] : [{ x, low, step }]);
  }

  /** A value put together from others that are written to parts of it. */
  #parts(value: Value, fill: number | undefined, parts: readonly Part[]): Place {
    const filled = parts.filter(({ x }) => sizeOf(x.shape) > 0);
    for (const { x } of filled) this.#lastRead(x);
    const buffer = this.#newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    if (fill !== undefined) this.#kernels.push({ kind: "fill", out: buffer, value: fill });
    for (const { x, low, step } of filled) {
      const write = (): true | undefined => {
        const sizes = x.shape.filter((side) => side !== 1);
        const loops = this.#openLoops(sizes, { open: false });
        const indices = unflattenIndex(loops.flat, x.shape, sizes);
        const expr = indices && this.#tryRead(() => this.#read(x, indices, loops));
        if (indices === undefined || expr === undefined) return undefined;
        const moved = indices.map((index, axis) => placed(index, low[axis] ?? 0, step[axis] ?? 1));
        loops.stores.push({ expr, buffer, index: flatIndex(moved, value.shape), level: "element" });
        return true;
      };
      if (write() === undefined && write() === undefined) throw new Error(`${value.primitive.name} fits into no loops`);
    }
    const position = this.#kernels.length - 1;
    return {
      value,
      position,
      loops: undefined,
      expr: undefined,
      level: "element",
      key: "",
      index: constantIndex(0),
      buffer,
    };
  }

  #product(value: Value, lowering: Lowering & { readonly kind: "product" }): Place {
    const [a, b] = [operandOf(value, 0), operandOf(value, 1)];
    const batch = value.shape.slice(0, -2);
    const m = value.shape[value.shape.length - 2] ?? 1;
    const n = value.shape[value.shape.length - 1] ?? 1;
    const k = a.shape[a.shape.length - (lowering.a ? 2 : 1)] ?? 1;
    if (k === 0) return this.#filled(value, 0);
    const order = productOrder(m, n, k, lowering);
    const left = this.#matrix(a, batch, lowering.a, order.alongK ? "columns" : "any");
    const right = this.#matrix(b, batch, lowering.b, order.alongK ? "rows" : "any");
    const place = this.#inMemory(value, this.#kernels.length);
    if (place.buffer === undefined) throw new Error("a product is in memory");
    this.#kernels.push({ kind: "product", m, n, k, batch, a: left, b: right, out: place.buffer, order });
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
    if (view !== undefined && (unit === "any" || isUnit(view, unit))) return view;
    const copy = this.#asMatrix(this.#place(value).value, batch, transposed, true);
    if (copy === undefined) throw new Error(`${value.primitive.name} is not in memory`);
    return copy;
  }

  #asMatrix(value: Value, batch: Shape, transposed: boolean, inMemory = false): MatrixOperand | undefined {
    const own = value.shape.slice(0, -2);
    const lead = batch.length - own.length;
    const [rows = 1, columns = 1] = value.shape.slice(-2);
    const sizes = [...batch, rows, columns];
    const variables = sizes.map((_, variable) => variableIndex(variable));
    const indices = value.shape.map((side, axis) => {
      const variable = axis < own.length ? axis + lead : batch.length + axis - own.length;
      return side === 1 ? constantIndex(0) : (variables[variable] ?? constantIndex(0));
    });
    const probe: OpenLoops = { ...probeLoops, builder: new ExpressionBuilder(), sizes, reads: new Set() };
    let flat: Affine | undefined;
    let buffer: Buffer | undefined;
    if (inMemory) {
      buffer = this.#bufferOf(this.#place(value));
      flat = flatIndex(indices, value.shape);
    } else {
      const expr = this.#tryRead(() => this.#read(value, indices, probe));
      if (expr?.op !== "load" || expr.args.length > 0 || expr.type !== scalarTypeOf(value.dtype)) return undefined;
      buffer = this.#buffers[Number(expr.value)];
      flat = expr.index;
    }
    if (flat === undefined || buffer === undefined) return undefined;
    const stride = (variable: number): number =>
      flat.terms.find((term) => term.variable === variable)?.coefficient ?? 0;
    const [rowStride, columnStride] = [stride(batch.length), stride(batch.length + 1)];
    return {
      buffer,
      offset: flat.constant,
      rowStride: transposed ? columnStride : rowStride,
      columnStride: transposed ? rowStride : columnStride,
      batchStrides: batch.map((_, variable) => stride(variable)),
    };
  }
}

interface LoopOptions {
  readonly rowRank?: number;
  readonly columns?: boolean;
  readonly open?: boolean;
  readonly flat?: Affine;
}

interface Part {
  readonly x: Value;
  readonly low: readonly number[];
  readonly step: readonly number[];
}

/** Operators of one instruction: computed again rather than kept. */
const cheap = new Set(["add", "sub", "mul", "neg", "abs", "maximum", "minimum", "relu", "cast", "where", "square"]);
for (const name of ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual", "logicalNot"]) cheap.add(name);

const identities = { sum: 0, prod: 1, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY } as const;

const probeLoops: OpenLoops = {
  position: Number.POSITIVE_INFINITY,
  builder: new ExpressionBuilder(),
  sizes: [],
  elements: 0,
  columns: false,
  open: false,
  flat: constantIndex(0),
  rowRank: undefined,
  rowFlat: constantIndex(0),
  reductions: [],
  places: [],
  stores: [],
  reads: new Set(),
};

function operandOf(value: Value, k: number): Value {
  const operand = value.inputs[k];
  if (operand === undefined) throw new Error(`${value.primitive.name} has no operand ${k}`);
  return operand;
}

/** A value that the compiler makes of another. */
function derived(like: Value, shape: Shape, dtype: DType, input: Value, lowering: Lowering): Value {
  const value: Value = {
    ...like,
    shape,
    dtype,
    inputs: [input],
    input: undefined,
    data: undefined,
    uniform: undefined,
    uses: 1,
  };
  setLowering(value, lowering);
  return value;
}

/** Which axis the parts are, in the partial results: those reduced before it are gone. */
const axisOfParts = (first: number, axes: readonly number[]): number =>
  first - axes.filter((axis) => axis < first).length;

/** How many leading variables walk over `rows` rows; undefined where the loops do not separate there. */
function rankOfRows({ sizes }: OpenLoops, rows: number): number | undefined {
  let product = 1;
  for (let rank = 0; rank <= sizes.length; rank++) {
    if (product === rows) return rank;
    product *= sizes[rank] ?? 1;
  }
  return undefined;
}

const placed = (index: Affine, low: number, step: number): Affine => ({
  constant: index.constant * step + low,
  terms: index.terms.map(({ variable, coefficient }) => ({ variable, coefficient: coefficient * step })),
});

/** The flat index into an array of `shape` whose axes, in another order, are the loop variables. */
function flatOver(axes: readonly number[], shape: Shape): Affine {
  const indices = shape.map((_, axis) => {
    const variable = axes.indexOf(axis);
    return variable < 0 ? constantIndex(0) : variableIndex(variable);
  });
  return flatIndex(indices, shape);
}

/** The indices of `flatOver`'s loop variables along the axes of `shape`. */
function indicesAlong(flat: Affine, shape: Shape): Affine[] {
  let stride = sizeOf(shape);
  return shape.map((side) => {
    stride /= side;
    const term = side === 1 ? undefined : flat.terms.find(({ coefficient }) => coefficient === stride);
    return term === undefined ? constantIndex(0) : variableIndex(term.variable);
  });
}

/** Whether neighbours along k are neighbours in memory. */
const isUnit = ({ rowStride, columnStride }: MatrixOperand, unit: "rows" | "columns"): boolean =>
  (unit === "rows" ? rowStride : columnStride) === 1;

function close(loops: OpenLoops): LoopKernel {
  const { builder, sizes, rowRank, columns, reductions, stores, reads, places } = loops;
  const names = places.map(({ value }) => value.primitive.name);
  const name = [...new Set(names)].slice(0, 6).join("_") || "copy";
  const buffers = [...new Set([...reads, ...stores.map(({ buffer }) => buffer)])];
  return { kind: "loops", name, builder, sizes, rowRank, columns, reductions, stores, buffers };
}
