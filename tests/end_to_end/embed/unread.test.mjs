// A page in the background whose title and icon say that an answer has come: what they become, and that they come back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { EAR, Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
const ICON = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z" fill="green"/></svg>')}`;
const HEAD = `<link rel="shortcut icon" href='${ICON}'>`;
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** A headless window hides no tab, so the story says that it is hidden. */
const hide = ({ page }, hidden) => page.evaluate((hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}, hidden);

const head = ({ page }) => page.evaluate(() => ({
  title: document.querySelector("title").textContent,
  icons: [...document.querySelectorAll("link")].map((link) => `${link.rel} ${link.href.slice(0, 18)}`),
}));

/** A visitor who has written, with the panel closed and the page in the background. */
async function away(words, options) {
  const visitor = await pages.visit(`${HEAD}${EAR}${snippet(pronto)}<script async src="${pronto.chat}/unread.js"></script>`, options);
  await visitor.open();
  await visitor.write(words);
  await visitor.receipt(words, "sent");
  await visitor.close();
  await pages.agent.openThread(words);
  await hide(visitor, true);
  return visitor;
}

const count = (visitor, wanted) => eventually(`“${wanted}” as a title`, async () => (await head(visitor)).title === wanted);

test("title and icon say it, count on, and are what they were when somebody looks", LIMIT, async () => {
  const visitor = await away("Avvisatemi");
  const before = { title: "Bottega", icons: ["shortcut icon data:image/svg+xml"] };
  assert.deepEqual(await head(visitor), before);
  await pages.agent.write("Prima risposta");
  await count(visitor, "(1) Bottega");
  await eventually("an icon", async () => (await head(visitor)).icons.includes("icon data:image/png;bas"));
  assert.deepEqual((await head(visitor)).icons, ["pronto-icon data:image/svg+xml", "icon data:image/png;bas"]);
  await pages.agent.write("Seconda risposta");
  await count(visitor, "(2) Bottega");
  await hide(visitor, false);
  assert.deepEqual(await head(visitor), before);
  await hide(visitor, true);
  await count(visitor, "(2) Bottega");
  await visitor.page.evaluate(() => window.pronto.destroy());
  await hide(visitor, false);
  await hide(visitor, true);
  assert.deepEqual(await head(visitor), before);
  assert.deepEqual(visitor.faults, []);
  await visitor.context.close();
});

test("a title that the page changes itself stays the page's", LIMIT, async () => {
  const visitor = await away("Titolo vostro");
  await pages.agent.write("Una risposta");
  await count(visitor, "(1) Bottega");
  await visitor.page.evaluate(() => (document.title = "Carrello"));
  await hide(visitor, false);
  assert.equal((await head(visitor)).title, "Carrello");
  await visitor.context.close();
});

test("where the page's policy forbids such pictures, the title alone says it", LIMIT, async () => {
  const policy = `default-src 'none'; script-src 'unsafe-inline' ${pronto.chat}; frame-src ${pronto.chat}; connect-src ${pronto.chat}`;
  const visitor = await away("Niente immagini", { headers: { "content-security-policy": policy } });
  await pages.agent.write("Ecco la risposta");
  await count(visitor, "(1) Bottega");
  await hide(visitor, false);
  assert.deepEqual(await head(visitor), { title: "Bottega", icons: ["shortcut icon data:image/svg+xml"] });
  assert.deepEqual(visitor.faults, []);
  await visitor.context.close();
});
