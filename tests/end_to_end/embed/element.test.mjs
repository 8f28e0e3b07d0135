// The element and its attributes, links and buttons that open, and the panel mounted inside a page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { EAR, Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
const PHONE = { width: 390, height: 844 };
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** The element as the docs show it, and the script that adopts it. */
const element = (attributes = "") =>
  `<pronto-chat site="${pronto.site}" ${attributes}><a href="${pronto.chat}/c/${pronto.site}">Scrivici</a></pronto-chat>`;
const script = () => `<script async src="${pronto.chat}/embed.js"></script>`;

const box = (visitor, selector) =>
  visitor.page.evaluate((selector) => {
    const { left, right, top, bottom, width, height } = document.querySelector("pronto-launcher").shadowRoot.querySelector(selector).getBoundingClientRect();
    return { left, right: innerWidth - right, top, bottom: innerHeight - bottom, width, height };
  }, selector);

test("where the script is blocked, the element is a link to the hosted page", LIMIT, async () => {
  const visitor = await pages.visit(element() + script(), { headers: { "content-security-policy": "script-src 'none'" } });
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 0);
  await visitor.page.getByRole("link", { name: "Scrivici" }).click();
  await visitor.page.locator("#text").fill("senza script");
  await visitor.page.locator("#send").click();
  await visitor.page.locator("li", { hasText: "senza script" }).waitFor();
});

for (const [where, html] of [["before", () => element() + script()], ["after", () => script() + "<p>…</p>".repeat(2_000) + element()]]) {
  test(`the element is adopted where it stands ${where} the script`, LIMIT, async () => {
    const visitor = await pages.visit(html());
    await visitor.launcher.waitFor();
    await eventually("a link out of the way", async () => !(await visitor.page.getByText("Scrivici").isVisible()));
    await visitor.open();
    await visitor.write("dall’elemento");
    await visitor.receipt("dall’elemento", "sent");
    await visitor.page.evaluate(() => window.pronto.destroy());
    await visitor.page.getByRole("link", { name: "Scrivici" }).waitFor();
  });
}

test("side, offset, order and label are the owner's", LIMIT, async () => {
  const visitor = await pages.visit(`${element('position="left" offset="32 88" z-index="7" label="Chiedi al forno"')}${script()}
    <div style="position:fixed;inset:0;z-index:8;background:#fff8">Un avviso sopra a tutto</div>`);
  await visitor.launcher.waitFor();
  const circle = await box(visitor, "button");
  assert.deepEqual([circle.left, circle.bottom], [32, 88]);
  assert.match(await visitor.launcher.getAttribute("aria-label"), /^Chiedi al forno/);
  assert.match(await visitor.launcher.innerText(), /Chiedi al forno/);
  const onTop = await visitor.page.evaluate(([x, y]) => document.elementFromPoint(x, y).localName, [circle.left + 20, 800 - circle.bottom - 20]);
  assert.equal(onTop, "div", "the page's notice is asked for a higher place, and has it");
  await visitor.page.evaluate(() => window.pronto.open());
  const panel = await box(visitor, ".d");
  assert.deepEqual([panel.left, panel.width], [32, 384]);
  assert.ok(panel.top >= 0 && panel.height <= 640, JSON.stringify(panel));
});

test("left is left in a language that runs from right to left", LIMIT, async () => {
  const visitor = await pages.visit(element('position="left"') + script());
  await visitor.context.route(`${pronto.chat}/v1/sites/**`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), dir: "rtl" } });
  });
  await visitor.page.reload();
  await visitor.launcher.waitFor();
  assert.equal((await box(visitor, ".c")).left, 20);
});

test("hidden paths hide it, also when the address changes without a page view", LIMIT, async () => {
  const visitor = await pages.visit(snippet(pronto, 'data-hide-on="/cassa /conto/*"'));
  await visitor.launcher.waitFor();
  for (const [path, shown] of [["/cassa", false], ["/cassa/2", true], ["/conto/ordini", false], ["/pane", true]]) {
    await visitor.page.evaluate((path) => history.pushState(null, "", path), path);
    await eventually(`${path}: ${shown}`, async () => (await visitor.launcher.isVisible()) === shown);
  }
});

test("on phones it may be left out, or lead to the hosted page", LIMIT, async () => {
  const without = await pages.visit(snippet(pronto, 'data-mobile="hide"'), { viewport: PHONE });
  await eventually("an attached launcher", () => without.page.evaluate(() => !!document.querySelector("pronto-launcher")));
  assert.equal(await without.launcher.isVisible(), false);
  await without.page.setViewportSize({ width: 1280, height: 800 });
  await without.launcher.waitFor();

  const page = await pages.visit(snippet(pronto, 'data-mobile="page"'), { viewport: PHONE });
  await page.launcher.waitFor();
  const opened = page.context.waitForEvent("page");
  await page.launcher.click();
  const hosted = await opened;
  await hosted.waitForLoadState();
  assert.equal(new URL(hosted.url()).pathname, `/c/${pronto.site}`);
  assert.equal(await hosted.evaluate(() => window.opener), null);
  assert.equal(page.page.frames().length, 1);
});

