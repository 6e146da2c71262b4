import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSafetensors } from "@glissade/nn/files";
import { afterAll, expect, test } from "vitest";

const script = new URL("./train-process.ts", import.meta.url).pathname;
const kills = 50;
const epochs = 60;
const root = mkdtempSync(join(tmpdir(), "glissade-killed-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs the training; kills it so many milliseconds after it has begun. Whether it ended by itself. */
function train(folder: string, pause: number, killAfter?: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const args = ["--import", "tsx", script, folder, String(epochs), String(pause)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.once("data", () => {
      if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`the training ended with ${code}`));
    });
  });
}

const finalWeights = (folder: string): unknown => JSON.parse(readFileSync(join(folder, "final.json"), "utf8"));

test(`a training killed ${kills} times ends in the bits of one that was left alone, and every checkpoint can be read`, async () => {
  const alone = join(root, "alone");
  expect(await train(alone, 0)).toBe(true);
  let killed = 0;
  for (let round = 0; killed < kills; round++) {
    const folder = join(root, String(round));
    let ended = false;
    while (!ended) {
      // Random moments: while modules are read, in steps, and while files are written.
      const wait = killed < kills ? Math.floor(Math.random() * 450) : undefined;
      ended = await train(folder, 1, wait);
      if (!ended) killed++;
      if (!existsSync(folder)) continue;
      const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
      for (const name of files)
        expect(Object.keys((await loadSafetensors(join(folder, name))).tensors)).not.toEqual([]);
    }
    expect(finalWeights(folder)).toEqual(finalWeights(alone));
  }
}, 300_000);
