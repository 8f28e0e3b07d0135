// What a machine can find of accessibility: every screen goes through axe-core with all its rules, and nothing may remain.

import { after, before, test } from "node:test";
import { Agent, Visitor } from "./support/people.mjs";
import { MAIL, Pronto, endAll, startBrowser } from "./support/harness.mjs";
import { clean } from "./support/look.mjs";

const LIMIT = { timeout: 180_000 };
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

test("the demo shop with its launcher", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.launcher.waitFor();
  await clean("untouched", visitor.page.mainFrame());
});

for (const [name, look] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["right to left", {}]]) {
  for (const viewport of [{ width: 390, height: 844 }, { width: 1280, height: 800 }]) {
    test(`the open panel, ${name}, ${viewport.width} wide`, LIMIT, async () => {
      const visitor = await Visitor.atShop(browser, pronto, { viewport, ...look });
      await visitor.open();
      await visitor.live();
      if (name === "right to left") await visitor.mirror();
      await clean("an empty thread", await visitor.frame());
      const words = `Domanda ${name} ${viewport.width}`;
      await visitor.write(words);
      await visitor.receipt(words, "sent");
      await agent.openThread(words);
      await agent.write("Risposta con un link: https://example.com/pane");
      await visitor.sees("Risposta con un link: https://example.com/pane");
      await visitor.context.setOffline(true);
      await visitor.write("Scritto senza rete");
      await visitor.notices();
      await clean("a thread, offline", await visitor.frame());
      await clean("the page around it", visitor.page.mainFrame());
      await visitor.context.close();
    });
  }
}

for (const colorScheme of ["light", "dark"]) {
  test(`a promise, the offer of e-mail, and how it is measured, ${colorScheme}`, LIMIT, async () => {
    const shop = await Pronto.start({ testClock: true, more: MAIL });
    // Late at night the shop is closed, and the answer far ahead.
    const night = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 22 * 3_600_000;
    await shop.setClock(night);
    const visitor = await Visitor.atShop(browser, shop, { colorScheme });
    await visitor.page.clock.setFixedTime(night);
    await visitor.page.reload();
    await visitor.open();
    await visitor.write("Siete aperti domani?");
    const frame = await visitor.frame();
    await frame.locator("#address").waitFor();
    await clean("an offer", frame);
    await frame.locator("#address").fill("anna@posta");
    await frame.locator("#mail button").click();
    await frame.locator("#mail .why:not(:empty)").waitFor();
    await clean("an address that is none", frame);
    await frame.locator("#address").fill("anna@posta.example");
    await frame.locator("#mail button").click();
    await frame.locator("#address").waitFor({ state: "detached" });
    await clean("an address that is kept", frame);
    await frame.locator("#clock").click();
    const sheet = await (await frame.locator("#about iframe").elementHandle()).contentFrame();
    await sheet.locator("h1").waitFor();
    await clean("how it is measured", sheet);
    await clean("the panel around it", frame);
    await visitor.context.close();
  });
}

test("the hosted page, with and without JavaScript", LIMIT, async () => {
  const context = await browser.newContext({ locale: "it-IT" });
  const page = await context.newPage();
  await page.goto(`${pronto.chat}/c/${pronto.site}`);
  await page.getByRole("textbox").fill("Una domanda");
  await page.locator("#send").click();
  await page.locator("li", { hasText: "Una domanda" }).waitFor();
  await clean("hosted", page.mainFrame());
  await context.route(/\.(wasm|js)$/, (route) => route.abort());
  await page.goto(`${pronto.chat}/c/${pronto.site}`);
  await clean("hosted, nothing but HTML", page.mainFrame());
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`the inbox, ${colorScheme}`, LIMIT, async () => {
    const clerk = await Agent.signIn(browser, pronto, { colorScheme, onSignIn: (page) => clean("sign-in", page.mainFrame()) });
    await clean("the list", clerk.page.mainFrame());
    await clerk.openFirst();
    await clean("a thread", clerk.page.mainFrame());
    await clerk.openSettings();
    await clean("settings", clerk.page.mainFrame());
    await clerk.context.close();
  });
}
