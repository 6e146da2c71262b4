/** Weights and arrays in files, for Node. The bytes are made and read by functions of `@glissade/nn`, which work everywhere. */

export { checkpointFolder } from "./checkpoint-folder.js";
export { loadNpy, saveNpy } from "./npy.js";
export { loadNpz, saveNpz } from "./npz.js";
export { loadSafetensors, saveSafetensors } from "./safetensors.js";
