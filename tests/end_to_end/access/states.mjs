// Every state that a visitor can meet, one after the other, in one look: what is looked at, and how it is reached.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { Agent, Visitor } from "../support/people.mjs";
import { MAIL, Pronto, atEnd } from "../support/harness.mjs";
import { snippet } from "../support/pages.mjs";
import { photograph } from "../support/photo.mjs";

const [HOUR, DAY] = [3_600_000, 86_400_000];
const LONG = "Donaudampfschifffahrtsgesellschaft".repeat(4);
const MESSAGES = /\/v1\/conversations\/[^/]+\/messages$/;

/** Half past ten of a coming day on which the demo's bakery is open; and the night after. */
function times() {
  const day = Math.ceil(Date.now() / DAY), monday = (day + 3) % 7 === 0;
  const morning = (monday ? day + 1 : day) * DAY + 8.5 * HOUR;
  return { morning, night: morning + 13.5 * HOUR };
}

/** Somebody whose browser's clock begins at `now`. */
async function at(browser, pronto, address, now, look) {
  const visitor = await Visitor.at(browser, pronto, "about:blank", look);
  await visitor.page.clock.install({ time: now });
  await visitor.page.goto(address);
  return visitor;
}

/**
 * Calls `see(state, page, documents)` in each state, with the documents that make it up, on a server of its own. `mirrored`:
 * all that has a direction is turned; the rest of `look` is what a Playwright context takes.
 */
