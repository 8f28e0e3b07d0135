// Four browsers that cannot run the widget: no script, no wasm, a lockdown that takes wasm away for good, a blocker that knows
// the loader's name. One person meets all four, and writes into one conversation.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages } from "../support/pages.mjs";

const LIMIT = { timeout: 180_000 };
// As a lockdown does: no compiler for scripts, and with it no wasm at all.
let browser, lockdown, pronto, pages;

after(endAll);
before(async () => {
  [browser, lockdown, pronto] = await Promise.all([startBrowser(), startBrowser(["--js-flags=--jitless"]), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

const LOOK = { viewport: { width: 1280, height: 800 }, locale: "it-IT", timezoneId: "Europe/Rome" };
const element = () => `<pronto-chat site="${pronto.site}"><a href="${pronto.chat}/c/${pronto.site}">Scrivici</a></pronto-chat>
  <script async src="${pronto.chat}/embed.js"></script>`;

/** Writes by the hosted page's own form, and waits until the server has drawn it. */
async function post(page, text) {
  await page.locator("#text").fill(text);
  await page.locator("#send").click();
  await page.locator("li", { hasText: text }).waitFor();
}

/** The panel's frame has given up on wasm: its form goes to the hosted page, in a window of its own. */
async function postFromFrame(page, text) {
  await page.locator("pronto-launcher").getByRole("button").click();
  const frame = page.frameLocator("pronto-launcher iframe");
  await frame.locator("#text").fill(text);
  await eventually("a form that goes its own way", () => frame.locator("#form").evaluate((form) => form.target === "_blank"));
  const [hosted] = await Promise.all([page.context().waitForEvent("page"), frame.locator("#send").click()]);
  await hosted.locator("li", { hasText: text }).waitFor();
  return hosted;
}

test("without script, without wasm, locked down and behind a blocker: one conversation", LIMIT, async () => {
  const address = pages.put(element());
  const written = [];
  let storageState;
  /** The same person in another browser: what the last one kept comes along. */
  const meet = async (from, more, act) => {
    const context = await from.newContext({ ...LOOK, ...more, storageState });
    const page = await context.newPage();
    await act(page, context);
    storageState = await context.storageState();
    await context.close();
  };
  const say = (text) => (written.push(text), text);

  await meet(browser, { javaScriptEnabled: false }, async (page) => {
    await page.goto(address);
    await page.getByRole("link", { name: "Scrivici" }).click();
    await post(page, say("senza script"));
  });

  await meet(browser, {}, async (page) => {
    await page.addInitScript(() => delete globalThis.WebAssembly);
    await page.goto(address);
    const hosted = await postFromFrame(page, say("senza wasm"));
    await hosted.locator("li", { hasText: "senza script" }).waitFor();
  });

  await meet(lockdown, {}, async (page) => {
    await page.goto(address);
    assert.equal(await page.evaluate(() => typeof WebAssembly), "undefined", "the lockdown is one");
    await postFromFrame(page, say("in isolamento"));
  });

  await meet(browser, {}, async (page, context) => {
    const blocked = [];
    await context.route(`${pronto.chat}/embed.js`, (route) => (blocked.push(route.request().url()), route.abort("blockedbyclient")));
    await page.goto(address);
    await eventually("a blocker that blocks", () => blocked.length);
    await page.getByRole("link", { name: "Scrivici" }).click();
    // The link leads to the whole panel: a blocker keeps away the loader, not the chat's own page.
    await page.locator("li", { hasText: "in isolamento" }).waitFor();
    await page.locator("#text").fill(say("dietro un blocco"));
    await page.locator("#send").click();
    await page.locator("li", { hasText: "dietro un blocco" }).waitFor();
  });

  await pages.agent.openThread("senza script");
  await eventually("all four in one conversation", async () => (await pages.agent.stored()).length === written.length).catch(() => {});
  assert.deepEqual((await pages.agent.stored()).map(({ body }) => body), written);
});

test("a blocker that lets the loader through and refuses the frame leaves a link", LIMIT, async () => {
  const context = await browser.newContext(LOOK);
  await context.route(`${pronto.chat}/frame/**`, (route) => route.abort("blockedbyclient"));
  const page = await context.newPage();
  await page.goto(pages.put(element()));
  await page.locator("pronto-launcher").getByRole("button").click();
  const [hosted] = await Promise.all([context.waitForEvent("page"), page.locator("pronto-launcher").getByRole("link").click()]);
  await hosted.locator("#text").waitFor();
  assert.equal(new URL(hosted.url()).pathname, `/c/${pronto.site}`);
  await context.close();
});

test("without wasm the hosted page tells what was answered, and by when there will be one", LIMIT, async () => {
  const context = await lockdown.newContext(LOOK);
  const page = await context.newPage();
  await page.goto(`${pronto.chat}/c/${pronto.site}`);
  assert.equal(await page.evaluate(() => typeof WebAssembly), "undefined");
  await eventually("a form that posts by itself", async () => {
    if (await page.locator("li", { hasText: "chiuso in casa" }).count()) return true;
    await page.locator("#text").fill("chiuso in casa");
    await page.locator("#send").click();
    await page.waitForLoadState();
    return false;
  });
  await pages.agent.openThread("chiuso in casa");
  await pages.agent.write("Arriviamo.");
  await eventually("the answer on the page, read again", async () => {
    await page.reload();
    return page.locator("li", { hasText: "Arriviamo." }).count();
  });
  assert.deepEqual((await pages.agent.stored()).map(({ body }) => body), ["chiuso in casa", "Arriviamo."]);
  await context.close();
});
