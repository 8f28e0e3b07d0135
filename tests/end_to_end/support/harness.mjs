// Starts the real parts (server, example backend, Chromium) and ends them. Knows no story and no word of the screens.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SERVER = process.env.PRONTO_BIN ?? join(ROOT, "target/release/pronto");
const BACKEND = process.env.PRONTO_BACKEND_BIN ?? join(ROOT, "target/debug/examples/backend");
const CHROMIUM = process.env.PRONTO_CHROMIUM ?? "/usr/bin/chromium";

/** Where pictures go; ignored by git. */
export const OUTPUT = join(ROOT, "tests/end_to_end/output");

const endings = [];
const children = new Set();

/** Has `end` called by `endAll`, the last asked first. */
export const atEnd = (end) => endings.push(end);

/** Ends all that was started: `after(endAll)` in each file of stories. */
export async function endAll() {
  for (const end of endings.splice(0).reverse()) await end();
}

// A story that dies without its hooks leaves no process behind either.
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** What `probe` answers once it is neither false nor null, or the sentence of what never happened. */
export async function eventually(what, probe, within = 20_000) {
  const until = Date.now() + within;
  let last;
  for (;;) {
    try {
      const seen = await probe();
      if (seen) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until) assert.fail(`never seen: ${what} (last: ${last?.message ?? JSON.stringify(last)})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A port of this machine that was free a moment ago. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

export function folder() {
  const path = mkdtempSync(join(tmpdir(), "pronto-"));
  // A browser that has just ended may still be writing.
  atEnd(() => eventually(`${path} put away`, () => (rmSync(path, { recursive: true, force: true }), true)));
  return path;
}

/** A process whose output can be read, and which is ended with the stories. */
export class Program {
  constructor(path, args = [], env = {}) {
    assert.ok(existsSync(path), `${path} is not there: build it first`);
    Object.assign(this, { path, args, env, output: "" });
    atEnd(() => this.end("SIGKILL"));
  }

  start() {
    const child = spawn(this.path, this.args, { env: { ...process.env, ...this.env }, stdio: ["ignore", "pipe", "pipe"] });
    const hear = (bytes) => (this.output += bytes);
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    children.add(child);
    this.over = new Promise((resolve) => child.once("exit", (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    }));
    this.child = child;
  }

  /** Sends `signal` and waits until the process is gone; answers how it went. */
  async end(signal) {
    if (!this.child) return;
    this.child.kill(signal);
    const how = await this.over;
    this.child = undefined;
    return how;
  }

  /** The process has to live while it is waited for: a dead one says why at once. */
  async ready(what, probe) {
    await Promise.race([
      eventually(what, probe, 30_000),
      this.over.then(({ code, signal }) => assert.fail(`${this.path} ended (${code ?? signal}):\n${this.output}`)),
    ]);
  }
}

/** Options of a server that asks for addresses; what it sends there goes nowhere. */
export const MAIL = ["--smtp", "smtp://127.0.0.1:9", "--mail-from", "Panificio <risposte@chat.example>"];

/** One server on its own ports and data folder, with the demo shop. The chat is another site than the shop, as in life. */
export class Pronto {
  /**
   * `through`: the port that browsers are told of, where something of the test's own stands in front. `testClock`: whether
   * the server lets its clock be moved. `more`: further options of it.
   */
  static async start({ through, testClock = false, more = [] } = {}) {
    const pronto = new Pronto();
    const [port, shopPort] = [await freePort(), await freePort()];
    pronto.port = port;
    pronto.api = `http://127.0.0.1:${port}`;
    pronto.chat = `http://localhost:${through ?? port}`;
    pronto.shop = `http://127.0.0.1:${shopPort}`;
    pronto.data = folder();
    pronto.program = new Program(SERVER, [
      "serve", "--demo", "--allow-private-backends",
      "--listen", `127.0.0.1:${port}`, "--demo-listen", `127.0.0.1:${shopPort}`,
      "--public-url", pronto.chat, "--data", pronto.data, ...(testClock ? ["--test-clock"] : []), ...more,
    ]);
    await pronto.start();
    return pronto;
  }

  async start() {
    this.program.start();
    await this.program.ready("a server that is ready", async () => (await fetch(`${this.api}/readyz`)).ok && (await fetch(this.shop)).ok);
    const [, email, password] = /^Demo login\s+(\S+)\s+(\S+)/m.exec(this.output);
    this.login = { email, password };
    this.site = /data-site="([^"]+)"/.exec(await (await fetch(this.shop)).text())[1];
  }

  /** What the server printed. */
  get output() {
    return this.program.output;
  }

  /** Makes it `now` on the server, which was started with `testClock`. */
  async setClock(now) {
    const body = JSON.stringify({ now });
    const set = await fetch(`${this.api}/v1/test/clock`, { method: "PUT", headers: { "content-type": "application/json" }, body });
    assert.equal(set.status, 200, await set.text());
  }

  /** Gone between two instructions, as in a power cut. */
  kill = () => this.program.end("SIGKILL");

  /** Asked to go, as by a supervisor. */
  stop = () => this.program.end("SIGTERM");

  /** A digest of all that was ever written to the database: the file and its write-ahead log. */
  written() {
    const digest = createHash("sha256");
    for (const name of ["pronto.db", "pronto.db-wal"]) {
      const path = join(this.data, name);
      digest.update(name).update(existsSync(path) ? readFileSync(path) : "");
    }
    return digest.digest("hex");
  }
}

/** The repository's example of a business's own backend, for `secret`, and with a key to the API of `pronto`. */
export async function startBackend(pronto, secret, key) {
  const port = await freePort();
  const backend = new Program(BACKEND, [], {
    BACKEND_LISTEN: `127.0.0.1:${port}`, BACKEND_SECRET: secret, BACKEND_API_KEY: key, BACKEND_CHAT: pronto.api,
  });
  backend.start();
  await backend.ready("a backend that listens", async () => (await fetch(`http://127.0.0.1:${port}/received`)).ok);
  return `http://127.0.0.1:${port}`;
}

/** Which browser the stories are told in: `chromium`, `firefox` or `webkit`. */
export const ENGINE = process.env.PRONTO_ENGINE ?? "chromium";

/** A story for Chromium alone, because of `why`; where another browser is asked, its name is listed and it counts for nothing. */
export const onlyChromium = (why, name, ...story) => (ENGINE === "chromium" ? test(name, ...story) : console.log(`not in ${ENGINE}: ${name} (${why})`));

/**
 * The browser, one for the file's stories; each of its contexts is somebody of their own.
 *
 * A context counts as a private window, and there Chromium's default keeps every storage from a frame of another site. The
 * stories are about the windows that most people use, so that default is switched off in the profile behind them. `settings`:
 * the profile's own, in place of that.
 */
export async function startBrowser(more = [], settings = { cookie_controls_mode: 0 }) {
  if (ENGINE !== "chromium") return new (await import("./engines.mjs")).Browser(ENGINE);
  const args = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more];
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  const profile = folder();
  mkdirSync(join(profile, "Default"));
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify({ profile: settings }));
  const first = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args });
  atEnd(() => first.close());
  return first.browser();
}
