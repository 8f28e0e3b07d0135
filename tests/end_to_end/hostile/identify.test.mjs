// Whom the business names, in a real page: nothing before somebody looks, the same conversations on every device, nothing of
// the one before, and the handbook's examples of how to sign.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { OUTPUT, Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { picture } from "../support/look.mjs";
import { Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
const GUIDE = readFileSync(new URL("../../../docs/visitors/identify.md", import.meta.url), "utf8");
let browser, pronto, pages, agent, secret;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
  agent = pages.agent;
  ({ secret } = await agent.ask("POST", `/v1/inbox/sites/${pronto.site}/identity-secrets`));
});

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function token(sub, name, more = {}) {
  const claims = { sub, aud: pronto.site, exp: Math.floor(Date.now() / 1000) + 300, name, jti: randomUUID(), ...more };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

const EARS = `<script>
  window.heard = [];
  window.pronto = window.pronto || [];
  for (const name of ["identify", "error", "logout"]) pronto.push(["on", name, ({ detail }) => heard.push(detail ? name + " " + detail : name)]);
</script>`;

const page = (token) => EARS + snippet(pronto, `data-identity="${token}"`);
const hears = (visitor, what) => eventually(`heard ${what}`, async () => (await visitor.page.evaluate(() => window.heard)).includes(what));
const asked = (visitor) => {
  const paths = [];
  visitor.context.on("request", (request) => request.url().startsWith(pronto.chat) && paths.push(new URL(request.url()).pathname));
  return paths;
};

/** Another page view on the same device. */
async function again(visitor, html) {
  await visitor.page.goto(pages.put(html));
  await visitor.launcher.waitFor();
}

test("a page view with a token asks for two files and leaves no row; a look makes the visitor known", LIMIT, async () => {
  const visitor = await pages.visit("<p>Attendi</p>");
  const paths = asked(visitor);
  // What the start wrote goes from the log into the file in the background: not before it rests can one tell.
  let before = pronto.written();
  for (let last; before !== last; before = pronto.written()) {
    last = before;
    await visitor.page.waitForTimeout(1_000);
  }
  await again(visitor, page(token("u-look", "Lia Rossi")));
  // The moment is defined by its length: the loader warms nothing within it.
  await visitor.page.waitForTimeout(3_500);
  assert.deepEqual(paths.map((path) => path.split("/")[1]), ["embed.js", "v1"]);
  assert.equal(pronto.written(), before);
  await visitor.open();
  await hears(visitor, "identify");
  assert.equal(paths.filter((path) => path.endsWith("/identify")).length, 1);
  // The demo's own clock may write at any time; a visitor who has said nothing is in no list.
  const { conversations } = await agent.ask("GET", `/v1/inbox/conversations?site=${pronto.site}&order=newest`);
  assert.ok(!conversations.some(({ contact }) => contact?.subject === "u-look"));
});

test("one person, two devices; the inbox says who it is and that it is verified", LIMIT, async () => {
  const phone = await pages.visit(EARS + snippet(pronto));
  await phone.open();
  await phone.write("Scritto da sconosciuta");
  await phone.receipt("Scritto da sconosciuta", "sent");
  const stranger = await phone.frame().then((frame) => frame.evaluate(() => Object.entries(localStorage).find(([key]) => key.endsWith(":me"))[1]));
  await phone.page.evaluate((token) => window.pronto.identify(token), token("u-ana", "Ana Bianchi", { email: "ana@posta.example" }));
  await hears(phone, "identify");
  await phone.shows(["Scritto da sconosciuta"]);
  await phone.write("Scritto da Ana");
  await phone.receipt("Scritto da Ana", "sent");
  // What was in the storage before opens nothing any more.
  const old = await fetch(`${pronto.api}/v1/session`, { headers: { authorization: `Bearer ${JSON.parse(stranger).secret}` } });
  assert.equal(old.status, 401);

  const desk = await pages.visit(page(token("u-ana", "Ana Bianchi", { email: "ana@posta.example" })));
  await desk.open();
  await desk.shows(["Scritto da sconosciuta", "Scritto da Ana"]);
  await agent.openThread("Scritto da Ana");
  await agent.write("Buongiorno Ana");
  await Promise.all([phone.sees("Buongiorno Ana"), desk.sees("Buongiorno Ana")]);

  const row = agent.page.locator(`a.row[data-row="${agent.conversation}"]`);
  assert.match(await row.innerText(), /Ana Bianchi/);
  await agent.page.evaluate((id) => (location.hash = `#contact=${id}`), agent.conversation);
  const verified = agent.page.locator(".verified");
  await verified.waitFor();
  assert.match(await agent.page.locator(".facts").innerText(), /ana@posta\.example[\s\S]*u-ana/);
  await agent.page.screenshot({ path: join(OUTPUT, "identify-inbox.png") });
  for (const one of [phone, desk]) await one.context.close();
});

test("somebody else on the same device finds nothing of the one before, and logging out leaves a stranger", LIMIT, async () => {
  const visitor = await pages.visit(page(token("u-carla", "Carla")));
  await visitor.open();
  await hears(visitor, "identify");
  await visitor.write("Solo di Carla");
  await visitor.receipt("Solo di Carla", "sent");
  await visitor.composer.fill("una bozza di Carla");
  await again(visitor, page(token("u-dino", "Dino")));
  await visitor.open();
  await hears(visitor, "identify");
  await visitor.shows([]);
  await eventually("no draft of hers", async () => (await visitor.composer.inputValue()) === "");
  const kept = await visitor.frame().then((frame) => frame.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })));
  assert.ok(!kept.includes("Carla"), kept);
  await visitor.write("Di Dino");
  await visitor.receipt("Di Dino", "sent");

  await visitor.page.evaluate(() => window.pronto.logout());
  await hears(visitor, "logout");
  await eventually("an empty panel", async () => (await visitor.seen.rows.count()) === 0);
  await visitor.live();
  await visitor.write("Di nessuno");
  await visitor.receipt("Di nessuno", "sent");
  await agent.openThread("Di nessuno");
  const nobody = await agent.ask("GET", `/v1/inbox/conversations/${agent.conversation}`);
  assert.equal(nobody.contact, undefined);
  await again(visitor, page(token("u-carla", "Carla")));
  await visitor.open();
  await visitor.shows(["Di nessuno"]).catch(() => {});
  await visitor.context.close();
});

