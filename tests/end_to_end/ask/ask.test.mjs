// What a business asks before the first message, what has to be agreed to, and what can be said by a press.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OUTPUT, Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { ample, clean, cut, picture } from "../support/look.mjs";
import { Agent, Visitor } from "../support/people.mjs";

const LIMIT = { timeout: 120_000 };
const CONSENT = "Ho letto l’informativa su https://panificio.example/privacy e acconsento.";
const LOOKS = {
  "phone": { viewport: { width: 375, height: 667 } },
  "narrow": { viewport: { width: 320, height: 568 }, colorScheme: "dark" },
  "keyboard": { viewport: { width: 375, height: 360 } },
  "desktop-dark": { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
};
let browser, pronto, agent, site, settings;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
  site = `/v1/inbox/sites/${pronto.site}`;
  ({ settings } = await agent.ask("GET", site));
});

/** The newest conversation's row, as the inbox has it. */
const newest = async () => (await agent.ask("GET", `/v1/inbox/conversations?site=${pronto.site}&order=newest`)).conversations[0];

const within = (page) => ({ ask: page.locator("#ask"), say: page.locator("#say"), name: page.locator("#ask0"), email: page.locator("#ask1"), order: page.locator("#ask2"), agree: page.locator("#consent") });
const parts = (visitor) => within(visitor.page.frameLocator("pronto-launcher iframe"));

/** What the frame's storage holds of `visitor`, by the ends of its keys. */
const kept = async (visitor) => (await visitor.frame()).evaluate(() => Object.keys(localStorage).map((key) => key.split(":").at(2)).sort());

test("a site that asks nothing sends nothing of it", LIMIT, async () => {
  const page = await (await fetch(`${pronto.chat}/frame/${pronto.site}`)).text();
  assert.doesNotMatch(page, /"ask"|"say"|asked/);
});

test("the owner writes it in the settings, and is told what does not fit", LIMIT, async () => {
  await agent.openSettings();
  await agent.page.locator("#ask-name").selectOption("required");
  await agent.page.locator("#ask-email").selectOption("optional");
  await agent.set("ask-own", "Numero d’ordine");
  await agent.set("ask-consent", CONSENT);
  await agent.set("ask-quick", "x".repeat(81));
  await agent.page.locator(".save-bar button[type=submit]").click();
  await agent.page.getByText("ognuna fino a 80 caratteri").first().waitFor();
  await clean("settings with a wrong line", agent.page.mainFrame());
  await agent.page.locator("#ask-quick").scrollIntoViewIfNeeded();
  await picture(agent.page, "ask-settings");
  await agent.set("ask-quick", "Siete aperti domenica?\nFate torte su ordinazione?");
  await agent.save();
  const saved = (await agent.ask("GET", site)).settings;
  assert.deepEqual(saved.pre_chat.fields, [{ kind: "name", required: true }, { kind: "email", required: false }, { kind: "text", label: "Numero d’ordine", required: false }]);
});

for (const [name, look] of Object.entries(LOOKS)) {
  test(`it can be read and filled in, ${name}`, LIMIT, async () => {
    const visitor = await Visitor.atShop(browser, pronto, look);
    await visitor.open();
    await visitor.live();
    const { ask, say, name: field, agree } = parts(visitor), frame = await visitor.frame();
    assert.equal(await say.getByRole("button").count(), 2);
    assert.deepEqual(await kept(visitor), [], "nothing is kept before something is typed");
    for (const turn of ["ltr", "rtl"]) {
      if (turn === "rtl") await visitor.mirror();
      await clean(`what is asked, ${name}`, frame);
      await ample(`what is asked, ${name}`, frame);
      // What is scrolled away can lie below the window.
      if (look.viewport.height > 600) assert.deepEqual(await frame.evaluate(cut), [], name);
      await picture(visitor.page, `ask-${name}-${turn}`);
    }
    assert.equal(await ask.getByRole("link").getAttribute("href"), "https://panificio.example/privacy");
    await visitor.composer.fill("Vorrei una torta");
    await visitor.send.click();
    await eventually("the caret in the field that is missing", () => field.evaluate((field) => document.activeElement === field));
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal(await frame.locator("#ask0-why").textContent(), "Questo serve.");
    await clean(`what is wrong, ${name}`, frame);
    await ample(`what is wrong, ${name}`, frame);
    await picture(visitor.page, `ask-${name}-wrong`);
    // By keyboard alone: through the fields to the box and back to the words.
    for (const key of ["A", "n", "n", "a", "Enter", "Enter", "Enter", "Space"]) await visitor.page.keyboard.press(key);
    assert.equal(await agree.isChecked(), true);
    await picture(visitor.page, `ask-${name}-filled`);
    await visitor.page.keyboard.press("Enter");
    assert.equal(await visitor.composer.evaluate((field) => document.activeElement === field), true);
    assert.equal(await field.getAttribute("aria-invalid"), "false");
    await visitor.context.close();
  });
}

