// What the widget does to the customer's page: as little as can be, under whatever rules and styles that page has.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "./support/people.mjs";
import { Pronto, atEnd, endAll, eventually, startBrowser } from "./support/harness.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
});

/** A page of another origin than any the site lists, with `html` on it. */
async function elsewhere(html) {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html; charset=utf-8").end(html));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))));
  return `http://127.0.0.1:${server.address().port}`;
}

const snippet = () => `<script async src="${pronto.chat}/embed.js" data-site="${pronto.site}"></script>`;

/** All that listens on what outlives an element, by type and count. */
async function listeners(page) {
  const cdp = await page.context().newCDPSession(page);
  const counts = {};
  for (const expression of ["window", "document", "document.documentElement", "document.body", "visualViewport"]) {
    const { result } = await cdp.send("Runtime.evaluate", { expression });
    const { listeners: found } = await cdp.send("DOMDebugger.getEventListeners", { objectId: result.objectId });
    for (const { type } of found) counts[`${expression} ${type}`] = (counts[`${expression} ${type}`] ?? 0) + 1;
  }
  await cdp.detach();
  return counts;
}

test("a page view without a touch stores nothing, opens nothing and asks for two things at most", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, "about:blank");
  const asked = [], sockets = [];
  visitor.context.on("request", (request) => request.url().startsWith(pronto.chat) && asked.push(request.url()));
  visitor.page.on("websocket", (socket) => sockets.push(socket.url()));
  // What the start wrote goes from the log into the file every half second, in the background: not before it rests can one tell.
  let before = pronto.written();
  for (let last; before !== last; before = pronto.written()) {
    last = before;
    await visitor.page.waitForTimeout(1_000);
  }
  await visitor.page.goto(pronto.shop);
  await visitor.launcher.waitFor();
  await visitor.page.mouse.wheel(0, 2_000);
  // The promise is about idleness itself: three seconds of it, as `cargo xtask size` counts them.
  await visitor.page.waitForTimeout(3_000);

  assert.ok(asked.length <= 2, `asked for ${asked.join(" ")}`);
  assert.deepEqual(sockets, []);
  assert.equal(visitor.page.frames().length, 1, "no frame before an intent");
  assert.deepEqual(await visitor.context.storageState({ indexedDB: true }), { cookies: [], origins: [] });
  const kept = await visitor.page.evaluate(async () => [
    localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length,
    (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length,
  ]);
  assert.deepEqual(kept, [0, 0, "", 0, 0, 0]);
  assert.equal(pronto.written(), before, "not one byte of the database changed");
});

test("a strict policy with Trusted Types is met without one violation", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, "about:blank");
  await visitor.page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  const answer = await visitor.page.goto(`${pronto.shop}/strict.html`);
  const policy = answer.headers()["content-security-policy"];
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe-/);
  await visitor.open();
  await visitor.write("sotto una regola severa");
  await visitor.receipt("sotto una regola severa", "sent");
  await visitor.close();
  await visitor.page.evaluate(() => window.pronto.destroy());
  assert.deepEqual(await visitor.page.evaluate(() => window.violations), []);
});

test("a page whose styles fight everything neither hides nor bends the launcher", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, `${pronto.shop}/hostile.html`, { viewport: { width: 1280, height: 800 } });
  await visitor.launcher.waitFor();
  const size = await visitor.page.evaluate(() => {
    const { width, height } = document.querySelector("pronto-launcher").shadowRoot.querySelector("button .c").getBoundingClientRect();
    return [width, height];
  });
  assert.deepEqual(size, [56, 56]);
  const onTop = await visitor.page.evaluate(() => {
    const { x, y, width, height } = document.querySelector("pronto-launcher").shadowRoot.querySelector("button .c").getBoundingClientRect();
    return document.elementFromPoint(x + width / 2, y + height / 2)?.localName;
  });
  assert.equal(onTop, "pronto-launcher", "nothing of the page lies above it");
  await visitor.open();
  const panel = await visitor.page.locator("pronto-launcher iframe").boundingBox();
  assert.deepEqual([panel.width, panel.height].map(Math.round), [384, 640]);
  await visitor.write("si vede tutto");
  await visitor.receipt("si vede tutto", "sent");
});

test("a page that swaps its body keeps one launcher and the open conversation", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, `${pronto.shop}/spa.html`, { viewport: { width: 1440, height: 1000 } });
  await visitor.open();
  await visitor.write("prima del cambio");
  await visitor.receipt("prima del cambio", "sent");
  const frame = await visitor.frame();
  await visitor.page.getByRole("link", { name: "Dolci" }).click();
  await visitor.page.getByRole("heading", { name: "Dolci" }).waitFor();
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
  assert.equal(await visitor.frame(), frame, "the very frame that was there, not a new one");
  await visitor.shows(["prima del cambio"]);
  await visitor.close();
  await visitor.page.goBack();
  await visitor.open();
  await visitor.write("dopo il cambio");
  await visitor.shows(["prima del cambio", "dopo il cambio"]);
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
});

