// The reply clock as a visitor sees it: the figure falls as answers get quicker, a promise is told and kept, and where
// nothing is known nothing is said. The server's clock is moved; nobody waits for hours.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Visitor } from "./support/people.mjs";
import { Pronto, endAll, startBrowser } from "./support/harness.mjs";

const LIMIT = { timeout: 120_000 };
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const NEW_SHOP = "nuovo";
let browser, pronto, owner;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start({ testClock: true })]);
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
  const [, number, unit] = /entro (?:un')?(\d*) ?(minuti|or[ae]|giorno)/.exec(sentence) ?? assert.fail(`no figure in “${sentence}”`);
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
  assert.match(badge, />Novità: ancora nessun dato<\/text>/);
  const visitor = await Visitor.at(browser, pronto, `${pronto.chat}/c/${NEW_SHOP}`);
  const page = await visitor.page.locator("body").innerText();
  assert.doesNotMatch(page, /entro|minut/i);
  const document = await (await ask(`/v1/sites/${NEW_SHOP}/reply-time`, { method: "GET" })).json();
  assert.deepEqual([document.reply.verdict, document.reply.minutes, document.quantiles], ["new", undefined, []]);
});
