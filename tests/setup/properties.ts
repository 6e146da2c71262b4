import { configureGlobal } from "fast-check";

/** A whole number from the environment, or undefined where the variable is unset. */
function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number, not "${text}".`);
  return value;
}

// Every run draws a fresh seed, which fast-check prints with a failure; GLISSADE_SEED replays it.
const numRuns = wholeNumber("GLISSADE_FC_RUNS");
const seed = wholeNumber("GLISSADE_SEED");
configureGlobal({
  ...(numRuns === undefined ? {} : { numRuns }),
  ...(seed === undefined ? {} : { seed }),
});
