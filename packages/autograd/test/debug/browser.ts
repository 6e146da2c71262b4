import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import chromium from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";

/** A real browser: the Chromium that an npm package ships, with the libraries that come with it where the system has none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  const launch = (env: NodeJS.ProcessEnv): Promise<Browser> =>
    puppeteer.launch({ executablePath, args: chromium.args, headless: "shell", env });
  try {
    return await launch(process.env);
  } catch {
    return await launch({ ...process.env, LD_LIBRARY_PATH: join(unpackedLibraries(), "lib") });
  }
}

function unpackedLibraries(): string {
  const entry = fileURLToPath(import.meta.resolve("@sparticuz/chromium"));
  const archive = join(entry.slice(0, entry.lastIndexOf("build")), "bin", "al2023.tar.br");
  const folder = mkdtempSync(join(tmpdir(), "chromium-libraries-"));
  execFileSync("tar", ["-xf", "-", "-C", folder], { input: brotliDecompressSync(readFileSync(archive)) });
  return folder;
}
