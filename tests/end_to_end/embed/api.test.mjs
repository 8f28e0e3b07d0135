// What a developer calls and hears: `window.pronto`, before and after the loader has come, and after it has gone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { EAR, Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

const heard = (visitor, wanted) => eventually(`heard ${wanted}`, async () => {
  const all = await visitor.page.evaluate(() => window.heard);
  return wanted.every((name) => all.includes(name)) && all;
});

/** Calls the API as a page would. */
const call = (visitor, ...what) => visitor.page.evaluate((what) => window.pronto.push(what), what);

/** Adds the script, as a single-page app that starts the widget would, and waits until it has run. */
const start = (visitor, site = pronto.site) => visitor.page.evaluate(([src, site]) => new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
  script.dataset.site = site;
  document.head.append(script);
}), [`${pronto.chat}/embed.js`, site]);

test("calls made before the loader came are done in order, and an unknown one harms nothing", LIMIT, async () => {
  const visitor = await pages.visit(`${EAR}<script>
    pronto.push(["prefill", "Domanda pronta"]);
    pronto.push(["nothingOfOurs", 1]);
    pronto.push(["open"]);
  </script>${snippet(pronto)}`);
  await eventually("the words", async () => (await visitor.composer.inputValue()) === "Domanda pronta");
  assert.deepEqual(await visitor.page.evaluate(() => window.heard), ["ready", "open"]);
  assert.deepEqual(visitor.faults, []);
});

test("every call does what it says", LIMIT, async () => {
  const visitor = await pages.visit(EAR + snippet(pronto));
  await heard(visitor, ["ready"]);
  await call(visitor, "hide");
  assert.equal(await visitor.launcher.isVisible(), false);
  await call(visitor, "show");
  await visitor.launcher.waitFor();
  await call(visitor, "toggle");
  await visitor.composer.waitFor();
  await visitor.live();
  await call(visitor, "setTheme", "dark");
  const ink = () => visitor.frame().then((frame) => frame.evaluate(() => getComputedStyle(document.querySelector("h1")).color));
  await eventually("a dark panel", async () => (await ink()) === "rgb(236, 239, 234)");
  await call(visitor, "setTheme", "light");
  await eventually("a light panel", async () => (await ink()) === "rgb(23, 32, 28)");
  await call(visitor, "setLocale", "en");
  await eventually("an English panel", async () => (await (await visitor.frame()).evaluate(() => document.documentElement.lang)) === "en");
  await call(visitor, "toggle");
  assert.equal(await visitor.launcher.getAttribute("aria-expanded"), "false");
  await call(visitor, "open");
  await call(visitor, "close");
  await visitor.page.evaluate(() => {
    window.count = 0;
    window.more = () => (window.count += 1);
    window.pronto.on("open", window.more);
    window.pronto.open();
    window.pronto.off("open", window.more);
    window.pronto.close();
    window.pronto.open();
  });
  assert.equal(await visitor.page.evaluate(() => window.count), 1);
});

test("what is written and answered is told, without its words", LIMIT, async () => {
  const visitor = await pages.visit(EAR + snippet(pronto));
  await visitor.open();
  await visitor.write("segreto di bottega");
  await visitor.receipt("segreto di bottega", "sent");
  await visitor.close();
  await pages.agent.openThread("segreto di bottega");
  await pages.agent.write("risposta riservata");
  const all = await heard(visitor, ["wrote", "close", "message", "unread 1"]);
  assert.doesNotMatch(all.join(" "), /segreto|riservata/);
  assert.match(await visitor.launcher.getAttribute("aria-label"), /1/);
});

test("who logs out is forgotten on this device, in its other tabs and by the server", LIMIT, async () => {
  const visitor = await pages.visit(EAR + snippet(pronto));
  await visitor.open();
  await visitor.write("prima di uscire");
  await visitor.receipt("prima di uscire", "sent");
  const secret = await (await visitor.frame()).evaluate((site) => JSON.parse(localStorage.getItem(`pronto:${site}:me`)).secret, pronto.site);
  const known = async () => (await fetch(`${pronto.api}/v1/session`, { headers: { authorization: `Bearer ${secret}` } })).status;
  assert.equal(await known(), 200);
  const other = await visitor.anotherTab();
  await other.open();
  await other.shows(["prima di uscire"]);
  await visitor.composer.fill("mai spedito");

  await call(visitor, "logout");
  await heard(visitor, ["logout"]);
  assert.equal(await known(), 401);
  await visitor.shows([]);
  assert.equal(await visitor.composer.inputValue(), "");
  await other.shows([]);
  assert.deepEqual(await (await visitor.frame()).evaluate(() => Object.keys(localStorage)), []);
  assert.deepEqual(await visitor.page.evaluate(() => Object.keys(localStorage)), []);
  await visitor.write("qualcun altro");
  await visitor.receipt("qualcun altro", "sent");
  await visitor.shows(["qualcun altro"]);

  // Also without the panel ever opened in this page view.
  await visitor.page.reload();
  await heard(visitor, ["ready"]);
  await call(visitor, "logout");
  await heard(visitor, ["logout"]);
  await visitor.open();
  await visitor.shows([]);
});

