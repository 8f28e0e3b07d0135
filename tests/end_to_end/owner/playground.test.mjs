// The playground: an owner turns each option and sees the real widget do it, with and without script, on a desk and on a phone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { OUTPUT, Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages } from "../support/pages.mjs";

const LIMIT = { timeout: 180_000 };
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** Somebody at the playground, and what the page beside the form holds. */
async function open(query = `?site=${pronto.site}`, look = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, locale: "it-IT", ...look });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`${pronto.chat}/playground${query}`);
  const inside = page.frameLocator("main iframe");
  return { context, page, faults, inside, launcher: inside.locator("pronto-launcher").getByRole("button"), line: () => page.locator("pre code").innerText() };
}

test("each option is seen at once, and stands in the line", LIMIT, async () => {
  const { context, page, faults, inside, launcher, line } = await open();
  await launcher.waitFor();
  assert.equal(await line(), `<script async src="${pronto.chat}/embed.js" data-site="${pronto.site}"></script>`);
  const shadow = (act) => inside.locator("pronto-launcher").evaluate(act);

  await page.locator("[name=label]").fill("Chiedi al forno");
  await inside.getByText("Chiedi al forno").waitFor();
  await page.locator("[name=position]").selectOption("left");
  await page.locator("[name=offset]").fill("32 88");
  await eventually("the launcher at its place", () => shadow((host) => {
    const box = host.shadowRoot.querySelector("button").getBoundingClientRect();
    return box.left === 32 && innerHeight - box.bottom === 88;
  }));
  await page.locator("[name=accent]").fill("#aa2255");
  await eventually("the launcher in the colour that is tried", () => shadow((host) => getComputedStyle(host.shadowRoot.querySelector(".c")).backgroundColor === "rgb(170, 34, 85)"));
  await page.locator("[name=theme]").selectOption("dark");
  await eventually("the dark one", () => shadow((host) => host.shadowRoot.querySelector("section").classList.contains("dark")));
  await page.locator("[name=lang]").fill("de");
  await eventually("in German", () => shadow((host) => host.shadowRoot.querySelector("section").lang === "de"));
  const chosen = `data-site="${pronto.site}" data-lang="de" data-position="left" data-offset="32 88" data-theme="dark" data-label="Chiedi al forno"`;
  await eventually("the line", async () => (await line()) === `<script async src="${pronto.chat}/embed.js" ${chosen}></script>`);

  // The very widget: what is written in it arrives.
  await page.locator("main iframe").evaluate((frame) => frame.scrollIntoView({ block: "end" }));
  await launcher.click();
  const panel = inside.frameLocator("pronto-launcher iframe");
  await panel.locator("#text").fill("dal banco di prova");
  await panel.locator("#send").click();
  await panel.locator("li", { hasText: "dal banco di prova" }).waitFor();
  assert.equal(await panel.locator("meta[name=theme-color]").getAttribute("content"), "#aa2255");
  await pages.agent.openThread("dal banco di prova");

  await page.locator("[name=hide-on]").fill("/playground/*");
  await eventually("no button", async () => (await inside.locator("pronto-launcher").count()) === 1 && !(await launcher.isVisible()));
  await page.locator("[name=hide-on]").fill("");
  await page.locator("[name=open]").check();
  await eventually("a panel that opened by itself", () => shadow((host) => host.shadowRoot.querySelector("section").classList.contains("o")));
  await page.locator("[name=open]").uncheck();
  await page.locator("[name=mount]").check();
  await eventually("a panel inside the page", () => inside.locator("pronto-chat pronto-launcher").evaluate((host) => host.shadowRoot.querySelector("iframe")?.getBoundingClientRect().height > 400));
  assert.match(await line(), /^<pronto-chat site=/);
  await page.locator("[name=mount]").uncheck();
  await page.locator("[name=seen]").selectOption("phone");
  await page.locator("[name=mobile]").selectOption("hide");
  await eventually("no button on a phone", async () => (await inside.locator("pronto-launcher").count()) === 1 && !(await launcher.isVisible()));
  assert.deepEqual(faults, []);
  await context.close();
});

test("the line that is copied works on a page of the owner's", LIMIT, async () => {
  const { context, page, launcher } = await open(`?site=${pronto.site}&label=Scrivi&position=left&offset=40`, { permissions: ["clipboard-read", "clipboard-write"] });
  await launcher.waitFor();
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const visitor = await pages.visit(copied);
  await visitor.launcher.waitFor();
  assert.match(await visitor.launcher.innerText(), /Scrivi/);
  assert.equal((await visitor.launcher.boundingBox()).x, 40);
  await visitor.context.close();
  await context.close();
});

test("without script the form shows what was chosen; a site that is none, and markup in a field, do no harm", LIMIT, async () => {
  const { context, page, line } = await open("", { javaScriptEnabled: false });
  assert.match(await line(), /data-site="your-site"/);
  await page.locator("[name=site]").fill("nobody");
  await page.locator("[name=label]").fill('"><script>alert(1)</script>');
  await page.getByRole("button", { name: "Show" }).click();
  assert.match(await line(), /data-label="&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;"/);
  await page.frameLocator("main iframe").getByText("no site of that key").waitFor();
  assert.equal(await page.locator("[name=label]").inputValue(), '"><script>alert(1)</script>');
  const policy = (await fetch(`${pronto.api}/playground`)).headers.get("content-security-policy");
  assert.doesNotMatch(policy, /unsafe/);
  for (const path of ["look/zzzzzz/v1/sites/panificio", "look/0f5c4a/v1/sites/nobody", "look/..%2f..%2fx/frame/panificio"]) {
    assert.equal((await fetch(`${pronto.api}/playground/${path}`)).status, 404, path);
  }
  await context.close();
});

test("it is fit for everyone, and for a phone", LIMIT, async () => {
  for (const [name, width, colorScheme] of [["phone", 320, "light"], ["phone-dark", 375, "dark"], ["desktop", 1280, "light"], ["desktop-dark", 1280, "dark"]]) {
    const { context, page, launcher, faults } = await open(undefined, { viewport: { width, height: 900 }, colorScheme });
    await page.locator("main iframe").scrollIntoViewIfNeeded();
    await launcher.waitFor();
    const [wide, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= inner, `${name} is ${wide} wide`);
    await page.evaluate(AXE);
    const found = await page.evaluate(async () => (await window.axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target}`)));
    assert.deepEqual(found, [], name);
    await page.screenshot({ path: `${OUTPUT}/playground-${name}.png`, fullPage: true });
    assert.deepEqual(faults, []);
    await context.close();
  }
});
