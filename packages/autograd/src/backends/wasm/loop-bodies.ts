import type { Store } from "../../compile/kernel.js";
import { expressionsBelow } from "../../ir/expand.js";
import type { Expr } from "../../ir/expression.js";
import { Body, type Surroundings, type Width } from "./body.js";
import type { FunctionWriter } from "./encoder.js";
import type { LoopAddresses } from "./loop-addresses.js";
import type { LoopPlan } from "./loop-plan.js";
import { op } from "./opcodes.js";
import { elementBytes, storeScalar } from "./scalar-code.js";
import { extractLane, type Lanes, splat, storeVector } from "./vector-code.js";

/** Loop bodies of one kernel, one element or a vector of them at a time. */
export class LoopBodies {
  readonly #surroundings: Surroundings;
  readonly #plan: LoopPlan;
  readonly #addresses: LoopAddresses;
  readonly #row: Body;
  readonly #w: FunctionWriter;

  /** `row` holds what is the same along a row. */
  constructor(surroundings: Surroundings, plan: LoopPlan, addresses: LoopAddresses, row: Body) {
    this.#surroundings = surroundings;
    this.#plan = plan;
    this.#addresses = addresses;
    this.#row = row;
    this.#w = surroundings.writer;
  }

  /** Writes the roots: the first ones to what accumulates them, the others to their stores. */
  write(
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
      const offset = this.#addresses.push(store.buffer, store.index, undefined);
      body.push(root);
      if (width === 1) storeScalar(w, root.type, offset);
      else if (this.#addresses.strideOf(store.index) === 1) storeVector(w, root.type, width, offset);
      else this.#scatterLanes(root, store, width);
    }
  }

  /** Stores the vector on the stack lane by lane; the address below it is dropped. */
  #scatterLanes(root: Expr, { buffer, index }: Store, lanes: Lanes): void {
    const w = this.#w;
    const vector = w.local("v128");
    w.set(vector).op(op.drop);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = this.#addresses.push(buffer, index, undefined);
      const further = lane * this.#addresses.strideOf(index) * elementBytes(root.type);
      if (further !== 0) w.i32(further).op(op.i32Add);
      w.get(vector);
      extractLane(w, root.type, lanes, lane);
      storeScalar(w, root.type, offset);
    }
    w.release(vector);
  }

  /** A body on vectors, with what is the same along the row spread over the lanes beforehand. */
  vectors(roots: readonly Expr[]): Body {
    const body = new Body(this.#surroundings, this.#plan.lanes);
    const w = this.#w;
    const borders = this.#borders(roots);
    for (const e of borders) {
      if (e.op === "const") {
        // Loaded before the loop, they stay in registers: V8 moves what it can compute, even from a constant, to where it is used.
        if (borders.length <= 24) body.local(e);
        continue;
      }
      this.#row.push(e);
      splat(w, e.type);
      const local = w.local("v128");
      w.set(local);
      body.own(e, local);
    }
    return body;
  }

  scalars(): Body {
    const body = new Body(this.#surroundings, 1);
    this.#row.share(body);
    return body;
  }

  /** Expressions that are the same along a row and used by ones that are not. */
  #borders(roots: readonly Expr[]): Expr[] {
    const below = expressionsBelow(roots);
    const found = new Set<Expr>(roots.filter((root) => this.#plan.depthOf(root) < 2));
    for (const e of below) {
      if (this.#plan.depthOf(e) < 2) continue;
      for (const arg of e.args) if (this.#plan.depthOf(arg) < 2) found.add(arg);
    }
    return [...found];
  }
}