test("a file alone does not pass what is asked: it waits, and goes once all is answered", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto), sent = [];
  visitor.page.on("request", (request) => request.method() === "POST" && sent.push(new URL(request.url()).pathname));
  await visitor.open();
  await visitor.live();
  const { name, agree } = parts(visitor), frame = await visitor.frame(), before = (await newest()).conversation.conversation_id;
  const chosen = visitor.page.waitForEvent("filechooser");
  await frame.locator("#more").click();
  await frame.getByRole("menuitem", { name: "Allega un file" }).click();
  await (await chosen).setFiles([{ name: "torta.txt", mimeType: "text/plain", buffer: Buffer.from("Due piani\n") }]);
  await frame.locator(".tray").getByText("torta.txt", { exact: true }).waitFor();
  await visitor.send.click();
  await eventually("the caret in the field that is missing", () => name.evaluate((field) => document.activeElement === field));
  await picture(visitor.page, "ask-file");
  await clean("a file before what is asked is answered", frame);
  await name.fill("Dora Bini");
  await visitor.send.click();
  await eventually("the caret at what is to be agreed to", () => agree.evaluate((box) => document.activeElement === box));
  assert.deepEqual(sent, [], "nothing has left the device");
  assert.equal((await newest()).conversation.conversation_id, before);
  await agree.check();
  await visitor.send.click();
  await frame.locator(".thread").getByRole("link", { name: /torta\.txt/ }).waitFor();
  await parts(visitor).ask.waitFor({ state: "hidden" });
  assert.deepEqual((await newest()).context.asked, { answers: [{ kind: "name", value: "Dora Bini" }], consent: CONSENT });
  await visitor.context.close();
});

test("what was filled in goes with the first message, once, and both sides can read it", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  const { ask, say, name, email, agree } = parts(visitor);
  await visitor.composer.fill("Vorrei una torta");
  assert.equal(await say.isVisible(), false, "nothing that is written can be replaced by a press");
  await visitor.send.click();
  await name.fill("Anna Ferri");
  await email.fill("anna@");
  await visitor.send.click();
  await eventually("the caret in the wrong address", () => email.evaluate((field) => document.activeElement === field));
  await email.fill("anna@posta.example");
  await visitor.send.click();
  assert.equal(await visitor.seen.rows.count(), 0, "not without consent");
  assert.equal(await visitor.composer.inputValue(), "Vorrei una torta", "nothing is lost");
  await agree.check();
  await visitor.send.click();
  await visitor.receipt("Vorrei una torta", "sent");
  await ask.waitFor({ state: "hidden" });
  await say.waitFor({ state: "hidden" });
  const answers = [{ kind: "name", value: "Anna Ferri" }, { kind: "email", value: "anna@posta.example" }];
  assert.deepEqual((await newest()).context.asked, { answers, consent: CONSENT });

  await visitor.page.reload();
  await visitor.open();
  await visitor.shows(["Vorrei una torta"]);
  assert.equal(await ask.count(), 0, "asked once");
  assert.deepEqual((await kept(visitor)).filter((key) => ["asked", "typed"].includes(key)), [], "the device keeps no copy");

  await agent.openThread("Vorrei una torta");
  const contact = agent.page.locator("dd");
  for (const words of ["Anna Ferri", "anna@posta.example", CONSENT]) await contact.filter({ hasText: words }).waitFor({ state: "attached" });
  await picture(agent.page, "ask-contact");

  const frame = visitor.page.frameLocator("pronto-launcher iframe");
  await visitor.live();
  await frame.locator("#more").click();
  await frame.getByRole("menuitem", { name: "Le tue conversazioni" }).click();
  const yours = frame.frameLocator("dialog iframe");
  for (const words of ["Anna Ferri", "anna@posta.example", CONSENT]) await yours.locator("dd", { hasText: words }).waitFor();
  await yours.locator("dl").last().scrollIntoViewIfNeeded();
  await clean("what is kept", visitor.page.frames().at(-1));
  await picture(visitor.page, "ask-you");
  for (const name of ["Elimina tutto", "Elimina per sempre"]) await yours.getByRole("button", { name }).click();
  await yours.locator("#print").waitFor();
  assert.notEqual((await newest())?.context.asked?.answers?.[0].value, "Anna Ferri", "erased with the rest");
  await visitor.context.close();
});

