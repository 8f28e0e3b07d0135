// What an answer costs, before the agent's eyes: a window that closes, a late answer, and the entry, the statement and the
// CSV that agree about it; a budget that asks first. The server's clock is moved; nobody waits for a day.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { clean, picture } from "../support/look.mjs";
import { Agent } from "../support/people.mjs";

const LIMIT = { timeout: 180_000 };
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const PHONE = { width: 375, height: 812 };
const PRICE = /0,0\d+ €/;
let browser, pronto, agent, site;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start({ testClock: true })]);
  // Ten in the morning in Parma, in the middle of a month, so that a day more or less stays in it.
  const today = new Date();
  await pronto.setClock(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 12, 9));
  agent = await Agent.signIn(browser, pronto);
  site = `/v1/inbox/sites/${pronto.site}`;
  await charge({ micros: 5_000_000, currency: "EUR" });
});

/** Answers of the site's chat are charged by the book of 2018, in Italy, up to a budget. */
async function charge(budget) {
  const { settings } = await agent.ask("GET", site);
  const books = [{ channel: "widget", book: "late-reply-2018" }];
  await agent.ask("PUT", site, { ...settings, billing: { time_zone: "Europe/Rome", market: "IT", books, budget } });
}

/** Somebody with a device of their own, who asks once and whose device then takes in what is answered. */
class Asker {
  static async ask(body) {
    const asker = new Asker();
    asker.conversation = randomUUID();
    asker.secret = randomBytes(32).toString("base64url");
    await asker.post(`/v1/sites/${pronto.site}/sessions`, { conversation_id: asker.conversation });
    await asker.post(`/v1/conversations/${asker.conversation}/messages`, { message_id: randomUUID(), body });
    asker.closes = (await agent.ask("GET", `/v1/inbox/conversations/${asker.conversation}`)).window.closes_at;
    return asker;
  }

