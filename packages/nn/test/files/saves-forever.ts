import { tensor } from "@glissade/autograd";
import { saveSafetensors } from "@glissade/nn/files";

// Killed by its test while it saves: one file over and over, of tensors that all hold the number of the save.
const path = process.argv[2] ?? "";
for (let n = 1; ; n++) {
  const x = tensor(new Float32Array(20_000).fill(n));
  await saveSafetensors(path, { a: x, b: x, c: x }, { metadata: { n: String(n) } });
  if (n === 1) console.log("saved");
}
