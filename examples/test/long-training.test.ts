import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../support/memory/long-training.ts", import.meta.url));
const isDeep = Number(process.env.GLISSADE_FC_RUNS ?? 0) >= 2000;

interface Report {
  readonly levels: readonly { readonly resident: number; readonly heap: number }[];
  readonly loss: number;
  readonly compilations: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

// 20,000 steps take a minute: `pnpm test:deep` does them.
test.each(["with turns of the event loop", "synchronous"])(
  "memory stays within a tenth of its level after 1,000 steps, %s",
  { timeout: 600_000 },
  async (loop) => {
    const steps = isDeep ? 20_000 : 3000;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--expose-gc",
      "--import",
      "tsx",
      script,
      String(steps),
      "200",
      loop,
    ]);
    const { levels, loss, compilations }: Report = JSON.parse(stdout);
    expect(levels).toHaveLength(steps / 200);
    // Resident memory goes up and down with the collector by more than a tenth: medians over 1,000 steps are compared.
    const [after, end] = [levels.slice(4, 9), levels.slice(-5)];
    expect(median(end.map(({ resident }) => resident))).toBeLessThan(
      1.1 * median(after.map(({ resident }) => resident)),
    );
    expect(median(end.map(({ heap }) => heap))).toBeLessThan(1.1 * median(after.map(({ heap }) => heap)));
    expect([loss < 0.5, compilations]).toEqual([true, 1]);
  },
);
