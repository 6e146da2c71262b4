import type { Buffer } from "../../compile/kernel.js";
import type { Group } from "../../compile/loop-groups.js";
import { type Affine, coefficientOf, indexKey } from "../../ir/affine.js";
import { scalarTypeOf } from "../../ir/expression.js";
import type { AddressOf } from "./addresses.js";
import type { FunctionWriter } from "./encoder.js";
import type { LoopPlan } from "./loop-plan.js";
import { op } from "./opcodes.js";
import { elementBytes } from "./scalar-code.js";

/** The addresses of elements in the loops of one kernel. */
export class LoopAddresses {
  readonly #w: FunctionWriter;
  readonly #plan: LoopPlan;
  readonly #addressOf: AddressOf;
  /** Locals that hold loop indices, by variable. */
  readonly indexLocals = new Map<number, number>();
  /** How many elements further along the code being written works. */
  shift = 0;
  readonly #pointers = new Map<number, number>();
  readonly #rowAddresses = new Map<string, number>();
  /** The part of an index that stands still along a row, as a text. */
  readonly #rowKeys = new Map<Affine, string>();
  readonly #buffers: ReadonlyMap<number, Buffer>;
  /** The loops inside a row and all loops, but for the innermost one. */
  readonly #insideRow: readonly Group[];
  readonly #everywhere: readonly Group[];

  constructor(w: FunctionWriter, plan: LoopPlan, addressOf: AddressOf) {
    this.#w = w;
    this.#plan = plan;
    this.#addressOf = addressOf;
    this.#buffers = new Map(plan.kernel.buffers.map((buffer) => [buffer.id, buffer]));
    this.#insideRow = plan.inner.filter((group) => group !== plan.along);
    this.#everywhere = [...plan.outer.filter((group) => group !== plan.along), ...this.#insideRow];
  }

  /** Loads the addresses of buffers that are elsewhere: at the start of the function. */
  loadPointers(): void {
    const w = this.#w;
    for (const { id } of this.#plan.kernel.buffers) {
      const { indirect, offset } = this.#addressOf(id);
      if (!indirect) continue;
      const pointer = w.local("i32");
      w.get(0).memory(op.i32Load, offset, 2).set(pointer);
      this.#pointers.set(id, pointer);
    }
  }

  /** The local of a loop's index. */
  indexOf(variable: number): number {
    const known = this.indexLocals.get(variable);
    if (known !== undefined) return known;
    const local = this.#w.local("i32");
    this.indexLocals.set(variable, local);
    return local;
  }

  /** The distance between neighbours along the vectors, in elements. */
  strideOf = (index: Affine): number => coefficientOf(index, this.#plan.along.variable);

  /** The loop groups whose indices stand still while the innermost loop runs. */
  #fixed(index: Affine, groups: readonly Group[]): { readonly coefficient: number; readonly local: number }[] {
    return groups.flatMap(({ variable }) => {
      const coefficient = coefficientOf(index, variable);
      const local = this.indexLocals.get(variable);
      return coefficient === 0 || local === undefined ? [] : [{ coefficient, local }];
    });
  }

  /** The part of an address that stands still along a row, in locals of their own: written once at the row's start. */
  startRow(): void {
    const w = this.#w;
    const loads = this.#plan.expressions.flatMap(({ op: name, index, value }) =>
      name === "load" && index !== undefined ? [{ index, buffer: Number(value) }] : [],
    );
    const stores = this.#plan.stores.map(({ index, buffer }) => ({ index, buffer: buffer.id }));
    for (const { index, buffer } of [...loads, ...stores]) {
      const fixed = this.#fixed(index, this.#plan.outer);
      const key = `${buffer}:${this.#rowKey(index)}`;
      if (fixed.length === 0 || this.#rowAddresses.has(key)) continue;
      const bytes = bytesOf(this.bufferOf(buffer));
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

  #rowKey(index: Affine): string {
    const known = this.#rowKeys.get(index);
    if (known !== undefined) return known;
    const { outer } = this.#plan;
    const terms = index.terms.filter((term) => outer.some(({ variable }) => variable === term.variable));
    const key = indexKey({ constant: 0, terms });
    this.#rowKeys.set(index, key);
    return key;
  }

  bufferOf(id: number): Buffer {
    const buffer = this.#buffers.get(id);
    if (buffer === undefined) throw new Error(`${this.#plan.kernel.name} has no buffer ${id}`);
    return buffer;
  }

  /** Puts the address of an element on the stack, less a constant that it returns. */
  push(buffer: Buffer, index: Affine, offset: (() => void) | undefined): number {
    const w = this.#w;
    const { indirect, offset: place } = this.#addressOf(buffer.id);
    const bytes = bytesOf(buffer);
    const pointer = this.#pointers.get(buffer.id);
    const stride = this.strideOf(index);
    const constant = bytes * (index.constant + this.shift * stride) + (indirect ? 0 : place);
    const row =
      this.#rowAddresses.size === 0 ? undefined : this.#rowAddresses.get(`${buffer.id}:${this.#rowKey(index)}`);
    w.get(row ?? pointer ?? 0);
    for (const { coefficient, local } of this.#fixed(index, row === undefined ? this.#everywhere : this.#insideRow)) {
      w.get(local)
        .i32(coefficient * bytes)
        .op(op.i32Mul)
        .op(op.i32Add);
    }
    const along = this.indexLocals.get(this.#plan.along.variable);
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

  /** Puts a loop index on the stack. */
  pushIndex(index: Affine): void {
    const w = this.#w;
    const stride = this.strideOf(index);
    w.i32(index.constant + this.shift * stride);
    for (const { coefficient, local } of this.#fixed(index, this.#everywhere)) {
      w.get(local).i32(coefficient).op(op.i32Mul).op(op.i32Add);
    }
    const along = this.indexLocals.get(this.#plan.along.variable);
    if (stride !== 0 && along !== undefined) w.get(along).i32(stride).op(op.i32Mul).op(op.i32Add);
  }
}

const bytesOf = ({ dtype }: Buffer): number => elementBytes(scalarTypeOf(dtype));