test("a link or button of the page opens it, fills in words that are not sent, and has the focus back", LIMIT, async () => {
  const visitor = await pages.visit(`<p><a href="${pronto.chat}/c/${pronto.site}" data-pronto-open data-pronto-text="Avete la treccia?">Chiedi della treccia</a></p>${snippet(pronto)}`);
  await visitor.launcher.waitFor();
  const before = pronto.written();
  await visitor.page.getByRole("link").click();
  await eventually("the words", async () => (await visitor.composer.inputValue()) === "Avete la treccia?");
  await eventually("the focus in the frame", async () => (await visitor.frame()).evaluate(() => document.hasFocus() && document.activeElement.id === "text"));
  await visitor.live();
  assert.equal(pronto.written(), before, "nothing was sent");
  await visitor.close();
  assert.equal(await visitor.page.evaluate(() => document.activeElement.textContent), "Chiedi della treccia");

  const opened = visitor.context.waitForEvent("page");
  await visitor.page.getByRole("link").click({ modifiers: ["ControlOrMeta"] });
  assert.match((await opened).url(), /\/c\//, "with a key held it is the link it looks like");
});

test("an address can open the panel with words in it, which are cut to a length and not sent", LIMIT, async () => {
  const before = pronto.written();
  const query = `?pronto=open&pronto-text=${encodeURIComponent("Vorrei ordinare. " + "a".repeat(5_000))}`;
  const visitor = await pages.visit(EAR + snippet(pronto), { query });
  await eventually("the words", async () => (await visitor.composer.inputValue()).startsWith("Vorrei ordinare."));
  assert.equal((await visitor.composer.inputValue()).length, 1_000);
  assert.equal(pronto.written(), before);
  assert.deepEqual(await visitor.page.evaluate(() => window.heard), ["ready", "open"]);
});

test("it opens by itself only where the owner says so, without the focus, and not again once it was closed", LIMIT, async () => {
  const visitor = await pages.visit(`<input autofocus aria-label="Cerca">${snippet(pronto, "data-open")}`);
  await visitor.composer.waitFor();
  await visitor.live();
  assert.equal(await visitor.page.evaluate(() => document.activeElement.localName), "input");
  await visitor.page.keyboard.type("pane");
  assert.equal(await visitor.page.getByLabel("Cerca").inputValue(), "pane");
  await visitor.close();
  await visitor.page.reload();
  await visitor.launcher.waitFor();
  await visitor.page.waitForLoadState("networkidle");
  assert.equal(visitor.page.frames().length, 1);

  const phone = await pages.visit(snippet(pronto, "data-open"), { viewport: PHONE });
  await phone.launcher.waitFor();
  assert.equal(await phone.launcher.getAttribute("aria-expanded"), "false", "a phone's whole screen is not taken unasked");
});

test("with Save-Data nothing is fetched before the click", LIMIT, async () => {
  const visitor = await pages.visit(snippet(pronto), {
    before: () => Object.defineProperty(Navigator.prototype, "connection", { get: () => ({ saveData: true }) }),
  });
  await visitor.launcher.hover();
  await visitor.launcher.focus();
  assert.equal(visitor.page.frames().length, 1);
  await visitor.open();
});

test("the panel stands inside a page's own element, without launcher, and takes no focus", LIMIT, async () => {
  const visitor = await pages.visit(`<input autofocus aria-label="Cerca"><style>pronto-chat{display:block;width:420px;height:560px}</style>${element("mount")}${script()}`);
  await visitor.composer.waitFor();
  await visitor.live();
  assert.equal(await visitor.page.evaluate(() => document.activeElement.localName), "input");
  assert.equal(await visitor.launcher.isVisible(), false);
  assert.equal(await visitor.page.getByText("Scrivici").isVisible(), false);
  assert.deepEqual(await visitor.page.locator("pronto-launcher iframe").boundingBox().then(({ width, height }) => [width, height].map(Math.round)), [420, 560]);
  assert.equal(await visitor.page.frameLocator("pronto-launcher iframe").locator("#close").isVisible(), false);
  await visitor.write("dentro la pagina");
  await visitor.receipt("dentro la pagina", "sent");
  await visitor.composer.press("Escape");
  assert.equal(await visitor.composer.isVisible(), true);
  await visitor.page.evaluate(() => document.body.replaceWith(Object.assign(document.createElement("body"), { textContent: "altrove" })));
  await eventually("no frame", () => visitor.page.frames().length === 1);
  await visitor.page.evaluate((html) => document.body.append(document.createRange().createContextualFragment(html)), element("mount"));
  await visitor.sees("dentro la pagina");
});

test("a mounted panel far down the page is asked for when it comes near", LIMIT, async () => {
  const visitor = await pages.visit(`<div style="height:20000px"></div><div id="chat"></div>${snippet(pronto, 'data-mount="#chat"')}`);
  await eventually("the frame's place", () => visitor.page.evaluate(() => !!document.querySelector("#chat pronto-launcher")));
  await visitor.page.waitForLoadState("networkidle");
  assert.ok(!visitor.page.frames().some((frame) => frame.url().startsWith(pronto.chat)));
  await visitor.page.locator("#chat").scrollIntoViewIfNeeded();
  await visitor.composer.waitFor();
});
