// Files that go with messages: by button, paste and drop, from both sides; what leaves the device, a network that goes away in the
// middle, and what is not taken.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Agent, Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { clean, picture } from "../support/look.mjs";
import { photograph, tellsPlace } from "../support/photo.mjs";

const LIMIT = { timeout: 120_000 };
const WORDS = JSON.parse(readFileSync(new URL("../../../www/locales/it.json", import.meta.url), "utf8"));
const LIST = { name: "lista.csv", mimeType: "text/csv", buffer: Buffer.from("pane,3\nsegale,1\n") };
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

async function visit(look) {
  const visitor = await Visitor.atShop(browser, pronto, look);
  await visitor.open();
  await visitor.live();
  const frame = await visitor.frame();
  return { visitor, frame, tray: frame.locator(".tray") };
}

/** Chooses files by "+". */
async function choose({ visitor, frame }, ...files) {
  await frame.locator("#more").click();
  const asked = visitor.page.waitForEvent("filechooser");
  await frame.getByRole("menuitem", { name: WORDS["more.files"] }).click();
  await (await asked).setFiles(files);
}

/** Pastes or drops files where `document` is. */
const hand = (document, kind, files) => document.evaluate(([kind, files]) => {
  const data = new DataTransfer();
  for (const { name, mimeType, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
  const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
  return event.defaultPrevented;
}, [kind, files.map(({ name, mimeType, buffer }) => ({ name, mimeType, bytes: [...buffer] }))]);

/** The bytes behind a link of the thread, as the server has them. */
const stored = (page, link) => page.evaluate(async (link) => {
  const answer = await fetch(link);
  return { type: answer.headers.get("content-type"), how: answer.headers.get("content-disposition"), bytes: [...new Uint8Array(await answer.arrayBuffer())] };
}, link).then(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes) }));

const seen = (image) => eventually("the picture itself", () => image.evaluate((image) => image.complete && image.naturalWidth > 0 && [image.naturalWidth, image.naturalHeight]));

test("a photograph and a list go by the button, without the place", LIMIT, async () => {
  const there = await visit(), { visitor, frame, tray } = there;
  const photo = await photograph(visitor.page);
  assert.ok(tellsPlace(photo));
  await visitor.write("Prima le parole");
  await choose(there, { name: "IMG_0001.JPG", mimeType: "image/jpeg", buffer: photo }, LIST);
  await tray.getByText("lista.csv", { exact: true }).waitFor();
  await eventually("both at the server", async () => !(await tray.locator("progress:visible").count()));
  await visitor.composer.fill("Ecco la foto e la lista");
  await picture(visitor.page, "files-wait-phone");
  await clean("files that wait", frame);
  await visitor.send.click();
  const row = visitor.seen.row("Ecco la foto e la lista"), image = row.locator("img");
  await image.waitFor();
  assert.deepEqual(await seen(image), [300, 400], "upright, as it was taken");
  assert.equal(await image.getAttribute("alt"), "IMG_0001.JPG");
  await eventually("nothing left above the composer", async () => !(await tray.locator("li").count()));
  await picture(visitor.page, "files-sent-phone");
  await clean("files in the thread", frame);
  const kept = await stored(frame, await image.getAttribute("src"));
  assert.deepEqual([kept.type, tellsPlace(kept.bytes), kept.bytes.includes("Exif")], ["image/jpeg", false, false]);
  const list = await stored(frame, await row.getByRole("link", { name: /lista\.csv/ }).getAttribute("href"));
  assert.equal(list.bytes.toString(), LIST.buffer.toString());
  assert.match(list.how, /^attachment;/);

  // The agent sees them, in the list of conversations too.
  await agent.openThread("Ecco la foto e la lista");
  assert.deepEqual(await seen(agent.page.locator(".attached img")), [300, 400]);
  await agent.page.getByRole("link", { name: /lista\.csv/ }).waitFor();
  await picture(agent.page, "files-inbox");
  await clean("files in the inbox", agent.page.mainFrame());
  await visitor.context.close();
});

test("what never went through our page loses its place at the server", LIMIT, async () => {
  const { visitor, frame } = await visit();
  await visitor.write("Da un altro programma");
  await visitor.receipt("Da un altro programma", "sent");
  const photo = await photograph(visitor.page);
  const link = await frame.evaluate(async ([site, bytes]) => {
    const { secret, conversation_id: id } = JSON.parse(localStorage.getItem(`pronto:${site}:me`));
    const ask = async (method, tail, body, headers) => (await fetch(`/v1/conversations/${id}/attachments${tail}`, { method, body, headers: { authorization: `Bearer ${secret}`, ...headers } })).json();
    await ask("POST", "", JSON.stringify({ attachment_id: "raw", name: "raw.jpg", bytes: bytes.length }), { "content-type": "application/json" });
    return (await ask("PATCH", "/raw", new Uint8Array(bytes), { "upload-offset": "0" })).attachment.url;
  }, [pronto.site, [...photo]]);
  const { bytes } = await stored(frame, link);
  assert.equal(tellsPlace(bytes), false);
  assert.ok(bytes.length > photo.length / 2, "the picture itself is there");
  await visitor.context.close();
});

