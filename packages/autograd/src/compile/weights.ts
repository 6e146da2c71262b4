import { isInline, loweringOf } from "./lowerings.js";
import type { Value } from "./values.js";

/** Values that are used once are kept anyway after so many operators in a row, so that no walk over them goes deep. */
const longChain = 24;

/** Operators of one instruction: computed again rather than kept. */
const cheap = new Set(["add", "sub", "mul", "neg", "abs", "maximum", "minimum", "relu", "cast", "where", "square"]);
for (const name of ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual", "logicalNot"]) cheap.add(name);

/** What computing a value anew costs: its operators, and how many are one below the other. */
interface Weight {
  readonly work: number;
  readonly height: number;
}

/** Weighs values against what they are made from, as far as that is not kept itself. */
export class Weights {
  readonly #weights = new Map<Value, Weight>();

  /** Whether a value is worth keeping for its users, or must be. */
  isKept(value: Value): boolean {
    if (!isInline(value)) return true;
    const { work, height } = this.#weight(value);
    return height >= longChain || (value.uses > 1 && work > 2);
  }

  /** Says that a value is kept: it costs nothing from now on. */
  keep(value: Value): void {
    this.#weights.set(value, { work: 0, height: 0 });
  }

  #weight(value: Value): Weight {
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    let work = 0;
    let height = 0;
    if (value.input === undefined && value.data === undefined && isInline(value)) {
      work = loweringOf(value).kind === "map" ? (cheap.has(value.primitive.name) ? 1 : 4) : 0;
      for (let i = 0; i < value.inputs.length; i++) {
        const below = this.#weight(value.inputs[i]!);
        work += below.work;
        height = Math.max(height, below.height + 1);
      }
      if (height >= longChain) return { work, height };
    }
    const weight = { work, height };
    this.#weights.set(value, weight);
    return weight;
  }
}
