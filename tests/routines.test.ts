import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { entries } from "../scripts/routines/entries.js";
import { pagesOf } from "../scripts/routines/pages.js";
import { root } from "./source-graph.js";

const sources = join(root, "packages", "autograd", "src");

test("the routines are what their sources say: run pnpm routines after a change", () => {
  const stale = [...pagesOf(sources, entries)].filter(([file, text]) => {
    const path = join(sources, "routines", file);
    return !existsSync(path) || readFileSync(path, "utf8") !== text;
  });
  expect(stale.map(([file]) => file)).toEqual([]);
});
