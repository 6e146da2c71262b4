// `pnpm bench`: installs the peers of bench/ once, builds the packages, and hands over to bench/run.mjs.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pnpm, root, setup } from "./setup.mjs";

const folder = join(root, "bench");
const lockfile = readFileSync(join(folder, "pnpm-lock.yaml"), "utf8");
const stamp = join(folder, "node_modules", ".glissade-lock");

setup();
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lockfile) {
  console.error("Installing the peers of bench/pnpm-lock.yaml (once) …");
  const args = ["--dir", folder, "install", "--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"];
  const { status, stdout, stderr } = pnpm(args);
  if (status !== 0) {
    console.error(`${stdout}\n${stderr}\nInstalling failed: see pnpm's message above.`);
    process.exit(status || 1);
  }
  writeFileSync(stamp, lockfile);
}
/** @param {string[]} args */
const run = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
process.exitCode =
  run([join(root, "scripts", "build.mjs")]) || run([join(folder, "run.mjs"), ...process.argv.slice(2)]);
