// Glissade beside itself: cliffs and compile times, each measured in a process of its own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { peersHere, start } from "./peer-process.mjs";
import { medianOf } from "./statistics.mjs";

/** @typedef {{ name: string, neighbour: string, cost: number, neighbourCost: number, ratio: number }} Cliff costs in nanoseconds an operation */
/** @typedef {{ name: string, value: number, unit: string, goal?: number }} Goal what was measured, and what it should at most be */

/** No hard case should cost more times its easy neighbour. */
export const CLIFF_GOAL = 1.5;
const FIRST_CALL_GOALS = { W2: 60, W5b: 150 };
const EMPTY_CALL_GOAL = 2;
/** The time for an operator of the largest graph, over that of a smaller one: linear growth, and room for noise. */
const GROWTH_GOAL = 1.5;

/** @param {string} file @param {number[]} args */
async function answerOf(file, args) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args.map(String)]);
  return JSON.parse(stdout);
}

/** @param {{ seconds: number, rounds: number }} options @returns {Promise<Cliff[]>} */
export const cliffs = ({ seconds, rounds }) => answerOf("cliffs.mjs", [seconds, rounds]);

/** Milliseconds of the first call in fresh processes. @param {string} workload @param {number} rounds */
async function firstCall(workload, rounds) {
  const [glissade] = peersHere();
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const running = await start(glissade, workload);
    times.push(running.ready.firstMs);
    await running.end();
  }
  return medianOf(times);
}

/** @param {{ rounds: number, largest: number }} options @returns {Promise<Goal[]>} */
export async function compileTimes({ rounds, largest }) {
  /** @type {Goal[]} */
  const rows = [];
  for (const [workload, goal] of Object.entries(FIRST_CALL_GOALS)) {
    rows.push({ name: `${workload}, first call`, value: await firstCall(workload, rounds), unit: "ms", goal });
  }
  const { growth, emptyMicroseconds } = await answerOf("compile-times.mjs", [largest]);
  for (const { operators, ms } of growth) {
    rows.push({ name: `first call of ${operators} operators`, value: ms, unit: "ms" });
  }
  const [middle, last] = [growth[1], growth.at(-1)];
  const value = last.ms / last.operators / (middle.ms / middle.operators);
  rows.push({
    name: `an operator of ${last.operators} over one of ${middle.operators}`,
    value,
    unit: "×",
    goal: GROWTH_GOAL,
  });
  rows.push({ name: "a call with nothing to do", value: emptyMicroseconds, unit: "µs", goal: EMPTY_CALL_GOAL });
  return rows;
}
