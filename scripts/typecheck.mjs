// Type-checks sources, tests and examples: each tsconfig, by TypeScript 5.9 and 7, as many at a time as there are cores, all of them even when one fails.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { root } from "./setup.mjs";

// The longest first.
const projects = ["packages/autograd", "packages/nn", "tests", "packages/optim", "examples"];
const checks = ["typescript", "typescript-7"].flatMap((compiler) =>
  projects.map((project) => ({ compiler, project, name: `${project} (${compiler})` })),
);

/** @param {{ compiler: string, project: string }} check @returns {Promise<boolean>} */
function passes({ compiler, project }) {
  const tsc = join(root, "node_modules", compiler, "bin", "tsc");
  const child = spawn(process.execPath, [tsc, "-p", project], { cwd: root, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}

/** @type {string[]} */
const failed = [];
const waiting = [...checks];
const worker = async () => {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    if (!(await passes(check))) failed.push(check.name);
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, worker));
if (failed.length > 0) {
  console.error(`Type errors in: ${failed.join(", ")}`);
  process.exitCode = 1;
}
