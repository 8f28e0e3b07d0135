// A visitor's own pages by themselves, without the panel around them: several conversations, what is kept, files, and the
// deletion with its receipt; with script and without.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { clean, picture } from "../support/look.mjs";

const LIMIT = { timeout: 120_000 };
const WORDS = JSON.parse(readFileSync(new URL("../../../www/locales/it.json", import.meta.url), "utf8"));
const SCRIPT = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";
let browser, pronto, owner;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  const answer = await fetch(`${pronto.api}/v1/inbox/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(pronto.login) });
  owner = { cookie: answer.headers.get("set-cookie").split(";")[0], "x-pronto-csrf": (await answer.json()).csrf };
});

async function ask(method, path, headers, body) {
  const answer = await fetch(`${pronto.api}${path}`, { method, headers: { "content-type": "application/json", ...headers }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, json: text.startsWith("{") ? JSON.parse(text) : text };
}

/** Somebody with two conversations, one of them answered. */
async function somebody() {
  const secret = randomBytes(32).toString("base64url"), who = { authorization: `Bearer ${secret}` };
  const talks = [randomUUID(), randomUUID()];
  const say = (talk, body, as = who) => ask("POST", `/v1/conversations/${talk}/messages`, as, { message_id: randomUUID(), body });
  for (const [place, words] of ["Avete il pane di segale?", SCRIPT].entries()) {
    const context = { page_url: "https://shop.example/pane", page_title: SCRIPT, locale: "it-IT", time_zone: "Europe/Rome" };
    await ask("POST", `/v1/sites/${pronto.site}/sessions`, who, { conversation_id: talks[place], context });
    await say(talks[place], words);
  }
  await say(talks[0], "Sì, dalle otto. E domani anche quello con le noci, se ne vuole mettere da parte uno ce lo dica pure qui: glielo teniamo fino a sera.", owner);
  return { secret, who, talks };
}

/** A window that has the hosted page's cookie of `secret`, and the page in it. */
async function visit(secret, look = {}) {
  const context = await browser.newContext({ viewport: { width: 375, height: 760 }, locale: "it-IT", timezoneId: "Europe/Rome", ...look });
  await context.addCookies([{ name: "pronto_visitor", value: secret, domain: "localhost", path: `/c/${pronto.site}` }]);
  const page = await context.newPage();
  await page.goto(`${pronto.chat}/c/${pronto.site}/you`);
  return page;
}

const button = (page, key) => page.getByRole("button", { name: WORDS[key], exact: true });

async function download(page, act) {
  const [file] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

for (const javaScriptEnabled of [true, false]) {
  test(`everything is seen, saved and deleted ${javaScriptEnabled ? "with" : "without"} script`, LIMIT, async () => {
    const { secret, who, talks } = await somebody();
    const page = await visit(secret, { javaScriptEnabled });
    const rows = page.locator(".talks li");
    assert.equal(await rows.count(), 2);
    assert.match(await rows.first().innerText(), /Sì, dalle otto/);
    assert.equal(await page.locator(".talks strong").innerText(), WORDS["launcher.unread"].replace("{n}", "1"));
    assert.equal(await page.title(), WORDS["you.title"]);

    const one = await download(page, () => rows.first().getByRole("button").click());
    assert.equal(one.name, "conversation.html");
    assert.ok(one.text.includes("pane di segale") && !one.text.includes("<img"));
    const all = await download(page, () => button(page, "you.save_json").click());
    assert.deepEqual(JSON.parse(all.text).conversations.map(({ messages }) => messages.length), [2, 1]);
    const readable = await download(page, () => button(page, "you.save_html").click());
    assert.ok(readable.text.includes("https://shop.example/pane") && !readable.text.includes("<img"));

    await button(page, "you.delete").click();
    await button(page, "you.no").click();
    assert.equal(await rows.count(), 2, "nothing is deleted by one press");
    await button(page, "you.delete").click();
    await button(page, "you.yes").click();
    await page.getByRole("heading", { name: WORDS["you.gone"] }).waitFor();
    const receipt = await download(page, () => button(page, "panel.mail_save").click());
    const proof = JSON.parse(receipt.text);
    assert.equal(receipt.name, `${proof.reference}.json`);
    assert.ok((await page.locator("main").innerText()).includes(proof.digest));
    assert.equal(await page.locator("#print").isVisible(), javaScriptEnabled);
    const checked = await ask("POST", `/v1/inbox/sites/${pronto.site}/erasures`, owner, proof);
    assert.deepEqual(checked.json, { genuine: true });
    assert.equal((await ask("GET", `/v1/conversations/${talks[0]}/messages`, who)).status, 410);
    assert.equal((await ask("GET", `/v1/conversations/${talks[0]}/messages`, owner)).status, 404);
    // The cookie is gone too.
    await page.goto(`${pronto.chat}/c/${pronto.site}/you`);
    assert.match(await page.locator("main").innerText(), new RegExp(WORDS["you.empty"]));
    await page.context().close();
  });
}

test("each of the pages is clean in every light and direction, and at 320 pixels", LIMIT, async () => {
  const looks = [
    ["phone", { viewport: { width: 320, height: 700 } }],
    ["dark", { colorScheme: "dark" }],
    ["desktop", { viewport: { width: 1280, height: 900 } }],
    ["forced", { forcedColors: "active" }],
    ["rtl", { locale: "ar" }],
  ];
  for (const [name, look] of looks) {
    const { secret, talks } = await somebody();
    await ask("PATCH", `/v1/inbox/conversations/${talks[1]}`, owner, { status: "resolved" });
    const page = await visit(secret, look);
    const seen = async (what) => {
      await clean(`${what}, ${name}`, page);
      await picture(page, `you-${what}-${name}`);
      assert.notEqual(await page.title(), "taken");
    };
    await seen("list");
    await page.locator("form[action*=rate] button").click();
    await page.locator("input[value='4']").check();
    await page.locator(".rate button").click();
    await page.getByRole("status").waitFor();
    await seen("rate");
    await page.locator("main > form button").click();
    await page.locator("form[action*=delete] button").click();
    await seen("sure");
    await page.locator("form[action*=delete] button").click();
    await page.locator("#print").waitFor();
    await seen("receipt");
    await page.context().close();
  }
});

test("a secret that stands for nobody shows nothing, and none is asked for in an address", LIMIT, async () => {
  const { secret } = await somebody();
  const page = await visit(randomBytes(32).toString("base64url"));
  assert.match(await page.locator("main").innerText(), new RegExp(WORDS["you.empty"]));
  await page.goto(`${pronto.chat}/c/${pronto.site}/you?session=${secret}`);
  assert.match(await page.locator("main").innerText(), new RegExp(WORDS["you.empty"]));
  assert.equal(await page.locator(".talks").count(), 0);
});
