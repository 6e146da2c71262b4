import type { WasmMemory } from "../engine.js";
import { type BlasBinding, bindGemmSource, type Gemm } from "./binding.js";
import { betterCore } from "./core-type.js";

/** A library that computes matrix products. */
export interface BlasLibrary {
  readonly binding: BlasBinding;
  readonly gemm: Gemm;
  /** Which build of which version it is, in words. */
  readonly description: string;
  /** Whether several threads may call it at the same time. */
  readonly isThreadSafe: boolean;
}

/** A library that was asked for and cannot be had. */
export interface MissingBlas {
  readonly why: string;
  readonly remedy: string;
}

type Require = ((name: string) => unknown) & { resolve(name: string): string };

/** What of Node is needed, reached without an import: browsers have none of it, and bundlers must not look for it. */
interface NodeProcess {
  readonly platform: string;
  readonly env: Record<string, string | undefined>;
  cwd(): string;
  readonly getBuiltinModule?: {
    (name: "fs"): { readFileSync(path: string, encoding: "utf8"): string };
    (name: "module"): { createRequire(from: string): Require };
    (name: "vm"): { runInThisContext(code: string): Binder };
  };
}

type NativeFunction = (...args: readonly number[]) => unknown;

/** A shared library as koffi opens it. */
interface NativeLibrary {
  func(definition: string): NativeFunction;
  unload?(): void;
}

type Binder = (library: NativeLibrary, memory: WasmMemory) => Gemm;

interface Koffi {
  load(path: string): NativeLibrary;
}

const homebrew = ["/opt/homebrew", "/usr/local"].map((root) => `${root}/opt/openblas/lib/libopenblas.dylib`);

/** What OpenBLAS is called: on Linux the build with threads first, whose calls may come from several (Fedora has a serial one beside it). */
const usualNames: Readonly<Record<string, readonly string[]>> = {
  darwin: [...homebrew, "libopenblas.dylib"],
  win32: ["libopenblas.dll", "openblas.dll"],
};
const unixNames = ["libopenblasp.so.0", "libopenblas.so.0", "libopenblas.so"];

const toInstall =
  'install it ("apt install libopenblas0", "dnf install openblas-threads", "brew install openblas"), or say where it is: init({ blas, blasPath })';

/** How OpenBLAS is looked for. */
export interface BlasSearch {
  /** The library's file; the usual names where it is left out. */
  readonly path?: string | undefined;
  /** The package that calls native code, as the name or the file of a module. */
  readonly koffi?: string | undefined;
}

/**
 * Finds OpenBLAS and binds it to a memory. Works in Node 20.16, 22.3 and newer, beside the package koffi.
 *
 * @example
 * const found = openBlas(memory);
 * if ("gemm" in found) found.gemm(0, m, n, k, a, k, b, n, c, n);
 */
export function openBlas(memory: WasmMemory, { path, koffi = "koffi" }: BlasSearch = {}): BlasLibrary | MissingBlas {
  const { process } = globalThis as { readonly process?: NodeProcess };
  const builtin = process?.getBuiltinModule;
  if (process === undefined || builtin === undefined) {
    return { why: "OpenBLAS is called from Node 20.16, 22.3 or newer only", remedy: "leave blas out, or update Node" };
  }
  const found = loadKoffi(builtin("module").createRequire, process.cwd(), koffi);
  if ("why" in found) return found;
  const names = path === undefined ? (usualNames[process.platform] ?? unixNames) : [path];
  const failures: string[] = [];
  for (const name of names) {
    try {
      const library = loadLibrary(found.koffi, name, process);
      refuseLongIntegers(library);
      const gemm = builtin("vm").runInThisContext(bindGemmSource)(library, memory);
      return { binding: { koffi: found.file, library: name }, gemm, ...describeLibrary(library, name) };
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  if (path !== undefined) {
    return { why: `${path} does not serve as OpenBLAS: ${failures.join()}`, remedy: "give the path of libopenblas" };
  }
  return { why: `no OpenBLAS was found (${names.join(", ")})`, remedy: toInstall };
}

/** Koffi as it is seen from here, or else from where the program runs. */
function loadKoffi(
  createRequire: (from: string) => Require,
  folder: string,
  name: string,
): { readonly koffi: Koffi; readonly file: string } | MissingBlas {
  // Bundles for browsers have no place of their own.
  const { url = folder } = import.meta as { readonly url?: string };
  for (const from of [url, `${folder}/`]) {
    let file: string;
    let require: Require;
    try {
      require = createRequire(from);
      file = require.resolve(name);
    } catch {
      // Not to be seen from there.
      continue;
    }
    try {
      const koffi = require(file);
      if (isKoffi(koffi)) return { koffi, file };
      return { why: `${file} is not koffi`, remedy: "npm install koffi" };
    } catch (error) {
      return { why: `koffi does not load: ${messageOf(error)}`, remedy: "npm install koffi, with optional packages" };
    }
  }
  return { why: `the package ${name} is not installed`, remedy: "npm install koffi" };
}

/** The environment variable that says which kernels OpenBLAS takes. */
const coreVariable = "OPENBLAS_CORETYPE";

/** The library, loaded once more where it took the processor, which is newer than it is, for one without AVX: its products are several times as fast then. */
function loadLibrary(koffi: Koffi, name: string, process: NodeProcess): NativeLibrary {
  const library = koffi.load(name);
  if (process.env[coreVariable] !== undefined || library.unload === undefined) return library;
  const better = betterCore(coreOf(library), describeProcessor(process));
  if (better === undefined) return library;
  library.unload();
  process.env[coreVariable] = better;
  try {
    return koffi.load(name);
  } finally {
    delete process.env[coreVariable];
  }
}

/** What Linux says of the processor; nothing elsewhere. */
function describeProcessor({ platform, getBuiltinModule }: NodeProcess): string {
  if (platform !== "linux" || getBuiltinModule === undefined) return "";
  try {
    return getBuiltinModule("fs").readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}

const isKoffi = (value: unknown): value is Koffi =>
  typeof value === "object" && value !== null && "load" in value && typeof value.load === "function";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The library's own words on how it was built. */
const configOf = (library: NativeLibrary): string => String(library.func("const char *openblas_get_config()")());

/** Which processors' kernels the library computes with. */
const coreOf = (library: NativeLibrary): string => String(library.func("const char *openblas_get_corename()")());

/** @throws Error for a build whose integers have 64 bits: its functions have the same names. */
function refuseLongIntegers(library: NativeLibrary): void {
  if (/\bUSE64BITINT\b/.test(configOf(library))) throw new Error("its integers have 64 bits");
}

function describeLibrary(library: NativeLibrary, name: string): Pick<BlasLibrary, "description" | "isThreadSafe"> {
  const version = /^OpenBLAS \S+/.exec(configOf(library))?.[0] ?? "OpenBLAS";
  // 0: sequential, 1: with threads, 2: with OpenMP. The first need not guard its buffers against other threads.
  const isThreadSafe = library.func("int openblas_get_parallel()")() !== 0;
  return { description: `${version} for ${coreOf(library)}, ${name}`, isThreadSafe };
}
