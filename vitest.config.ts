import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LawsFirst } from "./tests/setup/laws-first.js";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "tests/**/*.test.ts"],
    setupFiles: ["tests/setup/properties.ts"],
    // Tests of memory collect before they measure.
    execArgv: ["--expose-gc"],
    // Vitest leaves one core to itself, which on two cores doubles the time.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LawsFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    typecheck: {
      enabled: true,
      include: ["packages/*/test/**/*.test-d.ts"],
      tsconfig: "tests/tsconfig.types.json",
    },
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      thresholds: { lines: 95 },
    },
  },
});
