// Builds every package's dist with the TypeScript compiler; only what changed is compiled again.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

const packages = ["autograd", "optim", "nn"];

/**
 * The modules under a folder, as sorted paths without their extension.
 *
 * @param {string} folder
 * @param {string} extension
 */
function modules(folder, extension) {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
    .sort();
}

/**
 * Starts afresh where dist and src list different modules: tsc removes no stale output, nor sees that one is gone.
 *
 * @param {string} name
 */
function discardStale(name) {
  const dist = join(root, "packages", name, "dist");
  const made = modules(dist, ".js");
  const wanted = modules(join(root, "packages", name, "src"), ".ts");
  if (made.join() !== wanted.join()) rmSync(dist, { recursive: true, force: true });
}

for (const name of packages) discardStale(name);
const projects = packages.map((name) => join("packages", name, "tsconfig.build.json"));
// What needs Node is a project of its own: elsewhere nothing of Node's may be named.
projects.push(join("packages", "nn", "tsconfig.node.json"));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-b", ...projects], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
