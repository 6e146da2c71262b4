import { escapeXml, round, textElement, theme, wrapText } from "./theme.js";

/** A picture with its heading kept apart, so that it can stand alone or be a panel of a larger one. */
export interface Figure {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Size in px of the body, without heading and margin. */
  readonly width: number;
  readonly height: number;
  /** SVG elements within (0, 0) … (width, height). */
  readonly body: string;
}

/** How `beside` and `stacked` put figures together. */
export interface Composition {
  /** Title above all panels. */
  readonly title: string;
  readonly subtitle?: string;
  /** Space between panels in px; default 36. */
  readonly gap?: number;
}

interface Heading {
  readonly content: string;
  readonly height: number;
}

const SPACE_ABOVE_PANELS = 12;
const STANDING_ALONE = { title: 22, subtitle: 15 };
const PANEL = { title: 16, subtitle: 14 };

/**
 * Puts figures side by side, tops aligned, under a title of their own.
 *
 * @param figures at least one
 * @returns a figure as wide as all of them and the gaps together
 * @throws {RangeError} if there is no figure
 * @example
 * writeFigure(outputPath("digits"), beside([lossChart, misreadDigits], { title: "Reading digits" }));
 */
export function beside(figures: readonly Figure[], composition: Composition): Figure {
  const { gap = 36, ...heading } = composition;
  requirePanels(figures, "beside");
  const headings = figures.map((figure) => drawHeading(figure, PANEL));
  const headingHeight = Math.max(...headings.map(({ height }) => height));
  let x = 0;
  const panels = figures.map((figure, index) => {
    const panel = drawPanel(figure, headings[index]!.content, headingHeight, x, SPACE_ABOVE_PANELS);
    x += figure.width + gap;
    return panel;
  });
  const height = SPACE_ABOVE_PANELS + headingHeight + Math.max(...figures.map((figure) => figure.height));
  return { ...heading, width: x - gap, height, body: panels.join("") };
}

/**
 * Puts figures one above another, left edges aligned, under a title of their own.
 *
 * @param figures at least one
 * @returns a figure as wide as the widest of them
 * @throws {RangeError} if there is no figure
 * @example
 * writeFigure(outputPath("digits"), stacked([lossChart, misreadDigits], { title: "Reading digits" }));
 */
export function stacked(figures: readonly Figure[], composition: Composition): Figure {
  const { gap = 36, ...heading } = composition;
  requirePanels(figures, "stacked");
  let y = SPACE_ABOVE_PANELS;
  const panels = figures.map((figure) => {
    const own = drawHeading(figure, PANEL);
    const panel = drawPanel(figure, own.content, own.height, 0, y);
    y += own.height + figure.height + gap;
    return panel;
  });
  return { ...heading, width: Math.max(...figures.map(({ width }) => width)), height: y - gap, body: panels.join("") };
}

/**
 * A figure as a whole SVG document on a white background.
 *
 * @param figure what to draw; its title is also the accessible name of the picture
 * @returns the text of an `.svg` file
 * @example
 * writeFileSync("loss.svg", toSvg(lineChart({ … })));
 */
export function toSvg(figure: Figure): string {
  const { margin } = theme;
  const heading = drawHeading(figure, STANDING_ALONE);
  const width = round(figure.width + 2 * margin);
  const height = round(heading.height + figure.height + 2 * margin);
  const description = figure.subtitle === undefined ? figure.title : `${figure.title}. ${figure.subtitle}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}"`,
    ` viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(description)}"`,
    ` font-family="${escapeXml(theme.font)}" color="${theme.ink}" fill="${theme.ink}">`,
    `<rect width="${width}" height="${height}" fill="${theme.paper}"/>`,
    drawPanel(figure, heading.content, heading.height, margin, margin),
    "</svg>\n",
  ].join("");
}

function drawPanel(figure: Figure, heading: string, headingHeight: number, x: number, y: number): string {
  return (
    `<g transform="translate(${round(x)},${round(y)})">${heading}` +
    `<g transform="translate(0,${round(headingHeight)})">${figure.body}</g></g>`
  );
}

/** Title and subtitle, each over as many lines as they need. */
function drawHeading(figure: Figure, sizes: { title: number; subtitle: number }): Heading {
  const lines = [
    ...wrapText(figure.title, figure.width, sizes.title).map((text) => ({ text, size: sizes.title, bold: true })),
    ...(figure.subtitle ? wrapText(figure.subtitle, figure.width, sizes.subtitle) : []).map((text) => ({
      text,
      size: sizes.subtitle,
      bold: false,
    })),
  ];
  let y = 0;
  const drawn = lines.map(({ text, size, bold }) => {
    y += Math.round(size * 1.4);
    // Capitals reach 0.73 em above the baseline, so a first baseline at 1 em leaves the heading flush with the margin.
    return textElement(text, {
      x: 0,
      y: y - Math.round(size * 0.4),
      size,
      weight: bold ? 600 : 400,
      colour: bold ? theme.ink : theme.mutedInk,
    });
  });
  return { content: drawn.join(""), height: y + 10 };
}

function requirePanels(figures: readonly Figure[], operator: string): void {
  if (figures.length === 0) throw new RangeError(`${operator}: there is no figure to put together; give at least one.`);
}
