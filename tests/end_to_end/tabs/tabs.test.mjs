// Several tabs of one visitor: one socket at the server, whichever of them is closed, crashes or is put to sleep.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, agent, idle;

/** How many sockets and polls are open at the server. */
const lines = async () => Number(/^pronto_live_connections (\d+)/m.exec(await (await fetch(`${pronto.api}/metrics`)).text())[1]);

/** Besides the agent's own. */
const has = (count) => eventually(`${count} line(s) of the visitor's`, async () => (await lines()) - idle === count);

/** Writes down the sockets that a tab opens. */
function count(visitor) {
  visitor.sockets = { ever: 0, now: 0 };
  visitor.page.on("websocket", (socket) => {
    visitor.sockets.ever += 1;
    visitor.sockets.now += 1;
    socket.on("close", () => (visitor.sockets.now -= 1));
  });
  return visitor;
}

async function another({ context }) {
  const tab = count(new Visitor(context, await context.newPage(), pronto));
  await tab.page.goto(pronto.shop);
  await tab.open();
  return tab;
}

/** A visitor who has written `text`, in `many` tabs, each with the conversation open. */
async function inTabs(text, many) {
  const first = count(await Visitor.at(browser, pronto, "about:blank"));
  await first.page.goto(pronto.shop);
  await first.open();
  await first.write(text);
  await first.receipt(text, "sent");
  const tabs = [first];
  while (tabs.length < many) {
    const tab = await another(first);
    await tab.shows([text]);
    tabs.push(tab);
  }
  await has(1);
  return tabs;
}

const leads = ({ sockets }) => sockets.now > 0;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
  await eventually("the agent's line", async () => (idle = await lines()) > 0);
});

test("a tab that is alone loads nothing for it", LIMIT, async () => {
  const asked = [], visitor = await Visitor.at(browser, pronto, "about:blank");
  visitor.context.on("request", (request) => asked.push(request.url()));
  await visitor.page.goto(pronto.shop);
  await visitor.open();
  await visitor.write("da solo");
  await visitor.receipt("da solo", "sent");
  await visitor.page.reload();
  await visitor.open();
  await visitor.sees("da solo");
  await has(1);
  assert.deepEqual(asked.filter((url) => /\/(menu|line)-/.test(url)), []);
  await visitor.context.close();
  await has(0);
});

test("five tabs share one socket; what comes and what is read is known in all of them", LIMIT, async () => {
  const tabs = await inTabs("in cinque schede", 5);
  await agent.openThread("in cinque schede");
  await agent.write("La vedo ovunque.");
  const all = ["in cinque schede", "La vedo ovunque."];
  for (const tab of tabs) await tab.shows(all);
  await agent.receipt("La vedo ovunque.", "read");

  const posts = [];
  tabs[0].context.on("request", (request) => request.method() === "POST" && /\/messages$/.test(request.url()) && posts.push(request.url()));
  await tabs.find((tab) => !leads(tab)).write("Da un'altra scheda.");
  all.push("Da un'altra scheda.");
  for (const tab of tabs) await tab.shows(all);
  await agent.shows(all);
  assert.equal(posts.length, 1, "sent by the tab that it was written in, and by no other");
  await has(1);
  await tabs[0].context.close();
  await has(0);
});

