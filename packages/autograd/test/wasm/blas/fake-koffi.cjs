// What `openBlas` uses of the package koffi, with a library in plain JavaScript behind it: so that finding, binding and calling are tested where no OpenBLAS is installed.
// The library's name says what is wrong with it.
const { isMainThread } = require("node:worker_threads");

let calls = 0;

/** cblas_?gemm, row-major, α = 1, β = 0. */
function gemm(order, opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
  calls++;
  const sizes = [order, alpha, beta, lda >= (opA === 112 ? m : k), ldb >= (opB === 112 ? k : n), ldc >= n].join();
  if (sizes !== "101,1,0,true,true,true") throw new Error(`cblas_gemm: parameters ${sizes}`);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += a[opA === 112 ? p * lda + i : i * lda + p] * b[opB === 112 ? j * ldb + p : p * ldb + j];
      }
      c[i * ldc + j] = sum;
    }
  }
}

function load(path) {
  if (path.includes("absent")) throw new Error(`${path}: cannot open shared object file`);
  if (path.includes("main thread") && !isMainThread) throw new Error("not in a worker");
  const old = path.includes("older than the processor");
  const core = old ? (process.env.OPENBLAS_CORETYPE ?? "Prescott") : "JavaScript";
  const functions = {
    openblas_set_num_threads() {},
    openblas_get_config: () => `OpenBLAS 0.0.1 ${path.includes("long") ? "USE64BITINT " : ""}plain MAX_THREADS=4`,
    openblas_get_corename: () => core,
    openblas_get_parallel: () => (path.includes("serial") ? 0 : 1),
    ...(path.includes("bare") ? {} : { cblas_sgemm: gemm, cblas_dgemm: gemm }),
  };
  return {
    func(definition) {
      const name = /(\w+)\(/.exec(definition)?.[1];
      if (!(name in functions)) throw new Error(`Cannot find function '${name}' in shared library`);
      return functions[name];
    },
    unload() {},
  };
}

module.exports = { load, calls: () => calls };
