import { existsSync, readFileSync } from "node:fs";
import { DeviceError, init, jit, matmul, ones, type Tensor, ValueError, withBackend } from "@glissade/autograd";
import { afterEach, describe, expect, test } from "vitest";
import { currentBackend } from "../../../src/backends/wasm/backend.js";
import { betterCore } from "../../../src/backends/wasm/blas/core-type.js";
import { fakeKoffi } from "./libraries.js";

const backend = currentBackend();
const square = (): ReturnType<typeof jit<[Tensor], Tensor>> => jit((x: Tensor) => matmul(x, x));

afterEach(async () => {
  backend.koffi = "koffi";
  await init({ blas: "none", deterministic: false });
});

describe("init({ blas })", () => {
  test("puts OpenBLAS to use, and stats say so", async () => {
    backend.koffi = fakeKoffi;
    const { blas } = await init({ blas: "openblas", blasPath: "plain" });
    expect(blas).toEqual({ name: "openblas", reason: "OpenBLAS 0.0.1 for JavaScript, plain" });
    const f = square();
    f(ones([64, 64]));
    expect(f.stats().blas).toEqual({ ...blas, libraryProducts: 1, ownProducts: 0 });
    f(ones([4, 4]));
    expect(f.stats().blas).toEqual({ ...blas, libraryProducts: 0, ownProducts: 1 });
    f(ones([64, 64]));
    expect(f.stats().blas?.libraryProducts).toBe(1);
  });

  test("looks under the usual names", async () => {
    backend.koffi = fakeKoffi;
    const { blas } = await init({ blas: "auto" });
    expect(blas).toMatchObject({ name: "openblas", reason: expect.stringMatching(/^OpenBLAS 0.0.1 .*openblas/) });
    expect((await init({ blas: "openblas" })).blas).toEqual(blas);
    expect((await init()).blas).toEqual(blas);
  });

  test("has a library that does not know the processor take the kernels of one that is like it", async () => {
    backend.koffi = fakeKoffi;
    const { OPENBLAS_CORETYPE: before } = process.env;
    const description = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
    const reasonWith = async (core: string | undefined): Promise<string> => {
      if (core === undefined) delete process.env.OPENBLAS_CORETYPE;
      else process.env.OPENBLAS_CORETYPE = core;
      const { blas } = await init({ blas: "openblas", blasPath: `older than the processor, ${core}` });
      expect(process.env.OPENBLAS_CORETYPE).toBe(core);
      return blas?.reason ?? "";
    };
    try {
      expect(await reasonWith(undefined)).toContain(`for ${betterCore("Prescott", description) ?? "Prescott"},`);
      expect(await reasonWith("Nehalem")).toContain("for Nehalem,");
    } finally {
      if (before === undefined) delete process.env.OPENBLAS_CORETYPE;
      else process.env.OPENBLAS_CORETYPE = before;
    }
  });

  test.each([
    ["Prescott", "sse2 avx avx2 fma", "Haswell"],
    ["Nehalem", "avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl", "SkylakeX"],
    ["Prescott", "avx2 fma avx512f", "Haswell"],
    ["Prescott", "sse2 ssse3", undefined],
    ["Zen", "avx2 fma", undefined],
    ["Cooperlake", "avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl", undefined],
    ["JavaScript", "avx2 fma", undefined],
  ])("%s, on a processor with %s: %s", (chosen, flags, better) => {
    expect(betterCore(chosen, `vendor_id\t: x\nflags\t\t: ${flags}\nbugs\t\t: none\n`)).toBe(better);
    expect(betterCore(chosen, "")).toBeUndefined();
  });

  test("leaves what was compiled before as it is", async () => {
    backend.koffi = fakeKoffi;
    const f = square();
    f(ones([64, 64]));
    await init({ blas: "auto" });
    f(ones([64, 64]));
    expect(f.stats()).toEqual({ compilations: 1, runs: 2, lastReason: "the first call", blas: undefined });
  });

  test("is nothing to the reference backend", async () => {
    backend.koffi = fakeKoffi;
    await init({ blas: "auto" });
    const f = square();
    withBackend("reference", () => f(ones([64, 64])));
    expect(f.stats().blas).toBeUndefined();
    expect((await init({ backend: "reference" })).blas.reason).toBe('the backend "reference" calls no library');
    expect((await init({ backend: "wasm" })).blas.name).toBe("openblas");
  });

  test("goes back to the own kernels", async () => {
    backend.koffi = fakeKoffi;
    await init({ blas: "auto" });
    expect((await init({ blas: "none" })).blas).toEqual({
      name: "none",
      reason: 'it was not asked for: init({ blas: "auto" })',
    });
  });

  test("gives way to deterministic, set later", async () => {
    backend.koffi = fakeKoffi;
    await init({ blas: "openblas" });
    const reason = "deterministic is set, and a library's bits depend on its build and on the processor";
    expect((await init({ deterministic: true })).blas).toEqual({ name: "none", reason });
    const f = square();
    f(ones([64, 64]));
    expect(f.stats().blas).toEqual({ name: "none", reason, libraryProducts: 0, ownProducts: 1 });
    await expect(init({ blas: "openblas" })).rejects.toThrow(ValueError);
    expect((await init({ deterministic: false })).blas.name).toBe("openblas");
  });
});

