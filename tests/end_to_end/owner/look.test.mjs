// How the panel looks beside its accent: chosen in the settings beside its picture, corrected where nothing could be read, and worn.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
let pronto, pages;

after(endAll);
before(async () => {
  const [browser, started] = await Promise.all([startBrowser(), Pronto.start()]);
  pronto = started;
  pages = await Pages.start(browser, pronto);
});

/** Runs in a page: the contrast of an element's text with what is behind it, and how both look. */
const worn = (element) => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => numbers(colour).slice(0, 3).map((c) => ((c /= 255) > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0.05);
  let behind = element;
  while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const { color, fontFamily, borderTopLeftRadius: corner } = getComputedStyle(element), { backgroundColor: paper } = getComputedStyle(behind);
  const [one, other] = [luminance(color), luminance(paper)];
  const edge = getComputedStyle(element).borderTopWidth;
  return { edge, ratio: Math.max(one, other) / Math.min(one, other), paper, corner, letters: fontFamily };
};

test("an owner chooses papers, corners and letters beside their picture, and visitors see them", LIMIT, async () => {
  const { agent } = pages, { page } = agent;
  await agent.openSettings();
  const pictures = page.locator(".pictures iframe");
  await pictures.first().waitFor();
  const pictured = (at, css) => pictures.nth(at).contentFrame().locator(css).first().evaluate(worn);
  assert.equal((await pictured(0, ".mine .body")).corner, "18px");
  assert.equal((await pictured(0, ".greeting")).paper, "rgb(251, 250, 247)");
  assert.equal((await pictured(1, ".greeting")).paper, "rgb(20, 23, 26)");
  assert.equal(await pictures.first().evaluate((frame) => frame.contentDocument), null, "the picture is sealed off");

  // A grey on which neither black nor white is easy to read.
  await agent.set("paper", "#808080");
  await agent.set("paper-dark", "#3b0d2e");
  await page.locator("#corners").selectOption("0");
  await page.locator("#letters").selectOption("serif");
  await eventually("the picture of it", async () => (await pictured(1, ".greeting")).paper === "rgb(59, 13, 46)");
  const grey = await pictured(0, ".greeting");
  assert.ok(grey.ratio >= 7, `${grey.ratio} on ${grey.paper}`);
  assert.notEqual(grey.paper, "rgb(128, 128, 128)");
  const mine = await pictured(0, ".mine .body");
  assert.equal(mine.corner, "0px");
  assert.match(mine.letters, /serif/);
  await pictures.first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: new URL("../output/desk-light-settings-look.png", import.meta.url).pathname });

  await agent.set("paper", "grey");
  await page.locator(".save-bar button[type=submit]").click();
  await page.getByText("Il colore è # e sei cifre").first().waitFor();
  await agent.set("paper", "#808080");
  await agent.save();

  for (const [colorScheme, paper] of [["light", grey.paper], ["dark", "rgb(59, 13, 46)"]]) {
    const visitor = await pages.visit(snippet(pronto), { colorScheme });
    await visitor.open();
    await visitor.live();
    await visitor.write(`con un altro vestito, ${colorScheme}`);
    await visitor.receipt(`con un altro vestito, ${colorScheme}`, "sent");
    const frame = visitor.page.frameLocator("pronto-launcher iframe");
    for (const css of [".greeting", ".mine .body", ".meta", "#clock", "h1", "#text", ".promise"]) {
      const { ratio, paper: behind } = await frame.locator(css).first().evaluate(worn);
      assert.ok(ratio >= 7, `${css}, ${colorScheme}: ${ratio} on ${behind}`);
    }
    assert.equal((await frame.locator("#text").evaluate(worn)).edge, "1px");
    const greeting = await frame.locator(".greeting").first().evaluate(worn);
    assert.equal(greeting.paper, paper);
    assert.match(greeting.letters, /serif/);
    const box = await visitor.page.locator("pronto-launcher").evaluate((host) => {
      const { borderTopLeftRadius } = getComputedStyle(host.shadowRoot.querySelector(".d"));
      return [borderTopLeftRadius, getComputedStyle(host.shadowRoot.querySelector(".p")).fontFamily];
    });
    assert.equal(box[0], "0px");
    assert.match(box[1], /serif/);
    // What the panel shows in its sheet wears it too.
    await frame.locator("#clock").click();
    const sheet = await frame.frameLocator("dialog iframe").locator("h1").evaluate(worn);
    assert.equal(sheet.paper, paper);
    assert.ok(sheet.ratio >= 7);
    await visitor.context.close();
  }
});
