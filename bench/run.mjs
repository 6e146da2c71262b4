// pnpm bench [WORKLOAD …] | cliffs | compile, with --json, --quick and --reference.
import { parseArgs } from "node:util";
import { CLIFF_GOAL, cliffs, compileTimes } from "./alone.mjs";
import { compare, writeReference } from "./compare.mjs";
import { workloads } from "./data.mjs";
import { circumstances, printCliffs, printComparison, printGoals, writeResults } from "./report.mjs";

const USAGE = `usage: pnpm bench [WORKLOAD …] [options]
       pnpm bench cliffs | compile [options]

Times Glissade beside PyTorch (where python3 can import it), jax-js and TensorFlow.js.

  WORKLOAD     some of ${Object.keys(workloads).join(" ")}; without one all of them, and bench/RESULTS.md is written
  cliffs       Glissade alone: hard cases beside their easy neighbours, per operation
  compile      Glissade alone: first calls, growth to 50,000 operators, and a step with nothing to do

  --quick      one short window each: whether everything runs, not how fast
  --json       JSON on the standard output in place of the table
  --reference  make bench/reference.json anew with PyTorch in float64
  --help       this`;

/** @type {import("node:util").ParseArgsConfig["options"]} */
const options = {
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  reference: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};

/** @param {string} text */
function tell(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** @param {string[]} chosen @param {{ quick: boolean, json: boolean }} values */
async function runComparison(chosen, { quick, json }) {
  const lengths = quick ? { rounds: 1, seconds: 0.05, warm: 0.05 } : { rounds: 5, seconds: 1, warm: 1 };
  const names = chosen.length > 0 ? chosen : Object.keys(workloads);
  const rows = await compare(names, { ...lengths, tell });
  tell("");
  if (json) console.log(JSON.stringify({ machine: circumstances(), rows }, null, 2));
  else printComparison(rows);
  if (chosen.length === 0 && !quick) writeResults(rows, lengths);
  const failed = rows.some(({ cells }) => cells[0].error !== undefined);
  if (failed) process.exitCode = 1;
}

/** @param {{ quick: boolean, json: boolean }} values */
async function runCliffs({ quick, json }) {
  const rows = await cliffs(quick ? { seconds: 0.02, rounds: 1 } : { seconds: 0.5, rounds: 5 });
  if (json) console.log(JSON.stringify({ machine: circumstances(), goal: CLIFF_GOAL, rows }, null, 2));
  else printCliffs(rows, CLIFF_GOAL);
}

/** @param {{ quick: boolean, json: boolean }} values */
async function runCompileTimes({ quick, json }) {
  const rows = await compileTimes(quick ? { rounds: 1, largest: 10_000 } : { rounds: 5, largest: 50_000 });
  if (json) console.log(JSON.stringify({ machine: circumstances(), rows }, null, 2));
  else printGoals(rows);
}

async function main() {
  const { positionals, values } = parseArgs({ allowPositionals: true, options });
  const chosen = { quick: values.quick === true, json: values.json === true };
  const unknown = positionals.filter((name) => !Object.hasOwn(workloads, name));
  if (values.help) console.log(USAGE);
  else if (positionals.join() === "cliffs") await runCliffs(chosen);
  else if (positionals.join() === "compile") await runCompileTimes(chosen);
  else if (unknown.length > 0) {
    console.error(`There is no workload called "${unknown[0]}".\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (values.reference) await writeReference();
  else await runComparison(positionals, chosen);
}

await main();
