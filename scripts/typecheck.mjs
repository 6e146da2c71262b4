// Type-checks sources, tests and examples: each tsconfig in turn, by TypeScript 5.9 and 7, all of them even when one fails.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./setup.mjs";

const projects = ["packages/autograd", "packages/optim", "packages/nn", "examples", "tests"];
const failed = ["typescript-7", "typescript"].flatMap((compiler) => {
  const tsc = join(root, "node_modules", compiler, "bin", "tsc");
  return projects
    .filter(
      (project) => spawnSync(process.execPath, [tsc, "-p", project], { cwd: root, stdio: "inherit" }).status !== 0,
    )
    .map((project) => `${project} (${compiler})`);
});
if (failed.length > 0) {
  console.error(`Type errors in: ${failed.join(", ")}`);
  process.exitCode = 1;
}
