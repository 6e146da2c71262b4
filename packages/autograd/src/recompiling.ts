import { callerLine } from "./origin.js";

/** Every runtime has it; the types that are loaded do not know it. */
declare const console: { warn(text: string): void };

/** The number of programs compiled from one place at which its user is told, once. */
const toldAt = 8;
/** Places that are counted; then counting starts afresh. */
const placeLimit = 4096;

const programsAt = new Map<string, number>();

/** Notes that a function was compiled for so many forms of its arguments. */
export function noteCompilations(name: string, count: number, reason: string): void {
  if (count !== toldAt) return;
  console.warn(
    `${name} was compiled ${count} times, the last time because ${reason}. Each time costs milliseconds: keep shapes, dtypes and static ` +
      "arguments the same (pad batches, or drop the last one); numbers may change. stats() tells the reason of the last one.",
  );
}

/** Notes that a graph read from the line of the user's that runs now was compiled without `jit`. */
export function noteImplicitProgram(): void {
  const line = callerLine();
  if (line === undefined) return;
  if (programsAt.size >= placeLimit) programsAt.clear();
  const count = (programsAt.get(line) ?? 0) + 1;
  programsAt.set(line, count);
  if (count !== toldAt) return;
  console.warn(
    `${line}: ${count} different graphs were compiled for what is read here. Each costs milliseconds: keep shapes the same from step to step, or ` +
      "read results more often, so that graphs stay small.",
  );
}
