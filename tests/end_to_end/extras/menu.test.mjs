// What hangs on "+": its menu by pointer and keyboard, emoji, the sound, and the sheet.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { clean, picture } from "../support/look.mjs";

const LIMIT = { timeout: 120_000 };
const PHONE = { width: 390, height: 844 }, DESKTOP = { width: 1280, height: 800 };
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

/** A visitor with the panel open and live, and its frame. */
async function visit(look = {}, begin = async () => {}) {
  const visitor = await Visitor.at(browser, pronto, "about:blank", { viewport: DESKTOP, ...look });
  await begin(visitor);
  await visitor.page.goto(pronto.shop);
  await visitor.open();
  await visitor.live();
  return { visitor, frame: await visitor.frame() };
}

const focused = (frame) => frame.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

test("the menu by keyboard: it opens, moves, closes with Escape, and gives the focus back", LIMIT, async () => {
  const { visitor, frame } = await visit();
  const keys = visitor.page.keyboard, more = frame.locator("#more"), menu = frame.getByRole("menu");
  assert.equal(await more.getAttribute("aria-expanded"), null);
  await visitor.composer.press("Shift+Tab");
  assert.equal(await focused(frame), "more");
  await keys.press("Enter");
  await menu.waitFor();
  assert.equal(await more.getAttribute("aria-expanded"), "true");
  assert.equal(await menu.getAttribute("aria-label"), "Altro");
  const items = await menu.locator("button").allInnerTexts();
  assert.deepEqual(items, ["Allega un file", "Scegli un’emoji", "Un suono quando arriva una risposta"], "nobody is known yet, so there is nothing of theirs");
  assert.equal(await focused(frame), items[0]);
  for (const [key, at] of [["ArrowDown", 1], ["ArrowDown", 2], ["ArrowDown", 0], ["ArrowUp", 2], ["Home", 0], ["End", 2], ["s", 1]]) {
    await keys.press(key);
    assert.equal(await focused(frame), items[at], key);
  }
  await keys.press("Escape");
  await menu.waitFor({ state: "detached" });
  assert.equal(await focused(frame), "more");
  assert.equal(await more.getAttribute("aria-expanded"), "false");
  assert.equal(await visitor.launcher.getAttribute("aria-expanded"), "true", "the panel stays open");
  await more.click();
  await menu.waitFor();
  await visitor.composer.click();
  await menu.waitFor({ state: "detached" });
  assert.equal(await focused(frame), "text");
  await visitor.context.close();
});

test("an emoji goes in at the caret, can be undone, and is among the latest next time", LIMIT, async () => {
  const { visitor, frame } = await visit();
  const keys = visitor.page.keyboard, value = () => visitor.composer.inputValue();
  await visitor.composer.pressSequentially("pane e rose");
  for (let left = 0; left < 7; left++) await keys.press("ArrowLeft");
  await frame.locator("#more").click();
  await frame.getByRole("menuitem", { name: "Scegli un’emoji" }).click();
  const grid = frame.getByRole("grid", { name: "Scegli un’emoji" });
  await grid.waitFor();
  const first = await focused(frame);
  await keys.press("ArrowRight");
  await keys.press("ArrowDown");
  await keys.press("ArrowUp");
  await keys.press("ArrowLeft");
  assert.equal(await focused(frame), first);
  await grid.getByRole("gridcell", { name: "😅" }).getByRole("button").click();
  assert.equal(await value(), "pane😅 e rose");
  await keys.press("Escape");
  await grid.waitFor({ state: "detached" });
  assert.equal(await focused(frame), "more");
  await visitor.composer.press("Control+z");
  assert.equal(await value(), "pane e rose");
  await visitor.composer.press("Control+Shift+z");
  assert.equal(await value(), "pane😅 e rose");
  await frame.locator("#more").click();
  await frame.getByRole("menuitem", { name: "Scegli un’emoji" }).click();
  await eventually("the latest one in the first place", async () => (await focused(frame)) === "😅");
  await keys.press("Enter");
  assert.equal(await value(), "pane😅😅 e rose");
  await keys.press("Escape");
  await visitor.send.click();
  await visitor.receipt("pane😅😅 e rose", "sent");
  await visitor.context.close();
});

