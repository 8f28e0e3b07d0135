// A message's whole way on real parts, and what may happen to it: reloads, a second tab, no network, a killed server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent, Visitor, openBackend } from "./support/people.mjs";
import { Pronto, endAll, startBrowser } from "./support/harness.mjs";
import { Relay } from "./support/relay.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

test("a visitor's words reach inbox and backend, and the answers of both reach the visitor", LIMIT, async () => {
  const backend = await openBackend(pronto, agent);
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.write("Avete ancora la focaccia?");
  const hook = await backend.heard("Avete ancora la focaccia?");
  assert.ok(backend.verifies(hook), "the signature holds for the secret that the owner was shown");
  assert.ok(!backend.verifies({ ...hook, body: hook.body.replace("focaccia", "ciabatta") }), "and for no other words");
  assert.equal(hook.event.type, "message.created");
  assert.equal(hook.status, 200, "the example backend took it for genuine as well");
  const atOnce = JSON.parse(hook.said).reply.body;
  await visitor.sees(atOnce);

  await agent.openThread("Avete ancora la focaccia?");
  await agent.write("Sì, appena sfornata.");
  await visitor.sees("Sì, appena sfornata.");
  await visitor.receipt("Avete ancora la focaccia?", "read");
  await agent.receipt("Sì, appena sfornata.", "read");

  await visitor.write("Ordine: due pezzi, per favore.");
  await backend.heard("Ordine: due pezzi, per favore.");
  const later = "Ordine ricevuto: lo trova pronto al banco.";
  const all = ["Avete ancora la focaccia?", atOnce, "Sì, appena sfornata.", "Ordine: due pezzi, per favore.", later];
  await visitor.shows(all);
  await agent.shows(all);
  await backend.close();
});

test("a reload and a second tab show the same conversation", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.write("Fate consegne la domenica?");
  await visitor.receipt("Fate consegne la domenica?", "sent");
  await agent.openThread("Fate consegne la domenica?");
  await agent.write("Solo fino alle dodici.");
  const both = ["Fate consegne la domenica?", "Solo fino alle dodici."];
  await visitor.shows(both);

  await visitor.page.reload();
  await visitor.open();
  await visitor.shows(both);

  const second = await visitor.anotherTab();
  await second.open();
  await second.shows(both);
  await second.write("Perfetto, grazie.");
  await visitor.shows([...both, "Perfetto, grazie."]);
  await agent.shows([...both, "Perfetto, grazie."]);
});

test("what is written offline shows as such, and is sent once, in order, when the network is back", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.write("uno");
  await visitor.receipt("uno", "sent");

  await visitor.context.setOffline(true);
  await visitor.write("due");
  await visitor.write("tre");
  await visitor.receipt("due", "sending");
  await visitor.receipt("tre", "sending");
  await visitor.notices();
  await visitor.shows(["uno", "due", "tre"]);

  await visitor.context.setOffline(false);
  await visitor.receipt("tre", "sent");
  await visitor.shows(["uno", "due", "tre"]);
  await agent.openThread("tre");
  await agent.shows(["uno", "due", "tre"]);
});

test("a page closed while offline sends at the next visit what was written", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.write("prima");
  await visitor.receipt("prima", "sent");
  await visitor.context.setOffline(true);
  await visitor.write("seconda");
  await visitor.write("terza");
  await visitor.receipt("terza", "sending");
  await visitor.page.close();

  await visitor.context.setOffline(false);
  const back = await visitor.anotherTab();
  await back.open();
  await back.receipt("terza", "sent");
  await back.shows(["prima", "seconda", "terza"]);
  await agent.openThread("terza");
  await agent.shows(["prima", "seconda", "terza"]);
});

test("a server killed between storing and answering loses nothing and doubles nothing", LIMIT, async () => {
  const relay = await Relay.start();
  const mortal = await Pronto.start({ through: relay.port });
  relay.target = mortal.port;
  const clerk = await Agent.signIn(browser, mortal);
  const visitor = await Visitor.atShop(browser, mortal);
  await visitor.open();
  await visitor.write("numero uno");
  await visitor.receipt("numero uno", "sent");
  await clerk.openThread("numero uno");

  const swallowed = relay.swallow(/^POST \/v1\/conversations\/[^/]+\/messages /, async () => {
    await mortal.kill();
    relay.cut();
  });
  await visitor.write("numero due");
  assert.match(await swallowed, /^HTTP\/1\.1 201 /, "the server had stored it and said so, to nobody");
  await visitor.write("numero tre");
  await visitor.receipt("numero due", "sending");
  await visitor.receipt("numero tre", "sending");

  await mortal.start();
  const all = ["numero uno", "numero due", "numero tre"];
  await visitor.receipt("numero tre", "sent");
  await visitor.shows(all);
  await clerk.shows(all);
  const stored = await clerk.stored();
  assert.deepEqual(stored.map(({ seq, body }) => [seq, body]), all.map((body, at) => [at + 1, body]));
});

test("a server that is asked to stop ends in order, and the panel comes back by itself", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.write("prima della pausa");
  await visitor.receipt("prima della pausa", "sent");
  assert.deepEqual(await pronto.stop(), { code: 0, signal: null });
  await visitor.write("durante la pausa");
  await visitor.receipt("durante la pausa", "sending");
  await pronto.start();
  await visitor.receipt("durante la pausa", "sent");
  await visitor.shows(["prima della pausa", "durante la pausa"]);
});
