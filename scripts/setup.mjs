// Makes a fresh clone ready: the right Node, and the dependencies of pnpm-lock.yaml. Uses only what Node and npm bring.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 20;
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".glissade-lock");

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= OLDEST_NODE) return;
  console.error(
    `Glissade needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}. See https://nodejs.org.`,
  );
  process.exit(1);
}

/**
 * Runs the pnpm that package.json pins, through npx: nothing need be installed globally.
 *
 * @param {string[]} args
 */
export function pnpm(args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const result = spawnSync("npx", ["--yes", packageManager, ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    shell: process.platform === "win32", // npx is a .cmd file there, which only a shell can run
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (result.error) throw result.error;
  return result;
}

const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .digest("hex");

/** Installs when node_modules is missing or pnpm-lock.yaml has changed since; otherwise returns at once. */
export function setup() {
  requireNode();
  const wanted = lockHash();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  console.error("Setting up: installing the dependencies of pnpm-lock.yaml (once; about half a minute) …");
  const { status, stdout, stderr } = pnpm(["install", "--frozen-lockfile"]);
  if (status !== 0) {
    console.error(`${stdout}\n${stderr}\nSetting up failed: see pnpm's message above.`);
    process.exit(status || 1);
  }
  writeFileSync(stampFile, wanted);
}
