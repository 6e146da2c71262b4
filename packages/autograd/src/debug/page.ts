/** The style of the page that `toHtml` writes. */
export const pageStyle = `
:root { color-scheme: light; font: 14px system-ui, sans-serif; }
body { margin: 0; display: grid; grid-template: auto 1fr / 300px 1fr 340px; height: 100vh; }
header { grid-column: 1 / 4; padding: 8px 12px; border-bottom: 1px solid #ccc; display: flex; gap: 12px; align-items: center; }
header h1 { font-size: 15px; margin: 0; } #count { color: #555; } input, select { font: inherit; padding: 3px 6px; }
#list { overflow: auto; border-right: 1px solid #ccc; margin: 0; padding: 0; list-style: none; }
#list li { padding: 3px 10px; cursor: pointer; font: 12px ui-monospace, monospace; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
#list li:hover { background: #eef; } .chosen { background: #cdf !important; } .backward { background: #fff6dc; } .leaf { background: #e8f5e8; }
#drawing { overflow: hidden; background: #fafafa; cursor: grab; } svg { width: 100%; height: 100%; }
svg rect { stroke: #666; fill: #fff; cursor: pointer; } svg .leaf rect { fill: #e8f5e8; } svg .backward rect { fill: #fff6dc; } svg .body rect { fill: #e6eefc; }
svg g.chosen rect { stroke: #05c; stroke-width: 3; } svg g.faint { opacity: .2; } svg text { font: 11px ui-monospace, monospace; pointer-events: none; }
svg path { stroke: #aaa; fill: none; } svg path.near { stroke: #05c; stroke-width: 2; }
#details { overflow: auto; border-left: 1px solid #ccc; padding: 10px; } #details h2 { font-size: 15px; margin: 0 0 8px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 10px; margin: 0; } dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: 12px; }
button { font: inherit; font-size: 12px; margin: 1px; }
`;

