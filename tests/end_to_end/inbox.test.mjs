// The inbox: who may come in, and that what an owner sets is what visitors see.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "./support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "./support/harness.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
});

test("a wrong password and an unknown name get the same sentence, and the right one comes in", LIMIT, async () => {
  const said = [];
  const agent = await Agent.signIn(browser, pronto, {
    onSignIn: async (page) => {
      for (const login of [{ ...pronto.login, password: "not the password" }, { email: "nobody@example.com", password: "not the password" }]) {
        await page.locator("input[type=email]").fill(login.email);
        await page.locator("input[type=password]").fill(login.password);
        await page.locator("input[type=password]").press("Enter");
        const alert = page.getByRole("alert");
        await eventually("a sentence", async () => (await alert.count()) && (await alert.innerText()).trim());
        said.push((await alert.innerText()).trim());
        await page.reload();
      }
    },
  });
  assert.equal(said[0], said[1]);
  assert.match(said[0], /\w+ .*\w\./, "a whole sentence");
  const [cookie] = (await agent.context.cookies()).filter(({ name }) => name === "pronto_agent");
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Lax"]);
});

test("what the owner sets shows on the widget", LIMIT, async () => {
  const agent = await Agent.signIn(browser, pronto);
  await agent.openSettings();
  await agent.set("site-name", "Forno della Prova");
  await agent.set("greeting", "Scrivici: rispondiamo fra un'infornata e l'altra.");
  await agent.save();

  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.shows([]);
  const frame = await visitor.frame();
  const words = await frame.evaluate(() => document.body.innerText);
  assert.ok(words.includes("Forno della Prova"), words);
  assert.ok(words.includes("fra un'infornata e l'altra"), words);
});
