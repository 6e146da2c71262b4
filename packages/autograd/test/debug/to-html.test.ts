import {
  add,
  full,
  jit,
  matmul,
  mul,
  scan,
  softmax,
  sqrt,
  sum,
  type Tensor,
  tanh,
  tensor,
  variable,
  zeros,
} from "@glissade/autograd";
import { toHtml } from "@glissade/autograd/debug";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** Opens a page that must ask for nothing and throw nothing. */
async function open(html: string): Promise<Page> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => faults.push(message.text()));
  page.on("request", (request) => faults.push(request.url()));
  await page.setContent(html);
  expect(faults).toEqual([]);
  return page;
}

const visible = (page: Page): Promise<string[]> =>
  page.$$eval("#list li", (items) => items.flatMap((item) => (item.checkVisibility() ? [item.textContent ?? ""] : [])));

const w = variable(full([16, 8], 0.1), { name: "w" });
const model = (x: Tensor) => sum(mul(softmax(tanh(matmul(x, w)), { axis: 1 }), tensor([1, 2, 3, 4, 5, 6, 7, 8])));

describe("the page of a graph, in a browser", () => {
  test("lists and draws the nodes, forward and backward", async () => {
    const page = await open(toHtml(model, zeros([32, 16])));
    const all = await visible(page);
    expect(all).toContain("matmul [32, 8]");
    expect(all).toContain('Variable "w" [16, 8] float32');
    expect(await page.$$eval("#list li.backward", (items) => items.length)).toBeGreaterThan(2);
    expect(await page.$$eval("svg g", (boxes) => boxes.length)).toBe(all.length);
    expect(await page.$eval("#count", (e) => e.textContent)).toBe(`${all.length} of ${all.length} nodes`);
    await page.close();
  });

  test("shows what is known of a node that is clicked: line, kernel, FLOPs, bytes, offset", async () => {
    const page = await open(toHtml(model, zeros([32, 16])));
    await page.locator("#list li ::-p-text(matmul [32, 8])").click();
    const text = await page.$eval("#details", (e) => e.textContent ?? "");
    expect(text).toMatch(/to-html\.test\.ts:\d+:\d+/);
    expect(text).toContain("product: matmul [32, 16] · [16, 8]");
    expect(text).toContain(`FLOPs${2 * 32 * 16 * 8}`);
    expect(text).toContain(`bytes${32 * 8 * 4}`);
    expect(text).toMatch(/offset\d+/);
    expect(await page.$$eval("svg g.chosen", (boxes) => boxes.length)).toBe(1);
    // From a node to its operands.
    await page.locator("#details button").click();
    expect(await page.$eval("#details h2", (e) => e.textContent)).toContain("argument 0");
    await page.close();
  });

  test("finds nodes by words, and by kernel", async () => {
    const page = await open(toHtml(model, zeros([32, 16])));
    await page.locator("#search").fill("matmul");
    const found = await visible(page);
    expect(found.length).toBeGreaterThan(0);
    for (const each of found) expect(each).toBeDefined();
    expect(found.length).toBeLessThan(await page.$$eval("#list li", (items) => items.length));
    await page.locator("#search").fill("");
    await page.select("#kernel", "0");
    expect((await visible(page)).length).toBeGreaterThan(0);
    await page.close();
  });

  test("runs nothing that a name says", async () => {
    const evil = variable(full([3], 1), {
      name: '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">',
    });
    const f = Object.defineProperty((x: Tensor) => add(mul(x, evil), 1), "name", {
      value: "<img src=x onerror=window.pwned=1>",
    });
    const page = await open(toHtml(f, zeros([3])));
    await page.locator("#list li ::-p-text(script)").click();
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    expect(await page.$$eval("img", (images) => images.length)).toBe(0);
    await page.close();
  });

  test("shows the functions of loops", async () => {
    const loop = (x: Tensor) => scan((c: Tensor) => [sqrt(add(c, 1)), null], x, null, { length: 4 })[0];
    const page = await open(toHtml(jit(loop), zeros([3])));
    expect(await page.$$eval("#list li.body", (items) => items.map((item) => item.textContent))).toEqual([
      "add [3]",
      "sqrt [3]",
    ]);
    await page.close();
  });

  test("works with 2,000 nodes", async () => {
    const deep = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 1_000; i++) y = tanh(mul(y, 1.5));
      return y;
    };
    const html = toHtml(deep, zeros([4]));
    const start = performance.now();
    const page = await open(html);
    await page.locator("#search").fill("tanh");
    expect((await visible(page)).length).toBe(1_000);
    await page.locator("#list li.forward:not([hidden])").click();
    expect(await page.$eval("#details h2", (e) => e.textContent)).toBe("tanh");
    expect(performance.now() - start).toBeLessThan(30_000);
    await page.close();
  });
});
