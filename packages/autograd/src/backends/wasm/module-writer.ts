import { Bytes, FunctionWriter, type Signature, type ValueType, valueTypes } from "./encoder.js";

/** How a module's memory is imported. */
export interface MemoryImport {
  /** In pages of 64 KiB. */
  readonly initial: number;
  /** Needed where it is shared. */
  readonly maximum?: number;
  readonly shared: boolean;
}

/**
 * A module being written: functions over the memory that it imports as `env.memory`. Imported functions come first, so all of
 * them must be named before the first function is made.
 */
export class ModuleWriter {
  readonly #types: Signature[] = [];
  readonly #imports: { readonly name: string; readonly signature: Signature }[] = [];
  readonly #functions: FunctionWriter[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];
  readonly #memory: MemoryImport;
  readonly #notes: { readonly name: string; readonly content: Uint8Array }[] = [];

  constructor(memory: MemoryImport) {
    this.#memory = memory;
  }

  /** A function that the host gives as `env.<name>`; returns its index. */
  importFunction(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): number {
    if (this.#functions.length > 0) throw new Error("imports come before functions");
    this.#imports.push({ name, signature: { parameters, results } });
    return this.#imports.length - 1;
  }

  /** A new function; written by the caller, in any order with others. */
  function(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): FunctionWriter {
    const writer = new FunctionWriter(this.#imports.length + this.#functions.length, name, { parameters, results });
    this.#functions.push(writer);
    return writer;
  }

  export(name: string, { index }: FunctionWriter): void {
    this.#exports.push({ name, index });
  }

  /** A custom section, for those who instantiate the module. */
  note(name: string, content: Uint8Array): void {
    this.#notes.push({ name, content });
  }

  #typeIndex(signature: Signature): number {
    const same = (a: readonly ValueType[], b: readonly ValueType[]): boolean =>
      a.length === b.length && a.every((type, i) => type === b[i]);
    const known = this.#types.findIndex(
      ({ parameters, results }) => same(parameters, signature.parameters) && same(results, signature.results),
    );
    return known >= 0 ? known : this.#types.push(signature) - 1;
  }

  /** The bytes of the module (WebAssembly 2.0, §5.5, with the limits of the threads proposal). */
  encode(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(byte);
    const importTypes = this.#imports.map(({ signature }) => this.#typeIndex(signature));
    const functionTypes = this.#functions.map(({ signature }) => this.#typeIndex(signature));
    const section = (id: number, count: number, write: (bytes: Bytes) => void): void => {
      const content = new Bytes();
      content.unsigned(count);
      write(content);
      out.byte(id);
      out.unsigned(content.length);
      out.append(content.written());
    };
    for (const { name, content } of this.#notes) {
      const bytes = new Bytes();
      bytes.text(name);
      bytes.append(content);
      out.byte(0);
      out.unsigned(bytes.length);
      out.append(bytes.written());
    }
    section(1, this.#types.length, (bytes) => {
      for (const { parameters, results } of this.#types) {
        bytes.byte(0x60);
        for (const list of [parameters, results]) {
          bytes.unsigned(list.length);
          for (const type of list) bytes.byte(valueTypes[type]);
        }
      }
    });
    section(2, this.#imports.length + 1, (bytes) => {
      for (const [i, { name }] of this.#imports.entries()) {
        bytes.text("env");
        bytes.text(name);
        bytes.byte(0x00);
        bytes.unsigned(importTypes[i] ?? 0);
      }
      const { initial, maximum, shared } = this.#memory;
      bytes.text("env");
      bytes.text("memory");
      bytes.byte(0x02);
      bytes.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0));
      bytes.unsigned(initial);
      if (maximum !== undefined) bytes.unsigned(maximum);
    });
    section(3, this.#functions.length, (bytes) => {
      for (const type of functionTypes) bytes.unsigned(type);
    });
    section(7, this.#exports.length, (bytes) => {
      for (const { name, index } of this.#exports) {
        bytes.text(name);
        bytes.byte(0x00);
        bytes.unsigned(index);
      }
    });
    section(10, this.#functions.length, (bytes) => {
      for (const writer of this.#functions) {
        const body = writer.encode();
        bytes.unsigned(body.length);
        bytes.append(body);
      }
    });
    this.#encodeNames(out);
    return new Uint8Array(out.written());
  }

  /** What profilers and stack traces call the functions (WebAssembly 2.0, appendix, custom sections). */
  #encodeNames(out: Bytes): void {
    const names = new Bytes();
    names.unsigned(this.#functions.length);
    for (const { index, name } of this.#functions) {
      names.unsigned(index);
      names.text(name);
    }
    const content = new Bytes();
    content.text("name");
    content.byte(1);
    content.unsigned(names.length);
    content.append(names.written());
    out.byte(0);
    out.unsigned(content.length);
    out.append(content.written());
  }
}
