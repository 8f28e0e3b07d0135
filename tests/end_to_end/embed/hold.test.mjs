// Browsers that block a frame's storage, clear it, or let nobody keep anything: what the page around keeps for the frame then, how
// long, and who sees it go.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { EAR, Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
const WORDS = JSON.parse(readFileSync(new URL("../../../www/locales/it.json", import.meta.url), "utf8"));
/** Chromium's own settings: third parties keep nothing; nobody keeps anything. */
const BLOCKED = { cookie_controls_mode: 1 }, SHUT = { cookie_controls_mode: 1, default_content_setting_values: { cookies: 2 } };
let pronto, pages, agent;

after(endAll);
before(async () => {
  const [browser, started] = await Promise.all([startBrowser([], BLOCKED), Pronto.start()]);
  pronto = started;
  pages = await Pages.start(browser, pronto);
  agent = pages.agent;
});

/** What the page's own storage holds of the panel, key by key. */
const kept = (visitor) => visitor.page.evaluate(() => Object.fromEntries(Object.entries(localStorage)));
const mark = () => `pronto:${pronto.site}`;

/** A visitor whose frame is refused its storage, after `lines`. */
async function writer(...lines) {
  const visitor = await pages.visit(EAR + snippet(pronto));
  await visitor.open();
  await visitor.live();
  const refused = await (await visitor.frame()).evaluate(() => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    try {
      return !frame.contentWindow.localStorage;
    } catch (error) {
      return error.name;
    } finally {
      frame.remove();
    }
  });
  assert.equal(refused, "SecurityError", "the story is about a frame that is refused its storage");
  assert.deepEqual(await kept(visitor), {}, "nothing is kept before somebody writes");
  for (const line of lines) {
    await visitor.write(line);
    await visitor.receipt(line, "sent");
  }
  return visitor;
}

/** Another tab with the same page, whose storage they share. */
async function besides({ context, page }) {
  const tab = new Visitor(context, await context.newPage(), pronto);
  await tab.page.goto(page.url());
  return tab;
}

/** Looks at a tab again. A headless window never hides one, so the story says so. */
async function look(tab) {
  await tab.page.bringToFront();
  await (await tab.frame()).evaluate(() => dispatchEvent(new Event("visibilitychange")));
}

const left = (visitor) => eventually("heard that they left", () => visitor.page.evaluate(() => window.heard.includes("logout")));

const sessionOf = async (visitor) => JSON.parse((await kept(visitor))[mark()]);
const known = async ({ secret }) => (await fetch(`${pronto.api}/v1/session`, { headers: { authorization: `Bearer ${secret}` } })).status;

async function again(visitor) {
  await visitor.page.bringToFront();
  await visitor.page.reload();
  await visitor.open();
  await visitor.live();
}

test("a conversation goes on after a reload, and in another tab", LIMIT, async () => {
  const visitor = await writer("Tenete la mia storia?");
  assert.equal(await known(await sessionOf(visitor)), 200);
  assert.deepEqual(Object.keys(await kept(visitor)), [mark()], "the secret and nothing else");
  assert.ok(!(await visitor.status.allInnerTexts()).join().includes(WORDS["panel.not_kept"]), "nobody is told that it is lost");

  await again(visitor);
  await visitor.shows(["Tenete la mia storia?"]);
  const tab = await besides(visitor);
  await tab.open();
  await tab.shows(["Tenete la mia storia?"]);
  await visitor.page.bringToFront();
  await visitor.write("E adesso?");
  await visitor.receipt("E adesso?", "sent");
  await tab.shows(["Tenete la mia storia?", "E adesso?"]);

  // An answer that comes later is told by the launcher before anybody opens the panel.
  await visitor.page.goto("about:blank");
  await tab.page.close();
  await agent.openThread("E adesso?");
  await agent.write("Certo che sì");
  await eventually("the answer stored", async () => (await agent.stored()).length === 3);
  await visitor.page.goBack();
  await eventually("an unread answer", async () => (await visitor.launcher.getAttribute("aria-label")).includes(WORDS["launcher.unread"].replace("{n}", "1")));
  await visitor.context.close();
});

test("a tab that was open before somebody wrote in another learns of it when it is looked at", LIMIT, async () => {
  const visitor = await writer();
  const tab = await besides(visitor);
  await tab.open();
  await tab.live();
  await visitor.page.bringToFront();
  await visitor.write("Scritto di qua");
  await visitor.receipt("Scritto di qua", "sent");
  await look(tab);
  await tab.shows(["Scritto di qua"]);
  await visitor.context.close();
});

