// What a page loads of Pronto, as a real browser asked for it, at three moments: untouched, typing, live.
// `node size.mjs [--json]`; bytes are those of bodies, as sent.

import { request as ask } from "node:http";
import { fileURLToPath } from "node:url";
import { Visitor } from "./support/people.mjs";
import { Pronto, endAll, startBrowser } from "./support/harness.mjs";

/** How many bytes the server sends for `address` to one that takes `encoding`. */
const bytesOf = (address, encoding) =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(address);
    ask({ hostname, port, path: pathname + search, headers: { "accept-encoding": encoding } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk) => (bytes += chunk.length)).on("end", () => resolve(bytes)).on("error", reject);
    }).once("error", reject).end();
  });

/** Writes down what `visitor`'s pages ask the chat for. */
class Ledger {
  constructor({ context, page, pronto }) {
    this.requests = [];
    this.sockets = [];
    context.on("request", (request) => request.url().startsWith(pronto.chat) && this.requests.push(request));
    page.on("websocket", (socket) => this.sockets.push({ name: new URL(socket.url()).pathname, raw: 0, gzip: 0, brotli: 0 }));
  }

  /** One line for each request so far that was answered. */
  async files() {
    const files = [];
    for (const request of this.requests.slice()) {
      const answer = await request.response();
      if (!answer) continue;
      const { pathname } = new URL(request.url());
      const sent = (await request.sizes()).responseBodySize;
      const again = request.method() === "GET" && answer.ok();
      const [raw, gzip] = again ? [await bytesOf(request.url(), "identity"), await bytesOf(request.url(), "gzip")] : [sent, sent];
      const name = request.method() === "GET" ? pathname : `${request.method()} ${pathname}`;
      files.push({ name: name.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "…"), raw, gzip, brotli: sent });
    }
    return [...files, ...this.sockets];
  }
}

/** The lines of the three moments. */
export async function measure() {
  const [browser, pronto] = await Promise.all([startBrowser(), Pronto.start({ testClock: true })]);
  // At night, when the shop is closed: its sentence is longer then, and the hour of the run decides of nothing.
  await pronto.setClock(new Date().setUTCHours(25, 0, 0, 0));
  const visit = async () => {
    const visitor = await Visitor.at(browser, pronto, "about:blank");
    return [visitor, new Ledger(visitor)];
  };

  const [looker, looked] = await visit();
  await looker.page.goto(pronto.shop);
  await looker.launcher.waitFor();
  // The moment is defined by its length.
  await looker.page.waitForTimeout(3_000);
  const untouched = await looked.files();
  await looker.context.close();

  // Typing has to work while all that the frame's page asks for is held back: what came through is what it takes.
  const [typer, typed] = await visit();
  const held = [];
  await typer.context.route(`${pronto.chat}/assets/**`, (route) => held.push(route));
  await typer.page.goto(pronto.shop);
  await typer.open();
  await typer.composer.pressSequentially("so soon");
  typed.requests = typed.requests.filter((request) => !held.some((route) => route.request() === request));
  const typing = await typed.files();
  await typer.context.close();

  const [writer, written] = await visit();
  await writer.page.goto(pronto.shop);
  await writer.open();
  await writer.write("live");
  await writer.receipt("live", "sent");
  const live = await written.files();
  return { untouched, typing, live };
}

/** A moment in one line: how many requests, how many bytes. */
export function total(files) {
  const sum = (key) => files.reduce((bytes, file) => bytes + file[key], 0);
  return { requests: files.length, raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };
}

function table(moments) {
  const line = (name, { raw, gzip, brotli }) => `  ${name.padEnd(48)}${[raw, gzip, brotli].map((n) => String(n).padStart(9)).join("")}`;
  for (const [moment, files] of Object.entries(moments)) {
    const all = total(files);
    console.log(`${moment.padEnd(50)}      raw     gzip   brotli`);
    files.forEach((file) => console.log(line(file.name, file)));
    console.log(`${line(`${all.requests} requests`, all)}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const moments = await measure();
    const brief = (files) => (({ requests, brotli }) => ({ requests, brotli }))(total(files));
    if (process.argv.includes("--json")) {
      console.log(JSON.stringify(Object.fromEntries(Object.entries(moments).map(([moment, files]) => [moment, brief(files)]))));
    } else {
      table(moments);
    }
  } finally {
    await endAll();
  }
}
