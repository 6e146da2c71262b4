import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileFormatError, ones, tensor, ValueError } from "@glissade/autograd";
import { decodeNpy, decodeSafetensors } from "@glissade/nn";
import { loadNpy, loadNpz, loadSafetensors, saveNpy, saveNpz, saveSafetensors } from "@glissade/nn/files";
import { decodeNpz } from "@glissade/nn/npz";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { anyTensor, bitsOf, bitsOfAll, states } from "./states.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-files-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A path in a new folder. */
async function fresh(name: string): Promise<string> {
  return join(await mkdtemp(join(folder, "case-")), name);
}

const neighbours = (path: string): Promise<string[]> => readdir(join(path, ".."));

describe("a file on the disk", () => {
  test("gives back what was saved, whatever was in it", async () => {
    const path = await fresh("model.safetensors");
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        await saveSafetensors(path, state, { metadata: { a: "b" } });
        const { tensors, metadata } = await loadSafetensors(path);
        expect(bitsOfAll(tensors)).toEqual(bitsOfAll(state));
        expect(metadata).toEqual({ a: "b" });
      }),
    );
    expect(await neighbours(path)).toEqual(["model.safetensors"]);
  });

  test("of one array too", async () => {
    const path = await fresh("array.npy");
    await fc.assert(
      fc.asyncProperty(anyTensor, async (x) => {
        await saveNpy(path, x);
        expect(bitsOf(await loadNpy(path))).toBe(bitsOf(x));
      }),
    );
    expect(await neighbours(path)).toEqual(["array.npy"]);
  });

  test("of several arrays too", async () => {
    const path = await fresh("arrays.npz");
    const state = { x: ones([2, 3]), y: tensor([true, false]) };
    for (const compress of [false, true]) {
      await saveNpz(path, state, { compress });
      expect(bitsOfAll(await loadNpz(path))).toEqual(bitsOfAll(state));
    }
    expect(await neighbours(path)).toEqual(["arrays.npz"]);
  });

  test("reads 64-bit integers as it is asked to", async () => {
    const path = await fresh("long.npy");
    const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}";
    const bytes = [
      0x93,
      ...Buffer.from("NUMPY"),
      1,
      0,
      header.length,
      0,
      ...Buffer.from(header),
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
    ];
    await writeFile(path, Uint8Array.from(bytes));
    await expect(loadNpy(path)).rejects.toThrow("4294967296 at element 0 does not fit into int32");
    expect((await loadNpy(path, { int64: "float64" })).toArray()).toEqual([4294967296]);
  });

  test("is whole when several save at once", async () => {
    const path = await fresh("model.safetensors");
    const saves = Array.from({ length: 8 }, (_, n) =>
      saveSafetensors(path, { x: tensor(new Float32Array(5000).fill(n)) }),
    );
    await Promise.all(saves);
    const data = (await loadSafetensors(path)).tensors.x?.data() ?? expect.fail();
    expect(new Set(data).size).toBe(1);
    expect(await neighbours(path)).toEqual(["model.safetensors"]);
  });

  test("can be read after its writer was killed at any moment", { timeout: 120_000 }, async () => {
    const path = await fresh("model.safetensors");
    const program = join(import.meta.dirname, "saves-forever.ts");
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ["--import", "tsx", program, path], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      await Promise.race([ended, new Promise((resolve) => child.stdout.once("data", resolve))]);
      await new Promise((resolve) => setTimeout(resolve, 100 * Math.random()));
      child.kill("SIGKILL");
      await ended;
      const { tensors, metadata } = decodeSafetensors(await readFile(path));
      for (const x of Object.values(tensors)) expect([...new Set(x.data())]).toEqual([Number(metadata.n)]);
      expect(Object.keys(tensors)).toHaveLength(3);
    }
  });
});

describe("what goes wrong", () => {
  test("while the bytes are made leaves the old file", async () => {
    const path = await fresh("model.safetensors");
    await saveSafetensors(path, { x: ones([2]) });
    const before = await readFile(path);
    await expect(saveSafetensors(path, { __metadata__: ones([1]) })).rejects.toThrow(ValueError);
    expect(await readFile(path)).toEqual(before);
    expect(await neighbours(path)).toEqual(["model.safetensors"]);
  });

  test("while it is moved leaves nothing behind", async () => {
    const path = await fresh("model.safetensors");
    await mkdir(path);
    await expect(saveSafetensors(path, { x: ones([2]) })).rejects.toMatchObject({ syscall: "rename" });
    expect(await neighbours(path)).toEqual(["model.safetensors"]);
  });

  test("with the path is the system's own error", async () => {
    const path = join(await fresh("nowhere"), "x.npy");
    await expect(saveNpy(path, ones([2]))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(loadNpy(path)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(loadSafetensors("")).rejects.toThrow("loadSafetensors: the first argument is the path of a file");
    await expect(saveNpy("", ones([1]))).rejects.toThrow(ValueError);
  });

  test("without fflate says what to install, for .npz alone", async () => {
    vi.resetModules();
    vi.doMock("fflate", () => {
      throw new Error("Cannot find package 'fflate'");
    });
    try {
      const files = await import("@glissade/nn/files");
      const path = await fresh("x.npz");
      const remedy = { name: "DeviceError", message: expect.stringContaining("npm install fflate") };
      await expect(files.saveNpz(path, {})).rejects.toMatchObject(remedy);
      await expect(files.loadNpz(path)).rejects.toMatchObject(remedy);
      await files.saveSafetensors(path, {});
    } finally {
      vi.doUnmock("fflate");
      vi.resetModules();
    }
  });

  test("before the bytes are looked at is an error too", () => {
    const text: Uint8Array = JSON.parse('"bytes"');
    for (const decode of [decodeSafetensors, decodeNpy, decodeNpz]) {
      expect(() => decode(text)).toThrow(`${decode.name}: pass the bytes as a Uint8Array.`);
      // @ts-expect-error One of two names.
      const wrong = (): unknown => decode(new Uint8Array(0), { int64: "int64" });
      expect(wrong).toThrow(`${decode.name}: int64 is "int64"; it may be "int32" or "float64".`);
    }
  });

  test("with the content names the file", async () => {
    const path = await fresh("x.npy");
    await saveNpy(path, ones([2]));
    await expect(loadSafetensors(path)).rejects.toThrow(`${path}: decodeSafetensors: the header is said to be`);
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    await expect(loadNpy(path)).rejects.toThrow(FileFormatError);
    await expect(loadNpy(path)).rejects.toThrow("x.npy: decodeNpy: the file ends inside its header. Is it truncated?");
  });
});
