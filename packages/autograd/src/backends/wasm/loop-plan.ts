import type { LoopKernel, Reduction, Store } from "../../compile/kernel.js";
import { type Group, groupLoops } from "../../compile/loop-groups.js";
import type { Affine } from "../../ir/affine.js";
import { expandCalls, expressionsBelow } from "../../ir/expand.js";
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
  readonly #depths = new Map<Expr, Depth>();
  readonly #stages = new Map<Expr, number>();

  constructor(kernel: LoopKernel) {
    this.kernel = kernel;
    const { builder, stores, reductions, sizes, rowRank, columns } = kernel;
    const roots = expandCalls(builder, [...stores.map(({ expr }) => expr), ...reductions.map((r) => r.argument)]);
    this.stores = stores.map((store, i) => ({ ...store, expr: roots[i] ?? store.expr }));
    this.reductions = reductions.map((r, i) => ({ ...r, argument: roots[stores.length + i] ?? r.argument }));
    this.expressions = expressionsBelow(roots);
    const indices = [...this.expressions.flatMap(({ index }) => index ?? []), ...stores.map(({ index }) => index)];
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

  depthOf = (e: Expr): Depth => this.#depths.get(e) ?? 2;

  /** After how many passes over the row an expression is known. */
  stageOf = (e: Expr): number => this.#stages.get(e) ?? 0;

  #classify(): void {
    const { rowRank, columns, sizes } = this.kernel;
    const lastOuter = Math.max(-1, ...this.outer.map(({ variable }) => variable));
    const firstInner = rowRank === undefined || columns ? lastOuter + 1 : (rowRank ?? sizes.length);
    const depthOf = (index: Affine | undefined): Depth => {
      if (index === undefined || index.terms.length === 0) return 0;
      return index.terms.some(({ variable }) => variable >= firstInner) ? 2 : 1;
    };
    // A result may have a lower number than what it is combined of: as many rounds as there can be stages.
    for (let round = 0; round <= this.reductions.length; round++) {
      for (const e of this.expressions) this.#classifyOne(e, depthOf(e.index));
    }
  }

  #classifyOne(e: Expr, own: Depth): void {
    let depth = own;
    let stage = 0;
    if (e.op === "parameter") {
      depth = this.kernel.columns ? 2 : 1;
      stage = (this.stageOfReduction[Number(e.value)] ?? 0) + 1;
    }
    for (const arg of e.args) {
      const below = this.#depths.get(arg) ?? 0;
      if (below > depth) depth = below;
      stage = Math.max(stage, this.#stages.get(arg) ?? 0);
    }
    this.#depths.set(e, depth);
    this.#stages.set(e, stage);
    for (const { number, argument } of this.reductions) if (argument === e) this.stageOfReduction[number] = stage;
  }
}

/** Loop variables each on its own. */
const apart = (sizes: readonly number[], from: number): Group[] =>
  sizes.slice(from).map((size, i) => ({ size, variable: from + i }));
