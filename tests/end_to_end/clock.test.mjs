// The reply clock as a visitor sees it: the figure falls as answers get quicker, a promise is told and kept, and where
// nothing is known nothing is said. The server's clock is moved; nobody waits for hours.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Visitor } from "./support/people.mjs";
import { MAIL, Pronto, endAll, eventually, startBrowser } from "./support/harness.mjs";

const LIMIT = { timeout: 120_000 };
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const NEW_SHOP = "nuovo";
let browser, pronto, owner;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start({ testClock: true, more: MAIL })]);
  owner = await signIn();
});

async function ask(path, { method = "POST", headers = {}, body, wanted = [200, 201] }) {
  const answer = await fetch(pronto.api + path, { method, headers: { "content-type": "application/json", ...headers }, body: body && JSON.stringify(body) });
  assert.ok(wanted.includes(answer.status), `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer;
}

async function signIn() {
  const answer = await ask("/v1/inbox/login", { body: pronto.login });
  return { cookie: answer.headers.get("set-cookie").split(";")[0], "x-pronto-csrf": (await answer.json()).csrf };
}

/** Somebody with a browser of their own who asks `site` once; answers what they were promised, and where. */
async function question(site) {
  const headers = { authorization: `Bearer ${randomBytes(32).toString("base64url")}` };
  const conversation = randomUUID();
  await ask(`/v1/sites/${site}/sessions`, { headers, body: { conversation_id: conversation } });
  const sent = await ask(`/v1/conversations/${conversation}/messages`, { headers, body: { message_id: randomUUID(), body: "Avete ancora pane?" } });
  return { conversation, promise: (await sent.json()).promise_by };
}

const reply = (conversation) => ask(`/v1/conversations/${conversation}/messages`, { headers: owner, body: { message_id: randomUUID(), body: "Sì, eccoci." } });

/** Ten in the morning in Parma, summer or winter: the bakery is open on every day but Monday. */
function morning(after) {
  const day = Math.ceil(after / DAY);
  const monday = (day + 3) % 7 === 0;
  return (monday ? day + 1 : day) * DAY + 8.5 * HOUR;
}

/** A number of minutes in an Italian sentence of the launcher. */
function minutes(sentence) {
  if (/un minuto/.test(sentence)) return 1;
  const [, number, unit] = /entro (?:un[’ ])?(\d*) ?(minuti|or[ae]|giorno)/.exec(sentence) ?? assert.fail(`no figure in “${sentence}”`);
  return Number(number || 1) * (unit === "minuti" ? 1 : unit === "giorno" ? 1440 : 60);
}

async function launcherSays() {
  const visitor = await Visitor.atShop(browser, pronto);
  const name = await visitor.launcher.getAttribute("aria-label");
  await visitor.context.close();
  return name;
}

test("the figure falls as answers get quicker, and every place says the same", LIMIT, async () => {
  let now = morning(Date.now());
  await pronto.setClock(now);
  const figures = [minutes(await launcherSays())];
  for (let round = 0; round < 4; round++) {
    for (let number = 0; number < 20; number++) {
      await pronto.setClock((now += 90_000));
      const { conversation } = await question(pronto.site);
      await pronto.setClock((now += 25_000));
      await reply(conversation);
    }
    figures.push(minutes(await launcherSays()));
    now = morning(now + HOUR);
    await pronto.setClock(now);
  }
  assert.ok(figures[0] >= 5, `it began with the demo's own pace: ${figures}`);
  assert.ok(figures.every((figure, place) => place === 0 || figure <= figures[place - 1]), `it never rose: ${figures}`);
  assert.ok(figures.at(-1) <= 2, `it came down to what is true: ${figures}`);

  const badge = await (await ask(`/badge/${pronto.site}.svg`, { method: "GET" })).text();
  const sentence = /<text[^>]*>([^<]+)<\/text>/.exec(badge)[1];
  assert.equal(minutes(sentence), minutes(await launcherSays()));
  const document = await (await ask(`/v1/sites/${pronto.site}/reply-time`, { method: "GET" })).json();
  assert.equal(document.reply.verdict, "measured");
  assert.equal(document.reply.minutes, minutes(sentence));
  assert.equal(document.counts.reduce((sum, { answered, waiting }) => sum + answered + waiting, 0), document.reply.sample);
});