  async post(path, body) {
    const headers = { authorization: `Bearer ${this.secret}`, "content-type": "application/json" };
    const answer = await fetch(pronto.api + path, { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  }

  /** What is delivered is what is charged. */
  takes = (seq) => this.post(`/v1/conversations/${this.conversation}/receipts`, { delivered: seq, read: seq });
}

/** Moves the server's clock; the inbox hears of it as it would after a long sleep, by connecting anew. */
async function at(time) {
  await pronto.setClock(time);
  await agent.page.reload();
  await agent.list.first().waitFor();
}

/** What somebody reads there; how wide a blank is does not matter. */
const read = async (place) => (await place.innerText()).replace(/\s+/g, " ");
const cost = () => read(agent.page.locator("#answer-cost"));
const says = (wanted) => eventually(`“${wanted}” at the answer box`, async () => wanted.test(await cost()));
const open = (asker) => agent.page.goto(`${pronto.chat}/inbox#conversation=${asker.conversation}`);
const statement = () => agent.ask("GET", `${site}/statement`);

/** The lines of the CSV as objects, fetched as the link on the page fetches it. */
async function csv() {
  const href = await agent.page.locator("a[download]").getAttribute("href");
  const text = await agent.page.evaluate(async (href) => (await fetch(href)).text(), href);
  const [head, ...lines] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  return lines.map((line) => Object.fromEntries(line.map((cell, place) => [head[place], cell])));
}

test("a window closes before the agent's eyes, and what the late answer costs is the same everywhere", LIMIT, async () => {
  const asker = await Asker.ask("Avete ancora il pane di segale?");
  await open(asker);
  await says(/gratis ancora per 23 h 59 min, poi costa 0,0/);
  await agent.seen.row("pane di segale").waitFor();
  await picture(agent.page, "money-desktop-light-window-open");

  await at(asker.closes - 20 * MINUTE);
  await says(/gratis ancora per (19|20) min/);
  await at(asker.closes - 12 * SECOND);
  await says(/gratis ancora per meno di 1 min/);
  // Nothing is moved and nothing loaded any more: it closes by itself.
  await says(/costa 0,0\d+ €: la finestra si è chiusa/);
  const [price] = PRICE.exec(await cost());
  const row = agent.page.locator(`a.row[data-row="${asker.conversation}"]`);
  assert.match(await read(row), /in ritardo di/);

  await at(asker.closes + 2 * HOUR);
  await says(/la finestra si è chiusa 2 h fa/);
  await picture(agent.page, "money-desktop-light-window-closed");
  await agent.write("Scusi l'attesa: sì, due pagnotte.");
  await agent.receipt("due pagnotte", "sent");
  assert.equal((await statement()).entries.length, 0, "what has not arrived is not charged");
  await asker.takes(2);

  const month = agent.page.locator(".costs-month");
  await eventually("the month above the list", async () => (await read(month)).includes(`${price} su 5,00`));
  await agent.page.locator('.costs-month a[href="#statement"]').click();
  const entry = agent.page.locator("table.entries tbody tr");
  await entry.first().waitFor();
  const shown = await read(entry.first());
  assert.ok(shown.includes(price) && shown.includes("in ritardo di 2 h"), shown);
  assert.equal(await read(agent.page.locator(".totals dd")), price);

  const drawn = await statement();
  const sum = drawn.entries.reduce((all, { amount }) => all + amount.micros, 0);
  assert.deepEqual([drawn.entries.length, drawn.totals, drawn.unknown], [1, [{ micros: sum, currency: "EUR" }], 0]);
  assert.equal(drawn.lines.reduce((all, { amount }) => all + amount.micros, 0), sum);
  const rows = await csv();
  assert.deepEqual(rows.map(({ message_id, amount, currency, reason }) => [message_id, Math.round(amount * 1e6), currency, reason]), [[drawn.entries[0].message_id, sum, "EUR", "late"]]);
  assert.equal(price, `${String(sum / 1e6).replace(".", ",")} €`, "exact to the micro-unit");
  await clean("the statement, light", agent.page.mainFrame());
  await picture(agent.page, "money-desktop-light-statement");
});

test("over the budget the inbox asks first, and sends the same message once it is told to", LIMIT, async () => {
  const before = (await statement()).entries.length;
  const asker = await Asker.ask("Fate anche torte?");
  await charge({ micros: 10_000, currency: "EUR" });
  await at(asker.closes + HOUR);
  await open(asker);
  await says(/la finestra si è chiusa 1 h fa/);
  await agent.write("Sì, su ordinazione.");
  const bubble = agent.seen.row("su ordinazione");
  const question = bubble.locator(".wedged");
  await question.waitFor();
  assert.match(await read(question), /Il budget di 0,01 € di questo mese è esaurito e questo messaggio costa 0,0\d+ €\. Lo invii lo stesso\?/);
  assert.equal((await agent.ask("GET", `/v1/conversations/${asker.conversation}/messages`)).messages.length, 1, "nothing was sent unasked");
  await clean("the question, light", agent.page.mainFrame());
  await picture(agent.page, "money-desktop-light-over-budget");

  await question.getByRole("button", { name: "Invia lo stesso" }).click();
  await agent.receipt("su ordinazione", "sent");
  const { messages } = await agent.ask("GET", `/v1/conversations/${asker.conversation}/messages`);
  assert.deepEqual(messages.map(({ body }) => body), ["Fate anche torte?", "Sì, su ordinazione."]);
  await asker.takes(2);
  await eventually("its entry", async () => (await statement()).entries.length === before + 1);
  await eventually("the word that the budget is used up", async () => /esaurito/.test(await agent.page.locator(".costs").innerText()));

  await agent.page.reload();
  await agent.seen.row("su ordinazione").waitFor();
  assert.equal(await agent.seen.rows.count(), 2, "one message, and nothing left in the queue");

  // A file that goes with it is no way round the question.
  const asked = agent.page.waitForEvent("filechooser"), said = [], answers = [false, true];
  await agent.page.locator("#attach").click();
  await (await asked).setFiles([{ name: "torte.txt", mimeType: "text/plain", buffer: Buffer.from("Torta di mele\n") }]);
  await agent.page.locator(".tray").getByText("torte.txt", { exact: true }).waitFor();
  agent.page.on("dialog", (dialog) => {
    said.push(dialog.message());
    return answers.shift() ? dialog.accept() : dialog.dismiss();
  });
  await agent.answer.fill("Il listino");
  await agent.answer.press("Enter");
  await eventually("the words back in the box", async () => (await agent.answer.inputValue()) === "Il listino");
  assert.equal(await agent.page.locator(".tray li").count(), 1);
  assert.equal(await agent.seen.rows.count(), 2, "nothing was sent unasked");
  await agent.answer.press("Enter");
  await agent.seen.row("Il listino").getByRole("link", { name: /torte\.txt/ }).waitFor();
  assert.deepEqual(said, Array(2).fill("Il budget di questo mese è esaurito e questo messaggio può costare. Lo invii lo stesso?"));
});

test("a visitor is blocked as spam, marked, and taken back", LIMIT, async () => {
  const asker = await Asker.ask("Comprate qui i vostri follower");
  await open(asker);
  await agent.page.getByRole("button", { name: "Blocca come spam" }).click();
  await agent.page.getByRole("button", { name: "Sì, blocca" }).click();
  const row = agent.page.locator(`a.row[data-row="${asker.conversation}"]`);
  await eventually("a marked row", async () => /Bloccato/.test(await row.innerText()));
  await agent.page.getByRole("button", { name: "Togli il blocco" }).click();
  await eventually("a row like any other", async () => !/Bloccato/.test(await row.innerText()));
});

test("an owner sets a holiday, an away message and the budget on the settings' screen", LIMIT, async () => {
  await agent.openSettings();
  await agent.page.getByRole("button", { name: "Aggiungi un giorno" }).click();
  const day = agent.page.locator(".day-row").last();
  await agent.page.locator(".save-bar button[type=submit]").click();
  await agent.page.getByText("A questo giorno manca la data.").waitFor();
  await day.locator("input[type=date]").fill("2099-12-25");
  await day.locator("input[type=text]").fill("Natale");
  await agent.set("away", "Ora siamo chiusi: rispondiamo domattina.");
  await agent.set("budget", "12,50");
  assert.match(await read(agent.page.locator(".preview")), /^(Aperto|Chiuso) ora, /);
  await clean("the settings, light", agent.page.mainFrame());
  await agent.save();
  const { settings } = await agent.ask("GET", site);
  assert.deepEqual(settings.hours.exceptions.at(-1), { date: "2099-12-25", spans: [], name: "Natale" });
  assert.equal(settings.away, "Ora siamo chiusi: rispondiamo domattina.");
  assert.deepEqual(settings.billing.budget, { micros: 12_500_000, currency: "EUR" });
  assert.equal(settings.billing.books.length, 1, "what was not touched stays");
  const badge = agent.page.locator("img.badge");
  await badge.scrollIntoViewIfNeeded();
  await eventually("the picture of the reply time", () => badge.evaluate((image) => image.complete && image.naturalWidth > 0));
});

test("in the dark and on a phone all of it can be read", LIMIT, async () => {
  for (const [name, look] of [["phone-light", { viewport: PHONE }], ["phone-dark", { viewport: PHONE, colorScheme: "dark" }], ["desktop-dark", { colorScheme: "dark" }]]) {
    const clerk = await Agent.signIn(browser, pronto, look);
    await clerk.page.locator(".costs").waitFor();
    await clean(`the list, ${name}`, clerk.page.mainFrame());
    await picture(clerk.page, `money-${name}-list`);
    await clerk.openFirst();
    await clean(`a thread, ${name}`, clerk.page.mainFrame());
    await picture(clerk.page, `money-${name}-thread`);
    await clerk.page.goto(`${pronto.chat}/inbox#statement`);
    await clerk.page.locator("table.entries").waitFor();
    await clean(`the statement, ${name}`, clerk.page.mainFrame());
    await picture(clerk.page, `money-${name}-statement`);
    await clerk.page.goto(`${pronto.chat}/inbox#settings`);
    await clerk.page.locator("#budget").scrollIntoViewIfNeeded();
    await clean(`the settings, ${name}`, clerk.page.mainFrame());
    await picture(clerk.page, `money-${name}-settings`);
    await clerk.context.close();
  }
});
