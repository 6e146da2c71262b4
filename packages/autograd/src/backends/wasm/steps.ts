import type { Buffer, Carry, Passage, StepsKernel } from "../../compile/kernel.js";
import { bytesOf, type StepsMemory, slotBytes } from "../../compile/memory.js";
import { type AddressOf, copyBytes, pushAddress } from "./addresses.js";
import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { op } from "./opcodes.js";

/** What a loop over steps is compiled with. */
export interface StepsContext {
  /** One step: a function (base, thread, threads) over the memory of the step's program. */
  readonly step: FunctionWriter;
  readonly memory: StepsMemory;
  /** Where that memory is, from the base of the program around the loop. */
  readonly scratch: number;
  readonly outer: AddressOf;
  readonly inner: AddressOf;
  /** Where the program around the loop marks that it failed. */
  readonly failure: number;
}

/** Writes the function (base, first unit, end of units) that runs a loop over steps. */
export function writeSteps(module: ModuleWriter, kernel: StepsKernel, context: StepsContext): FunctionWriter {
  return new StepsWriter(module, kernel, context).write();
}

/** A passage, or a carry, with the local that holds the address outside of what the step reads or writes. */
interface Moving<T> {
  readonly each: T;
  readonly address: number;
}

class StepsWriter {
  readonly #kernel: StepsKernel;
  readonly #context: StepsContext;
  readonly #w: FunctionWriter;
  /** The base of the step's program. */
  readonly #base: number;
  /** 0 and 1 in turn: which place of a carry the step writes. */
  readonly #parity: number;
  readonly #carries: readonly Moving<Carry>[];
  readonly #scanned: readonly Moving<Passage>[];
  readonly #stacked: readonly Moving<Passage>[];

  constructor(module: ModuleWriter, kernel: StepsKernel, context: StepsContext) {
    const w = module.function("steps", ["i32", "i32", "i32"], []);
    const moving = <T>(list: readonly T[]): Moving<T>[] => list.map((each) => ({ each, address: w.local("i32") }));
    this.#w = w;
    this.#kernel = kernel;
    this.#context = context;
    this.#base = w.local("i32");
    this.#parity = w.local("i32");
    this.#carries = moving(kernel.carries.filter(({ output }) => output.size > 0));
    this.#scanned = moving(kernel.scanned.filter(({ inner }) => inner.size > 0));
    this.#stacked = moving(kernel.stacked.filter(({ inner }) => inner.size > 0));
  }