describe("without OpenBLAS", () => {
  const absences = [
    [
      "no koffi",
      "koffi-that-nobody-has",
      undefined,
      /koffi-that-nobody-has is not installed\. Remedy: npm install koffi/,
    ],
    ["another package for koffi", "fast-check", undefined, /fast-check.* is not koffi/],
    ["no library at the path", fakeKoffi, "/absent/libopenblas.so.0", /absent.*cannot open shared object file/],
    ["no products in the library", fakeKoffi, "bare", /Cannot find function 'cblas_sgemm'/],
    ["integers of 64 bits", fakeKoffi, "long", /its integers have 64 bits/],
  ] as const;

  test.each(absences)("%s: an error that says so, and nothing has changed", async (_, koffi, blasPath, message) => {
    backend.koffi = koffi;
    const asked = init({ blas: "openblas", ...(blasPath === undefined ? {} : { blasPath }), backend: "reference" });
    await expect(asked).rejects.toThrow(DeviceError);
    await expect(asked).rejects.toThrow(message);
    expect(await init()).toMatchObject({ backend: "wasm", blas: { reason: expect.stringContaining("not asked for") } });
  });

  test.each(absences)('%s: "auto" goes on without it and says why', async (_, koffi, blasPath, message) => {
    backend.koffi = koffi;
    const { blas } = await init({ blas: "auto", ...(blasPath === undefined ? {} : { blasPath }) });
    const f = square();
    expect(f(ones([64, 64])).data()[0]).toBe(64);
    expect(blas.name).toBe("none");
    expect(`${blas.reason.replace(": ", ". Remedy: ")}|${blas.reason}`).toMatch(message);
    expect(f.stats().blas).toEqual({ ...blas, libraryProducts: 0, ownProducts: 1 });
  });

  test("with the real koffi: a wrong path is an error with the loader's words", async () => {
    const asked = init({ blas: "openblas", blasPath: "/no/such/libopenblas.so.0" });
    await expect(asked).rejects.toThrow(
      /init: blas "openblas": \/no\/such\/libopenblas\.so\.0 does not serve as OpenBLAS: .*\. Remedy: give the path of libopenblas\. With blas "auto"/,
    );
  });

  test("under none of the usual names: how to install it", async () => {
    const { process } = globalThis;
    const platform = Object.getOwnPropertyDescriptor(process, "platform");
    backend.koffi = fakeKoffi.replace("fake-koffi", "empty-koffi");
    Object.defineProperty(process, "platform", { value: "win32", configurable: true });
    try {
      await expect(init({ blas: "openblas" })).rejects.toThrow(
        /no OpenBLAS was found \(libopenblas\.dll, openblas\.dll\)\. Remedy: install it \("apt install/,
      );
    } finally {
      if (platform !== undefined) Object.defineProperty(process, "platform", platform);
    }
  });

  test("outside Node: it says where it can be had", async () => {
    const { process } = globalThis;
    Object.defineProperty(globalThis, "process", { value: undefined, configurable: true, writable: true });
    try {
      await expect(init({ blas: "openblas" })).rejects.toThrow("OpenBLAS is called from Node");
    } finally {
      Object.defineProperty(globalThis, "process", { value: process, configurable: true, writable: true });
    }
  });

  test("options that make no sense are refused", async () => {
    await expect(init({ blas: "mkl" as never })).rejects.toThrow("blas is mkl; it must be one of openblas, auto, none");
    await expect(init({ blasPath: "/x" })).rejects.toThrow(ValueError);
    await expect(init({ blas: "none", blasPath: "/x" })).rejects.toThrow("blasPath is the file of a library");
    await expect(init({ blas: "openblas", deterministic: true })).rejects.toThrow("with deterministic");
  });
});
