import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { root } from "./source-graph.js";

// Inside the repository, so that the packages are found by name.
mkdirSync(join(root, "out"), { recursive: true });
const folder = mkdtempSync(join(root, "out", "readmes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocksOf = (text: string): string[] => [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? "");

/** What a block says it prints: the comment behind each `console.log(…);`. */
const promised = (block: string): string[] =>
  [...block.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1] ?? "");

describe.each(["autograd", "optim", "nn"])("the README of %s", (name) => {
  const blocks = blocksOf(readFileSync(join(root, "packages", name, "README.md"), "utf8"));

  test("shows code", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  test.each(blocks.map((block, index) => ({ block, number: index + 1 })))(
    "prints what it says: block $number",
    ({ block, number }) => {
      const file = join(folder, `${name}-${number}.ts`);
      writeFileSync(file, block);
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file], {
        cwd: root,
        encoding: "utf8",
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(promised(block)).not.toEqual([]);
      expect(stdout.trim().split("\n")).toEqual(promised(block));
    },
  );
});

describe("the README of the project", () => {
  const [model = "", proof = "", compiled = "", ...more] = blocksOf(readFileSync(join(root, "README.md"), "utf8"));

  test("shows a program of about twenty lines, and the test of its operator", () => {
    expect(more).toEqual([]);
    expect(
      model
        .trim()
        .split("\n")
        .filter((line) => line.trim() !== "").length,
    ).toBeLessThanOrEqual(25);
  });

  test.each([
    ["program", model],
    ["compiled step", compiled],
  ])("the %s prints what it says", (_, block) => {
    const file = join(folder, "model.ts");
    writeFileSync(file, block);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file], {
      cwd: root,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(promised(block)).not.toEqual([]);
    expect(stdout.trim().split("\n")).toEqual(promised(block));
  });

  test("the test of its operator passes, and has laws in it", () => {
    writeFileSync(join(folder, "model.ts"), model);
    writeFileSync(join(folder, "model.test.ts"), proof);
    const config = join(folder, "vitest.config.mjs");
    writeFileSync(config, 'export default { test: { include: ["*.test.ts"] } };');
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const args = [vitest, "run", "--root", folder, "--config", config, "--reporter", "json", "--no-color"];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect(status).toBe(0);
    const report = JSON.parse(stdout.slice(stdout.indexOf("{"))) as { numPassedTests: number; numFailedTests: number };
    expect(report.numFailedTests).toBe(0);
    expect(report.numPassedTests).toBeGreaterThan(10);
  });
});
