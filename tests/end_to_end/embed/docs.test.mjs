// The handbook: every page as a reader sees it, and every example run in a real page or read by its compiler.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { OUTPUT, Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { EAR, Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 180_000 };
const DOCS = new URL("../../../docs/", import.meta.url);
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TYPES = fileURLToPath(new URL("../../../www/package/index.d.ts", import.meta.url));
const summary = readFileSync(new URL("SUMMARY.md", DOCS), "utf8");
const FILES = [...summary.matchAll(/\]\((.+)\.md\)/g)].map(([, path]) => path);
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** The examples of a page in one of `languages`, each with where it stands. */
function examples(...languages) {
  return FILES.flatMap((path) => {
    const text = readFileSync(new URL(`${path}.md`, DOCS), "utf8");
    const found = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, language]) => languages.includes(language));
    return found.map(([, language, code], at) => ({ name: `${path}, ${language} ${at + 1}`, language, code: ours(code) }));
  });
}

const ours = (code) => code.replaceAll("https://chat.example.com", pronto?.chat ?? "https://chat.example.com").replaceAll("your-site", pronto?.site ?? "your-site");

const address = (path) => `${pronto.chat}/docs${path === "index" ? "" : `/${path}`}`;

test("the pages follow each other from the first to the last, without a script or a broken rule", LIMIT, async () => {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: { width: 320, height: 700 }, colorScheme });
    const page = await context.newPage();
    const faults = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(address("index"));
    for (const [at, path] of FILES.entries()) {
      assert.equal(page.url(), address(path));
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide[0] <= wide[1], `${path} is ${wide[0]} wide`);
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => (await window.axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target}`)));
      assert.deepEqual(found, [], `${path}, ${colorScheme}`);
      const links = await page.evaluate(() => [...document.querySelectorAll("main a[href^='/docs']")].map((link) => link.href));
      for (const link of new Set(links)) assert.equal((await fetch(link.replace(pronto.chat, pronto.api))).status, 200, `${path}: ${link}`);
      const next = page.locator("a[rel=next]");
      if (at < FILES.length - 1) await next.click();
      else assert.equal(await next.count(), 0);
    }
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("the pages name this server, and the loader's hash that holds", LIMIT, async () => {
  const answer = await fetch(`${pronto.api}/docs/site/csp`);
  const text = await answer.text();
  assert.doesNotMatch(text, /chat\.example\.com|of-this-server/);
  assert.match(answer.headers.get("content-security-policy"), /^default-src 'none'; style-src 'sha256-/);
  assert.equal((await fetch(`${pronto.api}/docs/site/csp`, { headers: { "if-none-match": answer.headers.get("etag") } })).status, 304);
  assert.equal((await fetch(`${pronto.api}/docs/site/none`)).status, 404);
  assert.equal((await fetch(`${pronto.api}/docs/SUMMARY.md`)).status, 404);
  const [, integrity] = /integrity=&quot;(sha384-[^&]+)&quot;|integrity=\"(sha384-[^\"]+)/.exec(text);
  const visitor = await pages.visit(snippet(pronto, `crossorigin="anonymous" integrity="${integrity}"`));
  await visitor.launcher.waitFor();
});

test("every piece of HTML is a page on which the widget works", LIMIT, async () => {
  const all = examples("html");
  assert.ok(all.length >= 9, `${all.length} examples`);
  for (const { name, code } of all) {
    const hash = /integrity="sha384-of-this-server"/.test(code) ? code.replace(/ integrity="[^"]*"/, "") : code;
    // What leaves the script to the line above it is shown with that line.
    const page = hash.includes("embed.js") ? hash : hash + snippet(pronto);
    const visitor = await pages.visit(EAR + page);
    await eventually(`${name}: ready`, () => visitor.page.evaluate(() => window.heard.includes("ready")));
    const opener = visitor.page.locator("[data-pronto-open]");
    if (await opener.count()) await opener.click();
    else if (await visitor.launcher.isVisible()) await visitor.launcher.click();
    await visitor.composer.waitFor();
    assert.deepEqual(visitor.faults, [], name);
    await visitor.context.close();
  }
});

test("every policy lets the widget in and breaks no rule of its own", LIMIT, async () => {
  const all = examples("http");
  assert.ok(all.length >= 2);
  for (const { name, code } of all) {
    const [, policy] = /^Content-Security-Policy: (.+)$/m.exec(code);
    const visitor = await pages.visit(snippet(pronto, 'nonce="abc123"'), { headers: { "content-security-policy": policy } });
    await visitor.open();
    await visitor.live();
    assert.doesNotMatch(policy, /unsafe/, name);
  }
});

test("every piece of JavaScript runs on a page with the widget, before it has come", LIMIT, async () => {
  const all = examples("js");
  assert.ok(all.length >= 5, `${all.length} examples`);
  for (const { name, code } of all) {
    // The API's answer is for pages of any origin.
    const visitor = await pages.visit(`<input type="radio" name="theme" value="dark" aria-label="Dark"><script type="module">
      try { ${code}
        window.done = true; } catch (error) { window.done = String(error); }
    </script>${snippet(pronto)}`);
    assert.equal(await eventually(name, () => visitor.page.evaluate(() => window.done)), true, name);
    await visitor.page.waitForLoadState("networkidle");
    assert.deepEqual(visitor.faults, [], name);
    await visitor.context.close();
  }
});

/** What the compiler says against `code`; where a framework is not installed, its names may be anything. */
function faults(name, code) {
  const files = new Map([[name, code], ["shims.d.ts", `declare module "react" { export function useEffect(effect: () => void | (() => void), on?: readonly unknown[]): void; export namespace JSX { interface IntrinsicElements { a: Record<string, unknown>; button: Record<string, unknown> } interface Element {} } }
    declare module "react/jsx-runtime" { export { JSX } from "react"; export const jsx: unknown; export const jsxs: unknown; }
    declare module "vue" { export function onMounted(act: () => void): void; export function onUnmounted(act: () => void): void; export function ref<T>(value: T): { value: T }; }
    declare module "svelte" { export function onMount(act: () => void | (() => void)): void; }`]]);
  const options = {
    strict: true, noEmit: true, jsx: ts.JsxEmit.ReactJSX, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, paths: { "@pronto/chat": [TYPES] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (path, ...rest) => (files.has(path) ? ts.createSourceFile(path, files.get(path), ...rest) : getSourceFile(path, ...rest));
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test("every piece of TypeScript, JSX, Vue and Svelte is what its compiler takes", LIMIT, () => {
  const all = examples("ts", "tsx", "vue", "svelte");
  assert.ok(all.length >= 6, `${all.length} examples`);
  for (const { name, language, code } of all) {
    const script = /<script[^>]*lang="ts">([\s\S]*?)<\/script>/.exec(code)?.[1] ?? code;
    assert.deepEqual(faults(language === "tsx" ? "example.tsx" : "example.ts", script), [], name);
  }
  assert.notDeepEqual(faults("example.ts", 'import { start } from "@pronto/chat"; start({});'), [], "the compiler looks");
});

test("pictures of it", LIMIT, async () => {
  for (const [name, width, colorScheme] of [["phone", 375, "light"], ["phone-dark", 375, "dark"], ["desktop", 1280, "light"], ["desktop-dark", 1280, "dark"]]) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    await page.goto(address("site/api"));
    const picture = await page.screenshot({ path: `${OUTPUT}/docs-${name}.png` });
    assert.ok(picture.length > 10_000);
    await context.close();
  }
});
