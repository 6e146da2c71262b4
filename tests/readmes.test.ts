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
