// Packs the packages as they would be published: exports point at dist, workspace versions are real ones.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pnpm } from "./setup.mjs";

/**
 * Builds and packs every package into `folder`.
 *
 * @param {string} folder an empty folder
 * @returns {Record<string, string>} the tarball of each package by name
 */
export function packAll(folder) {
  const { status, stdout, stderr } = pnpm(["-r", "--filter=./packages/*", "pack", "--pack-destination", folder]);
  if (status !== 0) throw new Error(`pnpm pack failed:\n${stdout}\n${stderr}`);
  /** @type {Record<string, string>} */
  const tarballs = {};
  for (const file of readdirSync(folder)) {
    const name = file.match(/^glissade-([a-z]+)-.*\.tgz$/)?.[1];
    if (name) tarballs[`@glissade/${name}`] = join(folder, file);
  }
  return tarballs;
}
