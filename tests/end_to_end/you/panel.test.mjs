// A visitor's own pages over the panel: changing between conversations, beginning another, and the deletion of everything as it
// is seen here, in another tab, on another device and in the inbox.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { clean, picture } from "../support/look.mjs";

const LIMIT = { timeout: 120_000 };
const WORDS = JSON.parse(readFileSync(new URL("../../../www/locales/it.json", import.meta.url), "utf8"));
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

const frameOf = (visitor) => visitor.page.frameLocator("pronto-launcher iframe");

/** The visitor's pages, opened from the panel's menu. */
async function sheet(visitor) {
  const frame = frameOf(visitor);
  await frame.locator("#more").click();
  await frame.getByRole("menuitem", { name: WORDS["you.title"] }).click();
  const pages = frame.frameLocator("dialog iframe");
  await pages.getByRole("heading", { name: WORDS["you.title"] }).waitFor();
  return pages;
}

/** What the frame's storage and the page's hold of the panel. */
const kept = async (visitor) => {
  const own = () => Object.keys(localStorage).filter((key) => key.startsWith("pronto:"));
  return [await (await visitor.frame()).evaluate(own), await visitor.page.evaluate(own)];
};

async function writer(...lines) {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.live();
  for (const line of lines) {
    await visitor.write(line);
    await visitor.receipt(line, "sent");
  }
  return visitor;
}

test("another conversation is begun, and the panel changes between the two", LIMIT, async () => {
  const visitor = await writer("Prima domanda");
  await (await sheet(visitor)).getByRole("link", { name: WORDS["you.new"] }).click();
  await visitor.shows([]);
  await visitor.live();
  await visitor.write("Seconda domanda");
  await visitor.receipt("Seconda domanda", "sent");
  await visitor.shows(["Seconda domanda"]);

  const pages = await sheet(visitor);
  assert.equal(await pages.locator(".talks li").count(), 2);
  await picture(visitor.page, "you-sheet");
  await pages.getByRole("link", { name: "Prima domanda" }).click();
  await visitor.shows(["Prima domanda"]);
  await visitor.live();
  // What comes in the one does not stand in the other; and the page of a later visit goes on with the chosen one.
  await agent.openThread("Seconda domanda");
  await agent.write("Risposta alla seconda");
  await agent.openThread("Prima domanda");
  await agent.write("Risposta alla prima");
  await visitor.sees("Risposta alla prima");
  await visitor.shows(["Prima domanda", "Risposta alla prima"]);
  await visitor.page.reload();
  await visitor.open();
  await visitor.shows(["Prima domanda", "Risposta alla prima"]);
  const again = await sheet(visitor);
  assert.equal(await again.locator(".talks strong").innerText(), WORDS["launcher.unread"].replace("{n}", "1"));
  await visitor.context.close();
});

test("a settled conversation is rated in the sheet, and the agent sees it", LIMIT, async () => {
  const visitor = await writer("Che farina usate?");
  await agent.openThread("Che farina usate?");
  await agent.ask("PATCH", `/v1/inbox/conversations/${agent.conversation}`, { status: "resolved" });
  const pages = await sheet(visitor);
  await pages.getByRole("button", { name: WORDS["rate.title"] }).click();
  await pages.getByLabel(WORDS["rate.5"], { exact: true }).check();
  await pages.locator("textarea").fill("Gentilissimi <b>davvero</b>");
  await pages.getByRole("button", { name: WORDS["composer.send"] }).click();
  await pages.getByRole("status").waitFor();
  assert.equal(await pages.getByRole("status").innerText(), WORDS["rate.thanks"]);
  await picture(visitor.page, "you-rate");
  await clean("the rating", visitor.page.frames().at(-1));
  const { rating } = await agent.ask("GET", `/v1/inbox/conversations/${agent.conversation}`);
  assert.deepEqual([rating.score, rating.words], [5, "Gentilissimi <b>davvero</b>"]);
  await visitor.context.close();
});

test("whoever deletes everything is forgotten in every tab and on every device, and keeps the receipt", LIMIT, async () => {
  const visitor = await writer("Cancellatemi", "Anche questo");
  const tab = await visitor.anotherTab();
  await tab.open();
  await tab.sees("Anche questo");
  // Another device that knows the same secret, as after following a mail's link.
  const me = await (await visitor.frame()).evaluate((site) => localStorage.getItem(`pronto:${site}:me`), pronto.site);
  const elsewhere = await browser.newContext({ locale: "it-IT" });
  await elsewhere.addInitScript(([site, me]) => location.pathname.startsWith("/c/") && !sessionStorage.begun
    && (localStorage.setItem(`pronto:${site}:me`, me), sessionStorage.begun = 1), [pronto.site, me]);
  const device = await elsewhere.newPage();
  await device.goto(`${pronto.chat}/c/${pronto.site}`);
  const rows = device.locator("ol.thread li.message");
  await eventually("the thread on the other device", async () => (await rows.count()) === 2);
  await agent.openThread("Anche questo");

  const pages = await sheet(visitor);
  await pages.getByRole("button", { name: WORDS["you.delete"], exact: true }).click();
  await pages.getByRole("button", { name: WORDS["you.yes"] }).click();
  await pages.getByRole("heading", { name: WORDS["you.gone"] }).waitFor();
  await picture(visitor.page, "you-sheet-receipt");
  await eventually("an empty storage", async () => (await kept(visitor))[0].every((key) => !/:(me|m:)/.test(key)));
  await tab.shows([]);
  await eventually("an empty thread on the other device", async () => (await rows.count()) === 0);
  await eventually("the inbox without it", async () => !(await agent.page.locator(`a.row[data-row="${agent.conversation}"]`).count()));

  // The receipt stays until it is put away; then the panel is as new.
  assert.ok(await pages.locator("code").isVisible());
  await frameOf(visitor).locator("dialog").getByRole("button").click();
  await eventually("nothing kept by the page either", async () => (await kept(visitor))[1].length === 0);
  await visitor.live();
  await visitor.shows([]);
  await visitor.write("Di nuovo io");
  await visitor.receipt("Di nuovo io", "sent");
  await visitor.context.close();
});