test("the first thing that somebody says may be a pasted picture, and the next a dropped file", LIMIT, async () => {
  const { visitor, frame, tray } = await visit({ viewport: { width: 1280, height: 800 }, colorScheme: "dark" });
  const photo = await photograph(visitor.page, 640, 360);
  await visitor.composer.focus();
  assert.equal(await hand(frame, "paste", [{ name: "image.png", mimeType: "image/png", buffer: photo }]), true);
  await tray.locator("li img").waitFor();
  await picture(visitor.page, "files-wait-dark");
  await visitor.composer.press("Enter");
  await seen(visitor.seen.rows.locator("img"));
  assert.equal(await hand(frame, "dragover", []), false, "what holds no file is not ours");
  assert.equal(await hand(frame, "drop", [LIST]), true);
  await tray.getByText("lista.csv", { exact: true }).waitFor();
  await visitor.composer.fill("E la lista");
  await visitor.composer.press("Enter");
  await visitor.seen.row("E la lista").getByRole("link", { name: /lista\.csv/ }).waitFor();
  await visitor.composer.fill("Una senza file");
  await visitor.composer.press("Enter");
  await visitor.receipt("Una senza file", "sent");
  await picture(visitor.page, "files-sent-dark");
  // Another visit finds all of it again.
  await visitor.page.reload();
  await visitor.open();
  await seen(visitor.seen.rows.locator("img"));
  await visitor.context.close();
});

test("a network that goes away in the middle costs nothing: the upload goes on where it was, over a reload too", LIMIT, async () => {
  const there = await visit(), { visitor, tray } = there;
  const big = { name: "grande.txt", mimeType: "text/plain", buffer: Buffer.from("Pane di segale, lievito madre.\n".repeat(60_000)) };
  const begun = [];
  let cut = 2;
  await visitor.context.route("**/attachments/**", async (route) => {
    const at = Number(route.request().headers()["upload-offset"]);
    if (route.request().method() !== "PATCH") return route.continue();
    if (cut-- <= 0) return route.abort();
    begun.push(at);
    await route.continue();
  });
  await choose(there, big);
  await tray.getByText(WORDS["panel.waiting"]).waitFor();
  assert.deepEqual(begun, [0, 262_144]);
  await visitor.composer.fill("Con il file grande");
  await visitor.send.click();
  await tray.getByText("Con il file grande").waitFor();
  await picture(visitor.page, "files-cut-phone");
  await clean("an upload that waits", await visitor.frame());

  // The page is gone as well; what was chosen, and the words, are not.
  await visitor.page.reload();
  await visitor.open();
  const frame = await visitor.frame();
  await frame.locator(".tray").getByText("Con il file grande").waitFor();
  cut = Infinity;
  const link = visitor.seen.row("Con il file grande").getByRole("link", { name: /grande\.txt/ });
  await link.waitFor({ timeout: 60_000 });
  assert.deepEqual(begun.slice(0, 4), [0, 262_144, 524_288, 786_432]);
  assert.equal(new Set(begun).size, begun.length, "no piece went twice");
  const { bytes } = await stored(frame, await link.getAttribute("href"));
  assert.ok(bytes.equals(big.buffer));
  assert.equal(await visitor.seen.rows.count(), 1);
  await visitor.context.close();
});

test("what is not taken is told at once, and the rest goes on", LIMIT, async () => {
  const there = await visit({ viewport: { width: 320, height: 640 } }), { visitor, frame, tray } = there;
  const alert = tray.getByRole("alert");
  await choose(there, { name: "gatto.jpg", mimeType: "image/jpeg", buffer: Buffer.from("MZ\x90\0\x03\0\0\0", "latin1") }, LIST);
  await eventually("why it was refused", async () => (await alert.innerText()).includes(WORDS["more.kind"].replace("{name}", "gatto.jpg")));
  assert.equal(await tray.locator("li").count(), 1);
  await choose(there, { name: "enorme.txt", mimeType: "text/plain", buffer: Buffer.alloc(10_000_001, "a") });
  await eventually("why it is too large", async () => (await alert.innerText()) === WORDS["more.large"].replace("{name}", "enorme.txt").replace("{n}", "10"));
  await choose(there, { name: "rotto.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG\r\n\x1a\n", "latin1") });
  await eventually("that it cannot be read", async () => (await alert.innerText()) === WORDS["more.broken"].replace("{name}", "rotto.png"));
  await visitor.mirror();
  await picture(visitor.page, "files-refused-320-rtl");
  await clean("refused files", frame);
  // One that was chosen by mistake is taken away again, and the words go alone.
  await tray.getByRole("button", { name: WORDS["more.remove"].replace("{name}", "lista.csv") }).click();
  await eventually("an empty tray", async () => !(await tray.locator("li").count()));
  await visitor.write("Solo parole");
  await visitor.receipt("Solo parole", "sent");
  await visitor.context.close();
});

