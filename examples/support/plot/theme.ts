/** What every figure of the examples has in common: colours, fonts and sizes in px. */
export const theme = {
  font: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  paper: "#ffffff",
  ink: "#1f2937",
  mutedInk: "#4b5563",
  axis: "#6b7280",
  grid: "#e5e7eb",
  textSize: 14,
  margin: 24,
} as const;

/**
 * Colours of series, in order. Hues of Okabe and Ito's palette for all kinds of colour vision ("Color Universal
 * Design", 2008), without its yellow and with the light ones darkened, so that each has a contrast of at least 3 : 1 on
 * white, what WCAG 2.1 (1.4.11) asks of graphics.
 */
export const palette: readonly string[] = [
  "#0072b2", // blue
  "#d55e00", // vermilion
  "#008a64", // green
  "#b5478a", // purple
  "#b07700", // ochre
  "#2b9bd6", // sky
  "#5b5b5b", // grey
  "#7a3b00", // brown
];

/**
 * Escapes text for use as XML content or as an attribute value in double quotes.
 *
 * @example
 * escapeXml('loss < "0.1"'); // loss &lt; &quot;0.1&quot;
 */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** How to draw a line of text; every field but the position has a default. */
export interface TextStyle {
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  /** Default `theme.textSize`. */
  readonly size?: number;
  /** Default 400; 600 is the bold that is shipped. */
  readonly weight?: 400 | 600;
  /** Default `theme.ink`. */
  readonly colour?: string;
  /** Default `"start"`. */
  readonly anchor?: "start" | "middle" | "end";
  /** Whether to draw a border of paper colour around the letters, which keeps them readable on top of lines. */
  readonly halo?: boolean;
}

/**
 * An SVG `text` element.
 *
 * @example
 * textElement("epoch 1", { x: 10, y: 20, weight: 600 });
 */
export function textElement(text: string, style: TextStyle): string {
  const { x, y, size = theme.textSize, weight = 400, colour = theme.ink, anchor = "start", halo = false } = style;
  const border = halo ? ` stroke="${theme.paper}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"` : "";
  return (
    `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${colour}" ` +
    `text-anchor="${anchor}"${border}>${escapeXml(text)}</text>`
  );
}

/**
 * Estimates how wide text comes out, by classes of letters as they are in Inter: for words and numbers some per cent too
 * wide, so that what is given that much room fits.
 *
 * @param text one line
 * @param size font size in px; default `theme.textSize`
 * @returns width in px
 * @example
 * textWidth("gradientDescent"); // about 110
 */
export function textWidth(text: string, size: number = theme.textSize): number {
  let ems = 0;
  for (const letter of text) ems += letterWidth(letter);
  return ems * size;
}

function letterWidth(letter: string): number {
  if (/[ijl.,:;'|! ]/.test(letter)) return 0.28;
  if (/[frtI()[\]\-·⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/.test(letter)) return 0.38;
  if (/[mwMW@%—…]/.test(letter)) return 0.9;
  if (/[A-Z+=<>→×]/.test(letter)) return 0.7;
  return /[0-9]/.test(letter) ? 0.63 : 0.59;
}

/**
 * Breaks text at spaces into lines no wider than allowed; a single longer word keeps a line of its own.
 *
 * @example
 * wrapText("loss against time", 80); // ["loss", "against time"]
 */
export function wrapText(text: string, width: number, size: number = theme.textSize): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A coordinate as SVG text needs it: hundredths of a pixel are enough. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
