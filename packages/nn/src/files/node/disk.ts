import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DeviceError, FileFormatError, ValueError } from "@glissade/autograd";

/** A read takes no more at once: system calls end at 2 GiB. */
const largestRead = 2 ** 30;

/** Errors of systems that do not flush folders; the file is whole nevertheless. */
const withoutFolders: readonly unknown[] = ["EACCES", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"];

/** @throws ValueError where the path is no text. */
export function checkPath(operator: string, path: unknown): void {
  if (typeof path === "string" && path !== "") return;
  throw new ValueError(`${operator}: the first argument is the path of a file, such as "model.safetensors".`);
}

/**
 * Puts bytes into a file so that whoever opens it, at any moment and after any crash, finds the old content or the new and never a part: they are
 * written to another file of the folder, flushed, and moved into place. A process that dies in between leaves that file, whose name ends in `.tmp`.
 *
 * @throws the errors of `node:fs`; then nothing has changed.
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await writeFlushed(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(dirname(path));
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is on the disk only when the folder is. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (!withoutFolders.includes(code)) throw error;
  }
}

/**
 * The bytes of a file.
 *
 * @throws the errors of `node:fs`; FileFormatError for a file that shrinks meanwhile; DeviceError for one that does not fit into memory.
 */
export async function readWhole(operator: string, path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = allocateFor(operator, path, size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(size - at, largestRead), at);
      if (bytesRead === 0)
        throw new FileFormatError(`${operator}: ${path} ended at byte ${at} of ${size}: it was written to.`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

function allocateFor(operator: string, path: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new DeviceError(
      `${operator}: ${path} has ${size} bytes, for which there is no memory. Divide it into several files.`,
    );
  }
}

/** What `decode` makes of the bytes of a file; its complaints name the file. */
export async function decodeFile<T>(operator: string, path: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  checkPath(operator, path);
  const bytes = await readWhole(operator, path);
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof FileFormatError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}
