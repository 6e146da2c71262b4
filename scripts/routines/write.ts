// What `pnpm routines` runs: translates the kernels that a compiled program takes over, and writes packages/autograd/src/routines; with --check compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { entries } from "./entries.js";
import { pagesOf } from "./pages.js";

const sources = fileURLToPath(new URL("../../packages/autograd/src", import.meta.url));
const check = process.argv.includes("--check");
let stale = 0;
for (const [file, text] of pagesOf(sources, entries)) {
  const path = join(sources, "routines", file);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale++;
  if (check) console.error(`${path} is not what its source says: run pnpm routines.`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(path);
  }
}
process.exitCode = check && stale > 0 ? 1 : 0;