  write(): FunctionWriter {
    const w = this.#w;
    const { length, constants } = this.#kernel;
    const { scratch, failure, memory, step } = this.#context;
    w.get(0).i32(scratch).op(op.i32Add).set(this.#base);
    w.get(this.#base).i32(0).memory(op.i32Store, memory.plan.failure, 2);
    w.i32(0).set(this.#parity);
    this.#start();
    const source = w.local("i32");
    for (const { inner, outer } of constants) {
      if (inner.size === 0) continue;
      this.#pushOuter(outer);
      w.set(source);
      this.#give(inner, source);
    }
    const left = w.local("i32");
    w.i32(length).set(left);
    w.block(() => {
      w.loop(() => {
        w.get(left).op(op.i32Eqz).brIf(1);
        this.#giveInputs();
        w.get(this.#base).i32(0).i32(1).call(step);
        this.#takeOutputs();
        w.get(left).i32(1).op(op.i32Sub).set(left).br(0);
      });
    });
    for (const { each, address } of this.#carries) {
      const { last, output } = each;
      if (last === undefined) continue;
      copyBytes(
        w,
        () => this.#pushOuter(last),
        () => w.get(address),
        bytesOf(output),
      );
    }
    w.get(this.#base)
      .memory(op.i32Load, memory.plan.failure, 2)
      .if(() => w.get(0).i32(1).memory(op.i32Store, failure, 2));
    return w;
  }

  /** The addresses before the first step. */
  #start(): void {
    const w = this.#w;
    const { length, reverse } = this.#kernel;
    for (const { each, address } of this.#carries) {
      this.#pushOuter(each.first);
      w.set(address);
    }
    for (const { each, address } of [...this.#scanned, ...this.#stacked]) {
      this.#pushOuter(each.outer);
      if (reverse && length > 0) w.i32((length - 1) * bytesOf(each.inner)).op(op.i32Add);
      w.set(address);
    }
  }

  #pushOuter(buffer: Buffer): void {
    pushAddress(this.#w, this.#context.outer(buffer.id));
  }

  #pushInner(buffer: Buffer): void {
    pushAddress(this.#w, this.#context.inner(buffer.id), this.#base);
  }

  /** Has the step's program find a buffer at the address in a local: it is pointed there, or a small one copied from there. */
  #give(buffer: Buffer, address: number): void {
    const w = this.#w;
    const { indirect, offset } = this.#context.inner(buffer.id);
    if (indirect) {
      w.get(this.#base).get(address).memory(op.i32Store, offset, 2);
      return;
    }
    copyBytes(
      w,
      () => this.#pushInner(buffer),
      () => w.get(address),
      bytesOf(buffer),
    );
  }

  /** Before a step: what it reads, and where large results go. */
  #giveInputs(): void {
    for (const { each, address } of this.#carries) if (each.input !== undefined) this.#give(each.input, address);
    for (const { each, address } of this.#scanned) this.#give(each.inner, address);
    const pointed = new Set<Buffer>();
    const isNew = (buffer: Buffer): boolean => {
      if (!this.#isPointed(buffer) || pointed.has(buffer)) return false;
      pointed.add(buffer);
      return true;
    };
    for (const { each, address } of this.#stacked) if (isNew(each.inner)) this.#give(each.inner, address);
    const slot = this.#w.local("i32");
    for (const { each } of this.#carries) {
      if (!isNew(each.output)) continue;
      this.#pushSlot(each);
      this.#w.set(slot);
      this.#give(each.output, slot);
    }
    this.#w.release(slot);
  }

  /** Whether the step computes a buffer and is told where. */
  #isPointed = (buffer: Buffer): boolean =>
    buffer.source.kind === "temporary" && this.#context.inner(buffer.id).indirect;

  #pushSlot(carry: Carry): void {
    const w = this.#w;
    w.get(this.#parity).i32(slotBytes(carry)).op(op.i32Mul).get(this.#base).op(op.i32Add);
    w.i32(this.#context.memory.slots.get(carry) ?? 0).op(op.i32Add);
  }

  /** After a step: small results to their stacks, carries to where the next step finds them. */
  #takeOutputs(): void {
    const w = this.#w;
    const pointed = new Set<Buffer>();
    for (const { each, address } of this.#stacked) {
      const { inner } = each;
      if (this.#isPointed(inner) && !pointed.has(inner)) pointed.add(inner);
      else
        copyBytes(
          w,
          () => w.get(address),
          () => this.#pushInner(inner),
          bytesOf(inner),
        );
    }
    for (const { each, address } of this.#carries) this.#takeCarry(each, address);
    const sign = this.#kernel.reverse ? -1 : 1;
    for (const { each, address } of [...this.#scanned, ...this.#stacked]) {
      w.get(address)
        .i32(sign * bytesOf(each.inner))
        .op(op.i32Add)
        .set(address);
    }
    w.get(this.#parity).i32(1).op(op.i32Xor).set(this.#parity);
  }

  /** What is another input of the step is copied: the next step may write over it before it is read. */
  #takeCarry(carry: Carry, address: number): void {
    const w = this.#w;
    const { input, output } = carry;
    if (output === input) return;
    if (output.source.kind !== "input") {
      this.#pushInner(output);
      w.set(address);
      return;
    }
    copyBytes(
      w,
      () => this.#pushSlot(carry),
      () => this.#pushInner(output),
      bytesOf(output),
    );
    this.#pushSlot(carry);
    w.set(address);
  }
}
