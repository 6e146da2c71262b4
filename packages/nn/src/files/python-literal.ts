/** What a Python literal is here: a text, whole number, truth value or None, a tuple or list, a dictionary with texts as keys. */
export type PythonLiteral = string | number | boolean | null | PythonSequence | ReadonlyMap<string, PythonLiteral>;

/** A tuple or a list. */
export interface PythonSequence {
  readonly kind: "tuple" | "list";
  readonly items: readonly PythonLiteral[];
}

/** What the text is in place of a literal. */
export interface LiteralComplaint {
  readonly complaint: string;
}

/** Nothing that is read here nests deeper; without a limit a file could exhaust the stack. */
const deepest = 8;

class Unreadable extends Error {}

/**
 * The value of a Python literal, as `ast.literal_eval` has it, of the kinds in `PythonLiteral`; nothing is evaluated. A key that stands twice is
 * not accepted.
 */
export function parsePythonLiteral(text: string): PythonLiteral | LiteralComplaint {
  try {
    return new Reader(text).whole();
  } catch (error) {
    if (error instanceof Unreadable) return { complaint: error.message };
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): PythonLiteral {
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("the end");
    return value;
  }

  #value(): PythonLiteral {
    this.#skipSpace();
    const char = this.#text[this.#at];
    if (char === "'" || char === '"') return this.#string(char);
    if (char === "(") return this.#nested(() => this.#parenthesised());
    if (char === "[") return this.#nested(() => ({ kind: "list", items: this.#items("]").items }));
    if (char === "{") return this.#nested(() => this.#dictionary());
    return this.#word();
  }

  #nested<T>(read: () => T): T {
    this.#depth++;
    if (this.#depth > deepest) throw new Unreadable(`it nests deeper than ${deepest} levels`);
    const value = read();
    this.#depth--;
    return value;
  }

  #string(quote: string): string {
    let value = "";
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      if (this.#text[this.#at] === "\\") {
        this.#at++;
        if (!/^[\\'"]/.test(this.#text.slice(this.#at, this.#at + 1))) this.#fail("an escaped quote or backslash");
      }
      const char = this.#text[this.#at];
      if (char === undefined || char === "\n") return this.#fail(quote);
      value += char;
    }
    this.#at++;
    return value;
  }

  /** `(1,)` is a tuple and `(1)` a number. */
  #parenthesised(): PythonLiteral {
    const { items, comma } = this.#items(")");
    const [first] = items;
    return items.length === 1 && !comma && first !== undefined ? first : { kind: "tuple", items };
  }

  #items(end: string): { readonly items: readonly PythonLiteral[]; readonly comma: boolean } {
    const items: PythonLiteral[] = [];
    let comma = false;
    for (this.#at++; !this.#take(end); ) {
      if (items.length > 0 && !comma) this.#fail("a comma");
      items.push(this.#value());
      comma = this.#take(",");
    }
    return { items, comma };
  }

  #dictionary(): ReadonlyMap<string, PythonLiteral> {
    const entries = new Map<string, PythonLiteral>();
    let comma = true;
    for (this.#at++; !this.#take("}"); comma = this.#take(",")) {
      if (!comma) this.#fail("a comma");
      const key = this.#value();
      if (typeof key !== "string") throw new Unreadable("a key is no text");
      if (entries.has(key)) throw new Unreadable(`it has ${JSON.stringify(key)} twice`);
      if (!this.#take(":")) this.#fail("a colon");
      entries.set(key, this.#value());
    }
    return entries;
  }

  #word(): number | boolean | null {
    const [word = ""] = /^-?\w+/.exec(this.#text.slice(this.#at, this.#at + 64)) ?? [];
    this.#at += word.length;
    if (word === "True" || word === "False") return word === "True";
    if (word === "None") return null;
    // Python 2 wrote long integers with an L.
    if (/^-?(0+|[1-9]\d*)L?$/.test(word)) return Number.parseInt(word, 10);
    this.#at -= word.length;
    return this.#fail("a value");
  }

  /** Whether `char` comes next, behind spaces; passes it. */
  #take(char: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (" \t\n\r".includes(this.#text[this.#at] ?? "end")) this.#at++;
  }

  #fail(expected: string): never {
    const found = this.#text[this.#at];
    const what = found === undefined ? "it ends" : `${JSON.stringify(found)} stands`;
    throw new Unreadable(`${what} at place ${this.#at}, where ${expected} should be`);
  }
}
