// The panel by itself: HTML before wasm, the hosted page without scripts, and the keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "./support/people.mjs";
import { ENGINE, Pronto, endAll, eventually, onlyChromium, startBrowser } from "./support/harness.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

const caret = (composer) => composer.evaluate((field) => ({
  text: field.value, from: field.selectionStart, to: field.selectionEnd, focused: document.activeElement === field && document.hasFocus(),
}));

test("text, caret, focus and an early Send survive the arrival of the wasm", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, "about:blank");
  let release;
  const released = new Promise((resolve) => (release = resolve));
  let held = 0;
  await visitor.context.route(/\.wasm$/, async (route) => {
    held++;
    await released;
    await route.continue();
  });
  await visitor.page.goto(pronto.shop);
  await visitor.open();
  await eventually("a request for the wasm", () => held);
  const keys = visitor.page.keyboard;
  await keys.type("scritto presto");
  await visitor.send.click();
  await visitor.sees("scritto presto");
  await keys.type("e questo resta");
  for (let left = 0; left < 5; left++) await keys.press("ArrowLeft");
  const before = await caret(visitor.composer);
  assert.deepEqual(before, { text: "e questo resta", from: 9, to: 9, focused: true });

  release();
  await visitor.receipt("scritto presto", "sent");
  assert.deepEqual(await caret(visitor.composer), before);
  await keys.type("!");
  assert.equal((await caret(visitor.composer)).text, "e questo !resta");
  await visitor.shows(["scritto presto"]);
  await agent.openThread("scritto presto");
  assert.deepEqual((await agent.stored()).map(({ body }) => body), ["scritto presto"]);
});

test("where the wasm never comes, nothing that was written is lost", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, "about:blank");
  await visitor.context.route(/\.wasm$/, (route) => route.abort());
  await visitor.page.goto(`${pronto.chat}/c/${pronto.site}`);
  const composer = visitor.page.getByRole("textbox");
  await composer.fill("senza wasm");
  await eventually("a form that posts by itself", async () => {
    if (await visitor.page.locator("li", { hasText: "senza wasm" }).count()) return true;
    await visitor.page.locator("#send").click();
    await visitor.page.waitForLoadState();
    return false;
  });
  await agent.openThread("senza wasm");
  assert.deepEqual((await agent.stored()).map(({ body }) => body), ["senza wasm"]);
});

onlyChromium("WebDriver's own scripts would be switched off too", "the hosted page works without JavaScript, and a doubled Send stores once", LIMIT, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "it-IT" });
  const page = await context.newPage();
  await page.goto(`${pronto.chat}/c/${pronto.site}`);
  assert.deepEqual(await context.cookies(), [], "no cookie before the first message");
  await page.getByRole("textbox").fill("Buongiorno, <b>avete</b> pane & olio?");
  await page.locator("#send").dblclick();
  const rows = page.locator("ol li.message");
  await rows.filter({ hasText: "Buongiorno, <b>avete</b> pane & olio?" }).waitFor();
  assert.equal(await rows.count(), 1);
  await page.reload();
  assert.equal(await rows.count(), 1);

  await agent.openThread("Buongiorno, <b>avete</b> pane & olio?");
  await agent.write("Certo.");
  await eventually("the answer on the reloaded page", async () => {
    await page.reload();
    return (await rows.count()) === 2 && (await rows.nth(1).innerText()).includes("Certo.");
  });
  await page.getByRole("textbox").fill("Passo alle otto.");
  await page.locator("#send").click();
  await rows.nth(2).waitFor();
  const written = ["Buongiorno, <b>avete</b> pane & olio?", "Certo.", "Passo alle otto."];
  assert.deepEqual((await agent.stored()).map(({ body }) => body), written);

  // The same browser, now with script: the panel goes on in that conversation.
  const scripted = await browser.newContext({ storageState: await context.storageState(), locale: "it-IT" });
  const panel = await scripted.newPage();
  await panel.goto(`${pronto.chat}/c/${pronto.site}`);
  await panel.locator("#root li").nth(2).waitFor();
  await panel.getByRole("textbox").fill("Anzi, alle nove.");
  await panel.getByRole("textbox").press("Enter");
  await eventually("the panel's words in the same conversation", async () =>
    (await agent.stored()).map(({ body }) => body).join("|") === [...written, "Anzi, alle nove."].join("|"));
  await Promise.all([context.close(), scripted.close()]);
});

test("by keyboard alone from the launcher to an answer that is announced once, and back", LIMIT, async () => {
  const visitor = await Visitor.at(browser, pronto, "about:blank", { viewport: { width: 1280, height: 800 } });
  // Everything that a live region ever says: from before the page's own scripts where the driver can, else from its opening on.
  const listen = () => {
    if (window.said) return;
    window.said = [];
    const live = "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]";
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const region = (target.nodeType === 1 ? target : target.parentElement)?.closest(live);
        const words = region?.textContent.trim();
        if (words && words !== window.said.at(-1)) window.said.push(words);
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  };
  await visitor.page.addInitScript?.(listen);
  await visitor.page.goto(pronto.shop);
  await visitor.launcher.waitFor();
  const keys = visitor.page.keyboard;
  const focused = () => visitor.page.evaluate(() => {
    const { activeElement } = document;
    return `${activeElement.localName} ${activeElement.shadowRoot?.activeElement?.localName ?? ""}`.trim();
  });
  await eventually("the launcher reached by Tab", async () => {
    await keys.press("Tab");
    return (await focused()) === "pronto-launcher button";
  });
  assert.equal(await visitor.launcher.getAttribute("aria-expanded"), "false");
  await keys.press("Enter");
  // WebKit lets the frame have the focus, and the composer in it only with the first letter.
  if (ENGINE === "webkit") await eventually("the frame with the focus", async () => (await visitor.frame()).evaluate(() => document.hasFocus()));
  else await eventually("the composer with the focus", async () => (await caret(visitor.composer)).focused);
  assert.equal(await visitor.launcher.getAttribute("aria-expanded"), "true");
  await (await visitor.frame()).evaluate(listen);
  await keys.type("prima riga");
  await keys.press("Shift+Enter");
  await keys.type("seconda riga");
  await keys.press("Enter");
  await visitor.receipt("seconda riga", "sent");
  await visitor.live();
  const frame = await visitor.frame();
  assert.ok((await frame.evaluate(() => window.said)).every((words) => !words.includes("seconda riga")), "one's own words are not read back");

  await agent.openThread("seconda riga");
  await agent.write("Risposta letta ad alta voce.");
  await visitor.sees("Risposta letta ad alta voce.");
  const announced = async (where) => (await where.evaluate(() => window.said)).filter((words) => words.includes("Risposta letta"));
  await eventually("the announcement", async () => (await announced(frame)).length);
  await eventually("an emptied live region", () => frame.evaluate(() => ![...document.querySelectorAll("[aria-live]")].some((region) => region.textContent.includes("Risposta letta"))));
  assert.equal((await announced(frame)).length, 1);
  assert.ok((await caret(visitor.composer)).focused, "an arriving message moves no focus");

  await keys.press("Escape");
  await eventually("the launcher with the focus", async () => (await focused()) === "pronto-launcher button");
  assert.equal(await visitor.launcher.getAttribute("aria-expanded"), "false");

  await visitor.page.reload();
  await visitor.open();
  await (await visitor.frame()).evaluate(listen);
  await visitor.shows(["prima riga\nseconda riga", "Risposta letta ad alta voce."]);
  await visitor.live();
  assert.deepEqual(await announced(await visitor.frame()), [], "history is never announced");
});
