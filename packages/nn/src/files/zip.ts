import { FileFormatError } from "@glissade/autograd";
import { inflateSync, zipSync } from "fflate";
import { crc32 } from "./crc32.js";
import { decodeUtf8 } from "./utf8.js";

/** What the directory says of one member; the bytes are those in the archive. */
interface Member {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly checksum: number;
  readonly size: number;
  /** Where its record begins and its bytes end. */
  readonly offset: number;
  readonly end: number;
  readonly stored: Uint8Array;
}

/** Signatures and lengths of the records (PKWARE's APPNOTE, 4.3.7, 4.3.12 and 4.3.16). */
const local = { signature: 0x04034b50, length: 30 };
const central = { signature: 0x02014b50, length: 46 };
const ending = { signature: 0x06054b50, length: 22, longestComment: 65535 };

/** A size or offset that says: see the fields of ZIP64. */
const elsewhere = 0xffffffff;

/** Deflate makes at most 258 bytes of two bits. */
const greatestRatio = 1032;

type Fail = (message: string) => never;

/** The archive of some files, in their order; without times, so that the same files give the same bytes. */
export function writeZip(files: ReadonlyMap<string, Uint8Array>, compress: boolean): Uint8Array {
  // The oldest time that the format can say, in whatever zone.
  return zipSync(Object.fromEntries(files), { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
}

/**
 * The files of a zip archive. What the directory says is checked against the archive before anything is unpacked, and the checksums afterwards.
 *
 * @throws FileFormatError, beginning with `where`, for what is no archive, is damaged, encrypted or larger than 4 GiB.
 */
export function readZip(where: string, bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const fail: Fail = (message) => {
    throw new FileFormatError(`${where}: ${message}`);
  };
  const members = readDirectory(bytes, fail);
  checkPlaces(members, fail);
  const names = new Set(members.map(({ name }) => name));
  if (names.size < members.length) {
    const twice = members.find(({ name }) => !names.delete(name))?.name;
    fail(`it has ${JSON.stringify(twice)} twice.`);
  }
  return new Map(members.map((member) => [member.name, unpack(member, fail)]));
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The place of the record that ends the archive: the comment behind it fills the rest. */
function endingOf(bytes: Uint8Array, fail: Fail): number {
  const view = viewOf(bytes);
  const last = bytes.length - ending.length;
  for (let at = last; at >= 0 && at >= last - ending.longestComment; at--) {
    if (view.getUint32(at, true) === ending.signature && view.getUint16(at + 20, true) === last - at) return at;
  }
  return fail("this is no zip archive, or its end is missing. Is it truncated?");
}

function readDirectory(bytes: Uint8Array, fail: Fail): readonly Member[] {
  const end = endingOf(bytes, fail);
  const view = viewOf(bytes);
  const [disk, startDisk, here, count] = [4, 6, 8, 10].map((at) => view.getUint16(end + at, true));
  const [length = 0, start = 0] = [12, 16].map((at) => view.getUint32(end + at, true));
  if (disk !== 0 || startDisk !== 0 || here !== count)
    fail("the archive is in several parts, or larger than 4 GiB (ZIP64).");
  if (start + length !== end)
    fail("the directory is not where the archive says, or the archive is larger than 4 GiB (ZIP64).");
  const directory = bytes.subarray(0, end);
  const members: Member[] = [];
  let at = start;
  while (at < end) {
    const { member, next } = readMember(directory, start, at, fail);
    members.push(member);
    at = next;
  }
  if (members.length !== count) fail(`the directory has ${members.length} entries, and says ${count}.`);
  return members;
}

/** One entry of the directory, with what it says of its place checked against the record there. */
function readMember(bytes: Uint8Array, start: number, at: number, fail: Fail): { member: Member; next: number } {
  const view = viewOf(bytes);
  if (at + central.length > bytes.length || view.getUint32(at, true) !== central.signature)
    fail("the directory is damaged.");
  const [flags = 0, method = 0] = [8, 10].map((field) => view.getUint16(at + field, true));
  const [checksum = 0, packed = 0, size = 0] = [16, 20, 24].map((field) => view.getUint32(at + field, true));
  const [nameLength = 0, extra = 0, comment = 0, disk = 0] = [28, 30, 32, 34].map((field) =>
    view.getUint16(at + field, true),
  );
  const offset = view.getUint32(at + 42, true);
  const nameStart = at + central.length;
  const next = nameStart + nameLength + extra + comment;
  if (next > bytes.length) fail("the directory is damaged.");
  const raw = bytes.subarray(nameStart, nameStart + nameLength);
  const name = readName(raw, flags, fail);
  const shown = JSON.stringify(name);
  if (flags & 1) fail(`${shown} is encrypted.`);
  if (method !== 0 && method !== 8) fail(`${shown} is packed by method ${method}; stored and deflated files are read.`);
  if (disk !== 0 || [packed, size, offset].includes(elsewhere)) fail(`${shown} is larger than 4 GiB (ZIP64).`);

  if (offset + local.length > start || view.getUint32(offset, true) !== local.signature)
    fail(`${shown} is not where the directory says.`);
  const [localFlags, localMethod] = [6, 8].map((field) => view.getUint16(offset + field, true));
  const [localLength = 0, localExtra = 0] = [26, 28].map((field) => view.getUint16(offset + field, true));
  const localName = bytes.subarray(offset + local.length, offset + local.length + localLength);
  const isSame = localLength === nameLength && raw.every((byte, i) => byte === localName[i]);
  if (!isSame || localFlags !== flags || localMethod !== method)
    fail(`${shown} is something else where the directory says.`);
  const dataStart = offset + local.length + localLength + localExtra;
  if (dataStart + packed > start) fail(`${shown} ends behind the archive.`);
  const stored = bytes.subarray(dataStart, dataStart + packed);
  return { member: { name, isDeflated: method === 8, checksum, size, offset, end: dataStart + packed, stored }, next };
}

/** Bit 11 says that a name is UTF-8. Without it, names are in a code page of their time, and only ASCII is the same in all. */
function readName(raw: Uint8Array, flags: number, fail: Fail): string {
  const isKnown = (flags & 0x800) !== 0 || raw.every((byte) => byte < 128);
  const name = isKnown ? decodeUtf8(raw) : undefined;
  return name ?? fail("a name is not UTF-8.");
}

/** @throws FileFormatError where members overlap, or claim sizes that their bytes cannot have: so small archives would fill the memory. */
function checkPlaces(members: readonly Member[], fail: Fail): void {
  let free = 0;
  for (const { name, offset, end, stored, size, isDeflated } of [...members].sort((a, b) => a.offset - b.offset)) {
    if (offset < free) fail(`${JSON.stringify(name)} lies inside the file before it.`);
    free = end;
    const isPossible = isDeflated ? size <= stored.length * greatestRatio : size === stored.length;
    if (!isPossible) fail(`${JSON.stringify(name)} cannot have ${size} bytes, of ${stored.length}.`);
  }
}

function unpack({ name, isDeflated, checksum, size, stored }: Member, fail: Fail): Uint8Array {
  const bytes = isDeflated ? inflate(stored, size) : stored;
  if (bytes?.length !== size || crc32(bytes) !== checksum)
    return fail(`${JSON.stringify(name)} is damaged: its checksum differs.`);
  return bytes;
}

/** At most one byte more than `size`, or undefined where the bytes are not deflated. */
function inflate(stored: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return inflateSync(stored, { out: new Uint8Array(size + 1) });
  } catch {
    return undefined;
  }
}
