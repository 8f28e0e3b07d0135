// The two people of every story, and the business's backend: what they do and see, in the words of the screens.

import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { atEnd, eventually, startBackend } from "./harness.mjs";

const WORDS = JSON.parse(readFileSync(new URL("../../../www/locales/it.json", import.meta.url), "utf8"));
const PHONE = { width: 390, height: 844 };

/** How far a message has come, as its author reads it; a later step is also the earlier one. */
const STEPS = { sending: ["sending", "waiting"], sent: ["sent", "delivered", "read"], delivered: ["delivered", "read"], read: ["read"] };

/** One side's view of a thread: rows that each hold one `words`, and say somewhere how far the message has come. */
class Thread {
  constructor(rows, words) {
    Object.assign(this, { rows, words });
  }

  row = (text) => this.rows.filter({ hasText: text.split("\n").at(-1) }).last();

  /** What stands in it, top to bottom. */
  texts = () => this.rows.evaluateAll((rows, words) => rows.map((row) => row.querySelector(words).innerText.trim()), this.words);

  async shows(wanted) {
    let last;
    await eventually("the whole thread", async () => JSON.stringify((last = await this.texts())) === JSON.stringify(wanted))
      .catch(() => assert.deepEqual(last, wanted));
  }

  async receipt(text, step) {
    const wanted = STEPS[step].map((key) => WORDS[`panel.${key}`]);
    await eventually(`“${text}” ${step}`, async () => {
      const said = await this.row(text).innerText({ timeout: 1_000 });
      return wanted.some((word) => said.includes(word));
    });
  }
}

/** Somebody on the shop's page. */
export class Visitor {
  static atShop = (browser, pronto, look) => Visitor.at(browser, pronto, pronto.shop, look);

  /** `look`: what a Playwright context takes. A phone by default. */
  static async at(browser, pronto, address, look = {}) {
    const context = await browser.newContext({ viewport: PHONE, locale: "it-IT", timezoneId: "Europe/Rome", ...look });
    const visitor = new Visitor(context, await context.newPage(), pronto);
    await visitor.page.goto(address);
    return visitor;
  }

  constructor(context, page, pronto) {
    Object.assign(this, { context, page, pronto });
    this.launcher = page.locator("pronto-launcher").getByRole("button");
    const frame = page.frameLocator("pronto-launcher iframe");
    this.composer = frame.locator("#text");
    this.send = frame.locator("#send");
    this.seen = new Thread(frame.locator("ol.thread li.message"), ".body");
    this.status = frame.getByRole("status");
  }

  async anotherTab() {
    const visitor = new Visitor(this.context, await this.context.newPage(), this.pronto);
    await visitor.page.goto(this.pronto.shop);
    return visitor;
  }

  /** The frame itself, for what has to be asked inside it. */
  frame = async () => (await this.page.locator("pronto-launcher iframe").elementHandle()).contentFrame();

  async open() {
    await this.launcher.click();
    await this.composer.waitFor();
  }

  /** The same page running from right to left, in words that the stories know. */
  async mirror() {
    await this.page.evaluate(() => (document.querySelector("pronto-launcher").shadowRoot.querySelector("section").dir = "rtl"));
    await (await this.frame()).evaluate(() => (document.documentElement.dir = "rtl"));
  }

  /** By Escape, which also works where the panel covers the launcher. */
  async close() {
    await this.composer.press("Escape");
    await eventually("a closed panel", async () => (await this.launcher.getAttribute("aria-expanded")) === "false");
  }

  /** The wasm has taken over. */
  live = async () => {
    const frame = await this.frame();
    await eventually("a live panel", () => frame.evaluate(() => window.pronto.live));
  };

  async write(text) {
    await this.composer.fill(text);
    await this.send.click();
    await eventually("an empty composer", async () => (await this.composer.inputValue()) === "");
  }

  sees = (text) => this.seen.row(text).waitFor();

  shows = (wanted) => this.seen.shows(wanted);

  receipt = (text, step) => this.seen.receipt(text, step);

  /** The message was refused for good, keeps its words and offers both ways out. */
  async failed(text) {
    for (const name of [WORDS["panel.try_again"], WORDS["panel.discard"]]) await this.seen.row(text).getByRole("button", { name }).waitFor();
  }

  /** The panel says what is wrong with the connection. */
  notices = () => this.status.first().waitFor();
}

