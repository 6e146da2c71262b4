/** Trains the small problem in a process of its own, with checkpoints in a folder, and writes its final weights beside them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fit } from "@glissade/nn";
import { checkpointFolder } from "@glissade/nn/files";
import { problem, weightsOf } from "./problem.js";

const [folder = "", epochs = "1", pause = "0"] = process.argv.slice(2);
const { model, options } = problem();
console.log("ready");
await fit(model, {
  ...options,
  epochs: Number(epochs),
  ema: 0.95,
  checkpoints: { store: checkpointFolder(folder), every: 3, keep: 2 },
  listeners: [{ onStep: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(pause)) }],
});
writeFileSync(join(folder, "final.json"), JSON.stringify(weightsOf(model)));