test("a token of another's or of nobody's leaves a stranger who can write", LIMIT, async () => {
  const [head, body] = token("u-ana", "Ana Bianchi").split(".");
  const used = token("u-once", "Una");
  const first = await pages.visit(page(used));
  await first.open();
  await hears(first, "identify");
  await first.context.close();
  for (const forged of [used, `${head}.${body}.`, `${part({ alg: "none" })}.${body}.`, "x", token("u-ana", "Ana", { aud: "another" }), token("u-ana", "Ana", { exp: 1 })]) {
    const visitor = await pages.visit(page(forged));
    await visitor.open();
    await hears(visitor, "error identity");
    await visitor.write("Da sconosciuto");
    await visitor.receipt("Da sconosciuto", "sent");
    await visitor.shows(["Da sconosciuto"]);
    await visitor.context.close();
  }
});

test("what is written before the answer comes is written as who was named", LIMIT, async () => {
  const visitor = await pages.visit("<p>Attendi</p>");
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await visitor.context.route(/\/identify$/, async (route) => {
    await released;
    await route.continue();
  });
  await again(visitor, page(token("u-eva", "Eva")));
  await visitor.open();
  await visitor.live();
  await visitor.write("Subito");
  await visitor.sees("Subito");
  release();
  await visitor.receipt("Subito", "sent");
  await agent.openThread("Subito");
  const row = await agent.ask("GET", `/v1/inbox/conversations/${agent.conversation}`);
  assert.equal(row.contact.subject, "u-eva");
  await visitor.context.close();
});

test("who is named is not asked for what was signed, and for all of it where that is not believed", LIMIT, async () => {
  const path = `/v1/inbox/sites/${pronto.site}`, { settings } = await agent.ask("GET", path);
  const fields = [{ kind: "name", required: true }, { kind: "email", required: true }, { kind: "text", label: "Ordine", required: true }], consent = "Acconsento.";
  await agent.ask("PUT", path, { ...settings, pre_chat: { fields, consent } });
  const visitor = await pages.visit(page(token("u-ida", "Ida Neri", { email: "ida@posta.example" })));
  const seen = async (visitor, wanted) => eventually(`asked ${wanted}`, async () => {
    const frame = await visitor.frame();
    const shown = await Promise.all([0, 1, 2].map((n) => frame.locator(`#ask${n}`).isVisible()));
    return `${shown}` === `${wanted}`;
  });
  await visitor.open();
  await hears(visitor, "identify");
  await seen(visitor, [false, false, true]);
  await picture(visitor.page, "identify-asked");
  // Who was only named has not written: a reload asks once more.
  await again(visitor, page(token("u-ida", "Ida Neri", { email: "ida@posta.example" })));
  await visitor.open();
  await visitor.live();
  await seen(visitor, [false, false, true]);
  const frame = await visitor.frame();
  await frame.locator("#ask2").fill("12");
  await frame.locator("#consent").check();
  await visitor.write("Chi sono lo sapete");
  await visitor.receipt("Chi sono lo sapete", "sent");
  await agent.openThread("Chi sono lo sapete");
  const row = await agent.ask("GET", `/v1/inbox/conversations/${agent.conversation}`);
  assert.deepEqual([row.contact.name, row.context.asked], ["Ida Neri", { answers: [{ kind: "text", label: "Ordine", value: "12" }], consent }]);
  await visitor.context.close();

  const liar = await pages.visit(page(`${token("u-ida", "Ida Neri").slice(0, -4)}AAAA`));
  await liar.open();
  await hears(liar, "error identity");
  await seen(liar, [true, true, true]);
  await liar.context.close();
  await agent.ask("PUT", path, settings);
});

/** The handbook's example in a language, for this site. */
const example = (language) => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(GUIDE)[1].replaceAll("your-site", pronto.site);

test("the handbook's examples sign what the server believes", LIMIT, async () => {
  const folder = mkdtempSync(join(tmpdir(), "pronto-sign-"));
  const env = { ...process.env, PRONTO_IDENTITY_SECRET: secret };
  writeFileSync(join(folder, "sign.mjs"), `${example("mjs")}\nconsole.log(token({ id: 7, name: "Ana", email: "ana@posta.example" }));`);
  writeFileSync(join(folder, "sign.py"), `${example("python")}\nprint(token(7, "Ana", "ana@posta.example"))`);
  for (const [program, file] of [["node", "sign.mjs"], ["python3", "sign.py"]]) {
    const signed = execFileSync(program, [join(folder, file)], { env, encoding: "utf8" }).trim();
    const secretOf = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
    const answer = await fetch(`${pronto.api}/v1/sites/${pronto.site}/identify`, {
      method: "POST", headers: { authorization: `Bearer ${secretOf()}`, "content-type": "application/json" },
      body: JSON.stringify({ token: signed, next: secretOf() }),
    });
    const said = await answer.json();
    assert.deepEqual(said.contact, { subject: "7", name: "Ana", email: "ana@posta.example" }, `${program}: ${JSON.stringify(said)}`);
  }
});
