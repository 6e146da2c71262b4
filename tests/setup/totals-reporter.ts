import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Counts of one test run, as `scripts/run.mjs` prints them. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** Adds up the tests of all modules; whatever broke outside a test (an import, a hook, a stray rejection) counts as a failure. */
export function addUp(modules: readonly TestModule[], strayErrors: number): Totals {
  const totals: Totals = { passed: 0, failed: strayErrors, skipped: 0 };
  for (const module of modules) {
    totals.failed += module.errors().length;
    for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") totals.passed++;
      else if (state === "failed") totals.failed++;
      else totals.skipped++;
    }
  }
  return totals;
}

/** Writes the totals of a run to the file that `GLISSADE_TOTALS` names. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly unknown[]): void {
    const file = process.env.GLISSADE_TOTALS;
    if (file !== undefined) writeFileSync(file, JSON.stringify(addUp(modules, strayErrors.length)));
  }
}
