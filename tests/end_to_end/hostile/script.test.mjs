// A visitor who writes script into everything that can be written into. Wherever it is shown it is words: nothing runs, and no
// policy had to hold it back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
const EVIL = `"><img src=x onerror="window.ran=1"><script>window.ran=2</script><svg onload=window.ran=3>{{site}}\${window.ran=4}</textarea><iframe srcdoc="<script>parent.ran=5</script>">`;
let browser, pronto, pages, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
  agent = pages.agent;
});

/** Has every page of a context report what a policy held back; what comes back asserts that there was nothing, and that nothing ran. */
async function watched(context) {
  const broken = [];
  await context.exposeBinding("brokenRule", (_, said) => broken.push(said));
  await context.addInitScript(() => addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
    window.brokenRule(`${violatedDirective} ${blockedURI} ${sourceFile}`)));
  return async (page) => {
    for (const frame of page.frames()) assert.equal(await frame.evaluate(() => window.ran), undefined, frame.url());
    assert.deepEqual(broken, []);
  };
}

test("script in a message, a title, a name and an address is words in the panel and in the inbox", LIMIT, async () => {
  const visitor = await pages.visit("<p>Attendi</p>");
  const visitorIsWell = await watched(visitor.context), agentIsWell = await watched(agent.context);
  await agent.page.reload();
  await agent.list.first().waitFor();
  const evilPage = pages.put(`<script>document.title = ${JSON.stringify(EVIL)}; history.replaceState(0, "", location.pathname + encodeURIComponent(${JSON.stringify(EVIL)}))</script>${snippet(pronto)}`.replaceAll("</script><svg", "<\\/script><svg").replaceAll("</script>\\\">", "<\\/script>\\\">"));
  await visitor.page.goto(evilPage);
  await visitor.open();
  await visitor.live();
  await visitor.write(EVIL);
  await visitor.receipt("onerror", "sent");
  await visitor.shows([EVIL]);
  await visitor.write("javascript:alert(1) https://x.example/\"onmouseover=window.ran=6 data:text/html,<script>1</script>");
  await visitor.receipt("javascript:", "sent");
  const links = await visitor.frame().then((frame) => frame.locator("li.message a").evaluateAll((all) => all.map((link) => [link.protocol, link.getAttributeNames().sort().join(" ")])));
  assert.ok(links.length > 0 && links.every(([protocol, names]) => protocol === "https:" && names === "href rel target"), JSON.stringify(links));
  await visitorIsWell(visitor.page);

  await agent.openThread("onerror");
  await agent.seen.row("onerror").waitFor();
  await agent.write(EVIL);
  await eventually("the answer in the panel", async () => (await visitor.seen.rows.count()) === 3);
  await agent.page.evaluate((id) => (location.hash = `#contact=${id}`), agent.conversation);
  await agent.page.locator(".facts").waitFor();
  await agentIsWell(agent.page);
  await visitorIsWell(visitor.page);

  // The same conversation on its own pages.
  const secret = await visitor.frame().then((frame) => frame.evaluate(() => JSON.parse(Object.entries(localStorage).find(([key]) => key.endsWith(":me"))[1]).secret));
  const { hostname } = new URL(pronto.chat);
  await visitor.context.addCookies([{ name: "pronto_visitor", value: secret, domain: hostname, path: `/c/${pronto.site}` }]);
  for (const path of ["", "/you", `?lang=${encodeURIComponent(EVIL)}`, `?pronto-text=${encodeURIComponent(EVIL)}`, `/reply-time?lang=${encodeURIComponent(EVIL)}`]) {
    await visitor.page.goto(`${pronto.chat}/c/${pronto.site}${path}`);
    await visitor.page.locator("h1").first().waitFor();
    await visitorIsWell(visitor.page);
  }
  await visitor.context.close();
});

test("a business's own fields are words on a stranger's page too", LIMIT, async () => {
  const path = `/v1/inbox/sites/${pronto.site}`;
  const { settings } = await agent.ask("GET", path);
  const line = EVIL.slice(0, 80);
  await agent.ask("PUT", path, { ...settings, name: line, greeting: EVIL });
  const visitor = await pages.visit("<p>Attendi</p>");
  const isWell = await watched(visitor.context);
  await visitor.page.goto(pages.put(snippet(pronto)));
  await visitor.open();
  await visitor.live();
  await isWell(visitor.page);
  assert.equal(await visitor.page.evaluate(() => window.ran), undefined);
  await agent.ask("PUT", path, settings);
  await visitor.context.close();
});
