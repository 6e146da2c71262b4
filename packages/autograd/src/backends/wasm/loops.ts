import type { Buffer, LoopKernel, Reduction, Store } from "../../compile/kernel.js";
import { type Group, groupLoops } from "../../compile/loop-groups.js";
import { type Affine, coefficientOf, indexKey } from "../../ir/affine.js";
import { expandCalls, expressionsBelow } from "../../ir/expand.js";
import { type Expr, scalarTypeOf } from "../../ir/expression.js";
import { Accumulator } from "./accumulator.js";
import { Body, type FunctionTable, lanesFor, type Surroundings, type Width } from "./body.js";
import type { FunctionWriter, ModuleWriter } from "./encoder.js";
import { op } from "./opcodes.js";
import { elementBytes, scalarValueType, storeScalar } from "./scalar-code.js";
import { extractLane, type Lanes, splat, storeVector } from "./vector-code.js";

/** Where buffers are: at a distance from the base of the run's memory, or behind a pointer that stands at one. */
export interface BufferAddress {
  readonly indirect: boolean;
  readonly offset: number;
}

/** A kernel as a function (base, first unit, end of units). */
export interface CompiledLoops {
  readonly writer: FunctionWriter;
  /** What threads share out. */
  readonly units: number;
  /** About how many elementary operations it does. */
  readonly work: number;
}

/** What the loops of a program have in common. */
export interface LoopContext {
  readonly module: ModuleWriter;
  readonly functions: FunctionTable;
  readonly addressOf: (buffer: number) => BufferAddress;
  /** Where a failed run leaves a mark, from the base. */
  readonly failureOffset: number;
}

/** In elements: what a thread takes at once where rows are shared out by elements. */
const block = 64;
/** Columns that are reduced side by side, in vectors. */
const columnVectors = 4;

/** Compiles loops to a function. */
export function compileLoops(kernel: LoopKernel, context: LoopContext): CompiledLoops {
  return new LoopCompiler(kernel, context).compile();
}

interface Pass {
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
}

class LoopCompiler {
  readonly #kernel: LoopKernel;
  readonly #context: LoopContext;
  readonly #w: FunctionWriter;
  #lanes: Lanes = 4;
  readonly #stores: readonly Store[];
  readonly #reductions: readonly Reduction[];
  #outer: readonly Group[];
  #inner: readonly Group[];
  /** The variable along which vectors lie. */
  readonly #along: Group;
  /** Locals that hold loop indices, by variable. */
  readonly #indexLocals = new Map<number, number>();
  readonly #pointers = new Map<number, number>();
  readonly #rowAddresses = new Map<string, number>();
  readonly #scalars: Body;
  readonly #depths = new Map<Expr, 0 | 1 | 2>();
  readonly #stages = new Map<Expr, number>();
  readonly #stageOf: number[] = [];
  /** Vectors further along that the body being written works on. */
  #shift = 0;
  #work = 0;

