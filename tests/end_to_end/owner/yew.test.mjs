// The example of a Yew app: the chat comes with its component, tells the app what happens, changes its look and its place, and goes.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
const DESK = { viewport: { width: 1280, height: 800 } };
/** What `trunk build --example bakery` made. */
const BUILT = process.env.PRONTO_EXAMPLE;
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** Somebody in the app, which was told of `server` and `site`. */
async function guest({ server = pronto.chat, site = pronto.site, identity, headers = {} } = {}) {
  const page = readFileSync(`${BUILT}/index.html`, "utf8")
    .replace(/lang="en" data-server="[^"]*" data-site="[^"]*"/, `lang="it" data-server="${server}" data-site="${site}"${identity ? ` data-identity="${identity}"` : ""}`);
  const visitor = await Visitor.at(browser, pronto, "about:blank", DESK);
  visitor.faults = [];
  visitor.page.on("pageerror", (error) => visitor.faults.push(error.message));
  await visitor.page.goto(pages.file(page, headers, BUILT));
  await visitor.page.getByRole("heading", { name: "Bread of the day" }).waitFor();
  visitor.press = (name) => visitor.page.getByRole("button", { name, exact: true }).click();
  visitor.told = (words) => visitor.page.locator("output", { hasText: words }).waitFor();
  return visitor;
}

test("beside a page and inside one, told of answers, light and dark, gone and back", LIMIT, async () => {
  const visitor = await guest();
  await visitor.launcher.waitFor();
  await visitor.press("Ask about the walnut bread");
  await eventually("the words in the composer", async () => (await visitor.composer.inputValue()) === "Do you still have the walnut bread?");
  await visitor.live();
  await visitor.send.click();
  await visitor.receipt("Do you still have the walnut bread?", "sent");
  const frame = await visitor.frame();
  await visitor.press("A dark chat");
  await eventually("a dark panel", () => frame.evaluate(() => document.documentElement.dataset.theme === "dark"));
  assert.equal(await visitor.frame(), frame, "the same panel in other colours");

  await visitor.close();
  const { agent } = pages;
  await agent.openThread("walnut bread");
  await agent.write("One, with your name on it");
  await visitor.told("Unread answers: 1");

  await visitor.press("To your order");
  await eventually("a panel inside the page", () => visitor.page.evaluate(() => !!document.querySelector("#pronto-panel > pronto-launcher")));
  await visitor.shows(["Do you still have the walnut bread?", "One, with your name on it"]);
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
  await eventually("dark here too", async () => (await visitor.frame()).evaluate(() => document.documentElement.dataset.theme === "dark"));
  await visitor.told("Unread answers: 0");

  await visitor.press("Without the chat");
  await eventually("nothing left of it", () => visitor.page.evaluate(() => !document.querySelector("pronto-launcher, iframe, #pronto-panel, script[data-site]") && !("pronto" in window)));
  await visitor.press("Back to the bread");
  await visitor.press("With the chat");
  await visitor.open();
  await visitor.shows(["Do you still have the walnut bread?", "One, with your name on it"]);
  assert.deepEqual(visitor.faults, []);
});

test("an app says who its visitor is, and is told whether that is believed", LIMIT, async () => {
  const { secret } = await pages.agent.ask("POST", `/v1/inbox/sites/${pronto.site}/identity-secrets`);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256" })}.${part({ sub: "u1", aud: pronto.site, exp: Math.floor(Date.now() / 1000) + 300, name: "Ana" })}`;
  const identity = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  const ana = await guest({ identity });
  await ana.open();
  await ana.told("We know you");
  const liar = await guest({ identity: `${signed}.AAAA` });
  await liar.open();
  await liar.told("takes you for a stranger");
});

test("an app is told why there is no chat", LIMIT, async () => {
  await (await guest({ site: "" })).told("server or site is missing");
  await (await guest({ site: "nobody" })).told("does not know this site");
  const walled = await guest({ headers: { "content-security-policy": "frame-src 'none'" } });
  await walled.launcher.click();
  await walled.told("refuses the chat’s frame");
});
