// The wire of WebDriver: one driver process, one browser with a fresh profile, one session. For Firefox and WebKit, whose
// own builds no other driver takes. What a story says of pages and their parts is `engines`' part.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { Program, eventually, folder, freePort } from "./harness.mjs";

/** The key that stands for an element on the wire. */
export const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

const GECKODRIVER = process.env.PRONTO_GECKODRIVER ?? "geckodriver";
const FIREFOX = process.env.PRONTO_FIREFOX ?? "/usr/bin/firefox-esr";
const WEBKIT = process.env.PRONTO_WEBKIT ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
const WEBKIT_DRIVER = process.env.PRONTO_WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver";
const XDOTOOL = process.env.PRONTO_XDOTOOL ?? "/usr/bin/xdotool";
const XVFB = process.env.PRONTO_XVFB ?? "/usr/bin/Xvfb";

/** What the wire calls a failure, in the driver's own words. */
class Refused extends Error {
  constructor(kind, message) {
    super(`${kind}: ${message}`);
    this.kind = kind;
  }
}

/** A screen that nobody sees, for one browser: WebKit has no way without, and of all windows on a screen one has the focus. */
async function screen() {
  const xvfb = new Program(XVFB, ["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]);
  xvfb.start();
  await xvfb.ready("a screen", () => /^\d+\s*$/m.test(xvfb.output));
  return { xvfb, display: `:${/^(\d+)\s*$/m.exec(xvfb.output)[1]}` };
}

/** Where the C library finds `locale` made ready: WebKit takes its language from there alone. */
function languages(locale) {
  const made = folder(), name = locale.replace("-", "_");
  if (existsSync(`/usr/share/i18n/locales/${name}`)) execFileSync("localedef", ["-i", name, "-f", "UTF-8", join(made, `${name}.UTF-8`)]);
  return { LOCPATH: made, LANG: `${name}.UTF-8`, LC_ALL: `${name}.UTF-8`, LANGUAGE: name };
}

/** How each browser is started, and told who sits in front of it. */
const STARTS = {
  firefox: ({ proxy, locale, colorScheme, forcedColors, reducedMotion, timezoneId }, port) => ({
    driver: [GECKODRIVER, ["--port", `${port}`, "--websocket-port", "0", "--log", "error", "--allow-system-access"]],
    env: { TZ: timezoneId, MOZ_HEADLESS: "1", MOZ_DISABLE_CONTENT_SANDBOX: "1" },
    wanted: {
      browserName: "firefox", proxy,
      "moz:firefoxOptions": {
        binary: FIREFOX, args: ["-headless"],
        prefs: {
          "intl.accept_languages": locale, "network.proxy.allow_hijacking_localhost": true, "network.captive-portal-service.enabled": false,
          "network.connectivity-service.enabled": false, "browser.safebrowsing.malware.enabled": false, "browser.safebrowsing.phishing.enabled": false,
          "services.settings.server": "data:,", "extensions.update.enabled": false, "app.update.disabledForTesting": true,
          "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1,
          ...(forcedColors === "active" ? { "browser.display.document_color_use": 2 } : {}),
          ...(reducedMotion === "reduce" ? { "ui.prefersReducedMotion": 1 } : {}),
        },
      },
    },
  }),
  webkit: ({ proxy, locale, colorScheme, timezoneId }, port, display) => ({
    driver: [WEBKIT_DRIVER, [`--port=${port}`]],
    env: {
      ...languages(locale), TZ: timezoneId, DISPLAY: display, GDK_BACKEND: "x11",
      GTK_THEME: colorScheme === "dark" ? "Adwaita:dark" : "Adwaita", LIBGL_ALWAYS_SOFTWARE: "1", NO_AT_BRIDGE: "1",
    },
    // Full screen, and so without the toolbar that would keep the window wider than a phone.
    wanted: { proxy, "webkitgtk:browserOptions": { binary: WEBKIT, args: ["--automation", "--full-screen"] } },
  }),
};

export class Session {
  /** `look`: `locale`, `timezoneId`, `colorScheme` and the like; `through`: the port of the proxy that all its requests go by. */
  static async start(engine, { through, ...look }) {
    const session = new Session();
    const port = await freePort(), at = `127.0.0.1:${through}`, home = folder();
    const proxy = { proxyType: "manual", httpProxy: at, sslProxy: at };
    const { xvfb, display } = engine === "webkit" ? await screen() : {};
    const { driver: [path, args], env, wanted } = STARTS[engine]({ proxy, ...look }, port, display);
    session.program = new Program(path, args, { ...env, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home });
    Object.assign(session, { port, engine, xvfb, turn: Promise.resolve() });
    session.program.start();
    await session.program.ready(`a driver of ${engine}`, async () => (await session.ask("GET", "/status")).ready !== false);
    const { sessionId } = await session.ask("POST", "/session", { capabilities: { alwaysMatch: wanted } });
    session.path = `/session/${sessionId}`;
    // Nobody manages windows on that screen, so nobody else gives one the focus.
    if (display) await session.focused(display);
    return session;
  }

  /** Gives the browser's window the keyboard, as a click on it would. */
  focused = (display) => eventually("a window with the focus", () =>
    execFileSync(XDOTOOL, ["search", "--sync", "--onlyvisible", "--class", "MiniBrowser", "windowfocus", "--sync"], { env: { DISPLAY: display }, stdio: "pipe", timeout: 10_000 }) && true);

  async ask(method, path, body) {
    const text = method === "POST" ? JSON.stringify(body ?? {}) : undefined;
    const { status, said } = await new Promise((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port: this.port, method, path, headers: text ? { "content-type": "application/json", "content-length": Buffer.byteLength(text) } : {} }, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk)).on("error", reject);
        answer.on("end", () => resolve({ status: answer.statusCode, said: Buffer.concat(chunks).toString() }));
      });
      asked.on("error", reject).end(text);
    });
    const { value } = JSON.parse(said);
    if (status !== 200) throw new Refused(value.error, value.message);
    return value;
  }

  /** One command of this session: `POST` with a body, else `GET`. */
  command = (path, body) => this.ask(body ? "POST" : "GET", this.path + path, body);

  /** What `act` answers, with nobody else's commands in between. */
  alone(act) {
    const mine = this.turn.then(act);
    this.turn = mine.catch(() => {});
    return mine;
  }

  async end() {
    if (!this.program.child) return;
    await this.ask("DELETE", this.path).catch(() => {});
    await this.program.end("SIGTERM");
    await this.xvfb?.end("SIGTERM");
  }
}
