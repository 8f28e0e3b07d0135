// From the click until the visitor's letters are taken, cold, on a slow network: Pronto against the least there can be,
// a static frame with one text area. Both in the same run, in turns. `node typing.mjs [--json]`

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { Visitor } from "./support/people.mjs";
import { Pronto, atEnd, endAll, startBrowser } from "./support/harness.mjs";
import { Relay } from "./support/relay.mjs";

const ROUNDS = 7;
/** What browsers' own tools and page-speed services call slow 4G. */
const ROAD = { rtt: 150, bytesPerSecond: (1.6 * 1024 * 1024) / 8 };

const BARE = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bare</title><textarea id=\"text\" aria-label=\"Message\"></textarea></html>";
const bareHost = (frame) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><button>Open</button>
<script>document.querySelector("button").onclick = () => {
  const frame = document.createElement("iframe");
  frame.src = ${JSON.stringify(frame)};
  document.body.append(frame);
  frame.focus();
};</script></html>`;

async function serve(html) {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html; charset=utf-8").end(html));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))));
  return server.address().port;
}

/** Milliseconds from the click on `button` until the frame's text area has been painted, in a browser that knows nothing yet. */
async function once(browser, pronto, address, button) {
  const visitor = await Visitor.at(browser, pronto, "about:blank", { viewport: { width: 1280, height: 800 } });
  await visitor.page.addInitScript(() => {
    addEventListener("click", () => (window.clicked ??= Date.now()), { capture: true });
    const look = () => (document.querySelector("textarea#text") ? requestAnimationFrame(() => (window.painted = Date.now())) : requestAnimationFrame(look));
    if (window !== top) requestAnimationFrame(look);
  });
  await visitor.page.goto(address);
  // Straight to the button, without the pointer's way over it: no frame may be warmed up before the click.
  await visitor.page.locator(button).dispatchEvent("click");
  const frame = await (await visitor.page.waitForSelector("iframe", { state: "attached" })).contentFrame();
  await frame.waitForFunction(() => window.painted);
  const [clicked, painted] = [await visitor.page.evaluate(() => window.clicked), await frame.evaluate(() => window.painted)];
  await visitor.context.close();
  return painted - clicked;
}

const median = (all) => all.slice().sort((a, b) => a - b)[all.length >> 1];

/** Both medians in milliseconds, and how they stand to each other. */
export async function measure() {
  const [relay, bareRelay] = [await Relay.start({ road: ROAD }), await Relay.start({ road: ROAD })];
  const [browser, pronto] = await Promise.all([startBrowser(), Pronto.start({ through: relay.port })]);
  relay.target = pronto.port;
  bareRelay.target = await serve(BARE);
  const bareAddress = `http://127.0.0.1:${await serve(bareHost(`http://localhost:${bareRelay.port}/`))}/`;
  const ours = [], bare = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await once(browser, pronto, pronto.shop, "pronto-launcher button"));
    bare.push(await once(browser, pronto, bareAddress, "button"));
  }
  return { pronto: median(ours), bare: median(bare), ratio: median(ours) / median(bare) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { pronto, bare, ratio } = await measure();
    if (process.argv.includes("--json")) console.log(JSON.stringify({ pronto, bare, ratio }));
    else console.log(`click to typing, slow 4G, cold, median of ${ROUNDS}: ${pronto} ms; a bare frame: ${bare} ms; ${ratio.toFixed(2)} times`);
  } finally {
    await endAll();
  }
}
