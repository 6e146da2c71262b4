/** Types of WebAssembly values, by their bytes (WebAssembly 2.0, §5.3). */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** The type of a WebAssembly value. */
export type ValueType = keyof typeof valueTypes;

/** Bytes that grow: instructions are written straight into one array. */
export class Bytes {
  buffer = new Uint8Array(1024);
  length = 0;
  #view = new DataView(this.buffer.buffer);

  #reserve(extra: number): void {
    if (this.length + extra <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.buffer.length, this.length + extra));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.#reserve(1);
    this.buffer[this.length++] = value;
  }

  /** LEB128, unsigned. */
  unsigned(value: number): void {
    if (this.length + 10 > this.buffer.length) this.#reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.length++] = rest;
  }

  /** LEB128, signed, of 32 bits. */
  signed(value: number): void {
    if (this.length + 5 > this.buffer.length) this.#reserve(5);
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.buffer[this.length++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.buffer[this.length++] = rest & 0x7f;
  }

  /** A byte and a number, unsigned: most instructions. */
  coded(code: number, value: number): void {
    if (value >= 0x80 || this.length + 2 > this.buffer.length) {
      this.byte(code);
      this.unsigned(value);
      return;
    }
    this.buffer[this.length++] = code;
    this.buffer[this.length++] = value;
  }

  /** LEB128, signed, of 64 bits. */
  signed64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
      this.buffer[this.length++] = done ? low : low | 0x80;
      if (done) return;
    }
  }

  float32(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A name of ASCII letters: `TextEncoder` is not in the language, and every name in a module is of ours. */
  text(value: string): void {
    this.unsigned(value.length);
    this.append(Uint8Array.from(value, (letter) => letter.charCodeAt(0)));
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  written(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}

/** The signature of a function. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function being written. Parameters are the first locals. Instructions go out in the order of the calls. */
export class FunctionWriter {
  readonly index: number;
  readonly signature: Signature;
  readonly name: string;
  readonly #locals: ValueType[];
  readonly #free: Record<ValueType, number[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  readonly #code = new Bytes();

  constructor(index: number, name: string, signature: Signature) {
    this.index = index;
    this.name = name;
    this.signature = signature;
    this.#locals = [...signature.parameters];
  }

  /** A new local, or one that was released. Its value is not cleared. */
  local(type: ValueType): number {
    const free = this.#free[type].pop();
    if (free !== undefined) return free;
    this.#locals.push(type);
    return this.#locals.length - 1;
  }

  /** Gives a local back: the next `local` of its type may be the same one. */
  release(local: number): void {
    const type = this.#locals[local];
    if (type !== undefined) this.#free[type].push(local);
  }

  get(local: number): this {
    this.#code.coded(0x20, local);
    return this;
  }

  set(local: number): this {
    this.#code.coded(0x21, local);
    return this;
  }

  tee(local: number): this {
    this.#code.coded(0x22, local);
    return this;
  }

  i32(value: number): this {
    this.#code.byte(0x41);
    this.#code.signed(value);
    return this;
  }

  i64(value: bigint): this {
    this.#code.byte(0x42);
    this.#code.signed64(value);
    return this;
  }

  f32(value: number): this {
    this.#code.byte(0x43);
    this.#code.float32(value);
    return this;
  }

  f64(value: number): this {
    this.#code.byte(0x44);
    this.#code.float64(value);
    return this;
  }

  /** A vector constant of 16 bytes. */
  v128(bytes: Uint8Array): this {
    this.#code.coded(0xfd, 0x0c);
    this.#code.append(bytes);
    return this;
  }

  /** An instruction without immediates, by its one-byte code. */
  op(code: number): this {
    this.#code.byte(code);
    return this;
  }

  /** A saturating conversion (prefix 0xfc). */
  op_fc(code: number): this {
    this.#code.coded(0xfc, code);
    return this;
  }

  /** A vector instruction (prefix 0xfd), with its lane where it has one. Relaxed ones have codes from 0x100. */
  simd(code: number, lane?: number): this {
    this.#code.coded(0xfd, code);
    if (lane !== undefined) this.#code.byte(lane);
    return this;
  }

  /** i8x16.shuffle of 16 byte numbers. */
  shuffle(lanes: readonly number[]): this {
    this.#code.coded(0xfd, 0x0d);
    for (const lane of lanes) this.#code.byte(lane);
    return this;
  }

  /** A load or store by its one-byte code; `align` is the exponent of the alignment that is promised. */
  memory(code: number, offset: number, align: number): this {
    this.#code.byte(code);
    this.#code.unsigned(align);
    this.#code.unsigned(offset);
    return this;
  }

  /** A vector load or store, with its lane where it has one. */
  simdMemory(code: number, offset: number, align: number, lane?: number): this {
    this.#code.coded(0xfd, code);
    this.#code.unsigned(align);
    this.#code.unsigned(offset);
    if (lane !== undefined) this.#code.byte(lane);
    return this;
  }

  /** An atomic instruction (prefix 0xfe). */
  atomic(code: number, offset: number, align: number): this {
    this.#code.coded(0xfe, code);
    this.#code.unsigned(align);
    this.#code.unsigned(offset);
    return this;
  }

  /** memory.copy or memory.fill over the stack's operands. */
  memoryCopy(): this {
    this.op_fc(10);
    this.#code.byte(0);
    this.#code.byte(0);
    return this;
  }

  memoryFill(): this {
    this.op_fc(11);
    this.#code.byte(0);
    return this;
  }

  call(target: { readonly index: number } | number): this {
    this.#code.byte(0x10);
    this.#code.unsigned(typeof target === "number" ? target : target.index);
    return this;
  }

  /** Instructions that are bytes already. */
  bytes(code: Uint8Array): this {
    this.#code.append(code);
    return this;
  }

  /** `block … end`: a branch to it leaves it. */
  block(body: () => void): this {
    this.#code.byte(0x02);
    this.#code.byte(0x40);
    body();
    return this.end();
  }

  /** `loop … end`: a branch to it starts it again. */
  loop(body: () => void): this {
    this.#code.byte(0x03);
    this.#code.byte(0x40);
    body();
    return this.end();
  }

  /** `if … else … end` over the i32 on the stack. */
  if(body: () => void, otherwise?: () => void): this {
    this.#code.byte(0x04);
    this.#code.byte(0x40);
    body();
    if (otherwise !== undefined) {
      this.#code.byte(0x05);
      otherwise();
    }
    return this.end();
  }

  end(): this {
    return this.op(0x0b);
  }

  br(depth: number): this {
    this.#code.coded(0x0c, depth);
    return this;
  }

  brIf(depth: number): this {
    this.#code.coded(0x0d, depth);
    return this;
  }

  return(): this {
    return this.op(0x0f);
  }

  /** Bytes of code written so far. */
  get size(): number {
    return this.#code.length;
  }

  /** The function's entry of the code section. */
  encode(): Uint8Array {
    const out = new Bytes();
    const declared = this.#locals.slice(this.signature.parameters.length);
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of declared) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.unsigned(runs.length);
    for (const { type, count } of runs) {
      out.unsigned(count);
      out.byte(valueTypes[type]);
    }
    out.append(this.#code.written());
    out.byte(0x0b);
    return out.written();
  }
}
