import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fit } from "@glissade/nn";
import { onInterrupt, terminalProgress } from "@glissade/nn/terminal";
import { describe, expect, test } from "vitest";
import { problem } from "./problem.js";

async function shown(isTTY: boolean): Promise<string> {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 90,
    cursorTo: () => undefined,
    clearLine: () => undefined,
  });
  const { model, options } = problem();
  let time = 0;
  const listener = terminalProgress({ stream, now: () => (time += 500) });
  await fit(model, { ...options, epochs: 2, listeners: [listener] });
  return String(stream.read());
}

describe("terminalProgress", () => {
  test("without a terminal writes a line for each epoch", async () => {
    const lines = (await shown(false)).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^epoch 1 of 2 {2}loss 0\.\d{4} {2}evaluation loss 0\.\d{4} {2}accuracy 0\.\d+ {2}0\.5 s$/,
    );
  });

  test("in a terminal draws a bar that becomes the line", async () => {
    const text = await shown(true);
    expect(text).toMatch(/epoch 1 of 2 {2}━+/);
    expect(text).toMatch(/epoch 2 of 2 {2}loss 0\.\d{4} {2}evaluation loss/);
  });
});

test("Ctrl-C writes a checkpoint and ends the training; its handlers are gone then", async () => {
  const { model, options } = problem();
  const before = process.listenerCount("SIGINT");
  const { signal, release } = onInterrupt();
  expect(process.listenerCount("SIGINT")).toBe(before + 1);
  const at = { onStep: ({ step }: { step: number }) => void (step === 4 && process.emit("SIGINT")) };
  const { reason, steps } = await fit(model, { ...options, epochs: 5, signal, listeners: [at] }).finally(release);
  expect([reason, steps]).toEqual(["aborted", 5]);
  expect(process.listenerCount("SIGINT")).toBe(before);
});

test("a process that gets Ctrl-C ends by itself, with a checkpoint of its last step", async () => {
  const folder = mkdtempSync(join(tmpdir(), "glissade-interrupted-"));
  try {
    const script = new URL("./interrupted-process.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, ["--import", "tsx", script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (bytes) => {
      if (output === "") child.kill("SIGINT");
      output += String(bytes);
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    expect(code).toBe(0);
    const [, steps = ""] = /aborted after (\d+)/.exec(output) ?? [];
    expect(readdirSync(folder)).toContain(`step-${steps.padStart(10, "0")}.safetensors`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);
