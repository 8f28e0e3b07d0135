// What a message of the business's backend offers to answer by a press: real backend, real server, real panel.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { ample, clean, cut, picture } from "../support/look.mjs";
import { Agent, Visitor, openBackend } from "../support/people.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, agent, backend;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
  backend = await openBackend(pronto, agent);
});

const offered = (visitor) => visitor.page.frameLocator("pronto-launcher iframe").locator("#quick button");

for (const [name, look] of Object.entries({ phone: { viewport: { width: 375, height: 667 } }, narrow: { viewport: { width: 320, height: 568 }, colorScheme: "dark" } })) {
  test(`a backend's answer offers two answers, and a press sends one as the visitor's own, ${name}`, LIMIT, async () => {
    const visitor = await Visitor.atShop(browser, pronto, look);
    await visitor.open();
    await visitor.live();
    const frame = await visitor.frame();
    await frame.evaluate(() => {
      window.said = [];
      const region = document.querySelector("[aria-live=polite]");
      new MutationObserver(() => region.textContent && window.said.push(region.textContent)).observe(region, { subtree: true, childList: true, characterData: true });
    });
    await visitor.write(`Avete focaccia ${name}?`);
    const buttons = offered(visitor);
    await buttons.first().waitFor();
    assert.deepEqual(await buttons.allInnerTexts(), ["Va bene", "Passo più tardi"]);
    await eventually("the choices announced with the words", () => frame.evaluate(() => window.said.some((words) => words.endsWith("; Va bene; Passo più tardi"))));
    await buttons.last().focus();
    for (const turn of ["ltr", "rtl"]) {
      if (turn === "rtl") await visitor.mirror();
      await clean(`choices, ${name}`, frame);
      await ample(`choices, ${name}`, frame);
      assert.deepEqual(await frame.evaluate(cut), []);
      await picture(visitor.page, `answers-${name}-${turn}`);
    }
    await visitor.page.keyboard.press("Enter");
    await visitor.receipt("Passo più tardi", "sent");
    await buttons.first().waitFor({ state: "detached" });
    await eventually("the caret with the words", () => visitor.composer.evaluate((field) => document.activeElement === field));
    const hook = await backend.heard("Passo più tardi");
    assert.deepEqual([hook.event.data.message.author, hook.event.data.message.quick_replies], ["visitor", undefined]);
    await visitor.context.close();
  });
}

test("an answer through the API offers one too; it waits while something is typed, and goes once something is sent", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.live();
  await visitor.write("Ordine: due pezzi.");
  const button = offered(visitor).filter({ hasText: "Grazie" });
  await button.waitFor();
  await visitor.composer.fill("Anzi");
  await button.waitFor({ state: "hidden" });
  await visitor.composer.fill("");
  await button.waitFor();
  await visitor.page.reload();
  await visitor.open();
  await button.waitFor();
  await visitor.live();
  await visitor.write("Anzi, tre.");
  await visitor.receipt("Anzi, tre.", "sent");
  await button.waitFor({ state: "detached" });
  await visitor.context.close();
  await backend.close();
});