test("what was typed outlives the page, and is nobody's after logging out", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  const { name, order } = parts(visitor);
  await name.fill("Dario");
  await order.fill("4711");
  await visitor.page.close();
  const again = await visitor.anotherTab();
  await again.open();
  assert.deepEqual([await parts(again).name.inputValue(), await parts(again).order.inputValue()], ["Dario", "4711"]);
  await again.live();
  await again.page.evaluate(() => window.pronto.push(["logout"]));
  await eventually("an empty form", async () => (await parts(again).name.inputValue()) === "");
  assert.deepEqual(await kept(again), []);
  await visitor.context.close();
});

test("a quick reply is sent by a press, and what was filled in offline arrives with it", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.live();
  const { say, name, order, agree } = parts(visitor);
  await name.fill("Bruno");
  await order.fill("4711");
  await agree.check();
  await visitor.context.setOffline(true);
  await say.getByRole("button", { name: "Fate torte" }).click();
  await visitor.receipt("Fate torte su ordinazione?", "sending");
  await eventually("the caret with the words", () => visitor.composer.evaluate((field) => document.activeElement === field));
  await visitor.page.close();
  await visitor.context.setOffline(false);
  const again = await visitor.anotherTab();
  await again.open();
  await again.receipt("Fate torte su ordinazione?", "sent");
  const { asked } = (await newest()).context;
  assert.deepEqual(asked.answers, [{ kind: "name", value: "Bruno" }, { kind: "text", label: "Numero d’ordine", value: "4711" }]);
  assert.equal(asked.consent, CONSENT);
  await visitor.context.close();
});

test("without script the hosted page asks the same", LIMIT, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "it-IT", viewport: { width: 375, height: 667 } });
  const page = await context.newPage();
  await page.goto(`${pronto.chat}/c/${pronto.site}`);
  const { ask, say, name, agree } = within(page);
  assert.equal(await say.isVisible(), false);
  await page.locator("#text").fill("Senza script");
  await name.fill("Carla");
  await page.locator("#send").click();
  assert.equal(await page.locator("ol li").count(), 0, "the browser itself holds it back");
  await page.screenshot({ path: `${OUTPUT}/ask-hosted.png` });
  await agree.check();
  await page.locator("#send").click();
  await page.locator("ol li", { hasText: "Senza script" }).waitFor();
  assert.equal(await ask.count(), 0);
  assert.equal((await newest()).context.asked.answers[0].value, "Carla");
  await context.close();
  await agent.ask("PUT", site, settings);
});

test("an owner begins to ask while a page is open: what was written waits for what is asked", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.live();
  await agent.ask("PUT", site, { ...settings, pre_chat: { fields: [{ kind: "name", required: true }], consent: CONSENT } });
  await visitor.write("Scritto prima");
  await visitor.failed("Scritto prima");
  await visitor.page.reload();
  await visitor.open();
  await visitor.live();
  const { ask, name, agree } = parts(visitor), frame = await visitor.frame();
  await ask.waitFor();
  await visitor.failed("Scritto prima");
  await clean("asked once more", frame);
  await picture(visitor.page, "ask-late");
  await name.fill("Elsa");
  await agree.check();
  await frame.getByRole("button", { name: "Riprova" }).click();
  await visitor.receipt("Scritto prima", "sent");
  await ask.waitFor({ state: "hidden" });
  assert.deepEqual((await newest()).context.asked, { answers: [{ kind: "name", value: "Elsa" }], consent: CONSENT });
  await visitor.context.close();
  await agent.ask("PUT", site, settings);
});
