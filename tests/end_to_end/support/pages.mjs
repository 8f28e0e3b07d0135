// Pages that a story makes up, any markup under any headers, on an origin that the demo site lists.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { Agent, Visitor } from "./people.mjs";
import { ENGINE, atEnd } from "./harness.mjs";

/** The line that the inbox shows, with further attributes. */
export const snippet = (pronto, more = "") => `<script async src="${pronto.chat}/embed.js" data-site="${pronto.site}" ${more}></script>`;

/** The events of the widget that a page has heard, in `window.heard`: names, each with its detail where there is one. */
export const EAR = `<script>
  window.heard = [];
  window.pronto = window.pronto || [];
  for (const name of ["ready", "open", "close", "message", "unread", "wrote", "logout", "error"]) {
    pronto.push(["on", name, ({ detail }) => heard.push(detail == null ? name : name + " " + detail)]);
  }
</script>`;

const KINDS = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** A server of made-up pages. */
export class Pages {
  static async start(browser, pronto) {
    const pages = new Pages();
    Object.assign(pages, { browser, pronto, made: [] });
    const server = createServer((request, answer) => {
      const [, which, rest] = /^\/(\d+)\/([^?]*)/.exec(request.url) ?? [];
      const { html, headers, folder } = pages.made[which] ?? {};
      if (html === undefined) return answer.writeHead(204).end();
      // What a built app asks for beside its page.
      if (folder && rest) return answer.writeHead(200, { "content-type": KINDS[extname(rest)] }).end(readFileSync(join(folder, normalize(`/${rest}`))));
      answer.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(html);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    atEnd(() => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))));
    pages.origin = `http://127.0.0.1:${server.address().port}`;

    pages.agent = await Agent.signIn(browser, pronto);
    const site = `/v1/inbox/sites/${pronto.site}`;
    const { settings } = await pages.agent.ask("GET", site);
    await pages.agent.ask("PUT", site, { ...settings, allowed_origins: [...settings.allowed_origins, pages.origin] });
    return pages;
  }

  /** The address of a page with `html` on it. */
  put(html, headers = {}) {
    return this.file(`<!doctype html><html lang="it"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Bottega</title>${html}`, headers);
  }

  /** The address of a file of any kind. */
  file(html, headers = {}, folder) {
    this.made.push({ html, headers, folder });
    return `${this.origin}/${this.made.length - 1}/`;
  }

  /** A visitor on a page with `html` on it; `look`: what a Playwright context takes. */
  async visit(html, { headers, query = "", before, ...look } = {}) {
    const address = this.put(html, headers) + query;
    const visitor = await Visitor.at(this.browser, this.pronto, "about:blank", { viewport: { width: 1280, height: 800 }, ...look });
    visitor.page.setDefaultTimeout(15_000);
    if (before) await visitor.page.addInitScript(before);
    visitor.faults = [];
    // Only there does the driver tell of them.
    if (ENGINE === "chromium") visitor.page.on("pageerror", (error) => visitor.faults.push(error.message));
    await visitor.page.goto(address);
    return visitor;
  }
}
