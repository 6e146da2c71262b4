// What `pnpm coverage:operators` runs: tries the laws of the table and writes docs/operators.md, or with --check compares.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withoutLaws } from "../laws/exceptions.js";
import { operatorNames, operatorOf, optionsOf } from "../laws/operators.js";
import { casesPerLaw, observe } from "./observe.js";
import { breaches, firstDifference, pageOf } from "./table.js";

const file = fileURLToPath(new URL("../../../../docs/operators.md", import.meta.url));
const options = process.argv.slice(2);
const check = options.includes("--check");

/** Names by the reason for which they have no laws. */
function namesByReason(): Map<string, string[]> {
  const byReason = new Map<string, string[]>();
  for (const [name, reason] of withoutLaws) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return byReason;
}

function main(): number {
  const unknown = options.filter((option) => option !== "--check");
  if (unknown.length > 0) {
    console.error(`coverage:operators: there is no option ${unknown.join(" ")}; the only one is --check.`);
    return 2;
  }
  const seen = operatorNames.flatMap((name) => {
    const op = operatorOf(name);
    return op === undefined ? [] : [observe(name, op, optionsOf(name))];
  });
  const broken = breaches(seen);
  if (broken.length > 0) {
    for (const message of broken) console.error(message);
    return 1;
  }
  const page = pageOf(seen, casesPerLaw, namesByReason());
  if (!check) {
    writeFileSync(file, page);
    console.log(`docs/operators.md: ${seen.length} operators`);
    return 0;
  }
  const difference = firstDifference(existsSync(file) ? readFileSync(file, "utf8") : "", page);
  if (difference === undefined) {
    console.log(`docs/operators.md says what the laws of ${seen.length} operators say`);
    return 0;
  }
  console.error(`docs/operators.md and the code disagree, first in ${difference}`);
  console.error("Run `pnpm coverage:operators` and commit the page with the change.");
  return 1;
}

process.exitCode = main();