test("the sound is off until it is wanted, is heard when nobody looks, and is forgotten with the rest", LIMIT, async () => {
  const listening = ({ page }) => page.addInitScript(() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
      window.tones++;
      return start.apply(this, at);
    };
  });
  const { visitor, frame } = await visit({}, listening);
  const tones = () => frame.evaluate(() => window.tones), heard = (many) => eventually(`${many} notes`, async () => (await tones()) === many);
  await visitor.write("Suona?");
  await visitor.receipt("Suona?", "sent");
  await agent.openThread("Suona?");
  await visitor.close();
  await agent.write("Ancora no.");
  await eventually("the unread count", async () => (await visitor.launcher.innerText()).includes("1"));
  assert.equal(await tones(), 0, "never without the visitor's choice");

  await visitor.open();
  const choose = async (was) => {
    await frame.locator("#more").click();
    const item = frame.getByRole("menuitemcheckbox", { name: "Un suono quando arriva una risposta" });
    assert.equal(await item.getAttribute("aria-checked"), String(was));
    await item.click();
  };
  await choose(false);
  await heard(2);
  await agent.write("Chi guarda non sente.");
  await visitor.sees("Chi guarda non sente.");
  assert.equal(await tones(), 2);
  await visitor.close();
  await agent.write("Adesso sì.");
  await heard(4);

  // At the next visit too, without a press of "+".
  await visitor.page.reload();
  await visitor.open();
  await visitor.sees("Adesso sì.");
  await visitor.live();
  await visitor.close();
  const again = await visitor.frame();
  await eventually("the module of the earlier choice", () => again.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => /sound-[0-9a-f]{16}\.js$/.test(name))));
  await agent.write("E di nuovo.");
  await eventually("two notes", async () => (await again.evaluate(() => window.tones)) === 2);
  await visitor.page.evaluate(() => window.pronto.logout());
  await eventually("an empty storage", () => again.evaluate(() => !Object.keys(localStorage).some((key) => key.startsWith("pronto:"))).catch(() => true));
  await visitor.context.close();
});

test("from the menu to one's own conversations: the secret is in no address, and the panel follows", LIMIT, async () => {
  const { visitor, frame } = await visit();
  const asked = [];
  visitor.context.on("request", (request) => asked.push(request.url()));
  await visitor.write("Prima domanda.");
  await visitor.receipt("Prima domanda.", "sent");
  const { secret, conversation_id: first } = await frame.evaluate((site) => JSON.parse(localStorage.getItem(`pronto:${site}:me`)), pronto.site);
  const sheet = visitor.page.frameLocator("pronto-launcher iframe").frameLocator("#about iframe");
  const mine = async () => {
    const here = await visitor.frame();
    await here.locator("#more").click();
    await here.getByRole("menuitem", { name: "Le tue conversazioni e i tuoi dati" }).click();
    await sheet.locator(".talks li").first().waitFor();
    assert.match(await here.locator("#about iframe").getAttribute("title"), /^Le tue conversazioni/);
    return here;
  };
  const open = await mine();
  assert.match(await sheet.locator(".talks li").first().innerText(), /Prima domanda/);
  await clean("one's own conversations in the sheet", open);
  await picture(visitor.page, "extras-you-desktop");
  await visitor.page.keyboard.press("Escape");
  await open.locator("#about[open]").waitFor({ state: "detached" }).catch(() => {});

  await mine();
  await sheet.locator("[data-fresh]").click();
  await eventually("a panel in a fresh conversation", async () => {
    const me = await (await visitor.frame()).evaluate((site) => window.pronto.live && JSON.parse(localStorage.getItem(`pronto:${site}:me`)), pronto.site);
    return me && me.secret === secret && me.conversation_id !== first;
  });
  await visitor.write("Un’altra cosa.");
  await visitor.receipt("Un’altra cosa.", "sent");
  assert.equal((await visitor.seen.texts()).length, 1);

  await mine();
  await sheet.locator("[data-talk]", { hasText: "Prima domanda" }).click();
  await visitor.sees("Prima domanda.");
  assert.equal((await visitor.seen.texts()).length, 1);
  assert.ok(asked.length && asked.every((address) => !address.includes(secret)), "the secret is in no address");
  await visitor.context.close();
});

for (const [size, viewport] of [["phone", PHONE], ["desktop", DESKTOP], ["small", { width: 320, height: 568 }]]) {
  for (const [name, look] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["rtl", { locale: "ar" }], ["forced", { forcedColors: "active" }]]) {
    test(`the menu and the emoji, ${size}, ${name}: nothing that axe finds, nothing that sticks out`, LIMIT, async () => {
      const { visitor, frame } = await visit({ viewport, ...look });
      if (name === "rtl") await visitor.page.evaluate(() => window.pronto.setLocale("ar"));
      if (name === "rtl") await eventually("an Arabic panel", async () => (await visitor.frame())?.evaluate(() => document.documentElement.dir === "rtl" && window.pronto.live));
      const shown = await visitor.frame();
      await shown.locator("#more").click();
      await shown.getByRole("menu").waitFor();
      await clean(`the menu, ${size}, ${name}`, shown);
      await picture(visitor.page, `extras-menu-${size}-${name}`);
      await shown.getByRole("menuitem").nth(1).click();
      await shown.getByRole("grid").waitFor();
      await clean(`the emoji, ${size}, ${name}`, shown);
      await picture(visitor.page, `extras-emoji-${size}-${name}`);
      await visitor.context.close();
    });
  }
}
