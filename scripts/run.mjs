// What `npm start`, `npm test`, `npm run coverage:operators` and `npm run routines` run: sets the clone up where needed, then hands over to tsx or vitest.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, setup } from "./setup.mjs";

const DEFAULT_EXAMPLE = "digits";
const DEEP_RUNS = "2000";
const DEEP_TIMEOUT = 30 * 60 * 1000;
/** @type {NodeJS.Signals[]} */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} End how a process ended */

/**
 * Runs Node with this terminal's streams; resolves to how it ended. Signals reach the child, which decides.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<End>}
 */
function runNode(args, env = {}) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  // A terminal sends Ctrl-C to the child by itself; a second copy would look like a second Ctrl-C.
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      for (const each of SIGNALS) process.off(each, forward);
      resolve({ code, signal });
    });
  });
}

/**
 * Ends this process the way its child ended.
 *
 * @param {End} end
 */
function endAs({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code ?? 1;
}

function exampleNames() {
  const folder = join(root, "examples");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.filter((file) => /^[\w-]+\.ts$/.test(file)).map((file) => file.slice(0, -".ts".length));
}

/** @param {string[]} args the name of the example and its own arguments */
async function start([name = DEFAULT_EXAMPLE, ...args]) {
  const names = exampleNames();
  if (!names.includes(name)) {
    console.error(`There is no example called "${name}". Run one of them with \`npm start -- NAME\`:`);
    for (const each of names) console.error(`  ${each}`);
    process.exitCode = 2;
    return;
  }
  endAs(await runTypeScript(join(root, "examples", `${name}.ts`), args));
}

/**
 * @param {string} file
 * @param {string[]} args
 */
function runTypeScript(file, args) {
  setup();
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return runNode(["--import", tsx, file, ...args]);
}

/** @param {string[]} args `--check`, or nothing */
async function coverageOfOperators(args) {
  endAs(await runTypeScript(join(root, "packages", "autograd", "test", "operator-table", "write.ts"), args));
}

/** @param {string[]} args `--check`, or nothing */
async function routines(args) {
  endAs(await runTypeScript(join(root, "scripts", "routines", "write.ts"), args));
}

/** @param {string} file */
function readTotals(file) {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  return { passed: 0, failed: 1, skipped: 0 }; // vitest stopped before it could count
}

/**
 * @param {string[]} args arguments for vitest
 * @param {Record<string, string>} env
 */
async function test(args, env = {}) {
  setup();
  const folder = mkdtempSync(join(tmpdir(), "glissade-totals-"));
  const file = join(folder, "totals.json");
  try {
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const reporters = ["--reporter=default", "--reporter=./tests/setup/totals-reporter.ts"];
    const end = await runNode([vitest, "run", ...reporters, ...args], { ...env, GLISSADE_TOTALS: file });
    const { passed, failed, skipped } = readTotals(file);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    if (end.signal || end.code !== 0) endAs(end);
    else process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [task, ...args] = process.argv.slice(2);
if (task === "start") await start(args);
else if (task === "test") await test(args);
else if (task === "coverage:operators") await coverageOfOperators(args);
else if (task === "routines") await routines(args);
else if (task === "test:deep") {
  const runs = process.env.GLISSADE_FC_RUNS ?? DEEP_RUNS;
  await test([`--testTimeout=${DEEP_TIMEOUT}`, ...args], { GLISSADE_FC_RUNS: runs });
} else {
  console.error(
    "usage: node scripts/run.mjs start [NAME [arguments]] | test [vitest arguments] | test:deep | coverage:operators [--check] | routines [--check]",
  );
  process.exitCode = 2;
}
