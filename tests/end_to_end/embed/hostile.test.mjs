// Pages that would break a guest: by their styles, their policies, their scripts, and by taking it away.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { ENGINE, Pronto, endAll, eventually, onlyChromium, startBrowser } from "../support/harness.mjs";
import { EAR, Pages, snippet } from "../support/pages.mjs";

const LIMIT = { timeout: 120_000 };
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

/** Opened, written in, and closed with the key that the frame has to hand on. */
async function works(visitor, words) {
  await visitor.open();
  await visitor.write(words);
  await visitor.receipt(words, "sent");
  await visitor.close();
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
}

// Each asks for a browser of its own where it is not Chromium: there two speak for the rest.
const RULES = ["all: initial", "all: unset", "all: revert", "display: none", "transform: scale(.1); filter: blur(9px); position: relative; z-index: -1", "color: red; font: 3px monospace; margin: 99px; padding: 99px; width: 1px; height: 1px; opacity: .1"];

for (const rule of ENGINE === "chromium" ? RULES : [RULES[0], RULES[4]]) {
  test(`* { ${rule} }, all of it important`, LIMIT, async () => {
    const important = rule.split(";").map((one) => `${one} !important`).join(";");
    const visitor = await pages.visit(`<style>body, body *, *::before, *::after, pronto-launcher { ${important} } html, body { display: block !important }</style><p>Bottega</p>${snippet(pronto)}`);
    await visitor.launcher.waitFor();
    const seen = await visitor.page.evaluate(() => {
      const circle = document.querySelector("pronto-launcher").shadowRoot.querySelector(".c").getBoundingClientRect();
      return [circle.width, circle.height, innerWidth - circle.right, document.elementFromPoint(circle.x + 28, circle.y + 28)?.localName];
    });
    assert.deepEqual(seen, [56, 56, 20, "pronto-launcher"]);
    await visitor.open();
    const panel = await visitor.page.locator("pronto-launcher iframe").boundingBox();
    // While it slides in, its box is off by millionths of a pixel.
    assert.deepEqual([panel.width, panel.height].map(Math.round), [384, 640]);
    await visitor.close();
    await works(visitor, rule);
  });
}

test("a nonce, a hash of the file, Trusted Types and nothing else allowed", LIMIT, async () => {
  const file = Buffer.from(await (await fetch(`${pronto.api}/embed.js`)).arrayBuffer());
  const integrity = `sha384-${createHash("sha384").update(file).digest("base64")}`;
  const policy = `default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; frame-src ${pronto.chat}; connect-src ${pronto.chat};
    require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'`.replace(/\s+/g, " ");
  const heard = `<script nonce="abc">
    window.violations = [];
    // The page's own icon, which some browsers ask for unasked, is no business of the widget's.
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => blockedURI.endsWith("/favicon.ico") || window.violations.push(violatedDirective + " " + blockedURI));
  </script>`;
  const visitor = await pages.visit(heard + snippet(pronto, `nonce="abc" crossorigin="anonymous" integrity="${integrity}"`), { headers: { "content-security-policy": policy } });
  await works(visitor, "con la sola firma");
  await visitor.page.evaluate(() => window.pronto.destroy());
  assert.deepEqual(await visitor.page.evaluate(() => window.violations), []);
});

onlyChromium("WebDriver does not tell of a network at rest", "another file under the same hash is refused by the browser, and nothing appears", LIMIT, async () => {
  const visitor = await pages.visit(snippet(pronto, `crossorigin="anonymous" integrity="sha384-${"A".repeat(64)}"`));
  await visitor.page.waitForLoadState("networkidle");
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 0);
});

onlyChromium("what WebDriver runs in a page needs them", "prototypes written over, and properties on every object", LIMIT, async () => {
  const visitor = await pages.visit(`<script>
    const broken = () => { throw new Error("written over"); };
    for (const name of ["map", "forEach", "filter", "reduce", "includes", "find", "some"]) Array.prototype[name] = broken;
    Function.prototype.call = Function.prototype.apply = Function.prototype.bind = broken;
    JSON.parse = JSON.stringify = broken;
    Object.assign = Object.keys = Object.entries = broken;
    String.prototype.includes = String.prototype.padStart = broken;
    Object.prototype.extend = broken;
    Array.prototype.remove = broken;
    Array.prototype.toJSON = broken;
    window.Promise = window.Map = window.Set = window.WeakMap = broken;
    Element.prototype.matches = broken;
  </script>${snippet(pronto)}`);
  // The driver itself needs some of these, so the page is asked nothing more than it must be.
  await visitor.launcher.click();
  const frame = await eventually("the frame", () => visitor.page.frames()[1]);
  await frame.locator("#text").fill("nonostante tutto");
  await frame.locator("#send").click();
  await frame.locator("li", { hasText: "nonostante tutto" }).waitFor();
  assert.deepEqual(visitor.faults, []);
});

test("a page that listens to messages itself, and sends strange ones", LIMIT, async () => {
  const visitor = await pages.visit(`<script>
    const mine = window.onmessage = () => {};
    window.isMine = () => window.onmessage === mine;
    addEventListener("message", () => { throw new Error("of the page's own"); });
  </script>${snippet(pronto)}`);
  await visitor.launcher.waitFor();
  await visitor.page.evaluate(() => {
    const { port2 } = new MessageChannel();
    for (const data of [null, 0, "ready", { pronto: 1, type: "ready" }, { pronto: 1, type: "connect", open: true }, { pronto: { toString: 1 } }, [[]]]) {
      window.postMessage(data, location.origin, data?.type === "connect" ? [port2] : []);
    }
  });
  await works(visitor, "tra i messaggi");
  assert.equal(await visitor.page.evaluate(() => window.isMine()), true);
});

