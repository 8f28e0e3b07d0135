// The long languages, and those that run from right to left, on the narrowest screen: nothing sticks out, nothing is cut.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ENGINE, OUTPUT, Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { cut } from "../support/look.mjs";
import { Pages, snippet } from "../support/pages.mjs";
import { Visitor } from "../support/people.mjs";

const LIMIT = { timeout: 120_000 };
// WebKit's own window goes no further down.
const NARROW = { viewport: { width: ENGINE === "webkit" ? 336 : 320, height: 568 } };
const RIGHT_TO_LEFT = ["ar", "he", "fa", "ur"];
const LANGUAGES = ENGINE === "chromium" ? [...RIGHT_TO_LEFT, "de", "fi", "hu", "el", "ta", "zh-Hant"] : ["ar", "he", "de"];

const words = (language) => JSON.parse(readFileSync(new URL(`../../../www/locales/${language}.json`, import.meta.url), "utf8"));
let browser, pronto, pages;

after(endAll);
before(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** Takes the picture, and finds what is cut in any document on it. */
async function whole(page, name) {
  await page.screenshot({ path: join(OUTPUT, `narrow-${ENGINE}-${name}.png`) });
  for (const frame of await page.frames()) assert.deepEqual(await frame.evaluate(cut), [], `${name}: ${await frame.url()}`);
}

test("the check finds what sticks out and what is cut", LIMIT, async () => {
  const { page } = await pages.visit("<p style='width:90px;overflow:hidden;white-space:nowrap'>Öffnungszeiten und Wartezeiten</p><textarea style='width:80px' placeholder='Eine Nachricht schreiben'></textarea><p style='position:relative;right:30px'>Links</p><p>Gut</p>", NARROW);
  const found = await page.evaluate(cut);
  assert.deepEqual(found, [
    "Öffnungszeiten und Wartezeiten is cut by p.", "Links sticks out", "Eine Nachricht schreiben is wider than its field",
  ]);
});

for (const language of LANGUAGES) {
  test(`${language} on the narrowest screen`, LIMIT, async () => {
    const said = words(language), dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
    const visitor = await pages.visit(snippet(pronto, `data-lang="${language}"`), { ...NARROW, locale: language });
    await visitor.launcher.waitFor();
    assert.ok((await visitor.launcher.getAttribute("aria-label")).startsWith(said["launcher.open"].split("{name}")[0]));
    await whole(visitor.page, `${language}-launcher`);

    await visitor.open();
    await visitor.live();
    const frame = await visitor.frame();
    assert.deepEqual(await frame.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [language, dir]);
    assert.equal(await visitor.composer.getAttribute("placeholder"), said["composer.placeholder"]);
    await whole(visitor.page, `${language}-empty`);

    await visitor.write("1, 2, 3");
    const receipts = ["sent", "delivered", "read"].map((step) => said[`panel.${step}`]);
    await eventually("a receipt in the language", async () => {
      const row = await visitor.seen.row("1, 2, 3").innerText();
      return receipts.some((receipt) => row.includes(receipt));
    });
    await whole(visitor.page, `${language}-thread`);
    await visitor.context.setOffline(true);
    await visitor.notices();
    await whole(visitor.page, `${language}-offline`);
    await visitor.context.close();

    const reader = await Visitor.at(browser, pronto, `${pronto.chat}/c/${pronto.site}/reply-time?lang=${language}`, { ...NARROW, locale: language });
    assert.deepEqual(await reader.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [language, dir]);
    assert.ok((await reader.page.locator("main").innerText()).includes(said["about.basis"]));
    await whole(reader.page, `${language}-measured`);
    await reader.context.close();
  });
}

test("only the wanted language's words travel, and only the panel's", LIMIT, async () => {
  const keys = Object.keys(words("en")).filter((key) => key.startsWith("panel.")).sort();
  for (const [wanted, language] of [["de-AT", "de"], ["en", "en"]]) {
    const page = await (await fetch(`${pronto.api}/c/${pronto.site}?lang=${wanted}`)).text();
    const strings = JSON.parse(/<script type="application\/json" id="strings">(.*?)<\/script>/.exec(page)[1]);
    const said = words(language);
    assert.deepEqual(strings, keys.map((key) => said[key]));
    assert.ok(!page.includes(words("it")["composer.placeholder"]));
  }
});
