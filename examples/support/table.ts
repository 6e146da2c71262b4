/** One column of a table. */
export interface Column {
  readonly header: string;
  /** Default: right when every cell is a number (or empty), left otherwise. */
  readonly align?: "left" | "right";
  /** How a number is written; default: thousands separated, four significant digits (`formatNumber`). */
  readonly format?: (value: number) => string;
}

/** Text, a number, or undefined for an empty cell. */
export type Cell = string | number | undefined;

/**
 * Lays out rows as aligned text: a line of headers, a rule, one line a row, two spaces between columns. No colour and no
 * frame, so that it reads the same in a terminal, in a file and in a code block.
 *
 * @param columns a header for each column, or a header with how to write it
 * @param rows as many cells each as there are columns
 * @returns the lines, without a newline at the end
 * @throws {RangeError} if a row has more or fewer cells than there are columns
 * @example
 * formatTable(["road", { header: "loss", format: (x) => x.toFixed(2) }], [["gradientDescent", 0.4], ["randomSearch", 12]]);
 * // road              loss
 * // ───────────────  ─────
 * // gradientDescent   0.40
 * // randomSearch     12.00
 */
export function formatTable(columns: readonly (string | Column)[], rows: readonly (readonly Cell[])[]): string {
  const described: Column[] = columns.map((column) => (typeof column === "string" ? { header: column } : column));
  for (const [index, row] of rows.entries()) {
    if (row.length !== described.length) {
      throw new RangeError(`formatTable: row ${index} has ${row.length} cells for ${described.length} columns.`);
    }
  }
  const laidOut = described.map((column, index) =>
    layOut(
      column,
      rows.map((row) => row[index]),
    ),
  );
  const lines = Array.from({ length: rows.length + 2 }, (_, line) => laidOut.map((column) => column[line]).join("  "));
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Header, rule and cells of one column, padded to one width. */
function layOut(column: Column, cells: readonly Cell[]): string[] {
  const format = column.format ?? formatNumber;
  const numeric = cells.every((cell) => typeof cell !== "string");
  const align = column.align ?? (numeric && cells.length > 0 ? "right" : "left");
  const texts = cells.map((cell) => (typeof cell === "number" ? format(cell) : (cell ?? "")));
  const width = Math.max(...[column.header, ...texts].map((text) => [...text].length));
  const pad = (text: string): string => {
    const space = " ".repeat(width - [...text].length);
    return align === "right" ? space + text : text + space;
  };
  return [pad(column.header), "─".repeat(width), ...texts.map(pad)];
}

/**
 * Writes a number for people: integers with separated thousands, fractions to four significant digits, very small and
 * very large ones with an exponent.
 *
 * @param value any number; NaN and infinities are written as such
 * @example
 * [60000, 0.123456, 1e-9].map(formatNumber); // ["60,000", "0.1235", "1.0e-9"]
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return value.toExponential(1);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return value.toLocaleString("en-US", { maximumSignificantDigits: Math.max(4, Math.ceil(Math.log10(size))) });
}