test("an agent answers with files, by button, paste and drop", LIMIT, async () => {
  const { visitor, frame } = await visit();
  await visitor.write("Avete il listino?");
  await agent.openThread("Avete il listino?");
  const { page } = agent, tray = page.locator(".tray");
  const asked = page.waitForEvent("filechooser");
  await page.locator("#attach").click();
  await (await asked).setFiles([LIST]);
  await tray.getByText("lista.csv", { exact: true }).waitFor();
  const photo = await photograph(page);
  await agent.answer.focus();
  assert.equal(await hand(page, "paste", [{ name: "banco.jpg", mimeType: "image/jpeg", buffer: photo }]), true);
  await tray.locator("li img").waitFor();
  assert.equal(await hand(page, "drop", [{ ...LIST, name: "orari.csv" }]), true);
  await tray.getByText("orari.csv", { exact: true }).waitFor();
  await eventually("all at the server", async () => (await tray.locator("li").count()) === 3 && !(await tray.locator("progress:visible").count()));
  await agent.answer.fill("Ecco tutto");
  await picture(page, "files-inbox-wait");
  await clean("files that wait in the inbox", page.mainFrame());
  // Another conversation has none of it, and coming back finds it again.
  await agent.answer.press("Enter");
  await visitor.sees("Ecco tutto");
  const row = visitor.seen.row("Ecco tutto");
  assert.deepEqual(await seen(row.locator("img")), [300, 400]);
  assert.deepEqual(await row.getByRole("link").evaluateAll((links) => links.map((link) => link.textContent)), ["lista.csv · 1 kB", "", "orari.csv · 1 kB"]);
  const kept = await stored(frame, await row.locator("img").getAttribute("src"));
  assert.equal(tellsPlace(kept.bytes), false);
  await eventually("an empty answer box", async () => (await agent.answer.inputValue()) === "" && !(await tray.locator("li").count()));
  await picture(page, "files-inbox-sent");
  // The tray of the next one takes its room from the thread, whose end stays in sight.
  const again = page.waitForEvent("filechooser");
  await page.locator("#attach").click();
  await (await again).setFiles([{ ...LIST, name: "uno.csv" }, { ...LIST, name: "due.csv" }, { ...LIST, name: "tre.csv" }]);
  await tray.getByText("tre.csv", { exact: true }).waitFor();
  await eventually("the end of the thread", () => page.locator("[data-thread]").evaluate((thread) => thread.scrollHeight > thread.clientHeight && thread.scrollHeight - thread.scrollTop - thread.clientHeight < 2));
  await visitor.context.close();
});

test("without script the page says that files need it, and shows those that came", LIMIT, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "it-IT", viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(`${pronto.chat}/c/${pronto.site}`);
  await page.locator("#text").fill("Senza script");
  await page.locator("#send").click();
  await page.getByText("Senza script").waitFor();
  assert.equal(await page.locator("li.meta").innerText(), WORDS["you.script"]);
  await agent.openThread("Senza script");
  const asked = agent.page.waitForEvent("filechooser");
  await agent.page.locator("#attach").click();
  await (await asked).setFiles([LIST]);
  await eventually("it is at the server", async () => (await agent.page.locator(".tray li").count()) === 1 && !(await agent.page.locator(".tray progress:visible").count()));
  await agent.answer.press("Enter");
  await eventually("the file on the page", async () => {
    await page.reload();
    return page.getByRole("link", { name: "lista.csv" }).isVisible();
  });
  await page.screenshot({ path: new URL("../output/files-plain.png", import.meta.url).pathname });
  await context.close();
});

test("whoever leaves leaves no file behind on the device", LIMIT, async () => {
  const there = await visit(), { visitor, tray } = there;
  await visitor.write("Ciao");
  await visitor.receipt("Ciao", "sent");
  await choose(there, LIST);
  await tray.getByText("lista.csv", { exact: true }).waitFor();
  await visitor.page.evaluate(() => window.pronto.push(["logout"]));
  await eventually("an empty storage", async () => (await visitor.frame()).evaluate((site) => !localStorage.getItem(`pronto:${site}:me`), pronto.site).catch(() => false));
  const kept = async () => (await visitor.frame()).evaluate(() => new Promise((done) => {
    indexedDB.open("pronto").onsuccess = ({ target: { result } }) => {
      const change = result.transaction(["parcels", "blobs"]), counts = ["parcels", "blobs"].map((name) => change.objectStore(name).count());
      change.oncomplete = () => done(counts.reduce((sum, count) => sum + count.result, 0));
    };
  }));
  await eventually("no file on the device", async () => (await kept()) === 0);
  await visitor.context.close();
});
