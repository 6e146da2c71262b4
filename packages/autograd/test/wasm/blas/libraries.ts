import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { currentBackend } from "../../../src/backends/wasm/backend.js";
import { type BlasLibrary, openBlas } from "../../../src/backends/wasm/blas/library.js";

/** The file of a stand-in for koffi. */
export const fakeKoffi = fileURLToPath(new URL("fake-koffi.cjs", import.meta.url));

/** How often this thread has called the products of the stand-in. */
export const fakeCalls = (): number => createRequire(import.meta.url)(fakeKoffi).calls();

/** A library of the stand-in; its name says what is wrong with it. */
export function fakeLibrary(name: string): BlasLibrary {
  const library = openBlas(currentBackend().memory.memory, { koffi: fakeKoffi, path: name });
  if ("why" in library) throw new Error(library.why);
  return library;
}

/** The machine's OpenBLAS, or why there is none. */
export const systemLibrary = openBlas(currentBackend().memory.memory);

/** What products are tried with: plain loops always, and OpenBLAS where the machine has it. */
export const libraries: readonly (readonly [name: string, library: BlasLibrary])[] = [
  ["plain loops", fakeLibrary("plain")],
  ...("gemm" in systemLibrary ? [["OpenBLAS", systemLibrary] as const] : []),
];
