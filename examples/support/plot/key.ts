import { round, textElement, textWidth, theme } from "./theme.js";

/** A line that a key names: where it ends, in px, and how it looks. */
export interface KeyEntry {
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
  /** Undefined for a line without any point. */
  readonly end: { readonly x: number; readonly y: number } | undefined;
}

const LABEL_HEIGHT = 19;
const LEADER = 26;
const SWATCH = 26;
const LEGEND_LINE = 24;

/** How wide the margin right of a chart must be for names at the ends of lines. */
export function endLabelMargin(names: readonly string[]): number {
  return LEADER + 8 + Math.max(0, ...names.map((name) => textWidth(name)));
}

/**
 * Writes each name beside the end of its line, moved apart where they would overlap and tied to the end by a thin stroke.
 *
 * @param entries the lines; one without an end is left out
 * @param right right edge of the chart in px
 * @param range topmost and bottommost place of a name in px
 */
export function drawEndLabels(entries: readonly KeyEntry[], right: number, range: readonly [number, number]): string {
  const placed = entries.flatMap((entry) => (entry.end === undefined ? [] : [{ ...entry, end: entry.end }]));
  const places = moveApart(
    placed.map(({ end }) => end.y),
    LABEL_HEIGHT,
    range,
  );
  return placed
    .map(({ name, colour, end }, index) => {
      const y = places[index]!;
      const path = `M${round(end.x)},${round(end.y)}H${round(right + 4)}L${round(right + LEADER - 4)},${round(y)}H${round(right + LEADER)}`;
      return (
        `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.25" stroke-opacity="0.7"/>` +
        `<circle cx="${round(end.x)}" cy="${round(end.y)}" r="3.5" fill="${colour}"/>` +
        textElement(name, { x: right + LEADER + 5, y: y + 5, halo: true })
      );
    })
    .join("");
}

/**
 * A line of strokes with their names, over as many lines as needed.
 *
 * @returns the SVG elements and their height in px; nothing and 0 for no entries
 */
export function drawLegend(entries: readonly KeyEntry[], width: number): { content: string; height: number } {
  let x = 0;
  let y = 14;
  const drawn = entries.map(({ name, colour, dashed }) => {
    const needed = SWATCH + 8 + textWidth(name);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += LEGEND_LINE;
    }
    const dashes = dashed ? ' stroke-dasharray="6 4"' : "";
    const stroke = `<path d="M${round(x)},${y}h${SWATCH}" stroke="${colour}" stroke-width="3"${dashes} fill="none"/>`;
    const text = textElement(name, { x: x + SWATCH + 8, y: y + 5, colour: theme.ink });
    x += needed + 22;
    return stroke + text;
  });
  return { content: drawn.join(""), height: entries.length === 0 ? 0 : y + 14 };
}

/**
 * Moves positions along a line as little as possible (least squares) so that any two are `gap` apart, in the same order,
 * and all stay within the range as long as there is room.
 *
 * @param wanted positions in any order
 * @returns the new positions, in the order of `wanted`
 * @example
 * moveApart([10, 11], 20, [0, 100]); // [0.5, 20.5]
 */
export function moveApart(wanted: readonly number[], gap: number, range: readonly [number, number]): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  // Isotonic regression by pooling adjacent violators: with z_k = position_k − k · gap the condition is z ascending.
  const pools: { mean: number; size: number }[] = [];
  for (const [rank, index] of order.entries()) {
    let pool = { mean: wanted[index]! - rank * gap, size: 1 };
    for (let before = pools.at(-1); before !== undefined && before.mean > pool.mean; before = pools.at(-1)) {
      const size = before.size + pool.size;
      pool = { mean: (before.mean * before.size + pool.mean * pool.size) / size, size };
      pools.pop();
    }
    pools.push(pool);
  }
  const highest = Math.max(range[0], range[1] - (wanted.length - 1) * gap);
  const moved: number[] = new Array(wanted.length);
  let rank = 0;
  for (const { mean, size } of pools) {
    for (let k = 0; k < size; k++, rank++) {
      moved[order[rank]!] = Math.min(Math.max(mean, range[0]), highest) + rank * gap;
    }
  }
  return moved;
}
