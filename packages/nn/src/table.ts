/** A table in plain text: the first two columns to the left, numbers to the right, the total under a line. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  total: readonly string[],
): string {
  const all = [header, ...rows, total];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = widths.map((width) => "─".repeat(width)).join("──");
  const render = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [render(header), line, ...rows.map(render), line, render(total)].join("\n");
}
