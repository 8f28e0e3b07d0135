// The package: its types against what a developer may write, its code in a real page, and in none.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const CODE = readFileSync(path("../../../www/package/index.js"), "utf8");
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

test("the types take what is right and refuse what is wrong", LIMIT, () => {
  const program = ts.createProgram([path("sample.ts")], {
    strict: true, noEmit: true, exactOptionalPropertyTypes: true, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
    paths: { "@pronto/chat": [path("../../../www/package/index.d.ts")] },
  });
  const faults = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  assert.deepEqual(faults, []);
});

test("what the types promise is there, and nothing happens where there is no page", async () => {
  const { start } = await import("../../../www/package/index.js");
  const source = ts.createSourceFile("index.d.ts", readFileSync(path("../../../www/package/index.d.ts"), "utf8"), ts.ScriptTarget.ES2022);
  const members = (name) => source.statements.find((one) => one.name?.text === name).members.map((member) => member.name.text);
  assert.equal(typeof start, "function");
  for (const call of members("Chat")) assert.match(CODE, new RegExp(`"${call}"|  ${call}\\(`), call);
  for (const option of members("Options")) assert.match(CODE, new RegExp(`"${option}"|\\b${option}\\b`), option);
  assert.match(JSON.parse(readFileSync(path("../../../www/package/package.json"), "utf8")).exports["."].default, /index\.js$/);
});

test("it starts once, queues, tells, ends and starts again, under a policy with Trusted Types", LIMIT, async () => {
  const module = pages.file(CODE, { "content-type": "text/javascript" });
  const policy = `script-src 'self' 'nonce-n' ${pronto.chat}; frame-src ${pronto.chat}; connect-src ${pronto.chat}; require-trusted-types-for 'script'; trusted-types pronto`;
  const visitor = await pages.visit(`<script type="module" nonce="n">
    import { start } from "${module}";
    window.heard = [];
    const options = { server: "${pronto.chat}", site: "${pronto.site}", position: "left", offset: [30, 40], hideOn: ["/none"] };
    window.begin = () => {
      const chat = start(options);
      for (const name of ["ready", "open", "close"]) chat.on(name, (detail) => heard.push(detail === undefined ? name : detail));
      chat.prefill("Dal pacchetto");
      chat.open();
      return (window.chat = chat);
    };
    window.same = begin() === start(options);
  </script>`, { headers: { "content-security-policy": policy } });
  const filled = () => eventually("the words", async () => (await visitor.composer.inputValue()) === "Dal pacchetto");
  await filled();
  assert.equal(await visitor.page.evaluate(() => window.same), true);
  assert.deepEqual(await visitor.page.evaluate(() => window.heard), ["ready", "open"]);
  assert.equal(await visitor.page.locator("script[src$='/embed.js']").count(), 1);
  assert.equal(await visitor.page.evaluate(() => {
    const panel = document.querySelector("pronto-launcher").shadowRoot.querySelector(".d").getBoundingClientRect();
    return panel.left;
  }), 30);

  await visitor.page.evaluate(() => window.chat.destroy());
  assert.equal(await visitor.page.locator("pronto-launcher, script[src$='/embed.js']").count(), 0);
  // Ended while it is still on its way.
  await visitor.page.evaluate(() => window.begin().destroy());
  await visitor.page.waitForLoadState("networkidle");
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 0);

  await visitor.page.evaluate(() => { window.heard = []; window.begin(); });
  await filled();
  assert.deepEqual(await visitor.page.evaluate(() => window.heard), ["ready", "open"]);
  assert.deepEqual(visitor.faults, []);
  await assert.rejects(visitor.page.evaluate(() => { window.chat.destroy(); return import(document.querySelector("script").textContent.match(/"(http.*)"/)[1]).then(({ start }) => start({ site: "x" })); }), /server/);
});
