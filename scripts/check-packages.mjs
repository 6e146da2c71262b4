// publint and are-the-types-wrong over the tarballs a user would install.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAll } from "./pack.mjs";
import { root } from "./setup.mjs";

/**
 * Runs a tool of node_modules; whether it was content.
 *
 * @param {string} command
 * @param {string[]} args
 */
const check = (command, args) =>
  spawnSync(join(root, "node_modules", ".bin", command), args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  }).status === 0;

const folder = mkdtempSync(join(tmpdir(), "glissade-pack-"));
try {
  const failed = Object.entries(packAll(folder)).filter(([, tarball]) => {
    const lint = check("publint", ["run", tarball, "--strict"]);
    const types = check("attw", [tarball, "--profile", "esm-only"]);
    return !(lint && types);
  });
  for (const [name] of failed) console.error(`${name}: the packed package has the problems listed above.`);
  if (failed.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