test("a promise is told, kept or missed, and counted", LIMIT, async () => {
  let now = morning(Date.now() + 14 * DAY);
  await pronto.setClock(now);
  // Two weeks on, the session of before has ended.
  owner = await signIn();
  const counted = async () => (await (await ask(`/v1/inbox/sites/${pronto.site}/report`, { method: "GET", headers: owner })).json()).document.promises;
  const before = await counted();
  const [kept, missed] = [await question(pronto.site), await question(pronto.site)];
  for (const { promise } of [kept, missed]) assert.ok(promise > now && promise <= now + 3 * DAY, `promised within ${(promise - now) / MINUTE} minutes`);
  const first = await (await ask(`/v1/inbox/conversations?site=${pronto.site}&order=promise`, { method: "GET", headers: owner })).json();
  assert.ok(first.conversations.slice(0, 2).every(({ conversation }) => conversation.promise_by), "they come first in the inbox");
  await reply(kept.conversation);
  await pronto.setClock((now = missed.promise + MINUTE));
  await reply(missed.conversation);
  const now_ = await counted();
  assert.deepEqual([now_.kept - before.kept, now_.missed - before.missed], [1, 1]);
});

test("the new shop says nothing that it does not know", LIMIT, async () => {
  const { promise } = await question(NEW_SHOP);
  assert.equal(promise, undefined);
  const badge = await (await ask(`/badge/${NEW_SHOP}.svg?lang=it`, { method: "GET" })).text();
  assert.match(badge, />Siamo nuovi: ancora nessun dato<\/text>/);
  const visitor = await Visitor.at(browser, pronto, `${pronto.chat}/c/${NEW_SHOP}`);
  const page = await visitor.page.locator("body").innerText();
  assert.doesNotMatch(page, /entro|minut/i);
  const document = await (await ask(`/v1/sites/${NEW_SHOP}/reply-time`, { method: "GET" })).json();
  assert.deepEqual([document.reply.verdict, document.reply.minutes, document.quantiles], ["new", undefined, []]);
});

/** Somebody in New York whose browser believes it is `now`, and lets its clock be moved. */
async function newYorker(now) {
  await pronto.setClock(now);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "it-IT", timezoneId: "America/New_York" });
  const page = await context.newPage();
  await page.clock.install({ time: now });
  const visitor = new Visitor(context, page, pronto);
  await page.goto(pronto.shop);
  await visitor.launcher.waitFor();
  return visitor;
}

const said = (at, form) => new Date(at).toLocaleString("it", { ...form, hour: "2-digit", minute: "2-digit", timeZone: "America/New_York" });
const site = async () => (await ask(`/v1/sites/${pronto.site}?lang=it`, { method: "GET" })).json();

test("closed is said with the visitor's own time, and not any more once it has opened", LIMIT, async () => {
  const night = morning(Date.now() + 15 * DAY) + 13 * HOUR;
  const visitor = await newYorker(night);
  const { changes_at } = (await site()).hours;
  const back = `chiuso ora, riapre ${said(changes_at, { weekday: "short" })}`;
  assert.ok((await visitor.launcher.getAttribute("aria-label")).includes(back), `${await visitor.launcher.getAttribute("aria-label")} has no ${back}`);
  await visitor.open();
  const header = (await visitor.frame()).locator("#clock");
  assert.ok((await header.innerText()).includes(back), `${await header.innerText()} has no ${back}`);
  await pronto.setClock(changes_at + MINUTE);
  await visitor.page.clock.fastForward(changes_at + MINUTE - night);
  await eventually("an open business in the header", async () => !(await header.innerText()).includes("chiuso"));
  await visitor.close();
  // The loader may find what the browser has kept for up to a minute, and looks again after one.
  await eventually("an open business beside the launcher", async () => {
    await visitor.page.clock.fastForward(MINUTE);
    return !(await visitor.launcher.getAttribute("aria-label")).includes("chiuso");
  }, 90_000);
  await visitor.context.close();
});