  constructor(kernel: LoopKernel, context: LoopContext) {
    this.#kernel = kernel;
    this.#context = context;
    const { builder, stores, reductions, sizes, rowRank, columns } = kernel;
    const roots = expandCalls(builder, [...stores.map(({ expr }) => expr), ...reductions.map((r) => r.argument)]);
    this.#stores = stores.map((store, i) => ({ ...store, expr: roots[i] ?? store.expr }));
    this.#reductions = reductions.map((r, i) => ({ ...r, argument: roots[stores.length + i] ?? r.argument }));
    const below = expressionsBelow(roots);
    this.#work = below.length;
    const indices = [...below.flatMap(({ index }) => index ?? []), ...stores.map(({ index }) => index)];
    const all = sizes.length;
    if (rowRank === undefined) {
      const groups = groupLoops(sizes, 0, all, indices);
      this.#outer = groups.slice(0, -1);
      this.#inner = groups.slice(-1);
    } else {
      this.#outer = groupLoops(sizes, 0, rowRank, indices);
      // In the order of the reduced axes, joined or not: what is summed in one order has the same bits everywhere.
      this.#inner =
        columns || reductions.length === 0 ? groupLoops(sizes, rowRank, all, indices) : apart(sizes, rowRank);
    }
    const one: Group = { size: 1, variable: all };
    if (this.#inner.length === 0) this.#inner = [one];
    this.#along = (columns ? this.#outer[this.#outer.length - 1] : this.#inner[this.#inner.length - 1]) ?? one;
    if (columns) this.#outer = this.#outer.slice(0, -1);
    this.#w = context.module.function(kernel.name, ["i32", "i32", "i32"], []);
    this.#scalars = new Body(this.#surroundings(), 1);
    this.#classify(below);
    // What is the same along a row is computed one by one, whatever its type.
    const elements = new Set<Expr>(this.#reductions.map(({ argument }) => argument));
    for (const { expr, level } of this.#stores) if (level === "element" || columns) elements.add(expr);
    this.#lanes = lanesFor(below.filter((e) => this.#depths.get(e) === 2 || elements.has(e)));
  }

  /** Depth 0: the same in the whole run; 1: the same along a row; 2: of each element. Stages: after which reductions. */
  #classify(below: readonly Expr[]): void {
    const { rowRank = this.#kernel.sizes.length } = this.#kernel;
    const outer = new Set(this.#outer.map(({ variable }) => variable));
    const depthOf = (index: Affine): 0 | 1 | 2 => {
      if (index.terms.length === 0) return 0;
      const isInner =
        this.#kernel.rowRank === undefined || this.#kernel.columns
          ? (variable: number): boolean => !this.#isOuter(variable, outer)
          : (variable: number): boolean => variable >= rowRank;
      return index.terms.some(({ variable }) => isInner(variable)) ? 2 : 1;
    };
    // A result may have a lower number than what it is combined of: as many rounds as there can be stages.
    for (let round = 0; round <= this.#reductions.length; round++) {
      for (const e of below) this.#classifyOne(e, e.index === undefined ? 0 : depthOf(e.index));
    }
  }

  #classifyOne(e: Expr, own: 0 | 1 | 2): void {
    let depth: number = own;
    let stage = 0;
    if (e.op === "parameter") {
      depth = this.#kernel.columns ? 2 : 1;
      stage = (this.#stageOf[Number(e.value)] ?? 0) + 1;
    }
    for (const arg of e.args) {
      depth = Math.max(depth, this.#depths.get(arg) ?? 0);
      stage = Math.max(stage, this.#stages.get(arg) ?? 0);
    }
    this.#depths.set(e, depth as 0 | 1 | 2);
    this.#stages.set(e, stage);
    for (const { number, argument } of this.#reductions) if (argument === e) this.#stageOf[number] = stage;
  }

  /** Whether a variable belongs to the loops over rows: to a group whose last variable is no less. */
  #isOuter(variable: number, outer: ReadonlySet<number>): boolean {
    const last = Math.max(-1, ...outer);
    return variable <= last;
  }

  compile(): CompiledLoops {
    const w = this.#w;
    this.#loadPointers();
    const flat = this.#outer.length === 0 && this.#kernel.rowRank === undefined;
    const rows = this.#outer.reduce((product, { size }) => product * size, 1);
    const elements = this.#kernel.sizes.reduce((product, size) => product * size, 1);
    const work = this.#work * elements;
    this.#prepareInvariants(0);
    if (flat) {
      this.#alongBlocks(1, 2, () => this.#passes());
      return { writer: w, units: Math.ceil(this.#along.size / block), work };
    }
    if (this.#kernel.columns) return { writer: w, units: this.#overColumns(rows), work };
    this.#eachUnit((unit) => {
      this.#decode(unit, rows);
      this.#passes();
    });
    return { writer: w, units: rows, work };
  }

  /** for (unit = first; unit < end; unit++) */
  #eachUnit(body: (unit: number) => void): void {
    const w = this.#w;
    const unit = w.local("i32");
    w.get(1).set(unit);
    w.block(() => {
      w.loop(() => {
        w.get(unit).get(2).op(op.i32GeS).brIf(1);
        body(unit);
        w.get(unit).i32(1).op(op.i32Add).set(unit).br(0);
      });
    });
  }

  /** Where the elements of a single row are shared out: its start and end, from the units' numbers. */
  #alongBlocks(from: number, to: number, body: () => void): void {
    const w = this.#w;
    this.#start = w.local("i32");
    this.#end = w.local("i32");
    w.get(from).i32(block).op(op.i32Mul).set(this.#start);
    w.get(to).i32(block).op(op.i32Mul).tee(this.#end).i32(this.#along.size).get(this.#end).i32(this.#along.size);
    w.op(op.i32LtS).op(op.select).set(this.#end);
    // select keeps the first where the condition holds: end < size ? end : size.
    body();
  }

  #start: number | undefined;
  #end: number | undefined;

  #loadPointers(): void {
    const w = this.#w;
    for (const { id } of this.#kernel.buffers) {
      const { indirect, offset } = this.#context.addressOf(id);
      if (!indirect) continue;
      const pointer = w.local("i32");
      w.get(0).memory(op.i32Load, offset, 2).set(pointer);
      this.#pointers.set(id, pointer);
    }
  }

  /** Sets the indices of the loops over rows from the number of the row. */
  #decode(unit: number, rows: number): void {
    const w = this.#w;
    let inside = rows;
    for (const [i, { size, variable }] of this.#outer.entries()) {
      inside /= size;
      const local = this.#indexLocals.get(variable) ?? w.local("i32");
      this.#indexLocals.set(variable, local);
      w.get(unit);
      if (inside !== 1) w.i32(inside).op(op.i32DivS);
      if (i !== 0) w.i32(size).op(op.i32RemS);
      w.set(local);
    }
  }

  /** Writes what is the same for all elements, at the depth where it is. */
  #prepareInvariants(depth: 0 | 1, stage = 0): void {
    const hold: Expr[] = [];
    const roots = [...this.#stores.map(({ expr }) => expr), ...this.#reductions.map(({ argument }) => argument)];
    const below = expressionsBelow(roots);
    for (const e of below) {
      const own = this.#depths.get(e) ?? 2;
      if (own === depth && (this.#stages.get(e) ?? 0) <= stage && !this.#scalars.isBound(e)) {
        const isUsedDeeper = e.op !== "const" && e.op !== "parameter";
        if (isUsedDeeper && this.#isNeededBy(e, below, depth)) hold.push(e);
      }
    }
    this.#scalars.prepare(hold, hold);
  }

  #users: Map<Expr, Expr[]> | undefined;

  /** Whether something deeper, or a store of a row, uses the expression. */
  #isNeededBy(e: Expr, below: readonly Expr[], depth: number): boolean {
    if (this.#users === undefined) {
      this.#users = new Map();
      for (const user of below) {
        for (const arg of user.args) {
          const known = this.#users.get(arg);
          if (known === undefined) this.#users.set(arg, [user]);
          else known.push(user);
        }
      }
    }
    const isRoot =
      this.#stores.some((store) => store.expr === e) || this.#reductions.some(({ argument }) => argument === e);
    return isRoot || (this.#users.get(e) ?? []).some((user) => (this.#depths.get(user) ?? 2) > depth);
  }

  /** The passes over one row. */
  #passes(): void {
    const w = this.#w;
    this.#computeRowAddresses();
    const last = Math.max(0, ...this.#stores.map((s) => this.#stages.get(s.expr) ?? 0), ...this.#stageOf);
    for (let stage = 0; stage <= last; stage++) {
      this.#prepareInvariants(1, stage);
      const pass: Pass = {
        reductions: this.#reductions.filter(({ number }) => this.#stageOf[number] === stage),
        stores: this.#stores.filter(
          ({ expr, level }) => level === "element" && (this.#stages.get(expr) ?? 0) === stage,
        ),
      };
      if (pass.reductions.length + pass.stores.length > 0) this.#pass(pass);
    }
    for (const { expr, buffer, index, level } of this.#stores) {
      if (level !== "row") continue;
      const offset = this.#address(buffer, index, undefined);
      this.#scalars.push(expr);
      storeScalar(w, expr.type, offset);
    }
  }

  /** One pass over the elements of a row: vectors first, then what is left one by one. */
  #pass({ reductions, stores }: Pass): void {
    const w = this.#w;
    const roots = [...reductions.map(({ argument }) => argument), ...stores.map(({ expr }) => expr)];
    const accumulators = reductions.map((reduction) => new Accumulator(w, reduction, this.#lanes));
    for (const accumulator of accumulators) accumulator.start();
    this.#nest(this.#inner.slice(0, -1), () => {
      const index = this.#indexLocals.get(this.#along.variable) ?? w.local("i32");
      this.#indexLocals.set(this.#along.variable, index);
      if (this.#start === undefined) w.i32(0).set(index);
      else w.get(this.#start).set(index);
      // Sums take four elements at a time whatever the width of vectors is, and then one by one.
      const halves = this.#lanes === 2 && reductions.length > 0 ? ([0, 1] as const) : ([0] as const);
      const step = this.#lanes * halves.length;
      const size = this.#start === undefined ? this.#along.size : undefined;
      if (size === undefined || size >= step) {
        const spread = this.#vectorBody(roots);
        this.#loopTo(index, step, () => {
          for (const half of halves) {
            this.#shift = half * this.#lanes;
            const body = new Body(this.#surroundings(), this.#lanes);
            spread.share(body);
            this.#writeBody(body, this.#lanes, roots, stores, (i) => accumulators[i]?.addVector(half));
            body.release();
          }
          this.#shift = 0;
        });
        spread.release();
      }
      if (size === undefined || size % step !== 0) {
        this.#loopTo(index, 1, () => {
          const scalars = this.#scalarBody();
          this.#writeBody(scalars, 1, roots, stores, (i) => accumulators[i]?.addScalar());
          scalars.release();
        });
      }
    });
    for (const [i, { result }] of reductions.entries()) {
      accumulators[i]?.finish();
      const local = w.local(scalarValueType(result.type));
      w.set(local);
      this.#scalars.bind(result, local);
    }
  }

  #nest(groups: readonly Group[], body: () => void): void {
    const w = this.#w;
    const [first, ...rest] = groups;
    if (first === undefined) {
      body();
      return;
    }
    const index = this.#indexLocals.get(first.variable) ?? w.local("i32");
    this.#indexLocals.set(first.variable, index);
    w.i32(0).set(index);
    w.loop(() => {
      this.#nest(rest, body);
      w.get(index).i32(1).op(op.i32Add).tee(index).i32(first.size).op(op.i32LtS).brIf(0);
    });
  }

  /** while (index + step <= end) { body; index += step } */
  #loopTo(index: number, step: number, body: () => void): void {
    const w = this.#w;
    w.block(() => {
      w.loop(() => {
        w.get(index);
        if (step > 1) w.i32(step - 1).op(op.i32Add);
        if (this.#end === undefined) w.i32(this.#along.size);
        else w.get(this.#end);
        w.op(op.i32GeS).brIf(1);
        body();
        w.get(index).i32(step).op(op.i32Add).set(index).br(0);
      });
    });
  }

  #writeBody(
    body: Body,
    width: Width,
    roots: readonly Expr[],
    stores: readonly Store[],
    accumulate: (reduction: number) => void,
  ): void {
    const w = this.#w;
    body.prepare(roots);
    const count = roots.length - stores.length;
    for (const [i, root] of roots.entries()) {
      const store = stores[i - count];
      if (store === undefined) {
        body.push(root);
        accumulate(i);
        continue;
      }
      const offset = this.#address(store.buffer, store.index, undefined);
      body.push(root);
      if (width === 1) storeScalar(w, root.type, offset);
      else if (this.#strideOf(store.index) === 1) storeVector(w, root.type, width, offset);
      else this.#scatterLanes(root, store, width);
    }
  }

  /** Stores the vector on the stack lane by lane; the address below it is dropped. */
  #scatterLanes(root: Expr, { buffer, index }: Store, lanes: Lanes): void {
    const w = this.#w;
    const vector = w.local("v128");
    w.set(vector).op(op.drop);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = this.#address(buffer, index, undefined);
      const further = lane * this.#strideOf(index) * elementBytes(root.type);
      if (further !== 0) w.i32(further).op(op.i32Add);
      w.get(vector);
      extractLane(w, root.type, lanes, lane);
      storeScalar(w, root.type, offset);
    }
    w.release(vector);
  }

  /** A body on vectors, with what is the same along the row spread over the lanes beforehand. */
  #vectorBody(roots: readonly Expr[]): Body {
    const body = new Body(this.#surroundings(), this.#lanes);
    const w = this.#w;
    for (const e of this.#borders(roots)) {
      if (e.op === "const" && this.#borders(roots).length > 24) continue;
      this.#scalars.push(e);
      splat(w, e.type);
      const local = w.local("v128");
      w.set(local);
      body.own(e, local);
    }
    return body;
  }

  #scalarBody(): Body {
    const body = new Body(this.#surroundings(), 1);
    this.#scalars.share(body);
    return body;
  }

  /** Expressions that are the same along a row and used by ones that are not. */
  #borders(roots: readonly Expr[]): Expr[] {
    const below = expressionsBelow(roots);
    const found = new Set<Expr>(roots.filter((root) => (this.#depths.get(root) ?? 2) < 2));
    for (const e of below) {
      if ((this.#depths.get(e) ?? 2) < 2) continue;
      for (const arg of e.args) if ((this.#depths.get(arg) ?? 2) < 2) found.add(arg);
    }
    return [...found];
  }

  #overColumns(rows: number): number {
    const w = this.#w;
    const width = this.#lanes * columnVectors;
    const blocks = Math.ceil(this.#along.size / width);
    const index = w.local("i32");
    this.#indexLocals.set(this.#along.variable, index);
    this.#eachUnit((unit) => {
      const row = w.local("i32");
      const end = w.local("i32");
      w.get(unit);
      if (rows > 1) w.i32(blocks).op(op.i32DivS);
      else w.op(op.drop).i32(0);
      w.set(row);
      this.#decode(row, rows);
      w.get(unit).get(row).i32(blocks).op(op.i32Mul).op(op.i32Sub).i32(width).op(op.i32Mul).tee(index);
      w.i32(width).op(op.i32Add).tee(end).i32(this.#along.size).get(end).i32(this.#along.size).op(op.i32LtS);
      w.op(op.select).set(end);
      this.#end = end;
      this.#computeRowAddresses();
      this.#prepareInvariants(1, 0);
      const sizes = [columnVectors, 1].filter((vectors) => this.#along.size >= vectors * this.#lanes);
      for (const vectors of sizes) {
        this.#loopTo(index, vectors * this.#lanes, () => this.#columnBlock(vectors, this.#lanes));
      }
      if (this.#along.size % this.#lanes !== 0) this.#loopTo(index, 1, () => this.#columnBlock(1, 1));
      this.#end = undefined;
      w.release(row);
      w.release(end);
    });
    return rows * blocks;
  }

  /** Reduces `vectors` vectors of columns, or one column, and stores what follows from them. */
  #columnBlock(vectors: number, width: Width): void {
    const w = this.#w;
    const reductions = this.#reductions;
    const accumulators = Array.from({ length: vectors }, () =>
      reductions.map((reduction) => new Accumulator(w, reduction, this.#lanes)),
    );
    for (const set of accumulators) for (const accumulator of set) accumulator.start();
    const roots = reductions.map(({ argument }) => argument);
    const spread = width === 1 ? this.#scalarBody() : this.#vectorBody(roots);
    this.#nest(this.#inner, () => {
      for (const [v, set] of accumulators.entries()) {
        this.#shift = v * this.#lanes;
        const body = new Body(this.#surroundings(), width);
        spread.share(body);
        this.#writeBody(body, width, roots, [], (i) => (width === 1 ? set[i]?.addScalar() : set[i]?.addVector(0)));
        body.release();
      }
    });
    for (const [v, set] of accumulators.entries()) {
      this.#shift = v * this.#lanes;
      const stores = this.#stores.filter(({ level }) => level === "row");
      const body = width === 1 ? this.#scalarBody() : this.#vectorBody(stores.map(({ expr }) => expr));
      for (const [i, { result }] of reductions.entries()) {
        const local = w.local(width === 1 ? scalarValueType(result.type) : "v128");
        if (width === 1) set[i]?.finishScalar();
        else set[i]?.finishVector();
        w.set(local);
        body.own(result, local);
      }
      this.#writeBody(
        body,
        width,
        stores.map(({ expr }) => expr),
        stores,
        () => undefined,
      );
      body.release();
    }
    this.#shift = 0;
  }

  // Addresses -------------------------------------------------------------------------------------------------------

  #strideOf = (index: Affine): number => coefficientOf(index, this.#along.variable);

  #surroundings(): Surroundings {
    return {
      writer: this.#w,
      functions: this.#context.functions,
      address: (e, offset) => {
        if (e.index === undefined) throw new Error("a load without an index");
        return this.#address(this.#bufferOf(Number(e.value)), e.index, offset);
      },
      stride: (e) => (e.index === undefined ? 0 : this.#strideOf(e.index)),
      index: (e) => this.#index(e.index ?? { constant: 0, terms: [] }),
      fail: () => {
        this.#w.get(0).i32(1).memory(op.i32Store, this.#context.failureOffset, 2);
      },
    };
  }

  /** The loop groups whose indices stand still while the innermost loop runs. */
  #fixed(index: Affine, groups: readonly Group[]): { readonly coefficient: number; readonly local: number }[] {
    return groups.flatMap(({ variable }) => {
      const coefficient = coefficientOf(index, variable);
      const local = this.#indexLocals.get(variable);
      return coefficient === 0 || local === undefined ? [] : [{ coefficient, local }];
    });
  }

  /** The part of an address that stands still along a row, in locals of their own: written once at the row's start. */
  #computeRowAddresses(): void {
    const w = this.#w;
    const roots = [...this.#stores.map(({ expr }) => expr), ...this.#reductions.map(({ argument }) => argument)];
    const loads = expressionsBelow(roots).flatMap(({ op: name, index, value }) =>
      name === "load" && index !== undefined ? [{ index, buffer: Number(value) }] : [],
    );
    const stores = this.#stores.map(({ index, buffer }) => ({ index, buffer: buffer.id }));
    for (const { index, buffer } of [...loads, ...stores]) {
      const fixed = this.#fixed(index, this.#outer);
      const key = `${buffer}:${indexKey(this.#rowPart(index))}`;
      if (fixed.length === 0 || this.#rowAddresses.has(key)) continue;
      const bytes = bytesOf(this.#bufferOf(buffer));
      w.get(this.#pointers.get(buffer) ?? 0);
      for (const { coefficient, local } of fixed)
        w.get(local)
          .i32(coefficient * bytes)
          .op(op.i32Mul)
          .op(op.i32Add);
      const local = w.local("i32");
      w.set(local);
      this.#rowAddresses.set(key, local);
    }
  }

  #rowPart({ terms }: Affine): Affine {
    const outer = new Set(this.#outer.map(({ variable }) => variable));
    return { constant: 0, terms: terms.filter(({ variable }) => outer.has(variable)) };
  }

  #bufferOf(id: number): Buffer {
    const buffer = this.#kernel.buffers.find((candidate) => candidate.id === id);
    if (buffer === undefined) throw new Error(`${this.#kernel.name} has no buffer ${id}`);
    return buffer;
  }

  /** Puts the address of an element on the stack, less a constant that it returns. */
  #address(buffer: Buffer, index: Affine, offset: (() => void) | undefined): number {
    const w = this.#w;
    const { indirect, offset: place } = this.#context.addressOf(buffer.id);
    const bytes = bytesOf(buffer);
    const pointer = this.#pointers.get(buffer.id);
    const stride = this.#strideOf(index);
    const constant = bytes * (index.constant + this.#shift * stride) + (indirect ? 0 : place);
    const row = this.#rowAddresses.get(`${buffer.id}:${indexKey(this.#rowPart(index))}`);
    w.get(row ?? pointer ?? 0);
    const moving = row === undefined ? [...this.#outer, ...this.#inner] : this.#inner;
    for (const { coefficient, local } of this.#fixed(
      index,
      moving.filter((group) => group !== this.#along),
    )) {
      w.get(local)
        .i32(coefficient * bytes)
        .op(op.i32Mul)
        .op(op.i32Add);
    }
    const along = this.#indexLocals.get(this.#along.variable);
    if (stride !== 0 && along !== undefined) {
      w.get(along)
        .i32(stride * bytes)
        .op(op.i32Mul)
        .op(op.i32Add);
    }
    if (offset !== undefined) {
      offset();
      w.i32(bytes).op(op.i32Mul).op(op.i32Add);
    }
    if (constant >= 0) return constant;
    w.i32(constant).op(op.i32Add);
    return 0;
  }

  #index(index: Affine): void {
    const w = this.#w;
    const stride = this.#strideOf(index);
    w.i32(index.constant + this.#shift * stride);
    const groups = [...this.#outer, ...this.#inner].filter((group) => group !== this.#along);
    for (const { coefficient, local } of this.#fixed(index, groups)) {
      w.get(local).i32(coefficient).op(op.i32Mul).op(op.i32Add);
    }
    const along = this.#indexLocals.get(this.#along.variable);
    if (stride !== 0 && along !== undefined) w.get(along).i32(stride).op(op.i32Mul).op(op.i32Add);
  }
}

const bytesOf = ({ dtype }: Buffer): number => elementBytes(scalarTypeOf(dtype));

/** Loop variables each on its own. */
const apart = (sizes: readonly number[], from: number): Group[] =>
  sizes.slice(from).map((size, i) => ({ size, variable: from + i }));
