// What a screen reader is given: roles, names and states in reading order, and the words of the live region as they are announced.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, agent, visitor;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
  visitor = await Visitor.atShop(browser, pronto, { viewport: { width: 1280, height: 800 } });
});

/** What is read of `locator`, as one line per thing. */
const read = async (locator) => (await locator.ariaSnapshot()).split("\n").map((line) => line.trim().replace(/^- /, "").replace(/^'(.*)'(?=:?)/, "$1"));

/** Every wanted line is read, in this order; what stands between them is other stories' matter. */
async function reads(locator, wanted) {
  const lines = await read(locator);
  let at = 0;
  for (const line of wanted) {
    at = lines.findIndex((found, place) => place >= at && (line instanceof RegExp ? line.test(found) : found === line)) + 1;
    assert.ok(at, `“${line}” is not read, or not there, in\n${lines.join("\n")}`);
  }
}

const document = async () => (await visitor.frame()).locator("body");

test("the launcher says who, how quickly, and whether the panel is open", LIMIT, async () => {
  await visitor.launcher.waitFor();
  // From the browser's own tree, as a screen reader has it: the launcher's host has no box of its own.
  const cdp = await visitor.context.newCDPSession(visitor.page);
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const launcher = nodes.find(({ ignored, role, name }) => !ignored && role.value === "button" && name.value.startsWith("Scrivi a Panificio Ferri. "));
  assert.ok(launcher, "a button of that name");
  assert.match(launcher.name.value, /\d|nuovi|chiuso/, "how quickly");
  const state = Object.fromEntries(launcher.properties.map(({ name, value }) => [name, value.value]));
  assert.deepEqual([state.focusable, state.expanded], [true, false]);
});

test("the open panel is a named dialog: heading, how quick, field, Send, close", LIMIT, async () => {
  await visitor.open();
  await visitor.live();
  assert.equal(await visitor.launcher.getAttribute("aria-expanded"), "true");
  const dialog = visitor.page.locator("pronto-launcher").getByRole("dialog");
  assert.equal(await dialog.getAttribute("aria-label"), "Conversazione con Panificio Ferri");
  assert.equal(await dialog.locator("iframe").getAttribute("title"), "Conversazione con Panificio Ferri");
  await reads(await document(), [
    'heading "Panificio Ferri" [level=1]', /^link ".+"/, 'textbox "Scrivi un messaggio"', /^button "Invia/, /^button "Chiudi/,
  ]);
});

test("a thread is a list; a message tells its words, its time and how far it has come", LIMIT, async () => {
  await visitor.write("Avete farina di castagne?");
  await visitor.receipt("Avete farina di castagne?", "sent");
  await agent.openThread("Avete farina di castagne?");
  await agent.write("Da ottobre, sì.");
  await visitor.sees("Da ottobre, sì.");
  await visitor.receipt("Avete farina di castagne?", "read");
  await reads(await document(), [/^list/, /^listitem/, /Avete farina di castagne\?/, /Letto/, /^listitem/, /Elena/, /Da ottobre, sì\./]);
});

test("an answer is announced once with its author, one's own words never, and the live region is emptied", LIMIT, async () => {
  const frame = await visitor.frame();
  await frame.evaluate(() => {
    window.said = [];
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const region = (target.nodeType === 1 ? target : target.parentElement)?.closest("[aria-live=polite], [role=status]");
        const words = region?.textContent.trim();
        if (words && words !== window.said.at(-1)) window.said.push(words);
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await visitor.write("Ne prendo un chilo.");
  await visitor.receipt("Ne prendo un chilo.", "sent");
  await agent.write("Lo metto da parte.");
  await eventually("an announcement", () => frame.evaluate(() => window.said.some((words) => words.includes("Lo metto da parte."))));
  await eventually("an emptied region", () => frame.evaluate(() => ![...document.querySelectorAll("[aria-live]")].some(({ textContent }) => textContent.includes("Lo metto"))));
  const said = await frame.evaluate(() => window.said);
  assert.deepEqual(said.filter((words) => /chilo|da parte/.test(words)), ["Elena: Lo metto da parte."]);
});

test("what goes wrong is told in words: no network, and a message that was refused", LIMIT, async () => {
  await visitor.context.setOffline(true);
  await visitor.notices();
  await reads(await document(), [/^status/]);
  assert.match(await visitor.status.first().innerText(), /\w+ \w+/);
  await visitor.context.setOffline(false);
  await visitor.context.route(/\/v1\/conversations\/[^/]+\/messages$/, (route) => route.fulfill({
    status: 422, contentType: "application/json", body: JSON.stringify({ error: { code: "body_too_long", message: "Too long." } }),
  }));
  await visitor.write("Troppo lunga.");
  await visitor.failed("Troppo lunga.");
  await reads(await document(), [/Troppo lunga\./, /Non inviato/, 'button "Riprova"', 'button "Elimina"']);
});
