/** Where the code is that calls a library: by paths alone, so that each thread loads it for itself. */
export interface BlasBinding {
  /** The file of the package koffi. */
  readonly koffi: string;
  /** The library, by a name that the system finds or by a path. */
  readonly library: string;
}

/**
 * C = op(A) · op(B) over the backend's memory, row-major, by byte addresses: `kind` is a sum of `gemmKinds`, `lda`, `ldb` and `ldc` are the distances between the
 * rows of the matrices as they are stored.
 */
export type Gemm = (
  kind: number,
  m: number,
  n: number,
  k: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  c: number,
  ldc: number,
) => void;

/** What `Gemm` is told of a product besides its sizes. */
export const gemmKinds = { float64: 1, transposesA: 2, transposesB: 4 } as const;

/** The name of the custom section of a module that says how to bind its products. */
export const blasSection = "blas";

/**
 * The program that binds a library, as a function (library, memory) => Gemm. It is text because workers, which have no files of their own, run it too.
 *
 * OpenBLAS computes each call in the thread that makes it: products are shared out among the backend's threads, and two pools of threads would take the cores from
 * each other. 101, 111 and 112 are CblasRowMajor, CblasNoTrans and CblasTrans (BLAS Technical Forum Standard, 2001, appendix B.2).
 */
export const bindGemmSource = `(library, memory) => {
  library.func("void openblas_set_num_threads(int)")(1);
  const bind = (name, real) => library.func(
    "void " + name + "(int, int, int, int, int, int, " + real + ", " + real + " *, int, " + real + " *, int, " + real + ", " + real + " *, int)",
  );
  const [sgemm, dgemm] = [bind("cblas_sgemm", "float"), bind("cblas_dgemm", "double")];
  let buffer, floats, doubles;
  return (kind, m, n, k, a, lda, b, ldb, c, ldc) => {
    if (buffer !== memory.buffer) {
      buffer = memory.buffer;
      floats = new Float32Array(buffer);
      doubles = new Float64Array(buffer);
    }
    const isDouble = (kind & ${gemmKinds.float64}) !== 0;
    const at = (address) => isDouble ? doubles.subarray((address >>> 0) / 8) : floats.subarray((address >>> 0) / 4);
    const [opA, opB] = [kind & ${gemmKinds.transposesA} ? 112 : 111, kind & ${gemmKinds.transposesB} ? 112 : 111];
    (isDouble ? dgemm : sgemm)(101, opA, opB, m, n, k, 1, at(a), lda, at(b), ldb, 0, at(c), ldc);
  };
}`;

/** A binding as the bytes of a custom section. */
export const encodeBinding = (binding: BlasBinding): Uint8Array =>
  Uint8Array.from(encodeURIComponent(JSON.stringify(binding)), (letter) => letter.charCodeAt(0));

/** In a worker: (module, memory) => what `env.gemm` of a module is; undefined for a module that calls no library. */
export const workerGemmSource = `((bound) => (module, memory) => {
  const [section] = WebAssembly.Module.customSections(module, ${JSON.stringify(blasSection)});
  if (section === undefined) return undefined;
  const text = String.fromCharCode(...new Uint8Array(section));
  if (!bound.has(text)) {
    const { koffi, library } = JSON.parse(decodeURIComponent(text));
    bound.set(text, (${bindGemmSource})(require(koffi).load(library), memory));
  }
  return bound.get(text);
})(new Map())`;