test("it can be ended and started as often as one likes, and leaves nothing behind", LIMIT, async () => {
  const visitor = await pages.visit("<p>Bottega</p>", {
    before: () => {
      // What is set and not yet over or cleared, of this page's own.
      window.timers = new Set();
      const { setTimeout: set, clearTimeout: clear } = window;
      window.setTimeout = (act, ms, ...rest) => {
        const id = set(() => (window.timers.delete(id), act(...rest)), ms);
        window.timers.add(id);
        return id;
      };
      window.clearTimeout = (id) => (window.timers.delete(id), clear(id));
    },
  });
  const cdp = await visitor.context.newCDPSession(visitor.page);
  // The driver listens too: only what the loader's own file put there counts.
  const ours = new Set();
  cdp.on("Debugger.scriptParsed", ({ scriptId, url }) => url.endsWith("/embed.js") && ours.add(scriptId));
  await cdp.send("Debugger.enable");
  const traces = async () => {
    const counts = {};
    for (const expression of ["window", "document", "document.documentElement", "document.body", "visualViewport", "navigation"]) {
      const { result } = await cdp.send("Runtime.evaluate", { expression });
      const { listeners } = await cdp.send("DOMDebugger.getEventListeners", { objectId: result.objectId });
      counts[expression] = listeners.filter(({ scriptId }) => ours.has(scriptId)).length;
    }
    return { counts, ...(await visitor.page.evaluate(() => ({
      launchers: document.querySelectorAll("pronto-launcher").length, frames: frames.length, timers: window.timers.size,
      sheets: document.adoptedStyleSheets.length, names: Object.keys(window).sort(), inert: document.body.inert,
    }))) };
  };
  const before = await traces();
  for (const round of [1, 2, 3]) {
    await start(visitor);
    await visitor.open();
    // By keys alone: they have to reach the panel that has just come.
    await eventually("the caret in the composer", async () => (await visitor.frame()).evaluate(() => document.activeElement?.id === "text"));
    await visitor.page.keyboard.type(`giro ${round}`);
    await visitor.send.click();
    await visitor.receipt(`giro ${round}`, "sent");
    assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
    const { counts } = await traces();
    assert.ok(counts.window >= 2 && counts.document >= 1, JSON.stringify(counts));
    await visitor.page.evaluate(() => {
      window.pronto.destroy();
      document.querySelector("script[src]").remove();
    });
    assert.deepEqual(await traces(), before);
  }
  // Ended before its first answer came.
  await start(visitor);
  await visitor.page.evaluate(() => window.pronto.destroy());
  await visitor.page.evaluate(() => document.querySelector("script[src]").remove());
  await visitor.page.waitForLoadState("networkidle");
  assert.deepEqual(await traces(), before);
  assert.deepEqual(visitor.faults, []);
});

test("two loaders on one page, for two sites even, are one widget", LIMIT, async () => {
  const visitor = await pages.visit(`${EAR}${snippet(pronto)}${snippet(pronto)}`);
  await heard(visitor, ["ready"]);
  await start(visitor, "another");
  await visitor.page.waitForLoadState("networkidle");
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
  assert.deepEqual(await visitor.page.evaluate(() => window.heard), ["ready"]);
});

test("a site that there is not is told to the page, and shows nothing", LIMIT, async () => {
  const visitor = await pages.visit(EAR + snippet(pronto).replace(pronto.site, "no-such-site"));
  await heard(visitor, ["error site"]);
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 0);
  assert.deepEqual(visitor.faults, []);
});

test("where the page refuses the frame, it is told so, and the visitor has a link instead", LIMIT, async () => {
  const policy = `script-src ${pronto.chat} 'unsafe-inline'; connect-src ${pronto.chat}; frame-src 'none'`;
  const visitor = await pages.visit(EAR + snippet(pronto), { headers: { "content-security-policy": policy } });
  await visitor.launcher.click();
  await heard(visitor, ["error frame"]);
  const link = visitor.page.locator("pronto-launcher").getByRole("link");
  const opened = visitor.context.waitForEvent("page");
  await link.click();
  await (await opened).locator("#text").waitFor();
});