/** What runs in the page: it reads the graph as JSON, and makes elements of it with `textContent` only, so that no name can be markup. */
export const pageScript = `
"use strict";
const graph = JSON.parse(document.getElementById("graph").textContent);
const byId = new Map(graph.nodes.map((node) => [node.id, node]));
const users = new Map(graph.nodes.map((node) => [node.id, []]));
for (const node of graph.nodes) for (const input of new Set(node.inputs)) users.get(input)?.push(node.id);
const make = (tag, text, kind) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; if (kind) e.className = kind; return e; };
const draw = (tag, attributes) => { const e = document.createElementNS("http://www.w3.org/2000/svg", tag); for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v); return e; };
const title = (node) => node.kind === "leaf" ? node.op : node.op + " " + node.shape;

const rows = [];
const depth = new Map();
for (const node of graph.nodes) {
  const at = node.inputs.length === 0 ? 0 : 1 + Math.max(...node.inputs.map((id) => depth.get(id) ?? 0));
  depth.set(node.id, at);
  (rows[at] ??= []).push(node);
}
const [width, height] = [150, 30];
const place = new Map();
rows.forEach((row, y) => {
  const mean = (node) => node.inputs.length === 0 ? 0 : node.inputs.reduce((sum, id) => sum + (place.get(id)?.x ?? 0), 0) / node.inputs.length;
  const wish = new Map(row.map((node) => [node.id, mean(node)]));
  row.sort((a, b) => wish.get(a.id) - wish.get(b.id) || a.id - b.id);
  let next = -Infinity;
  for (const node of row) { const x = Math.max(wish.get(node.id), next); place.set(node.id, { x, y: y * 60 }); next = x + width + 16; }
});

const svg = document.querySelector("svg");
const edges = new Map(graph.nodes.map((node) => [node.id, []]));
for (const node of graph.nodes) for (const input of new Set(node.inputs)) {
  const [a, b] = [place.get(input), place.get(node.id)];
  if (!a || !b) continue;
  const path = draw("path", { d: "M" + (a.x + width / 2) + " " + (a.y + height) + "C" + (a.x + width / 2) + " " + (b.y - 8) + " " + (b.x + width / 2) + " " + (a.y + height + 20) + " " + (b.x + width / 2) + " " + b.y });
  svg.append(path);
  edges.get(input).push(path); edges.get(node.id).push(path);
}
const boxes = new Map();
for (const node of graph.nodes) {
  const { x, y } = place.get(node.id);
  const box = draw("g", { class: node.kind, transform: "translate(" + x + " " + y + ")", "data-id": node.id });
  const text = draw("text", { x: 6, y: 19 });
  text.textContent = title(node).slice(0, 20);
  box.append(draw("rect", { width, height, rx: 4 }), text);
  box.addEventListener("click", () => choose(node.id));
  svg.append(box);
  boxes.set(node.id, box);
}
const xs = [...place.values()].map(({ x }) => x);
let view = { x: Math.min(0, ...xs) - 40, y: -40, w: 1000, h: 800 };
const show = () => svg.setAttribute("viewBox", [view.x, view.y, view.w, view.h].join(" "));
show();
svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const scale = event.deltaY > 0 ? 1.15 : 1 / 1.15;
  const box = svg.getBoundingClientRect();
  const [u, v] = [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
  view = { x: view.x + view.w * (1 - scale) * u, y: view.y + view.h * (1 - scale) * v, w: view.w * scale, h: view.h * scale };
  show();
}, { passive: false });
let drag;
svg.addEventListener("pointerdown", (event) => { drag = event; });
window.addEventListener("pointerup", () => { drag = undefined; });
svg.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const scale = view.w / svg.clientWidth;
  view.x -= (event.clientX - drag.clientX) * scale; view.y -= (event.clientY - drag.clientY) * scale;
  drag = event;
  show();
});

const list = document.getElementById("list");
const items = new Map();
for (const node of graph.nodes) {
  const item = make("li", title(node), node.kind);
  item.dataset.id = node.id;
  item.addEventListener("click", () => choose(node.id));
  list.append(item);
  items.set(node.id, item);
}

const search = document.getElementById("search");
const kernel = document.getElementById("kernel");
for (const [i, each] of graph.kernels.entries()) { const option = make("option", i + ": " + each.name.slice(0, 40)); option.value = i; kernel.append(option); }
const filter = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const node of graph.nodes) {
    const text = node.text ??= [title(node), node.label, node.line, node.rule, node.attributes].join(" ").toLowerCase();
    const fits = words.every((word) => text.includes(word)) && (kernel.value === "" || node.kernels.includes(Number(kernel.value)));
    items.get(node.id).hidden = !fits;
    boxes.get(node.id).classList.toggle("faint", !fits);
    if (fits) count++;
  }
  document.getElementById("count").textContent = count + " of " + graph.nodes.length + " nodes";
};
search.addEventListener("input", filter);
kernel.addEventListener("change", filter);
filter();

const details = document.getElementById("details");
const links = (ids) => { const span = make("span"); for (const id of ids) { const node = byId.get(id); if (!node) continue; const b = make("button", title(node)); b.addEventListener("click", () => choose(id)); span.append(b); } return span; };
let chosen;
function choose(id) {
  if (chosen !== undefined) { items.get(chosen).classList.remove("chosen"); boxes.get(chosen).classList.remove("chosen"); for (const path of edges.get(chosen)) path.classList.remove("near"); }
  chosen = id;
  const node = byId.get(id);
  items.get(id).classList.add("chosen"); items.get(id).scrollIntoView({ block: "nearest" });
  boxes.get(id).classList.add("chosen"); for (const path of edges.get(id)) path.classList.add("near");
  const { x, y } = place.get(id);
  if (x < view.x || y < view.y || x > view.x + view.w || y > view.y + view.h) { view.x = x - view.w / 2; view.y = y - view.h / 2; show(); }
  const dl = make("dl");
  const add = (name, value) => { if (value === undefined || value === "") return; const dd = make("dd"); dd.append(value instanceof Node ? value : String(value)); dl.append(make("dt", name), dd); };
  add("name", node.label); add("shape", node.shape); add("dtype", node.dtype); add("attributes", node.attributes);
  add("pass", node.kind); add("rule", node.rule); add("line", node.line);
  add("in", node.body); add("operands", links(node.inputs)); add("used by", links(users.get(id)));
  for (const number of node.kernels) { const k = graph.kernels[number]; add("kernel " + number, k.kind + ": " + k.name); add("FLOPs", k.flops); add("bytes moved", k.bytes); }
  add("bytes", node.bytes); add("offset", node.offset);
  details.replaceChildren(make("h2", node.op), dl);
}
`;
