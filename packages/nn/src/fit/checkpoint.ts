import { FileFormatError, type Generator, ValueError } from "@glissade/autograd";
import { decodeSafetensors, encodeSafetensors } from "../files/safetensors.js";
import type { Module } from "../module.js";
import type { StateDict } from "../state-dict.js";
import { bestName, type CheckpointStore, latestNames } from "./checkpoint-store.js";
import type { Batches, BestEvaluation, EpochRecord, Optimizer } from "./options.js";
import { packTree, unpackTree } from "./saved-tree.js";

/** The key under which the description stands in a checkpoint's metadata, and its version. */
const descriptionKey = "glissade.checkpoint";
const version = 1;

/** Where a training stands, besides weights, optimiser, data and generators. */
export interface Standing {
  readonly step: number;
  readonly epoch: number;
  /** Batches of this epoch that were used, and the losses of its steps. */
  readonly batch: number;
  readonly epochLosses: readonly number[];
  readonly losses: readonly number[];
  readonly epochs: readonly EpochRecord[];
  /** Evaluations since the best one. */
  readonly waited: number;
  readonly best: BestEvaluation | undefined;
}

/** Everything that a checkpoint saves and restores. */
export interface Subject<B> {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly data: Batches<B>;
  readonly generators: readonly Generator[];
  /** Averaged weights, where there are. */
  readonly averages: { values(): StateDict; load(state: StateDict): void } | undefined;
}

/** The bytes of a checkpoint: a `.safetensors` file of all tensors, the weights under `model.`, with the rest in its metadata. */
export async function encodeCheckpoint<B>(subject: Subject<B>, standing: Standing): Promise<Uint8Array> {
  const { model, optimizer, data, generators, averages } = subject;
  const { tensors, text } = packTree({
    model: model.stateDict(),
    optimizer: optimizer.stateDict?.(),
    data: data.state?.(),
    generators: generators.map((generator) => generator.state()),
    averages: averages?.values(),
    standing,
  });
  return encodeSafetensors(tensors, { metadata: { [descriptionKey]: JSON.stringify({ version, tree: text }) } });
}

/**
 * Goes to where a checkpoint stands. Model and optimiser are as before where this throws.
 *
 * @throws FileFormatError for bytes that are no checkpoint; what model, optimiser, data and generators throw for states that are not theirs.
 */
export function restoreCheckpoint<B>(subject: Subject<B>, bytes: Uint8Array): Standing {
  const { model, optimizer, data, generators, averages } = subject;
  const saved = decodeCheckpoint(bytes);
  if (saved.generators.length !== generators.length) {
    throw new ValueError(
      `checkpoint: it has the states of ${saved.generators.length} generators, and the model has ${generators.length}. Build the same model.`,
    );
  }
  const before = { model: model.stateDict(), optimizer: optimizer.stateDict?.() };
  try {
    model.loadStateDict(saved.model);
    if (saved.optimizer !== undefined) optimizer.loadStateDict?.(saved.optimizer as never);
    if (saved.averages !== undefined) averages?.load(saved.averages);
    if (saved.data !== undefined) data.setState?.(saved.data as never);
    for (const [i, generator] of generators.entries()) generator.setState(saved.generators[i] as never);
  } catch (error) {
    model.loadStateDict(before.model);
    if (before.optimizer !== undefined) optimizer.loadStateDict?.(before.optimizer as never);
    throw error;
  }
  return saved.standing;
}

interface Saved {
  readonly model: StateDict;
  readonly optimizer: unknown;
  readonly data: unknown;
  readonly generators: readonly unknown[];
  readonly averages: StateDict | undefined;
  readonly standing: Standing;
}

function decodeCheckpoint(bytes: Uint8Array): Saved {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const description = Object.hasOwn(metadata, descriptionKey) ? metadata[descriptionKey] : undefined;
  if (description === undefined) throw new FileFormatError("checkpoint: the file has weights, but no training state.");
  let head: unknown;
  try {
    head = JSON.parse(description);
  } catch {
    head = undefined;
  }
  if (!isRecord(head) || typeof head.tree !== "string" || head.version !== version) {
    const found = isRecord(head) ? String(head.version) : "none";
    throw new FileFormatError(`checkpoint: version ${found} of its description is not ${version}.`);
  }
  const saved = unpackTree(head.tree, tensors);
  if (!isSaved(saved)) throw new FileFormatError("checkpoint: its description lacks parts; the file is damaged.");
  return saved;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function isSaved(value: unknown): value is Saved {
  if (!isRecord(value) || !isRecord(value.model) || !Array.isArray(value.generators)) return false;
  const { standing } = value;
  if (!isRecord(standing)) return false;
  const counts = ["step", "epoch", "batch", "waited"].map((name) => standing[name]);
  const lists = ["losses", "epochs", "epochLosses"].map((name) => standing[name]);
  return counts.every((count) => Number.isSafeInteger(count) && Number(count) >= 0) && lists.every(Array.isArray);
}

/**
 * Goes on from the latest checkpoint that can be read; undefined where the store has none. Damaged ones are passed over.
 *
 * @throws FileFormatError where all are damaged: to start over silently would train, and keep, something else than was asked for.
 */
export async function resumeFrom<B>(store: CheckpointStore, subject: Subject<B>): Promise<Standing | undefined> {
  const damaged: string[] = [];
  for (const name of await latestNames(store)) {
    try {
      return restoreCheckpoint(subject, await store.load(name));
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error;
      damaged.push(`${name}: ${error.message}`);
    }
  }
  if (damaged.length === 0) return undefined;
  throw new FileFormatError(
    `fit: no checkpoint of the store can be read. Remove them, or start over with checkpoints.resume: false.\n  ${damaged.join("\n  ")}`,
  );
}

/** Keeps the weights of the best evaluation, for whoever wants them: `loadSafetensors` reads them. */
export async function saveBest(store: CheckpointStore, { epoch, value, weights }: BestEvaluation): Promise<void> {
  const metadata = { epoch: String(epoch), value: String(value) };
  await store.save(bestName, await encodeSafetensors(weights, { metadata }));
}
