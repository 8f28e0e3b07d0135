// What the doctor can say of a page only in a browser: loaders that a tag manager adds, buttons that something lies over or that
// cannot be told from the page.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, pages, lines;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
  const { page } = pages.agent;
  await page.goto(`${pronto.chat}/doctor`);
  await page.getByText("The lines to paste").click();
  lines = await page.locator("details code").innerText();
});

const read = (address) => promisify(execFile)(pronto.program.path, ["doctor", address]).then(({ stdout }) => stdout, ({ stdout }) => stdout);

/** What the lines say of a page with `html` on it, pasted once it has come to rest. */
async function pasted(html, { headers, appears = true } = {}) {
  const visitor = await pages.visit(html, { headers });
  const said = [];
  visitor.page.on("console", (message) => message.text().startsWith("Pronto's doctor") && said.push(message.text()));
  if (appears) await visitor.page.locator("pronto-launcher").waitFor({ state: "attached" });
  await visitor.page.waitForLoadState("networkidle");
  const cdp = await visitor.context.newCDPSession(visitor.page);
  // As the console does: no policy of the page's is asked.
  await cdp.send("Runtime.evaluate", { expression: lines });
  await eventually("a word", () => said.length);
  await visitor.context.close();
  return said.join("\n");
}

const GTM = `<script>(function(w,d){w.dataLayer=[];var j=d.createElement('script');j.async=true;j.src='https://www.googletagmanager.com/gtm.js?id=GTM-X';})(window,document)</script>`;
/** What the handbook has a tag manager run. */
const fired = () => `<script>setTimeout(function () { var s = document.createElement("script"); s.async = true; s.src = "${pronto.chat}" + "/embed" + ".js"; s.dataset.site = "${pronto.site}"; document.head.appendChild(s); }, 100)</script>`;

test("a tag manager is named, does not block, and the lines tell whether its tag has fired", LIMIT, async () => {
  const text = await read(pages.put(GTM + fired()));
  assert.match(text, /advice {2}The loader is not in the page's markup\. Google Tag Manager is, and may add it/);
  assert.doesNotMatch(text, /BLOCKS/);
  assert.match(await read(pages.put("<p>Bottega</p>")), /BLOCKS {2}The loader is not on the page/);
  assert.match(await pasted(GTM + fired()), /in sight and nothing lies over it/);
  assert.match(await pasted(GTM, { appears: false }), /no tag manager has put it here/);
});

test("what lies over the button is named, and what it says to write helps", LIMIT, async () => {
  const bar = '<div id="cookies" class="banner" style="position:fixed;inset:auto 0 0;height:120px;z-index:2147483646;background:#fff">Biscotti</div>';
  const said = await pasted(bar + snippet(pronto));
  assert.match(said, /<div#cookies\.banner> lies over the button \(z-index 2147483646\)/);
  const [, offset, place] = /(data-offset="[^"]+") +or +(data-z-index="\d+")/.exec(said);
  assert.match(await pasted(bar + snippet(pronto, offset)), /nothing lies over it/);
  assert.match(await pasted(bar + snippet(pronto, place)), /nothing lies over it/);
});

test("a colour too much like the page's, a missing viewport, a policy, a hidden button", LIMIT, async () => {
  const { style } = await (await fetch(`${pronto.api}/v1/sites/${pronto.site}`)).json();
  const accent = /--a:(#[\da-f]{6})/.exec(style)[1];
  assert.match(await pasted(`<style>html, body { background: ${accent}; min-height: 100vh; }</style>${snippet(pronto)}`), /by 1\.0 : 1 only/);
  assert.doesNotMatch(await pasted(snippet(pronto)), /: 1 only|viewport/);
  const bare = pages.file(`<!doctype html><title>x</title>${snippet(pronto)}`, { "content-type": "text/html" });
  assert.match(await pasted(`<script>location.replace("${bare}")</script>`), /no viewport/);
  assert.match(await pasted(snippet(pronto), { headers: { "content-security-policy": "script-src 'none'" }, appears: false }), /nothing has come of it/);
  assert.match(await pasted(snippet(pronto, 'data-hide-on="/*"')), /the button is hidden/);
});
