// The doctor against pages of a real server: what it says blocks, blocks in a real browser, and its line helps there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { OUTPUT, Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { EAR, Pages, snippet } from "../support/pages.mjs";
import { Agent } from "../support/people.mjs";

const LIMIT = { timeout: 120_000 };
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** What `pronto doctor` prints, one finding each, and how it ends. */
function doctor(...args) {
  return new Promise((resolve) => {
    const child = spawn(pronto.program.path, ["doctor", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "", fault = "";
    child.stdout.on("data", (bytes) => (said += bytes));
    child.stderr.on("data", (bytes) => (fault += bytes));
    child.once("exit", (code) => {
      const findings = [...said.matchAll(/^ {2}(BLOCKS|advice|fine) +(.*)(?:\n {10}(.*))?/gm)].map(([, grade, says, line]) => ({ grade, says, line }));
      resolve({ code, findings, fault, blocking: findings.filter(({ grade }) => grade === "BLOCKS") });
    });
  });
}

test("a page on which everything is right", LIMIT, async () => {
  const { code, findings, fault } = await doctor(pages.put(snippet(pronto), { "x-frame-options": "DENY" }));
  assert.deepEqual([code, fault], [0, ""]);
  assert.deepEqual(findings.map(({ grade }) => grade), ["fine", "fine", "fine", "fine"]);
});

const policies = [
  ["default-src 'self'", ["script-src", "connect-src", "frame-src"]],
  ["default-src * 'unsafe-inline'; script-src 'self' 'unsafe-inline'", ["script-src"]],
  ["script-src CHAT 'unsafe-inline'; connect-src 'none'; frame-src CHAT", ["connect-src"]],
  ["default-src CHAT 'unsafe-inline'; child-src 'none'", ["child-src"]],
  ["script-src-elem 'self'; require-trusted-types-for 'script'", ["script-src-elem"]],
];
for (const [wanted, directives] of policies) {
  for (const where of ["header", "meta"]) {
    test(`${wanted}, in the ${where}: it blocks, and what the doctor writes helps`, LIMIT, async () => {
      const policy = wanted.replaceAll("CHAT", pronto.chat);
      const page = (text) => (where === "meta" ? [`<meta http-equiv="Content-Security-Policy" content="${text}">${snippet(pronto)}`, {}] : [snippet(pronto), { "content-security-policy": text }]);
      const ill = await doctor(pages.put(...page(policy)));
      assert.equal(ill.code, 1);
      assert.deepEqual(ill.blocking.map(({ line }) => line.split(" ")[0]), directives);
      const works = async (text) => {
        const [html, headers] = page(text);
        const visitor = await pages.visit(html, { headers });
        const appears = await visitor.launcher.waitFor({ timeout: 2_000 }).then(() => true, () => false);
        if (appears) await visitor.launcher.click();
        const opens = appears && await visitor.composer.waitFor({ timeout: 3_000 }).then(() => true, () => false);
        await visitor.context.close();
        return opens;
      };
      assert.equal(await works(policy), false, "it does block");
      const kept = policy.split(";").map((part) => part.trim()).filter((part) => !directives.includes(part.split(" ")[0]));
      const helped = [...kept, ...ill.blocking.map(({ line }) => line)].join("; ");
      assert.equal((await doctor(pages.put(...page(helped)))).code, 0, helped);
      assert.equal(await works(helped), true, helped);
    });
  }
}

test("what is missing or wrong beside policies", LIMIT, async () => {
  const first = async (html, headers) => (await doctor(pages.put(html, headers))).blocking.map(({ says, line }) => `${says} ${line ?? ""}`).join("\n");
  assert.match(await first("<p>Bottega</p>"), /not on the page.*<script async src="https:\/\/chat.example.com\/embed.js"/);
  assert.match(await first(snippet(pronto).replace(pronto.site, "wrong-key")), /knows no site “wrong-key”/);
  assert.match(await first(`<script async src="${pronto.chat}/embed.js"></script>`), /which site.*data-site=/);
  assert.match(await first(snippet(pronto), { "cross-origin-embedder-policy": "require-corp" }), /require-corp/);
  assert.match(await first(snippet(pronto).replace(pronto.chat, "http://localhost:9")), /does not answer/);

  const pasted = await doctor(pages.put("<p>Bottega</p>"), "--chat", pronto.chat);
  assert.ok(pasted.blocking[0].line.includes(`${pronto.chat}/embed.js`));
  // The same page by a name that the site does not list.
  const unlisted = (await doctor(pages.put(snippet(pronto)).replace("127.0.0.1", "localhost"))).blocking;
  assert.deepEqual(unlisted.map(({ line }) => line), [pages.origin.replace("127.0.0.1", "localhost")]);
  assert.match(unlisted[0].says, /allowed origins/);

  const bare = pages.file(`<!doctype html><title>x</title>${snippet(pronto)}`, { "content-type": "text/html" });
  const { code, findings } = await doctor(bare);
  assert.equal(code, 0);
  assert.match(findings.find(({ grade }) => grade === "advice").line, /name="viewport"/);
  assert.match((await doctor("http://127.0.0.1:9/")).fault, /cannot be read/);
  assert.match((await doctor("http://127.0.0.1:9")).fault, /^pronto: http/);
});

test("who is signed in gets the same on a page, and nobody else makes the server read", LIMIT, async () => {
  const ill = pages.put(snippet(pronto), { "content-security-policy": "default-src 'self'" });
  const { page } = await Agent.signIn(browser, pronto);
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  for (const [name, viewport, colorScheme] of [["desktop", { width: 1280, height: 800 }, "light"], ["phone-dark", { width: 375, height: 800 }, "dark"]]) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.goto(`${pronto.chat}/doctor`);
    await page.getByLabel("Address of the page").fill(ill);
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByRole("heading", { name: "3 things keep the widget off this page." }).waitFor();
    assert.equal(await page.getByText(`frame-src 'self' ${pronto.chat}`, { exact: true }).count(), 1);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.evaluate(AXE);
    const found = await page.evaluate(async () => (await window.axe.run()).violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`));
    assert.deepEqual(found, []);
    await page.screenshot({ path: `${OUTPUT}/doctor-${name}.png`, fullPage: true });
  }
  await page.getByLabel("Address of the page").fill(pages.put(snippet(pronto)));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Nothing keeps the widget off this page." }).waitFor();
  await page.getByLabel("Address of the page").fill('"><b>x');
  await page.keyboard.press("Enter");
  await page.getByText("That is no address of a page.").waitFor();
  assert.deepEqual(faults, []);

  const stranger = await fetch(`${pronto.api}/doctor?url=${encodeURIComponent(ill)}`, { redirect: "manual" });
  assert.deepEqual([stranger.status, stranger.headers.get("location")], [303, "/inbox"]);
  // A link on a foreign page opens the form, and reads nothing.
  const target = pages.put("<p>Mai letta</p>");
  await page.goto(pages.put(`<a href="${pronto.chat}/doctor?url=${encodeURIComponent(target)}">Vai</a>`));
  await page.getByRole("link").click();
  await page.getByRole("button", { name: "Look" }).waitFor();
  assert.equal(await page.getByLabel("Address of the page").inputValue(), target);
  assert.equal(await page.getByRole("heading", { name: /widget off this page/ }).count(), 0);
});

test("with Cross-Origin-Embedder-Policy the browser does refuse the frame", LIMIT, async () => {
  const visitor = await pages.visit(EAR + snippet(pronto), { headers: { "cross-origin-embedder-policy": "require-corp" } });
  await visitor.launcher.waitFor({ timeout: 3_000 }).catch(() => {});
  const refused = await eventually("a refusal", async () => {
    if (!(await visitor.launcher.isVisible())) return true;
    await visitor.page.evaluate(() => window.pronto.open());
    return (await visitor.page.evaluate(() => window.heard)).some((name) => name.startsWith("error"));
  });
  assert.ok(refused);
});