test("when the tab with the socket is closed, falls asleep or crashes, another takes over and nothing is lost or doubled", LIMIT, async () => {
  const tabs = await inTabs("chi ha la linea?", 5);
  await agent.openThread("chi ha la linea?");
  const all = ["chi ha la linea?"];
  const remains = async (gone, text) => {
    await agent.write(text);
    all.push(text);
    for (const tab of tabs) if (tab !== gone) await tab.shows(all);
    await has(1);
    await eventually("one tab with a socket", () => tabs.filter(leads).length === 1 && !leads(gone));
  };

  const closed = tabs.find(leads);
  await closed.page.close();
  closed.sockets.now = 0;
  tabs.splice(tabs.indexOf(closed), 1);
  await remains(closed, "dopo la chiusura");

  // The driver keeps its pages awake, so the browser's word for falling asleep is said in its stead.
  const asleep = tabs.find(leads);
  await (await asleep.frame()).evaluate(() => void document.dispatchEvent(new Event("freeze")));
  await eventually("another tab's socket", () => tabs.some((tab) => tab !== asleep && leads(tab)));
  await remains(asleep, "durante il sonno");
  await asleep.shows(all);

  const crashed = tabs.find(leads);
  const fell = new Promise((resolve) => crashed.page.once("crash", resolve));
  // No answer comes from a page that crashes.
  (await crashed.context.newCDPSession(crashed.page)).send("Page.crash").catch(() => {});
  await fell;
  crashed.sockets.now = 0;
  tabs.splice(tabs.indexOf(crashed), 1);
  await remains(crashed, "dopo lo schianto");

  // A machine that sleeps says no word. Somebody looks at another tab, which finds out.
  const mute = tabs.find(leads), other = tabs.find((tab) => tab !== mute), within = await mute.frame();
  await within.evaluate(() => {
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = () => {};
    window.wake = () => (BroadcastChannel.prototype.postMessage = postMessage);
  });
  await agent.write("senza un cenno");
  all.push("senza un cenno");
  await (await other.frame()).evaluate(() => void document.dispatchEvent(new Event("visibilitychange")));
  await eventually("another tab's socket", () => tabs.some((tab) => tab !== mute && leads(tab)));
  await within.evaluate(() => window.wake());
  await remains(mute, "sveglia");
  await mute.shows(all);

  await agent.shows(all);
  const stored = await agent.stored();
  assert.deepEqual(stored.map(({ body }) => body), all, "each once, in order");
  await tabs[0].context.close();
  await has(0);
});

test("what is said while nobody has a network, and while the server is started anew, comes once to all tabs", LIMIT, async () => {
  const own = await Pronto.start(), clerk = await Agent.signIn(browser, own);
  const shared = pronto, before = idle;
  try {
    pronto = own;
    await eventually("the agent's line", async () => (idle = await lines()) > 0);
    const tabs = await inTabs("tre schede", 3);
    await clerk.openThread("tre schede");
    const all = ["tre schede"];
    await tabs[0].context.setOffline(true);
    await has(0);
    await clerk.write("senza rete");
    await tabs.find((tab) => !leads(tab)).composer.fill("scritto senza rete");
    await tabs.find((tab) => !leads(tab)).send.click();
    await tabs[0].context.setOffline(false);
    all.push("senza rete", "scritto senza rete");
    for (const tab of tabs) await tab.shows(all);
    await has(1);

    await own.kill();
    await own.start();
    await clerk.write("dopo il riavvio");
    all.push("dopo il riavvio");
    for (const tab of tabs) await tab.shows(all);
    await eventually("the agent's line and one more", async () => (await lines()) === 2);
    assert.deepEqual((await clerk.stored()).map(({ body }) => body), all, "each once, in order");
    await tabs[0].context.close();
    await clerk.context.close();
  } finally {
    [pronto, idle] = [shared, before];
  }
});

test("whoever logs out in one tab has left all of them, and another who writes then has a line of their own", LIMIT, async () => {
  const tabs = await inTabs("prima di uscire", 3);
  await tabs[1].page.evaluate(() => window.pronto.push(["logout"]));
  for (const tab of tabs) await tab.shows([]);
  await has(0);
  const kept = await (await tabs[2].frame()).evaluate(() => Object.keys(localStorage));
  assert.deepEqual(kept.filter((key) => key.startsWith("pronto:")), []);
  await tabs[2].write("qualcun altro");
  for (const tab of tabs) await tab.shows(["qualcun altro"]);
  await has(1);
  await agent.openThread("qualcun altro");
  await agent.write("Piacere.");
  for (const tab of tabs) await tab.shows(["qualcun altro", "Piacere."]);
  await tabs[0].context.close();
  await has(0);
});

test("where tabs have no way to meet, each has a socket of its own", LIMIT, async () => {
  const first = count(await Visitor.at(browser, pronto, "about:blank"));
  await first.context.addInitScript(() => delete Navigator.prototype.locks);
  await first.page.goto(pronto.shop);
  await first.open();
  await first.write("ognuna per sé");
  await first.receipt("ognuna per sé", "sent");
  const second = await another(first);
  await second.sees("ognuna per sé");
  await has(2);
  await agent.openThread("ognuna per sé");
  await agent.write("A tutte e due.");
  for (const tab of [first, second]) await tab.shows(["ognuna per sé", "A tutte e due."]);
  await first.context.close();
  await has(0);
});
