import type { LoopKernel, Reduction, Store } from "../../compile/kernel.js";
import type { Group } from "../../compile/loop-groups.js";
import type { Expr } from "../../ir/expression.js";
import { Accumulator, isOrderless } from "./accumulator.js";
import type { AddressOf } from "./addresses.js";
import { Body, type FunctionTable, type Surroundings, type Width } from "./body.js";
import { type Carried, carriedExpressions } from "./carried.js";
import type { FunctionWriter } from "./encoder.js";
import { LoopAddresses } from "./loop-addresses.js";
import { LoopBodies } from "./loop-bodies.js";
import { LoopPlan } from "./loop-plan.js";
import type { ModuleWriter } from "./module-writer.js";
import { op } from "./opcodes.js";
import { scalarValueType, storeScalar } from "./scalar-code.js";

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
  readonly addressOf: AddressOf;
  /** Where a failed run leaves a mark, from the base. */
  readonly failureOffset: number;
}

/** In elements: what a thread takes at once where rows are shared out by elements. */
const block = 64;
/** Vectors of a row whose extremes are gathered apart: one after the other, each would wait for the six operations on the one before. */
const partsOfExtremes = 4;
/** In elements: a row from which that is worth a loop of its own. */
const longRow = 64;
/** Columns that are reduced side by side, in vectors. */
const columnVectors = 4;

/** Compiles loops to a function. */
export function compileLoops(kernel: LoopKernel, context: LoopContext): CompiledLoops {
  return new LoopCompiler(kernel, context).compile();
}

interface Pass {
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
  /** What an earlier pass left for it. */
  readonly left: readonly Carried[];
}

class LoopCompiler {
  readonly #plan: LoopPlan;
  readonly #context: LoopContext;
  readonly #w: FunctionWriter;
  readonly #addresses: LoopAddresses;
  readonly #surroundings: Surroundings;
  /** What is the same along a row. */
  readonly #scalars: Body;
  readonly #bodies: LoopBodies;
  readonly #carried: readonly Carried[];

  constructor(kernel: LoopKernel, context: LoopContext) {
    this.#plan = new LoopPlan(kernel);
    this.#context = context;
    this.#w = context.module.function(`${kernel.name}_${kernel.sizes.join("x")}`, ["i32", "i32", "i32"], []);
    this.#addresses = new LoopAddresses(this.#w, this.#plan, context.addressOf);
    this.#surroundings = this.#makeSurroundings();
    this.#scalars = new Body(this.#surroundings, 1);
    this.#carried = carriedExpressions(this.#plan);
    this.#bodies = new LoopBodies(this.#surroundings, this.#plan, this.#addresses, this.#scalars);
  }