test("a page cannot take the place of the frame's other end", LIMIT, async () => {
  const visitor = await pages.visit(EAR + snippet(pronto));
  await visitor.open();
  await visitor.live();
  await visitor.page.evaluate(() => {
    window.stolen = [];
    const frame = document.querySelector("pronto-launcher").shadowRoot.querySelector("iframe");
    const other = document.createElement("iframe");
    document.body.append(other);
    // From another window than the one that the frame stands in: the frame has to look at who speaks.
    other.contentWindow.eval(`parent.document.querySelector("pronto-launcher").shadowRoot.querySelector("iframe").contentWindow`);
    const channel = new other.contentWindow.MessageChannel();
    channel.port1.onmessage = ({ data }) => window.stolen.push(data.type);
    other.contentWindow.Function("target", "origin", "port", "target.postMessage({ pronto: 1, type: 'connect', open: true }, origin, [port])")(frame.contentWindow, new URL(frame.src).origin, channel.port2);
  });
  await visitor.write("non per altri");
  await visitor.receipt("non per altri", "sent");
  assert.deepEqual(await visitor.page.evaluate(() => window.stolen), []);
  assert.ok((await visitor.page.evaluate(() => window.heard)).includes("wrote"));
});

test("elements of the page that bear its name", LIMIT, async () => {
  const visitor = await pages.visit(`<form id="pronto" name="pronto"></form><p id="d"></p>${snippet(pronto)}`);
  await visitor.launcher.waitFor();
  await works(visitor, "con lo stesso nome");
  await visitor.page.evaluate(() => window.pronto.destroy());
  assert.equal(await visitor.page.evaluate(() => window.pronto.localName), "form");
});

test("the frame removed under it, and the launcher too", LIMIT, async () => {
  const visitor = await pages.visit(snippet(pronto));
  await works(visitor, "prima");
  await visitor.open();
  await visitor.page.evaluate(() => document.querySelector("pronto-launcher").shadowRoot.querySelector("iframe").remove());
  await visitor.shows(["prima"]);
  await visitor.page.evaluate(() => document.querySelector("pronto-launcher").remove());
  await visitor.shows(["prima"]);
  await visitor.write("dopo");
  await visitor.shows(["prima", "dopo"]);
  await visitor.close();
});

onlyChromium("WebKit does not tell of idle time", "a page that will not have it is left in peace", LIMIT, async () => {
  const visitor = await pages.visit(`<script>
    window.removed = 0;
    new MutationObserver(() => {
      const found = document.querySelector("pronto-launcher");
      if (found) { found.remove(); window.removed += 1; }
    }).observe(document, { childList: true, subtree: true });
  </script>${snippet(pronto)}`);
  await eventually("the page's victory", async () => {
    const before = await visitor.page.evaluate(() => window.removed);
    return before > 0 && (await visitor.page.evaluate(() => new Promise((done) => requestIdleCallback(() => done(window.removed))))) === before;
  });
  assert.ok((await visitor.page.evaluate(() => window.removed)) <= 100);
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 0);
});

test("a document written anew keeps it, and it still hears its frame", LIMIT, async () => {
  const visitor = await pages.visit(snippet(pronto));
  await visitor.launcher.waitFor();
  await visitor.page.evaluate(() => {
    document.open();
    document.write("<!doctype html><title>Nuova</title><body><h1>Nuova</h1>");
    document.close();
  });
  await visitor.page.getByRole("heading", { name: "Nuova" }).waitFor();
  await works(visitor, "riscritta");
});

test("a snippet that is itself written into the document", LIMIT, async () => {
  const line = snippet(pronto).replace("</script>", "<\\/script>");
  const visitor = await pages.visit(`<script>document.write(${JSON.stringify(line)});</script><p>Bottega</p>`.replace("<\\\\/", "<\\/"));
  await works(visitor, "scritta");
});

test("a page that wraps the browser's shadow roots", LIMIT, async () => {
  const visitor = await pages.visit(`<script>
    const attach = Element.prototype.attachShadow;
    window.roots = 0;
    Element.prototype.attachShadow = function (options) {
      window.roots += 1;
      return Reflect.apply(attach, this, [{ ...options, mode: "open", delegatesFocus: false }]);
    };
  </script>${snippet(pronto)}`);
  await works(visitor, "avvolta");
  assert.equal(await visitor.page.evaluate(() => window.roots), 1);
});

onlyChromium("Firefox 140 has no view transitions", "pages that swap the body in a view transition, and run its scripts again", LIMIT, async () => {
  const visitor = await pages.visit(snippet(pronto));
  await visitor.open();
  await visitor.write("durante il passaggio");
  await visitor.receipt("durante il passaggio", "sent");
  const frame = await visitor.frame();
  for (const round of [1, 2]) {
    await visitor.page.evaluate(async ([round, src, site]) => {
      await document.startViewTransition(() => {
        const body = document.createElement("body");
        const script = Object.assign(document.createElement("script"), { src });
        script.dataset.site = site;
        body.append(Object.assign(document.createElement("h1"), { textContent: `Pagina ${round}` }), script);
        document.body.replaceWith(body);
        history.pushState(null, "", `?pagina=${round}`);
      }).finished;
    }, [round, `${pronto.chat}/embed.js`, pronto.site]);
    await visitor.page.getByRole("heading", { name: `Pagina ${round}` }).waitFor();
  }
  assert.equal(await visitor.frame(), frame, "the very frame that was there");
  await visitor.shows(["durante il passaggio"]);
  await visitor.close();
  assert.equal(await visitor.page.locator("pronto-launcher").count(), 1);
  assert.deepEqual(visitor.faults, []);
});
