// What is measured: Pronto, two chat widgets of npm as their own manuals put them on a page, and the least there can be.
//
// @n8n/chat names a design system that not every mirror has; package.json puts a small package in its place. Its bundle has all
// inside, so no browser gets either.

import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { atEnd } from "../end_to_end/support/harness.mjs";

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));
const KINDS = { ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8" };

/** How a field is found in the pages below, through open shadow roots; and in which window it stands. */
export const SUBJECTS = [
  { name: "no widget", snippet: () => "" },
  {
    name: "bare frame",
    launcher: "button#bare",
    field: "textarea#text",
    snippet: (chat) => `<button id="bare">Write</button><script>
document.querySelector("#bare").onclick = () => {
  const frame = document.createElement("iframe");
  frame.src = ${JSON.stringify(`${chat}/bare.html`)};
  frame.className = "corner";
  document.body.append(frame);
};</script>`,
  },
  {
    name: "pronto",
    launcher: "pronto-launcher button",
    field: "textarea#text",
    script: "/embed.js",
    live: true,
    snippet: (chat, site) => `<script async src="${chat}/embed.js" data-site="${site}"></script>`,
  },
  {
    name: "@n8n/chat",
    launcher: ".chat-window-toggle",
    field: ".chat-inputs textarea",
    script: "/n8n/chat.bundle.es.js",
    snippet: (chat) => `<link href="${chat}/n8n/style.css" rel="stylesheet">
<script type="module">import { createChat } from "${chat}/n8n/chat.bundle.es.js"; createChat({ webhookUrl: "${chat}/answer" });</script>`,
  },
  {
    // It has no launcher: the field is there as soon as it is.
    name: "deep-chat",
    launcher: "deep-chat #text-input",
    field: "deep-chat #text-input",
    script: "/deep-chat/deepChat.bundle.js",
    snippet: (chat) => `<script type="module" src="${chat}/deep-chat/deepChat.bundle.js"></script>
<deep-chat connect='{"url": "${chat}/answer"}'></deep-chat>`,
  },
  {
    // The best that an owner can do with it: a button of the page's own that fetches it when it is pressed.
    name: "deep-chat, on click",
    launcher: "button#late",
    field: "deep-chat #text-input",
    snippet: (chat) => `<button id="late">Write</button><script>
document.querySelector("#late").onclick = async () => {
  await import(${JSON.stringify(`${chat}/deep-chat/deepChat.bundle.js`)});
  const made = document.createElement("deep-chat");
  made.connect = { url: ${JSON.stringify(`${chat}/answer`)} };
  document.body.append(made);
};</script>`,
  },
];

const BARE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title><textarea id="text" aria-label="Message"></textarea></html>';

/** The customer's page: as long as pages are, and the same for all. */
export const host = (snippet) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>Shop</title></head><body><h1>Bread and cakes</h1>
${"<h2>Every morning</h2><p>Flour, water, salt, and a night's rest. We bake before you wake, and close when nothing is left.</p>\n".repeat(30)}${snippet}<style>#bare, #late, .corner, deep-chat { position: fixed; right: 20px; bottom: 20px; }</style></body></html>`;

/** Listens on a port of this machine and answers what `answer` says: `[status, headers, body]`. */
export async function listen(answer) {
  const server = createServer((request, response) => {
    const [status, headers, body] = answer(request);
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))));
  return server.address().port;
}

/** The peers' files at brotli's best, as a good host would send them, and the server that their calls go to. */
export async function peers() {
  const files = new Map();
  const add = (address, bytes, kind) => {
    const body = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    files.set(address, [200, { "content-type": kind, "content-encoding": "br", "access-control-allow-origin": "*", "cache-control": "max-age=3600" }, body]);
  };
  add("/bare.html", Buffer.from(BARE), KINDS[".html"]);
  add("/deep-chat/deepChat.bundle.js", readFileSync(`${modules}deep-chat/dist/deepChat.bundle.js`), KINDS[".js"]);
  const n8n = `${modules}@n8n/chat/dist/`;
  const wanted = readFileSync(`${n8n}chat.bundle.es.js`, "utf8");
  for (const name of readdirSync(n8n)) {
    if (name === "style.css" || (extname(name) in KINDS && (name === "chat.bundle.es.js" || wanted.includes(name)))) add(`/n8n/${name}`, readFileSync(n8n + name), KINDS[extname(name)]);
  }
  const json = { "content-type": "application/json", "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  return listen(({ url }) => files.get(url.split("?")[0]) ?? [200, json, '{"data":[],"output":"Good morning","text":"Good morning"}']);
}
