// Workloads against peers: checked, then timed by turns, so that what else the machine does falls on everybody.
import { readFileSync, writeFileSync } from "node:fs";
import { workloads } from "./data.mjs";
import { judge, peersHere, start } from "./peer-process.mjs";
import { medianOf } from "./statistics.mjs";

/** @typedef {{ peer: string, rates: number[], median?: number, low?: number, high?: number, firstMs?: number, difference?: number, version?: string, error?: string }} Cell */
/** @typedef {{ workload: string, title: string, unit: string, cells: Cell[] }} Row */

const TOLERANCE = 1e-4;
const FLOOR = 1e-3; // below this a difference counts as if the value were this large
const referenceFile = new URL("reference.json", import.meta.url);

/** The largest relative difference, or NaN where something is missing. @param {number[]} values @param {number[]} wanted */
function difference(values, wanted) {
  if (values.length !== wanted.length) return Number.NaN;
  return wanted.reduce(
    (worst, each, i) => Math.max(worst, Math.abs(values[i] - each) / Math.max(Math.abs(each), FLOOR)),
    0,
  );
}

/** @param {import("./peer-process.mjs").Ready} ready @param {{ losses: number[], check: number[] }} reference */
function verdict({ losses, check, error }, reference) {
  if (error !== undefined) return { error };
  const off = difference([...losses, ...check], [...reference.losses, ...reference.check]);
  return off < TOLERANCE ? { difference: off } : { difference: off, error: "wrong result" };
}

/**
 * @param {string} workload
 * @param {{ rounds: number, seconds: number, warm: number, tell: (text: string) => void }} options
 * @returns {Promise<Row>}
 */
async function compareOne(workload, { rounds, seconds, warm, tell }) {
  const { title, unit, make } = workloads[workload];
  const { flop } = make().cfg;
  const scale = unit === "GFLOP/s" ? flop / 1e9 : 1;
  const reference = JSON.parse(readFileSync(referenceFile, "utf8"))[workload];
  const parts = [];
  try {
    for (const peer of peersHere()) {
      tell(`${workload}: ${peer.name}`);
      const running = await start(peer, workload);
      /** @type {Cell} */
      const cell = { peer: peer.name, rates: [], ...verdict(running.ready, reference) };
      cell.firstMs = running.ready.firstMs;
      cell.version = running.ready.version;
      parts.push({ running, cell });
    }
    const able = parts.filter(({ cell }) => cell.error === undefined);
    for (const { running } of able) await running.rate(warm);
    for (let round = 0; round < rounds; round++) {
      tell(`${workload}: window ${round + 1} of ${rounds}`);
      for (const { running, cell } of able) cell.rates.push(((await running.rate(seconds)) ?? Number.NaN) * scale);
    }
  } finally {
    for (const { running } of parts) await running.end();
  }
  const cells = parts.map(({ cell }) =>
    cell.rates.length === 0
      ? cell
      : { ...cell, median: medianOf(cell.rates), low: Math.min(...cell.rates), high: Math.max(...cell.rates) },
  );
  return { workload, title, unit, cells };
}

/**
 * @param {string[]} names workloads
 * @param {{ rounds: number, seconds: number, warm: number, tell: (text: string) => void }} options
 */
export async function compare(names, options) {
  const rows = [];
  for (const name of names) rows.push(await compareOne(name, options));
  return rows;
}

/** How many times as fast as the best of some peers Glissade was; undefined where none of them was there. @param {Row} row @param {(peer: string) => boolean} among @param {string} us */
export function ratio({ cells }, among, us = "Glissade") {
  const ours = cells.find(({ peer }) => peer === us)?.median;
  const rivals = cells
    .filter(({ peer, median }) => among(peer) && median !== undefined)
    .map(({ median }) => median ?? 0);
  return ours === undefined || rivals.length === 0 ? undefined : ours / Math.max(...rivals);
}

/** Makes reference.json anew: the first values of every workload in float64. */
export async function writeReference() {
  /** @type {Record<string, object>} */
  const reference = {};
  for (const name of Object.keys(workloads)) {
    const running = await start(judge(), name);
    const { losses, check, error } = running.ready;
    await running.end();
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    reference[name] = { losses, check };
  }
  writeFileSync(referenceFile, `${JSON.stringify(reference, null, 2)}\n`);
}
