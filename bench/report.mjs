// What was measured, as a table for the terminal, and as a page.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import Table from "cli-table3";
import { ratio } from "./compare.mjs";
import { withBlas } from "./peer-process.mjs";

/** @param {number} value */
const short = (value) => (value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3));

/** @param {number | undefined} value */
const times = (value) => (value === undefined ? "–" : `${short(value)} ×`);

/** @param {import("./compare.mjs").Cell} cell */
function shown({ median, low = 0, high = 0, error }) {
  return median === undefined ? (error ?? "–").slice(0, 40) : `${short(median)} (${short(low)}–${short(high)})`;
}

/** @param {string} peer */
const isTorch = (peer) => peer.startsWith("PyTorch");

/** @param {import("./compare.mjs").Row[]} rows @returns {{ head: string[], body: string[][] }} */
function comparison(rows) {
  const peers = rows[0].cells.map(({ peer }) => peer);
  const body = rows.map((row) => [
    row.workload,
    row.unit,
    ...row.cells.map(shown),
    times(ratio(row, isTorch)),
    ...(peers.includes(withBlas) ? [times(ratio(row, isTorch, withBlas))] : []),
    times(ratio(row, (peer) => peer === "jax-js" || peer === "TensorFlow.js")),
  ]);
  const blas = peers.includes(withBlas) ? ["with OpenBLAS against PyTorch"] : [];
  return { head: ["", "", ...peers, "against PyTorch", ...blas, "against JavaScript"], body };
}

/** @param {{ head: string[], body: string[][] }} table */
function print({ head, body }) {
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  table.push(...body);
  console.log(table.toString());
}

/** @param {import("./compare.mjs").Row[]} rows */
export const printComparison = (rows) => print(comparison(rows));

/**
 * How each hard case did beside its easy neighbour.
 *
 * @param {import("./alone.mjs").Cliff[]} rows
 * @param {number} goal
 */
export function printCliffs(rows, goal) {
  const body = rows.map(({ name, neighbour, cost, neighbourCost, ratio: factor }) => [
    name,
    neighbour,
    `${cost.toPrecision(3)} ns`,
    `${neighbourCost.toPrecision(3)} ns`,
    factor.toFixed(2),
    factor > goal ? "missed" : "kept",
  ]);
  print({ head: ["case", "its neighbour", "an operation", "neighbour's", "ratio", `goal ≤ ${goal}`], body });
}

/** @param {import("./alone.mjs").Goal[]} rows */
export function printGoals(rows) {
  const body = rows.map(({ name, value, unit, goal }) => [
    name,
    `${short(value)} ${unit}`,
    goal === undefined ? "–" : `≤ ${goal} ${unit}`,
    goal === undefined ? "" : value > goal ? "missed" : "kept",
  ]);
  print({ head: ["", "measured", "goal", ""], body });
}

/** Machine and versions. */
export function circumstances() {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    "jax-js": dependencies["@jax-js/jax"],
    "TensorFlow.js": dependencies["@tensorflow/tfjs"],
  };
}

/** @param {import("./compare.mjs").Row[]} rows @param {{ rounds: number, seconds: number }} options */
export function writeResults(rows, { rounds, seconds }) {
  const { head, body } = comparison(rows);
  /** @param {string[]} cells */
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const torch = rows.flatMap(({ cells }) => cells).find(({ peer }) => peer.startsWith("PyTorch"));
  const facts = { ...circumstances(), PyTorch: torch?.version ?? "not there" };
  const page = [
    "# Results",
    "",
    `Written by \`pnpm bench\`: ${rounds} windows of ${seconds} s a peer, by turns; medians, with the lowest and the highest window. The ratios are Glissade's`,
    "median over the best of the others.",
    "",
    line(head),
    line(head.map(() => "---")),
    ...body.map(line),
    "",
    ...rows.map(({ workload, title }) => `- ${workload}: ${title}`),
    "",
    ...Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`),
    "",
  ];
  writeFileSync(new URL("RESULTS.md", import.meta.url), page.join("\n"));
}