/** Somebody of the business, in the inbox. */
export class Agent {
  /** Signed in through the inbox's own form. `onSignIn` sees the form first. */
  static async signIn(browser, pronto, { onSignIn, ...look } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "it-IT", timezoneId: "Europe/Rome", ...look });
    const agent = new Agent(context, await context.newPage(), pronto);
    await agent.page.goto(`${pronto.chat}/inbox`);
    await agent.email.waitFor();
    await onSignIn?.(agent.page);
    await agent.logIn(pronto.login);
    await agent.list.first().waitFor();
    return agent;
  }

  constructor(context, page, pronto) {
    Object.assign(this, { context, page, pronto });
    this.email = page.locator("input[type=email]");
    this.password = page.locator("input[type=password]");
    this.list = page.locator("a.row");
    this.order = page.locator("#order");
    this.back = page.locator("header .tool.narrow-only").first();
    this.answer = page.locator("#answer");
    this.seen = new Thread(page.locator("ol.bubbles li"), ".words");
  }

  async logIn({ email, password }) {
    await this.email.fill(email);
    await this.password.fill(password);
    await this.password.press("Enter");
  }

  /** Opens from the list the conversation that `text` was written in. */
  async openThread(text) {
    this.conversation = await eventually(`a conversation with “${text}”`, async () => {
      const { conversations } = await this.ask("GET", `/v1/inbox/conversations?site=${this.pronto.site}&order=newest`);
      for (const { conversation } of conversations.slice(0, 3)) {
        const { messages } = await this.ask("GET", `/v1/conversations/${conversation.conversation_id}/messages`);
        if (messages.some(({ body }) => body.includes(text))) return conversation.conversation_id;
      }
    });
    if (await this.back.isVisible()) await this.back.click();
    await this.order.selectOption("newest");
    await this.page.locator(`a.row[data-row="${this.conversation}"]`).click();
    await this.answer.waitFor();
  }

  async openFirst() {
    await this.list.first().click();
    await this.answer.waitFor();
    await this.seen.rows.first().waitFor();
  }

  async write(text) {
    await this.answer.fill(text);
    await this.answer.press("Enter");
  }

  async openSettings() {
    if (await this.back.isVisible()) await this.back.click();
    await this.page.locator('a[href="#settings"]').first().click();
    await this.page.locator("#site-name").waitFor();
  }

  /** Writes one of the site's settings, by the id of its field. */
  set = (field, value) => this.page.locator(`#${field}`).fill(value);

  async save() {
    await this.page.locator(".save-bar button[type=submit]").click();
    await this.page.locator(".save-bar .done").waitFor();
  }

  shows = (wanted) => this.seen.shows(wanted);

  receipt = (text, step) => this.seen.receipt(text, step);

  /** The open conversation as the server has it. */
  stored = async () => (await this.ask("GET", `/v1/conversations/${this.conversation}/messages?limit=200`)).messages;

  /** What the inbox's own code may ask of the server, asked with its session. */
  async ask(method, path, body) {
    return this.page.evaluate(async ([method, path, body]) => {
      const { csrf } = await (await fetch("/v1/inbox/me")).json();
      const headers = { "x-pronto-csrf": csrf, "content-type": "application/json" };
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text && JSON.parse(text);
    }, [method, path, body]);
  }
}

/** The repository's example backend, made the demo site's, with an ear of the test's own in front of it. */
export async function openBackend(pronto, agent) {
  const site = `/v1/inbox/sites/${pronto.site}`;
  const { settings } = await agent.ask("GET", site);
  const { secret } = await agent.ask("POST", `${site}/webhook-secrets`);
  const { secret: key } = await agent.ask("POST", `${site}/api-keys`, { name: "example backend" });
  const backend = await startBackend(pronto, secret, key);

  const heard = [];
  const ear = createServer(async (request, answer) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { host, connection, ...headers } = request.headers;
    const reply = await fetch(backend + request.url, { method: request.method, headers, body });
    const said = await reply.text();
    heard.push({ headers, body, event: JSON.parse(body), status: reply.status, said });
    answer.writeHead(reply.status, { "content-type": reply.headers.get("content-type") ?? "text/plain" }).end(said);
  });
  await new Promise((resolve) => ear.listen(0, "127.0.0.1", resolve));
  atEnd(() => (ear.closeAllConnections(), new Promise((resolve) => ear.close(resolve))));
  await agent.ask("PUT", site, { ...settings, backend_url: `http://127.0.0.1:${ear.address().port}/webhook` });

  const verifies = ({ headers, body }) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const wanted = createHmac("sha256", key).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`).digest();
    return headers["webhook-signature"].split(" ").some((one) => {
      const [version, signature] = one.split(",");
      const given = Buffer.from(signature, "base64");
      return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
    });
  };
  return {
    verifies,
    heard: (text) => eventually(`a webhook with “${text}”`, () => heard.find(({ event }) => event.data.message.body === text)),
    close: () => agent.ask("PUT", site, settings),
  };
}