  compile(): CompiledLoops {
    const w = this.#w;
    this.#addresses.loadPointers();
    const flat = this.#plan.outer.length === 0 && this.#plan.kernel.rowRank === undefined;
    const rows = this.#plan.outer.reduce((product, { size }) => product * size, 1);
    const elements = this.#plan.kernel.sizes.reduce((product, size) => product * size, 1);
    const work = this.#plan.expressions.length * elements;
    this.#prepareInvariants(0);
    if (flat) {
      this.#alongBlocks(1, 2, () => this.#passes());
      return { writer: w, units: Math.ceil(this.#plan.along.size / block), work };
    }
    if (this.#plan.kernel.columns) return { writer: w, units: this.#overColumns(rows), work };
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
    w.get(1).tee(unit).get(2).op(op.i32LtS);
    w.if(() => {
      w.loop(() => {
        body(unit);
        w.get(unit).i32(1).op(op.i32Add).tee(unit).get(2).op(op.i32LtS).brIf(0);
      });
    });
  }

  /** Where the elements of a single row are shared out: its start and end, from the units' numbers. */
  #alongBlocks(from: number, to: number, body: () => void): void {
    const w = this.#w;
    this.#start = w.local("i32");
    this.#end = w.local("i32");
    w.get(from).i32(block).op(op.i32Mul).set(this.#start);
    w.get(to)
      .i32(block)
      .op(op.i32Mul)
      .tee(this.#end)
      .i32(this.#plan.along.size)
      .get(this.#end)
      .i32(this.#plan.along.size);
    w.op(op.i32LtS).op(op.select).set(this.#end);
    // select keeps the first where the condition holds: end < size ? end : size.
    body();
  }

  #start: number | undefined;
  #end: number | undefined;

  /** Sets the indices of the loops over rows from the number of the row. */
  #decode(unit: number, rows: number): void {
    const w = this.#w;
    let inside = rows;
    for (const [i, { size, variable }] of this.#plan.outer.entries()) {
      inside /= size;
      const local = this.#addresses.indexOf(variable);
      w.get(unit);
      if (inside !== 1) w.i32(inside).op(op.i32DivS);
      if (i !== 0) w.i32(size).op(op.i32RemS);
      w.set(local);
    }
  }

  /** Writes what is the same for all elements, at the depth where it is. */
  #prepareInvariants(depth: 0 | 1, stage = 0): void {
    const hold: Expr[] = [];
    const below = this.#plan.expressions;
    for (const e of below) {
      const own = this.#plan.depthOf(e);
      if (own === depth && this.#plan.stageOf(e) <= stage && !this.#scalars.isBound(e)) {
        const isUsedDeeper = e.op !== "const" && e.op !== "parameter";
        if (isUsedDeeper && this.#isNeededBy(e, below, depth)) hold.push(e);
      }
    }
    this.#scalars.prepare(hold, hold);
  }

  #deepest: Map<Expr, number> | undefined;

  /** Whether something deeper, or a store or a reduction, uses the expression. */
  #isNeededBy(e: Expr, below: readonly Expr[], depth: number): boolean {
    if (this.#deepest === undefined) {
      const deepest = new Map<Expr, number>();
      for (const user of below) {
        const own = this.#plan.depthOf(user);
        for (const arg of user.args) if (own > (deepest.get(arg) ?? -1)) deepest.set(arg, own);
      }
      for (const { expr } of this.#plan.stores) deepest.set(expr, Number.POSITIVE_INFINITY);
      for (const { argument } of this.#plan.reductions) deepest.set(argument, Number.POSITIVE_INFINITY);
      this.#deepest = deepest;
    }
    return (this.#deepest.get(e) ?? -1) > depth;
  }

  /** The passes over one row. */
  #passes(): void {
    const w = this.#w;
    this.#addresses.startRow();
    const last = Math.max(
      0,
      ...this.#plan.stores.map((s) => this.#plan.stageOf(s.expr)),
      ...this.#plan.stageOfReduction,
    );
    for (let stage = 0; stage <= last; stage++) {
      this.#prepareInvariants(1, stage);
      const leaves = this.#carried.filter(({ first }) => first === stage);
      const pass: Pass = {
        reductions: this.#plan.reductions.filter(({ number }) => this.#plan.stageOfReduction[number] === stage),
        stores: [
          ...this.#plan.stores.filter(({ expr, level }) => level === "element" && this.#plan.stageOf(expr) === stage),
          ...leaves.map(({ store }) => store),
        ],
        left: this.#carried.filter(({ first, last }) => first < stage && stage <= last),
      };
      if (pass.reductions.length + pass.stores.length > 0) this.#pass(pass);
    }
    for (const { expr, buffer, index, level } of this.#plan.stores) {
      if (level !== "row") continue;
      const offset = this.#addresses.push(buffer, index, undefined);
      this.#scalars.push(expr);
      storeScalar(w, expr.type, offset);
    }
  }

  /** One pass over the elements of a row: vectors first, then what is left one by one. */
  #pass({ reductions, stores, left }: Pass): void {
    const w = this.#w;
    const roots = [...reductions.map(({ argument }) => argument), ...stores.map(({ expr }) => expr)];
    const size = this.#start === undefined ? this.#plan.along.size : undefined;
    const { lanes } = this.#plan;
    // Sums take four elements at a time whatever the width of vectors is, and then one by one.
    const least = lanes === 2 && reductions.length > 0 ? 2 : 1;
    const isUnrolled = stores.length === 0 && (size ?? 0) >= longRow && reductions.every(isOrderless);
    const parts = isUnrolled ? partsOfExtremes : least;
    const accumulators = reductions.map((reduction) => new Accumulator(w, reduction, lanes, parts));
    for (const accumulator of accumulators) accumulator.start();
    this.#nest(this.#plan.inner.slice(0, -1), () => {
      const index = this.#addresses.indexOf(this.#plan.along.variable);
      if (this.#start === undefined) w.i32(0).set(index);
      else w.get(this.#start).set(index);
      const step = lanes * least;
      if (size === undefined || size >= step) {
        const spread = this.#bodies.vectors(roots);
        for (const vectors of parts > least ? [parts, least] : [least]) {
          this.#loopTo(index, lanes * vectors, () => {
            for (let part = 0; part < vectors; part++) {
              this.#addresses.shift = part * lanes;
              const body = new Body(this.#surroundings, lanes);
              spread.share(body);
              for (const { expr, load } of left) body.bind(expr, body.local(load));
              this.#bodies.write(body, lanes, roots, stores, (i) => accumulators[i]?.addVector(part));
              body.release();
            }
            this.#addresses.shift = 0;
          });
        }
        spread.release();
      }
      if (size === undefined || size % step !== 0) {
        this.#loopTo(index, 1, () => {
          const scalars = this.#bodies.scalars();
          for (const { expr, load } of left) scalars.bind(expr, scalars.local(load));
          this.#bodies.write(scalars, 1, roots, stores, (i) => accumulators[i]?.addScalar());
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
    const index = this.#addresses.indexOf(first.variable);
    w.i32(0).set(index);
    w.loop(() => {
      this.#nest(rest, body);
      w.get(index).i32(1).op(op.i32Add).tee(index).i32(first.size).op(op.i32LtS).brIf(0);
    });
  }

  /**
   * while (index + step <= end) { body; index += step }, with the test behind the body: V8 computes what does not change in a loop before it only where every round that begins
   * comes past it, and moves what was computed before into the loop otherwise.
   */
  #loopTo(index: number, step: number, body: () => void): void {
    const w = this.#w;
    const hasRoom = (): void => {
      if (step > 1) w.i32(step - 1).op(op.i32Add);
      if (this.#end === undefined) w.i32(this.#plan.along.size);
      else w.get(this.#end);
      w.op(op.i32LtS);
    };
    w.get(index);
    hasRoom();
    w.if(() => {
      w.loop(() => {
        body();
        w.get(index).i32(step).op(op.i32Add).tee(index);
        hasRoom();
        w.brIf(0);
      });
    });
  }

  #overColumns(rows: number): number {
    const w = this.#w;
    const width = this.#plan.lanes * columnVectors;
    const blocks = Math.ceil(this.#plan.along.size / width);
    const index = this.#addresses.indexOf(this.#plan.along.variable);
    this.#eachUnit((unit) => {
      const row = w.local("i32");
      const end = w.local("i32");
      w.get(unit);
      if (rows > 1) w.i32(blocks).op(op.i32DivS);
      else w.op(op.drop).i32(0);
      w.set(row);
      this.#decode(row, rows);
      w.get(unit).get(row).i32(blocks).op(op.i32Mul).op(op.i32Sub).i32(width).op(op.i32Mul).tee(index);
      w.i32(width).op(op.i32Add).tee(end).i32(this.#plan.along.size).get(end).i32(this.#plan.along.size).op(op.i32LtS);
      w.op(op.select).set(end);
      this.#end = end;
      this.#addresses.startRow();
      this.#prepareInvariants(1, 0);
      const sizes = [columnVectors, 1].filter((vectors) => this.#plan.along.size >= vectors * this.#plan.lanes);
      for (const vectors of sizes) {
        this.#loopTo(index, vectors * this.#plan.lanes, () => this.#columnBlock(vectors, this.#plan.lanes));
      }
      if (this.#plan.along.size % this.#plan.lanes !== 0) this.#loopTo(index, 1, () => this.#columnBlock(1, 1));
      this.#end = undefined;
      w.release(row);
      w.release(end);
    });
    return rows * blocks;
  }

  /** Reduces `vectors` vectors of columns, or one column, and stores what follows from them. */
  #columnBlock(vectors: number, width: Width): void {
    const w = this.#w;
    const reductions = this.#plan.reductions;
    const accumulators = Array.from({ length: vectors }, () =>
      reductions.map((reduction) => new Accumulator(w, reduction, this.#plan.lanes)),
    );
    for (const set of accumulators) for (const accumulator of set) accumulator.start();
    const roots = reductions.map(({ argument }) => argument);
    const spread = width === 1 ? this.#bodies.scalars() : this.#bodies.vectors(roots);
    this.#nest(this.#plan.inner, () => {
      for (const [v, set] of accumulators.entries()) {
        this.#addresses.shift = v * this.#plan.lanes;
        const body = new Body(this.#surroundings, width);
        spread.share(body);
        this.#bodies.write(body, width, roots, [], (i) => (width === 1 ? set[i]?.addScalar() : set[i]?.addVector(0)));
        body.release();
      }
    });
    for (const [v, set] of accumulators.entries()) {
      this.#addresses.shift = v * this.#plan.lanes;
      const stores = this.#plan.stores.filter(({ level }) => level === "row");
      const body = width === 1 ? this.#bodies.scalars() : this.#bodies.vectors(stores.map(({ expr }) => expr));
      for (const [i, { result }] of reductions.entries()) {
        const local = w.local(width === 1 ? scalarValueType(result.type) : "v128");
        if (width === 1) set[i]?.finishScalar();
        else set[i]?.finishVector();
        w.set(local);
        body.own(result, local);
      }
      this.#bodies.write(
        body,
        width,
        stores.map(({ expr }) => expr),
        stores,
        () => undefined,
      );
      body.release();
    }
    this.#addresses.shift = 0;
  }

  #makeSurroundings(): Surroundings {
    return {
      writer: this.#w,
      functions: this.#context.functions,
      address: (e, offset) => {
        if (e.index === undefined) throw new Error("a load without an index");
        return this.#addresses.push(this.#addresses.bufferOf(Number(e.value)), e.index, offset);
      },
      stride: (e) => (e.index === undefined ? 0 : this.#addresses.strideOf(e.index)),
      index: (e) => this.#addresses.pushIndex(e.index ?? { constant: 0, terms: [] }),
      constantAddress: this.#context.functions.constantAddress,
      fail: () => {
        this.#w.get(0).i32(1).memory(op.i32Store, this.#context.failureOffset, 2);
      },
    };
  }
}
