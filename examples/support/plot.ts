// Charts and image grids of the examples, as SVG and PNG files: Observable Plot draws, resvg turns into pixels.
export type { Axis } from "./plot/axis.js";
export { type ContourMapOptions, contourMap, type Path } from "./plot/contour-map.js";
export { beside, type Composition, type Figure, stacked, toSvg } from "./plot/figure.js";
export { type FitPanelOptions, fitPanel } from "./plot/fit-panel.js";
export { type ImageGridOptions, imageGrid, type Tile } from "./plot/image-grid.js";
export { type LineChartOptions, lineChart, type Rule } from "./plot/line-chart.js";
export { type PointGroup, type ScatterOptions, scatter } from "./plot/scatter.js";
export type { Series } from "./plot/series.js";
export { outputPath, type PngOptions, toPng, writeFigure } from "./plot/write-figure.js";
