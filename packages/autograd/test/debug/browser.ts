import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import chromium from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";

/**
 * A real browser: the one at CHROME_PATH; on Linux the Chromium that an npm package ships, which exists for no other system; elsewhere the Chrome that is installed.
 *
 * @throws Error where there is none, and says what to install.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROME_PATH;
  if (executablePath !== undefined) return puppeteer.launch({ executablePath, headless: true });
  return process.platform === "linux" && process.arch === "x64" ? launchShipped() : launchInstalled();
}

async function launchInstalled(): Promise<Browser> {
  const tried: unknown[] = [];
  for (const channel of ["chrome", "chrome-beta", "chrome-canary"] as const) {
    try {
      return await puppeteer.launch({ channel, headless: true });
    } catch (error) {
      tried.push(error);
    }
  }
  throw new AggregateError(tried, "No browser for the tests: install Chrome, or set CHROME_PATH to Chromium or Edge.");
}

/** With the libraries that come with the package where the system has none. */
async function launchShipped(): Promise<Browser> {
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
