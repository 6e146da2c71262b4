// Type-checks sources, tests and examples: each tsconfig in turn, all of them even when one fails.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./setup.mjs";

const projects = ["packages/autograd", "packages/optim", "packages/nn", "examples", "tests"];
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const failed = projects.filter(
  (project) => spawnSync(process.execPath, [tsc, "-p", project], { cwd: root, stdio: "inherit" }).status !== 0,
);
if (failed.length > 0) {
  console.error(`Type errors in: ${failed.join(", ")}`);
  process.exitCode = 1;
}
