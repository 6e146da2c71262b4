import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ValueError } from "@glissade/autograd";
import type { CheckpointStore } from "../../fit/checkpoint-store.js";
import { checkPath, readWhole, writeWhole } from "./disk.js";

/**
 * Checkpoints as files of a folder, which is made when the first is written. A process that is killed at any moment leaves whole files only, and at most one whose name ends in
 * `.tmp`, which the next checkpoint removes.
 *
 * @throws ValueError where the path is no text; the store's methods reject with the errors of `node:fs`.
 * @example
 * await fit(model, { ...options, checkpoints: { store: checkpointFolder("runs/digits"), every: 500 } });
 */
export function checkpointFolder(path: string): CheckpointStore {
  checkPath("checkpointFolder", path);
  const fileOf = (name: string): string => {
    if (name.includes("/") || name.includes("\\"))
      throw new ValueError(`checkpointFolder: ${name} is no name of a file.`);
    return join(path, name);
  };
  const names = async (): Promise<string[]> => {
    try {
      return await readdir(path);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  };
  return {
    async save(name, bytes) {
      await mkdir(path, { recursive: true });
      await writeWhole(fileOf(name), bytes);
      for (const left of await names()) if (left.endsWith(".tmp")) await rm(fileOf(left), { force: true });
    },
    list: names,
    load: (name) => readWhole("checkpointFolder", fileOf(name)),
    remove: (name) => rm(fileOf(name), { force: true }),
  };
}
