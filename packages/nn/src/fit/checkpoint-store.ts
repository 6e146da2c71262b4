/** Where checkpoints are kept: files, by name. `checkpointFolder` of `@glissade/nn/files` is one; a browser may have its own. */
export interface CheckpointStore {
  /** Replaces the file as a whole: a reader finds the old bytes or the new, never a part. */
  save(name: string, bytes: Uint8Array): Promise<void>;
  /** The names of the files there are. */
  list(): Promise<readonly string[]>;
  load(name: string): Promise<Uint8Array>;
  remove(name: string): Promise<void>;
}

/** When checkpoints are written, and how many stay. */
export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Steps between checkpoints; there is one after each epoch and at the end besides. Default: only these. */
  readonly every?: number;
  /** How many of the latest stay: 1 or more, default 3. The best evaluation has one of its own. */
  readonly keep?: number;
  /**
   * Whether to go on from the latest checkpoint of the store that can be read, if there is one; default true. With false the first new checkpoint takes the place of the old ones.
   */
  readonly resume?: boolean;
}

/** A store that forgets everything with the process: for tests, and to go back within one. */
export function memoryStore(): CheckpointStore {
  const files = new Map<string, Uint8Array>();
  return {
    save: async (name, bytes) => void files.set(name, bytes.slice()),
    list: async () => [...files.keys()],
    load: async (name) => files.get(name)?.slice() ?? new Uint8Array(0),
    remove: async (name) => void files.delete(name),
  };
}

const latestName = /^step-(\d{10})\.safetensors$/;

/** The name of the checkpoint after so many steps: names sort as steps do. */
export const nameOfStep = (step: number): string => `step-${String(step).padStart(10, "0")}.safetensors`;

/** The name of the best evaluation's weights. */
export const bestName = "best.safetensors";

/** The checkpoints of a store, latest first. */
export async function latestNames(store: CheckpointStore): Promise<string[]> {
  return (await store.list())
    .filter((name) => latestName.test(name))
    .sort()
    .reverse();
}

/**
 * Writes the checkpoint of a step, and then removes what is older than the latest `keep`. Later steps go too: they are damaged, or of a run that was given up, and would be taken for
 * the latest of this one.
 */
export async function saveStep(store: CheckpointStore, step: number, bytes: Uint8Array, keep: number): Promise<void> {
  await store.save(nameOfStep(step), bytes);
  const names = await latestNames(store);
  const place = names.indexOf(nameOfStep(step));
  for (const name of [...names.slice(0, place), ...names.slice(place + keep)]) await store.remove(name);
}