export async function walk(browser, { mirrored, ...look }, see) {
  const pronto = await Pronto.start({ testClock: true, more: MAIL });
  const { morning, night } = times();
  await pronto.setClock(morning);
  const agent = await Agent.signIn(browser, pronto);
  const mirror = (document) => mirrored && document.evaluate(() => void (window.document.documentElement.dir = "rtl"));
  const panel = async (visitor, state) => see(state, visitor.page, [visitor.page.mainFrame(), await visitor.frame()]);
  const alone = async (visitor, state) => (await mirror(visitor.page.mainFrame()), see(state, visitor.page, [visitor.page.mainFrame()]));

  const visitor = await at(browser, pronto, pronto.shop, morning, look);
  await visitor.launcher.waitFor();
  await see("launcher", visitor.page, [visitor.page.mainFrame()]);
  await visitor.page.keyboard.press("Tab");
  await visitor.launcher.focus();
  await see("launcher, reached by keyboard", visitor.page, [visitor.page.mainFrame()]);
  await visitor.open();
  await visitor.live();
  if (mirrored) await visitor.mirror();
  await panel(visitor, "empty");
  await visitor.composer.fill("Buongiorno, avete pane senza sale?");
  await panel(visitor, "typed");
  await visitor.composer.press("Tab");
  await panel(visitor, "keyboard focus");

  let release;
  const released = new Promise((resolve) => (release = resolve));
  await visitor.context.route(MESSAGES, async (route) => (await released, route.continue()));
  await visitor.send.click();
  await visitor.receipt("pane senza sale?", "sending");
  await panel(visitor, "sending");
  release();
  await visitor.receipt("pane senza sale?", "sent");
  await visitor.context.unroute(MESSAGES);
  await agent.openThread("pane senza sale?");
  await agent.write("Sì, ogni mattina dalle sette: https://example.com/pane");
  await visitor.sees("ogni mattina dalle sette");
  await visitor.write(`Volentieri, grazie. ${LONG}`);
  await visitor.receipt(LONG, "sent");
  await panel(visitor, "answered");

  await visitor.context.setOffline(true);
  await visitor.write("Passo alle otto.");
  await visitor.notices();
  await panel(visitor, "offline");
  await visitor.context.setOffline(false);
  await visitor.receipt("Passo alle otto.", "sent");

  await visitor.context.route(MESSAGES, (route) => route.fulfill({
    status: 422, contentType: "application/json", body: JSON.stringify({ error: { code: "body_too_long", message: "Too long." } }),
  }));
  await visitor.write("Questa non passa.");
  await visitor.failed("Questa non passa.");
  await panel(visitor, "failed");
  await visitor.context.unroute(MESSAGES);

  for (let line = 1; line <= 30; line++) {
    await agent.ask("POST", `/v1/conversations/${agent.conversation}/messages`, { message_id: randomUUID(), body: `Riga numero ${line}` });
  }
  await visitor.sees("Riga numero 30");
  const frame = await visitor.frame();
  await frame.evaluate(() => void (document.querySelector(".scroll").scrollTop = -400));
  await agent.write("E questa arriva mentre si legge più su.");
  await frame.locator(".down").waitFor();
  await panel(visitor, "long thread");
  await visitor.close();
  await agent.write("E una che nessuno ha ancora visto.");
  await visitor.page.locator("pronto-launcher .n", { hasText: /\d/ }).waitFor();
  const [name, sentence, count] = await visitor.launcher.evaluate((button) => [button.ariaLabel, ...[".p", ".n"].map((part) => button.querySelector(part).textContent)]);
  assert.ok(name.includes(sentence.trim()) && name.endsWith(`: ${count}`), `${name} holds what is seen: ${sentence}, ${count}`);
  await see("unread", visitor.page, [visitor.page.mainFrame()]);
  await visitor.context.close();

  await pronto.setClock(night);
  const owl = await at(browser, pronto, pronto.shop, night, look);
  await owl.launcher.waitFor();
  await see("closed", owl.page, [owl.page.mainFrame()]);
  await owl.open();
  await owl.live();
  if (mirrored) await owl.mirror();
  await owl.write("Siete aperti domani?");
  const dark = await owl.frame();
  await dark.locator("#address").waitFor();
  await panel(owl, "promise and offer of e-mail");
  await dark.locator("#address").fill("anna@posta");
  await dark.locator("#mail button").click();
  await dark.locator("#mail .why:not(:empty)").waitFor();
  await panel(owl, "address that is none");
  await dark.locator("#address").fill("anna@posta.example");
  await dark.locator("#mail button").click();
  await dark.locator("#address").waitFor({ state: "detached" });
  await panel(owl, "address that is kept");
  await dark.locator("#clock").click();
  const sheet = await (await dark.locator("#about iframe").elementHandle()).contentFrame();
  await sheet.locator("h1").waitFor();
  await mirror(sheet);
  await see("how it is measured", owl.page, [owl.page.mainFrame(), dark, sheet]);
  await owl.context.close();

  const sender = await at(browser, pronto, pronto.shop, night, look);
  await sender.open();
  await sender.live();
  if (mirrored) await sender.mirror();
  const inside = await sender.frame(), tray = inside.locator(".tray");
  const list = { name: "Ordine per il matrimonio di sabato, con tutti gli ingredienti.csv", mimeType: "text/csv", buffer: Buffer.from("Pane;3\n") };
  const choose = async (...files) => {
    await inside.locator("#more").click();
    const asked = sender.page.waitForEvent("filechooser");
    await inside.getByRole("menuitem").first().click();
    await (await asked).setFiles(files);
  };
  let go;
  const gone = new Promise((resolve) => (go = resolve));
  await sender.context.route(/\/attachments\/[^/]+$/, async (route) => (await gone, route.continue()));
  await choose({ name: "torta.jpg", mimeType: "image/jpeg", buffer: await photograph(sender.page) }, list);
  await tray.locator("li").nth(1).waitFor();
  await sender.composer.fill("Così, ma per sei");
  await panel(sender, "files on their way");
  await choose({ name: "rotta.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG\r\n\x1a\n", "latin1") });
  await tray.locator(".wrong").waitFor();
  await panel(sender, "a file that is refused");
  go();
  await sender.send.click();
  await sender.receipt("Così, ma per sei", "sent");
  await sender.seen.row("Così, ma per sei").locator("img").scrollIntoViewIfNeeded();
  await panel(sender, "files in the thread");
  await sender.context.close();

  const pest = await at(browser, pronto, pronto.shop, night, look);
  await pest.open();
  await pest.live();
  if (mirrored) await pest.mirror();
  await pest.write("Comprate i miei orologi");
  await pest.receipt("i miei orologi", "sent");
  await agent.openThread("i miei orologi");
  await agent.ask("PATCH", `/v1/inbox/conversations/${agent.conversation}`, { blocked: true });
  await pest.write("Orologi, orologi");
  await pest.failed("Orologi, orologi");
  await panel(pest, "blocked");
  await pest.context.close();

  const site = `/v1/inbox/sites/${pronto.site}`, { settings } = await agent.ask("GET", site);
  const consent = "Ho letto l’informativa su https://panificio.example/privacy e acconsento.";
  const fields = [{ kind: "name", required: true }, { kind: "email" }, { kind: "text", label: `Numero d’ordine, oppure ${LONG.slice(0, 34)}` }];
  await agent.ask("PUT", site, { ...settings, pre_chat: { fields, consent }, quick_replies: ["Siete aperti domenica?", "Fate torte su ordinazione per più di cinquanta persone?"] });
  const asked = await at(browser, pronto, pronto.shop, night, look);
  await asked.open();
  await asked.live();
  if (mirrored) await asked.mirror();
  await panel(asked, "asked before the first message");
  const form = await asked.frame();
  await form.locator("#ask1").fill("anna@");
  await form.locator("#say button").first().press("Enter");
  await form.locator("#ask0[aria-invalid=true]").waitFor();
  await panel(asked, "asked, and left out");
  await form.locator("#agree").scrollIntoViewIfNeeded();
  await panel(asked, "asked, and not agreed to");
  await asked.context.close();
  const unscripted = await at(browser, pronto, "about:blank", night, look);
  await unscripted.context.route(/\.(wasm|js)$/, (route) => route.abort());
  await unscripted.page.goto(`${pronto.chat}/c/${pronto.site}`);
  await alone(unscripted, "hosted page that asks, nothing but HTML");
  await unscripted.context.close();
  await agent.ask("PUT", site, settings);

  const guest = await at(browser, pronto, `${pronto.chat}/c/${pronto.site}`, night, look);
  await guest.page.getByRole("textbox").fill("Una domanda");
  await guest.page.locator("#send").click();
  await guest.page.locator("li", { hasText: "Una domanda" }).waitFor();
  await alone(guest, "hosted page");
  await guest.context.route(/\.(wasm|js)$/, (route) => route.abort());
  await guest.page.goto(`${pronto.chat}/c/${pronto.site}`);
  await alone(guest, "hosted page, nothing but HTML");
  await guest.context.close();

  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html; charset=utf-8").end(
    `<!doctype html><html lang="it"><meta name="viewport" content="width=device-width"><title>Altrove</title><main><h1>Altrove</h1></main>${snippet(pronto)}</html>`));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))));
  const stranger = await at(browser, pronto, `http://127.0.0.1:${server.address().port}`, night, look);
  await stranger.launcher.click();
  await stranger.page.frameLocator("pronto-launcher iframe").locator("body").waitFor();
  await panel(stranger, "page that the site does not list");
  await stranger.context.close();
  await agent.context.close();
}