test("who logs out is forgotten by the page, in its other tabs and by the server", LIMIT, async () => {
  const visitor = await writer("prima di uscire");
  const session = await sessionOf(visitor);
  const tab = await besides(visitor);
  await tab.open();
  await tab.shows(["prima di uscire"]);
  await visitor.page.evaluate(() => window.pronto.push(["logout"]));
  await left(visitor);
  assert.equal(await known(session), 401);
  assert.deepEqual(await kept(visitor), {});
  await look(tab);
  await tab.shows([]);
  assert.deepEqual(await kept(visitor), {}, "the other tab has not brought it back");
  await again(visitor);
  await visitor.shows([]);
  await visitor.write("qualcun altro");
  await visitor.receipt("qualcun altro", "sent");
  await visitor.shows(["qualcun altro"]);
  await visitor.context.close();
});

test("who deletes everything is forgotten by the page too", LIMIT, async () => {
  const visitor = await writer("Cancellatemi");
  const session = await sessionOf(visitor);
  const frame = visitor.page.frameLocator("pronto-launcher iframe");
  await frame.locator("#more").click();
  await frame.getByRole("menuitem", { name: WORDS["you.title"] }).click();
  const sheet = frame.frameLocator("dialog iframe");
  await sheet.getByRole("button", { name: WORDS["you.delete"], exact: true }).click();
  await sheet.getByRole("button", { name: WORDS["you.yes"] }).click();
  await sheet.getByRole("heading", { name: WORDS["you.gone"] }).waitFor();
  assert.notEqual(await known(session), 200);
  await eventually("no secret in the page", async () => !(await kept(visitor))[mark()]);
  await frame.locator("dialog").getByRole("button").first().click();
  await eventually("nothing in the page", async () => !Object.keys(await kept(visitor)).length);
  await again(visitor);
  await visitor.shows([]);
  await visitor.context.close();
});

test("where nothing can be kept, it goes on for as long as the page, and the visitor is told", LIMIT, async () => {
  const shut = await startBrowser([], SHUT);
  const visitor = await Visitor.at(shut, pronto, pages.put(EAR + snippet(pronto)));
  const refused = await visitor.page.evaluate(() => {
    try {
      return !localStorage;
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(refused, "SecurityError", "the story is about a page that can keep nothing");
  await visitor.open();
  await visitor.live();
  await visitor.write("Solo per ora");
  await visitor.receipt("Solo per ora", "sent");
  await eventually("told so", async () => (await visitor.status.allInnerTexts()).join().includes(WORDS["panel.not_kept"]));
  // The panel begins anew in another language, and goes on.
  await visitor.page.evaluate(() => window.pronto.push(["setLocale", "en"]));
  await eventually("an English panel", async () => (await (await visitor.frame()).evaluate(() => document.documentElement.lang)) === "en");
  await visitor.shows(["Solo per ora"]);
  await visitor.page.evaluate(() => window.pronto.push(["logout"]));
  await left(visitor);
  await visitor.composer.waitFor();
  await visitor.live();
  await visitor.shows([]);
  await visitor.write("Da capo");
  await visitor.shows(["Da capo"]);
  await visitor.page.reload();
  await visitor.open();
  await visitor.live();
  await visitor.shows([]);
});

test("a frame that keeps what it likes hands nothing over; one that is cleared when the browser ends hands over who it is", LIMIT, async () => {
  const open = await startBrowser();
  const visitor = await Visitor.at(open, pronto, pages.put(EAR + snippet(pronto)));
  await visitor.open();
  await visitor.write("Resta qui");
  await visitor.receipt("Resta qui", "sent");
  assert.deepEqual(await kept(visitor), { [mark()]: "1" });
  assert.ok(await (await visitor.frame()).evaluate((key) => localStorage.getItem(key), `${mark()}:me`));
  await visitor.context.close();

  // As WebKit does it: it lets the frame keep things, says that it has no access to what is the site's own, and forgets them.
  const other = await Visitor.at(open, pronto, "about:blank");
  await other.context.addInitScript(() => {
    window.GestureEvent = class extends UIEvent {};
    Document.prototype.hasStorageAccess = async () => false;
  });
  await other.page.goto(pages.put(EAR + snippet(pronto)));
  await other.open();
  await other.write("Anche domani");
  await other.receipt("Anche domani", "sent");
  assert.equal(await known(await sessionOf(other)), 200);
  await other.context.addInitScript((host) => location.host === host && localStorage.clear(), new URL(pronto.chat).host);
  await again(other);
  await other.shows(["Anche domani"]);
});