test("after destroy the page is as if the widget had never been there", LIMIT, async () => {
  const untouched = await Visitor.at(browser, pronto, "about:blank");
  await untouched.context.route(`${pronto.chat}/**`, (route) => route.abort());
  await untouched.page.goto(pronto.shop);
  const traces = (page) => page.evaluate(() => ({
    html: document.documentElement.outerHTML, sheets: document.adoptedStyleSheets.length, frames: frames.length,
    global: "pronto" in window, inert: document.body.inert, scroll: document.documentElement.style.cssText,
  }));

  const visitor = await Visitor.at(browser, pronto, pronto.shop);
  await visitor.open();
  await visitor.page.evaluate(() => window.pronto.destroy());
  assert.deepEqual(await traces(visitor.page), await traces(untouched.page));
  assert.deepEqual(await listeners(visitor.page), await listeners(untouched.page));
});

test("two snippets on one page give one widget", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.launcher.waitFor();
  await visitor.page.evaluate(() => new Promise((resolve, reject) => {
    const again = document.createElement("script");
    const first = document.querySelector("script[data-site]");
    Object.assign(again, { src: first.src, onload: resolve, onerror: reject });
    again.dataset.site = first.dataset.site;
    document.body.append(again);
  }));
  await visitor.open();
  await visitor.write("una volta sola");
  await visitor.receipt("una volta sola", "sent");
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
  assert.equal(visitor.page.frames().length, 2);
});

test("a page that the site does not list gets a notice that names it, and no panel", LIMIT, async () => {
  const stranger = await elsewhere(`<!doctype html><html lang="en"><title>A shop</title><body>${snippet()}</body></html>`);
  const visitor = await Visitor.at(browser, pronto, stranger);
  await visitor.launcher.waitFor();
  await visitor.launcher.click();
  const notice = visitor.page.frameLocator("pronto-launcher iframe");
  await notice.getByText(stranger, { exact: true }).waitFor();
  assert.equal(await notice.getByRole("textbox").count(), 0);

  const policy = (await fetch(`${pronto.api}/frame/${pronto.site}`)).headers.get("content-security-policy");
  const ancestors = /frame-ancestors ([^;]*)/.exec(policy)?.[1].trim().split(" ");
  assert.ok(ancestors.includes(pronto.shop), policy);
  assert.ok(ancestors.every((source) => source === "'self'" || URL.canParse(source)), policy);

  // A page that tells nobody where it is gets no notice: there the policy itself has to hold.
  const silent = await elsewhere(`<!doctype html><title>Silent</title><iframe referrerpolicy="no-referrer" src="${pronto.chat}/frame/${pronto.site}"></iframe>`);
  await visitor.page.goto(silent);
  const frame = await eventually("the frame's answer", () => visitor.page.frames()[1]);
  await eventually("the browser's refusal", () => frame.evaluate(() => location.href.startsWith("chrome-error:")));
});

test("clicking the launcher blocks the page for no 50 ms, on a processor four times slower", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, pronto.shop, { viewport: { width: 1280, height: 800 } });
  await visitor.launcher.waitFor();
  const { x, y, width, height } = await visitor.launcher.boundingBox();
  await browser.startTracing(visitor.page, { categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
  // From here on the test itself runs nothing in the page, or it would measure its own script.
  await visitor.page.mouse.move(x + width - 20, y + height / 2, { steps: 5 });
  await visitor.page.mouse.down();
  await visitor.page.mouse.up();
  const frame = await eventually("the frame", () => visitor.page.frames()[1]);
  await eventually("a live panel", () => frame.evaluate(() => window.pronto?.live));
  await frame.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  assert.equal(await visitor.launcher.getAttribute("aria-expanded"), "true");

  const { frames } = traceEvents.find(({ name }) => name === "TracingStartedInBrowser").args.data;
  const host = frames.find(({ url }) => url.startsWith(pronto.shop)).processId;
  const main = traceEvents.find(({ name, pid, args }) => name === "thread_name" && pid === host && args.name === "CrRendererMain").tid;
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === "RunTask" && pid === host && tid === main);
  // The thread's own time, four times over: what other work on this machine takes meanwhile is not the page's.
  const slowed = tasks.map(({ tdur = 0 }) => (tdur / 1_000) * 4);
  assert.ok(tasks.length > 10, `${tasks.length} tasks were traced`);
  assert.ok(Math.max(...slowed) <= 50, `tasks of ${slowed.filter((ms) => ms > 50).map(Math.round)} ms`);
});
