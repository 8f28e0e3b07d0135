// The answer by e-mail: from an address that a visitor left, over a mail server, back into the conversation on a device
// that has never seen it.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { OUTPUT, Pronto, atEnd, endAll, eventually, startBrowser } from "../support/harness.mjs";

const LIMIT = { timeout: 120_000 };
const LATER = 3 * 60 * 1000;
let browser, mails, pronto;

after(endAll);
before(async () => {
  mails = await mailServer();
  const more = ["--smtp", `smtp://127.0.0.1:${mails.port}`, "--mail-from", "no-reply@chat.example"];
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start({ testClock: true, more })]);
});

/** A mail server that takes everything; `mails.taken` holds the words of each mail. */
function mailServer() {
  const taken = [];
  const server = createServer((socket) => {
    let [rest, mail] = ["", undefined];
    socket.write("220 mail.example ESMTP\r\n");
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      rest += bytes;
      for (let end; (end = rest.indexOf("\r\n")) >= 0; rest = rest.slice(end + 2)) {
        const line = rest.slice(0, end);
        if (mail && line !== ".") mail.push(line);
        else if (mail) {
          taken.push(mail.join("\r\n").replace(/=\r\n/g, "").replace(/=3D/g, "="));
          mail = undefined;
          socket.write("250 Ok\r\n");
        } else if (line === "DATA") {
          mail = [];
          socket.write("354 Go on\r\n");
        } else socket.write(line === "QUIT" ? "221 Bye\r\n" : "250 Ok\r\n");
      }
    });
  });
  atEnd(() => server.close());
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ port: server.address().port, taken })));
}

async function ask(method, path, headers, body) {
  const answer = await fetch(`${pronto.api}${path}`, {
    method, headers: { "content-type": "application/json", ...headers }, body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return { json: text && JSON.parse(text), cookie: answer.headers.get("set-cookie")?.split(";")[0] };
}

/** A visitor elsewhere asks, leaves an address, and is gone; answers with the link of the mail. */
async function answeredByMail(question, answer) {
  const who = { authorization: `Bearer ${randomBytes(32).toString("base64url")}` };
  const conversation = randomUUID();
  await ask("POST", `/v1/sites/${pronto.site}/sessions`, who, { conversation_id: conversation, context: { locale: "it-IT" } });
  await ask("POST", `/v1/conversations/${conversation}/messages`, who, { message_id: randomUUID(), body: question });
  await ask("PUT", "/v1/session/email", who, { conversation_id: conversation, email: "ana@posta.example" });
  const { json: me, cookie } = await ask("POST", "/v1/inbox/login", {}, pronto.login);
  const agent = { cookie, "x-pronto-csrf": me.csrf };
  await ask("POST", `/v1/conversations/${conversation}/messages`, agent, { message_id: randomUUID(), body: answer });
  await pronto.setClock(me.now + LATER);
  const mail = await eventually("the mail", () => mails.taken.find((mail) => mail.includes(answer)));
  return /http:\S+\/resume#\S+/.exec(mail)[0];
}

const texts = (page) => page.locator(".message .body").allInnerTexts();

test("the mail's link opens the conversation on a new device, once", LIMIT, async () => {
  const link = await answeredByMail("Avete il pane di segale?", "Certo, dalle otto.");
  const context = await browser.newContext({ viewport: { width: 375, height: 667 }, locale: "it-IT" });
  const page = await context.newPage();
  // Somebody wrote from this device before; whoever presses the button wants the mail's conversation all the same.
  await page.goto(`${pronto.chat}/c/${pronto.site}`);
  await page.locator("textarea").fill("Prima");
  await page.locator("#send").click();
  await eventually("the earlier words", async () => (await texts(page)).includes("Prima"));

  await page.goto(link);
  assert.deepEqual(await page.locator("input[name=code]").isVisible(), false, "the code is filled in");
  await page.screenshot({ path: `${OUTPUT}/resume.png` });
  await page.getByRole("button").click();
  const wanted = ["Avete il pane di segale?", "Certo, dalle otto."];
  const seen = async () => wanted.every((text, index) => text === all[index]) && all.length === 2;
  let all = [];
  await eventually("the conversation", async () => ((all = await texts(page)), await seen()));
  await page.locator("textarea").fill("Grazie");
  await page.locator("#send").click();
  await eventually("my own words", async () => (await texts(page)).at(-1) === "Grazie");
  await page.reload();
  await eventually("all of it again", async () => (await texts(page)).join("|") === [...wanted, "Grazie"].join("|"));

  await page.goto("about:blank");
  await page.goto(link);
  await page.getByRole("button").click();
  await eventually("a plain sentence", async () => (await page.locator("[role=status]").innerText()).includes("è già stato usato"));
});

test("without script one types the code that the mail shows", LIMIT, async () => {
  const link = await answeredByMail("E i cornetti?", "Alle sette.");
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "it-IT" });
  const page = await context.newPage();
  await page.goto(link);
  await page.locator("input[name=code]").fill(link.split("#")[1]);
  await page.getByRole("button").click();
  assert.deepEqual(await texts(page), ["E i cornetti?", "Alle sette."]);
});