test("the header's sentence leads to how it is measured, and back", LIMIT, async () => {
  const visitor = await newYorker(morning(Date.now() + 17 * DAY));
  await visitor.open();
  await visitor.live();
  const frame = await visitor.frame();
  const sheet = frame.frameLocator("#about iframe");
  for (const leave of [() => frame.locator("#about button").click(), () => sheet.locator("a").press("Escape")]) {
    await frame.locator("#clock").press("Enter");
    const document = await (await ask(`/v1/sites/${pronto.site}/reply-time`, { method: "GET" })).json();
    await sheet.locator("dd", { hasText: new RegExp(`^${document.reply.sample}$`) }).first().waitFor();
    await sheet.locator("dd", { hasText: `${document.promises.kept} su ${document.promises.kept + document.promises.missed}` }).waitFor();
    assert.match(await sheet.locator("li b").first().innerText(), /minut/);
    await leave();
    await frame.locator("#about:not([open])").waitFor({ state: "attached" });
    assert.equal(await frame.evaluate(() => document.activeElement.id), "clock");
  }
  await visitor.composer.waitFor();
  await visitor.context.close();
});

test("the visitor sees the promise in their own time, that it was broken, and nothing once there is an answer", LIMIT, async () => {
  const now = morning(Date.now() + 18 * DAY);
  const visitor = await newYorker(now);
  owner = await signIn();
  await visitor.open();
  await visitor.live();
  const [answer] = await Promise.all([
    visitor.page.waitForResponse((answer) => /\/messages$/.test(answer.url()) && answer.request().method() === "POST"),
    visitor.write("Avete ancora focaccia?"),
  ]);
  const { message, promise_by } = await answer.json();
  const promise = (await visitor.frame()).locator(".promise");
  await eventually("the promise", async () => (await promise.innerText()).includes(said(promise_by, {})));
  assert.equal(await promise.getAttribute("role"), "status");
  await pronto.setClock(promise_by + MINUTE);
  await visitor.page.clock.fastForward(promise_by + MINUTE - now);
  await eventually("the word that it was broken", async () => /più di quanto avevamo detto/.test(await promise.innerText()));
  await visitor.page.reload();
  await visitor.open();
  const again = (await visitor.frame()).locator(".promise");
  await eventually("the same after a reload", async () => /più di quanto avevamo detto/.test(await again.innerText()));
  await reply(message.conversation_id);
  await eventually("no promise", async () => (await again.innerText()) === "");
  await visitor.context.close();
});

test("where the answer lies far ahead, an address can be left, changed and taken away", LIMIT, async () => {
  const visitor = await newYorker(morning(Date.now() + 19 * DAY) + 13 * HOUR);
  await visitor.open();
  await visitor.write("Siete aperti domani?");
  let frame = await visitor.frame();
  await frame.locator("#address").fill("anna@posta");
  await frame.locator("#mail button").click();
  await frame.locator("#mail .why", { hasText: "non è un indirizzo" }).waitFor();
  assert.equal(await frame.locator("#address").inputValue(), "anna@posta");
  await frame.locator("#address").fill("anna@posta.example");
  await frame.locator("#mail button").click();
  const kept = { hasText: "a…@posta.example" };
  await frame.locator("#mail", kept).waitFor();
  await visitor.page.reload();
  await visitor.open();
  frame = await visitor.frame();
  await frame.locator("#mail", kept).waitFor();
  await frame.locator("#mail button").first().click();
  await eventually("the caret in the field", () => frame.evaluate(() => document.activeElement.id === "address"));
  await frame.locator("#address").fill("berta@posta.example");
  await frame.locator("#address").press("Enter");
  await frame.locator("#mail", { hasText: "b…@posta.example" }).waitFor();
  await frame.locator("#mail button").last().click();
  await frame.locator("#address").waitFor();
  await visitor.context.close();
});

test("without script the hosted page names the promise and its zone", LIMIT, async () => {
  await pronto.setClock(morning(Date.now() + 21 * DAY));
  const visitor = await Visitor.at(browser, pronto, `${pronto.chat}/c/${pronto.site}`, { javaScriptEnabled: false });
  await visitor.page.locator("#text").fill("Buongiorno");
  await visitor.page.locator("#send").click();
  assert.match(await visitor.page.locator(".promise").innerText(), /^Avrai una risposta .*\d:\d\d \(Europe\/Rome\)\.$/);
  const [sheet] = await Promise.all([visitor.context.waitForEvent("page"), visitor.page.locator("#clock").click()]);
  await sheet.locator("h1", { hasText: "Quanto ci mette" }).waitFor();
  await visitor.context.close();
});
