import { expect, test } from "vitest";

test("property tests take their number of runs and seed from the environment", async () => {
  const { readConfigureGlobal } = await import("fast-check");
  expect(readConfigureGlobal().seed).toBe(process.env.GLISSADE_SEED ? Number(process.env.GLISSADE_SEED) : undefined);
});
