import type { LoopKernel, Reduction, Store } from "../../compile/kernel.js";
import { type Group, groupLoops } from "../../compile/loop-groups.js";
import type { Affine } from "../../ir/affine.js";
import { expandCalls } from "../../ir/expand.js";
import type { Expr } from "../../ir/expression.js";
import { lanesFor } from "./body.js";
import type { Lanes } from "./vector-code.js";

/** 0: the same in the whole run; 1: the same along a row; 2: of each element. */
export type Depth = 0 | 1 | 2;

/** A kernel's loops, and where in them each of its expressions belongs. */
export class LoopPlan {
  readonly kernel: LoopKernel;
  readonly stores: readonly Store[];
  readonly reductions: readonly Reduction[];
  /** The loops over rows, and those over what is in a row. */
  readonly outer: readonly Group[];
  readonly inner: readonly Group[];
  /** The loop along which vectors lie. */
  readonly along: Group;
  readonly lanes: Lanes;
  /** All expressions, arguments before users. */
  readonly expressions: readonly Expr[];
  /** By the number of a reduction: the pass over the row in which it is combined. */
  readonly stageOfReduction: number[] = [];
  /** By the numbers of expressions; −1 for what is none of the kernel's. */
  readonly #depths: Int8Array;
  readonly #stages: Int32Array;

  constructor(kernel: LoopKernel) {
    this.kernel = kernel;
    const { builder, stores, reductions, sizes, rowRank, columns } = kernel;
    const given = [...stores.map(({ expr }) => expr), ...reductions.map((r) => r.argument)];
    const { roots, expressions } = expandCalls(builder, given);
    this.stores = stores.map((store, i) => ({ ...store, expr: roots[i] ?? store.expr }));
    this.reductions = reductions.map((r, i) => ({ ...r, argument: roots[stores.length + i] ?? r.argument }));
    this.expressions = expressions;
    const numbers = 1 + (this.expressions[this.expressions.length - 1]?.id ?? -1);
    this.#depths = new Int8Array(numbers).fill(-1);
    this.#stages = new Int32Array(numbers);
    const indices = stores.map(({ index }) => index);
    for (let i = 0; i < this.expressions.length; i++) {
      const { index } = this.expressions[i]!;
      if (index !== undefined && index.terms.length > 0) indices.push(index);
    }
    const all = sizes.length;
    const groups = groupLoops(sizes, 0, rowRank ?? all, indices);
    // In the order of the reduced axes, joined or not: what is summed in one order has the same bits everywhere.
    const rest =
      columns || reductions.length === 0
        ? groupLoops(sizes, rowRank ?? all, all, indices)
        : apart(sizes, rowRank ?? all);
    const one: Group = { size: 1, variable: all };
    const inner = rowRank === undefined ? groups.slice(-1) : rest;
    this.inner = inner.length === 0 ? [one] : inner;
    this.along = (columns ? groups[groups.length - 1] : this.inner[this.inner.length - 1]) ?? one;
    this.outer = columns || rowRank === undefined ? groups.slice(0, -1) : groups;
    this.#classify();
    // What is the same along a row is computed one by one, whatever its type.
    const elements = new Set<Expr>(this.reductions.map(({ argument }) => argument));
    for (const { expr, level } of this.stores) if (level === "element" || columns) elements.add(expr);
    this.lanes = lanesFor(this.expressions.filter((e) => this.depthOf(e) === 2 || elements.has(e)));
  }

  depthOf(e: Expr): Depth {
    const depth = this.#depths[e.id];
    return depth === 0 || depth === 1 ? depth : 2;
  }

  /** After how many passes over the row an expression is known. */
  stageOf(e: Expr): number {
    return this.#stages[e.id] ?? 0;
  }

  #classify(): void {
    const { rowRank, columns, sizes } = this.kernel;
    const lastOuter = Math.max(-1, ...this.outer.map(({ variable }) => variable));
    const firstInner = rowRank === undefined || columns ? lastOuter + 1 : (rowRank ?? sizes.length);
    // A result may have a lower number than what it is combined of: as many rounds as there can be stages.
    for (let round = 0, changes = true; changes && round <= this.reductions.length; round++) {
      changes = false;
      for (let i = 0; i < this.expressions.length; i++) {
        if (this.#classifyOne(this.expressions[i]!, firstInner)) changes = true;
      }
    }
  }

  /** Whether that says anything new. */
  #classifyOne(e: Expr, firstInner: number): boolean {
    let depth = depthOfIndex(e.index, firstInner);
    let stage = 0;
    if (e.op === "parameter") {
      depth = this.kernel.columns ? 2 : 1;
      stage = (this.stageOfReduction[Number(e.value)] ?? 0) + 1;
    }
    for (let i = 0; i < e.args.length; i++) {
      const arg = e.args[i]!;
      const below = this.depthOf(arg);
      if (below > depth) depth = below;
      stage = Math.max(stage, this.stageOf(arg));
    }
    if (this.#depths[e.id] === depth && this.#stages[e.id] === stage) return false;
    this.#depths[e.id] = depth;
    this.#stages[e.id] = stage;
    for (let i = 0; i < this.reductions.length; i++) {
      const { number, argument } = this.reductions[i]!;
      if (argument === e) this.stageOfReduction[number] = stage;
    }
    return true;
  }
}

function depthOfIndex(index: Affine | undefined, firstInner: number): Depth {
  if (index === undefined || index.terms.length === 0) return 0;
  for (const { variable } of index.terms) if (variable >= firstInner) return 2;
  return 1;
}

/** Loop variables each on its own. */
const apart = (sizes: readonly number[], from: number): Group[] =>
  sizes.slice(from).map((size, i) => ({ size, variable: from + i }));
