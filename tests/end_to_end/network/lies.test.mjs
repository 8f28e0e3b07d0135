// Networks that lie: hotel pages in the place of answers, connections that only seem to live, answers that break off or crawl, clocks
// that are wrong, tabs that the browser puts to sleep. After each, what both sides wrote is there once, in both places.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "../support/people.mjs";
import { Proxy } from "../support/proxy.mjs";
import { Pronto, endAll, eventually, onlyChromium, startBrowser } from "../support/harness.mjs";

const LIMIT = { timeout: 180_000 };
const HOTEL = "<!doctype html><html><title>Hotel</title><form method=post>Room number <input name=room></form></html>";
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

/** Somebody in the shop behind a network of their own, after a first message; and what was said so far. */
async function guest(name, at = pronto, clerk = agent, look = {}) {
  const proxy = await Proxy.start();
  const visitor = await Visitor.at(browser, at, "about:blank", { proxy: { server: `http://127.0.0.1:${proxy.port}`, bypass: "<-loopback>" } });
  if (look.before) await visitor.page.addInitScript(look.before);
  await visitor.page.goto(at.shop);
  await visitor.open();
  await visitor.live();
  const first = `${name}: prima`;
  await visitor.write(first);
  await visitor.receipt(first, "sent");
  await clerk.openThread(first);
  await clerk.write(`${name}: risposta`);
  await visitor.sees(`${name}: risposta`);
  return { visitor, proxy, said: [first, `${name}: risposta`] };
}

const API = (url) => url.includes("/v1/");
const SEND = (url) => /\/v1\/conversations\/[^/]+\/messages$/.test(url);

/** The browser says that its network has changed, as it does when somebody has signed in to one. */
const changed = async (visitor) => (await visitor.frame()).evaluate(() => (dispatchEvent(new Event("offline")), dispatchEvent(new Event("online"))));

/** Looks at the tab again, as the browser tells the page. */
const look = async (visitor) => (await visitor.frame()).evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

/** Both sides show it, the server has it once and without a gap, and a new page view shows the same. */
async function agree(visitor, said, clerk = agent) {
  await visitor.shows(said);
  await visitor.receipt(said.findLast((line) => !line.includes("risposta")), "sent");
  await clerk.shows(said);
  const stored = await clerk.stored();
  assert.deepEqual(stored.map(({ seq, body }) => [seq, body]), said.map((body, at) => [at + 1, body]));
  await visitor.page.reload();
  await visitor.open();
  await visitor.shows(said);
}

for (const [how, act] of [
  ["answers everything with a page of its own", (route) => route.fulfill({ contentType: "text/html", body: HOTEL })],
  ["sends everything to a page of its own", (route) => route.redirect("http://127.0.0.1:9/hotel")],
  ["answers everything with a proxy's error", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" })],
]) {
  test(`a network that ${how}`, LIMIT, async () => {
    const { visitor, proxy, said } = await guest(`hotel ${how.at(-5)}`);
    proxy.captive = act;
    const asked = proxy.seen.length;
    await visitor.write("scritto in albergo");
    await eventually("asked in vain", () => proxy.seen.slice(asked).some(API));
    await agent.write("risposta intanto");
    await visitor.receipt("scritto in albergo", "sending");
    // More than one turn of lies: sending, the long poll and the socket all meet them.
    await eventually("asked again in vain", () => proxy.seen.slice(asked).filter(API).length > 2, 40_000);
    await visitor.shows([...said, "scritto in albergo"]);
    proxy.captive = undefined;
    await changed(visitor);
    await agree(visitor, [...said, "risposta intanto", "scritto in albergo"]);
    await visitor.context.close();
  });
}

test("a connection that only seems to live", LIMIT, async () => {
  const { visitor, proxy, said } = await guest("mezzo aperta");
  proxy.forget();
  await agent.write("risposta nel vuoto");
  await visitor.write("scritto nel vuoto");
  await visitor.receipt("scritto nel vuoto", "sent");
  await look(visitor);
  await agree(visitor, [...said, "risposta nel vuoto", "scritto nel vuoto"]);
  await visitor.context.close();
});

for (const [how, act] of [
  ["break off in the middle", (route) => route.breakOff()],
  ["come one byte a second", (route) => route.drip(1_000)],
  ["never come", (route) => route.keep()],
]) {
  test(`answers that ${how}`, LIMIT, async () => {
    const name = `risposte ${how.at(-5)}`;
    const { visitor, proxy, said } = await guest(name);
    proxy.rules.push({ matches: SEND, act });
    const asked = proxy.seen.length;
    await visitor.write("prima riga");
    await visitor.write("seconda riga");
    await eventually("sent into it", () => proxy.seen.slice(asked).some(SEND));
    await agent.write("risposta a voi");
    await visitor.sees("risposta a voi");
    proxy.rules.length = 0;
    await visitor.receipt("seconda riga", "sent");
    const order = await agent.stored();
    await agree(visitor, order.map(({ body }) => body));
    assert.deepEqual(order.map(({ body }) => body).sort(), [...said, "prima riga", "seconda riga", "risposta a voi"].sort());
    await visitor.context.close();
  });
}

for (const [how, hours] of [["a day ahead", 24], ["a day behind", -24]]) {
  test(`a device whose clock is ${how}, and jumps back while a message waits`, LIMIT, async () => {
    const skew = { before: `(() => { const now = Date.now.bind(Date); window.skew = ${hours * 3_600_000}; Date.now = () => now() + window.skew; })()` };
    const { visitor, proxy, said } = await guest(`orologio ${hours}`, pronto, agent, skew);
    proxy.captive = (route) => route.fulfill({ status: 502, body: "" });
    await visitor.write("mentre l'ora cambia");
    await eventually("asked in vain", () => proxy.seen.some(SEND));
    await (await visitor.frame()).evaluate(() => (window.skew -= 3_600_000));
    proxy.captive = undefined;
    await changed(visitor);
    await visitor.receipt("mentre l'ora cambia", "sent");
    await agent.write("risposta puntuale");
    await agree(visitor, [...said, "mentre l'ora cambia", "risposta puntuale"]);
    await visitor.context.close();
  });
}

test("a server that is started anew while a message is on its way", LIMIT, async () => {
  const own = await Pronto.start(), clerk = await Agent.signIn(browser, own);
  const { visitor, proxy, said } = await guest("riavvio", own, clerk);
  let held;
  proxy.rules.push({ matches: SEND, act: async (route) => (await (held ??= own.kill()), route.abort()) });
  await visitor.write("durante il riavvio");
  await eventually("on its way", () => held);
  await held;
  await own.start();
  proxy.rules.length = 0;
  await visitor.receipt("durante il riavvio", "sent");
  await agree(visitor, [...said, "durante il riavvio"], clerk);
  await visitor.context.close();
});

onlyChromium("WebDriver puts no tab to sleep", "a tab that the browser puts to sleep while answers come and the network goes", LIMIT, async () => {
  const { visitor, proxy, said } = await guest("addormentata");
  const devtools = await visitor.context.newCDPSession(visitor.page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await agent.write("risposta nel sonno");
  proxy.offline = true;
  await agent.write("risposta senza rete");
  await eventually("both stored", async () => (await agent.stored()).length === said.length + 2);
  proxy.offline = false;
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await look(visitor);
  await visitor.write("ben svegliata");
  await agree(visitor, [...said, "risposta nel sonno", "risposta senza rete", "ben svegliata"]);
  await visitor.context.close();
});
