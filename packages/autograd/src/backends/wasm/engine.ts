/** The parts of the WebAssembly JavaScript interface that the backend uses (W3C, WebAssembly JavaScript Interface 2.0). */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** A function of a module. */
export type WasmFunction = (...args: readonly number[]) => number | undefined;

/** A compiled module, which several threads can instantiate. */
export type WasmModule = object;

interface Engine {
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly env: Readonly<Record<string, unknown>> },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

/** The engine's WebAssembly; undefined where there is none. */
export const engine: Engine | undefined = (globalThis as { readonly WebAssembly?: Engine }).WebAssembly;

/** The engine's WebAssembly, which the backend does not work without. */
export function requireEngine(): Engine {
  if (engine === undefined) throw new Error("this engine has no WebAssembly");
  return engine;
}

/** The function `name` of a new instance of a module. */
export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  env: Readonly<Record<string, unknown>>,
): WasmFunction {
  const { Module, Instance } = requireEngine();
  const exported = new Instance(new Module(bytes), { env }).exports[name];
  if (!isFunction(exported)) throw new Error(`the module has no function ${name}`);
  return exported;
}

const isFunction = (value: unknown): value is WasmFunction => typeof value === "function";
