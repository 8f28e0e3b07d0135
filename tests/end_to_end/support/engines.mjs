// Firefox and WebKit in the words that the stories have from Playwright, as far as they use them: contexts, pages, frames and
// locators over WebDriver. Scripts find things, through open shadow roots too; clicks and keys are the browser's own.

import { writeFileSync } from "node:fs";
import { atEnd, eventually } from "./harness.mjs";
import { Proxy } from "./proxy.mjs";
import { ELEMENT, Session } from "./webdriver.mjs";

const PATIENCE = 30_000;
const KEYS = { Tab: "\uE004", Enter: "\uE007", Escape: "\uE00C", Shift: "\uE008", Control: "\uE009", ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015", Backspace: "\uE003", End: "\uE010", Home: "\uE011", Delete: "\uE017" };

/** Runs in the page: the elements that `steps` lead to, in order. */
function find(steps) {
  const ROLES = {
    button: "button,[role=button],input[type=submit],summary", link: "a[href],[role=link]", heading: "h1,h2,h3,h4,h5,h6,[role=heading]",
    textbox: "textarea,input:not([type]),input[type=text],input[type=email],[role=textbox]", status: "[role=status],output", alert: "[role=alert]", dialog: "dialog,[role=dialog]",
  };
  // Plain loops: the page may have written over what lists can do.
  const roots = (from) => {
    const found = [from], open = [from];
    while (open.length) {
      const at = open.pop(), all = at.querySelectorAll("*");
      if (at.shadowRoot) open.push(found[found.length] = at.shadowRoot);
      for (let i = 0; i < all.length; i++) if (all[i].shadowRoot) open.push(found[found.length] = all[i].shadowRoot);
    }
    return found;
  };
  const below = (from, css) => {
    const found = [], within = roots(from);
    for (let r = 0; r < within.length; r++) {
      const all = within[r].querySelectorAll(css);
      for (let i = 0; i < all.length; i++) found[found.length] = all[i];
    }
    return found;
  };
  const deep = (from, css) => {
    let at = from;
    for (const part of css.match(/(?:\[[^\]]*\]|\([^)]*\)|\s*[>,]\s*|[^\s[(>,])+/g)) {
      const next = new Set();
      for (const one of at) for (const each of below(one, part)) next.add(each);
      at = [...next];
    }
    return at;
  };
  const words = (element) => (element.innerText ?? element.textContent).replace(/\s+/g, " ").trim();
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
  const name = (element) => (element.getAttribute("aria-label") ?? (element.labels?.[0] ? words(element.labels[0]) : words(element) || element.placeholder || element.title || "")).trim();
  let found = [document];
  for (const { css, role, called, exact, text, has, nth } of steps) {
    if (css) found = deep(found, css);
    if (role) found = deep(found, ROLES[role]).filter((one) => shown(one) && (called === undefined || (exact ? name(one) === called : name(one).toLowerCase().includes(called.toLowerCase()))));
    if (text) {
      const all = deep(found, "*").filter((one) => (exact ? words(one) === text : words(one).toLowerCase().includes(text.toLowerCase())));
      found = all.filter((one) => !all.some((other) => other !== one && one.contains(other)));
    }
    if (has) found = found.filter((one) => words(one).toLowerCase().includes(has.replace(/\s+/g, " ").trim().toLowerCase()));
    if (nth !== undefined) found = found.slice(nth, nth + 1 || undefined);
  }
  return found;
}

/** Where things are looked for: a document, or a frame of it by the way to its element. */
class Scope {
  locator = (css, { hasText } = {}) => this.with({ css }, ...(hasText ? [{ has: hasText }] : []));
  getByRole = (role, { name, exact } = {}) => this.with({ role, called: name, exact });
  getByText = (text, { exact } = {}) => this.with({ text, exact });
  frameLocator = (css) => new Frame(this.page, [...this.way, [...(this.steps ?? []), { css }]]);
}

class Frame extends Scope {
  constructor(page, way) {
    super();
    Object.assign(this, { page, way });
  }

  with = (...steps) => new Locator(this, steps);
  parentFrame = () => (this.way.length ? new Frame(this.page, this.way.slice(0, -1)) : null);

  /** What `act` answers while the session looks into this very document. */
  inside(act) {
    const { session } = this.page.context_;
    return session.alone(async () => {
      await this.page.front();
      await session.command("/frame", { id: null });
      for (const steps of this.way) {
        const [element] = await run(session, find, [steps]);
        if (!element) throw new Error("the frame is not there");
        await session.command("/frame", { id: element });
      }
      return act(session);
    });
  }

  evaluate = (what, argument) => this.inside((session) => run(session, what, [argument]));
  url = () => this.evaluate(() => location.href);
}

/** A function, its promise awaited, or an expression, in the document the session looks into. */
async function run(session, what, given = []) {
  const call = typeof what === "function" ? `(${what})(${given.map((_, at) => `arguments[${at}]`)})` : what;
  // Nothing here may need what a page can write over, save a promise where the function makes one itself.
  const script = `const done = arguments[arguments.length - 1], say = (fault) => done({ fault: String(fault) + (fault && fault.stack || "") });
    try { const made = ${call}; made && typeof made.then === "function" ? made.then((value) => done({ value }), say) : done({ value: made }); } catch (fault) { say(fault); }`;
  const { value, fault } = await session.command("/execute/async", { script, args: given.map((one) => one ?? null) });
  if (fault !== undefined) throw new Error(fault);
  return value;
}

class Locator extends Scope {
  constructor(frame, steps) {
    super();
    Object.assign(this, { frame, steps, page: frame.page, way: frame.way });
  }

  with = (...steps) => new Locator(this.frame, [...this.steps, ...steps]);
  filter = ({ hasText }) => this.with({ has: hasText });
  first = () => this.with({ nth: 0 });
  last = () => this.with({ nth: -1 });
  nth = (nth) => this.with({ nth });
  toString = () => JSON.stringify(this.steps);

  /** What `act` answers for the first of them, as soon as there is one that it can be done with. */
  async one(act, { timeout = this.page.patience } = {}) {
    return (await eventually(`${this}`, () => this.frame.inside(async (session) => {
      const [element] = await run(session, find, [this.steps]);
      return element && { answer: await act(session, element) };
    }), timeout)).answer;
  }

  on = (what, argument, options) => this.one((session, element) => run(session, what, [element, argument]), options);
  evaluate = this.on;
  // In one script: elements in a list are not understood by every driver.
  evaluateAll = (what, argument) => this.frame.inside((session) => run(session, `((steps, argument) => (${what})((${find})(steps), argument))(arguments[0], arguments[1])`, [this.steps, argument]));
  count = () => this.evaluateAll((all) => all.length);
  isVisible = () => this.evaluateAll((all) => all.length > 0 && all[0].getClientRects().length > 0 && getComputedStyle(all[0]).visibility !== "hidden");
  innerText = (options) => this.on((element) => element.innerText, null, options);
  textContent = (options) => this.on((element) => element.textContent, null, options);
  getAttribute = (name) => this.on((element, name) => element.getAttribute(name), name);
  inputValue = () => this.on((element) => element.value);
  boundingBox = () => this.on((element) => { const { x, y, width, height } = element.getBoundingClientRect(); return { x, y, width, height }; });
  elementHandle = async () => ({ contentFrame: async () => (await this.waitFor({ state: "attached" }), new Frame(this.page, [...this.way, this.steps])) });

  waitFor = ({ state = "visible", timeout = this.page.patience } = {}) => eventually(`${this} ${state}`, async () => {
    if (state === "visible") return this.isVisible();
    const there = await this.count();
    return state === "attached" ? there > 0 : there === 0;
  }, timeout);

  async click(options) {
    await this.waitFor();
    await this.one((session, element) => press(session, element, 1), options);
  }

  dblclick = async (options) => (await this.waitFor(), this.one((session, element) => press(session, element, 2), options));

  async fill(text) {
    await this.waitFor();
    await this.one(async (session, element) => {
      const takes = await run(session, (field) => (field.focus(), field.getRootNode().activeElement === field && document.hasFocus()), [element]);
      // A frame of another site may not take the focus by itself everywhere; a press always gives it.
      if (!takes) await press(session, element, 1);
      await run(session, (field, text) => {
        field.select();
        // As if typed, so that the page hears of it in the browser's own way.
        text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
        if (field.value !== text) throw new Error(`“${field.value}” instead of “${text}”`);
      }, [element, text]);
    });
  }

  async press(key) {
    await this.on((element) => element.focus());
    await this.frame.inside((session) => strike(session, key));
  }

  focus = () => this.on((element) => element.focus());

  selectOption = (value) => this.on((select, value) => {
    select.value = value;
    for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
  }, value);
}

/** Presses on the middle of what is seen of `element`. */
async function press(session, element, times) {
  await run(session, (element) => element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" }), [element]);
  const free = await run(session, (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    let at = document.elementFromPoint(x + width / 2, y + height / 2);
    while (at?.shadowRoot) {
      const inner = at.shadowRoot.elementFromPoint(x + width / 2, y + height / 2);
      if (!inner || inner === at) break;
      at = inner;
    }
    for (let up = at; up; up = up.parentNode ?? up.host) if (up === element) return "";
    return at ? `${at.localName}.${at.className} lies above it` : "it is out of sight";
  }, [element]);
  if (free) throw new Error(free);
  const actions = [{ type: "pointerMove", duration: 0, x: 0, y: 0, origin: { [ELEMENT]: element[ELEMENT] } }];
  for (let time = 0; time < times; time++) actions.push({ type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 });
  await session.command("/actions", { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }] });
}

/** One key, with those before a plus held down. */
async function strike(session, keys) {
  const held = keys.length > 1 ? keys.split("+") : [keys];
  const values = held.map((key) => KEYS[key] ?? key);
  const actions = [...values.map((value) => ({ type: "keyDown", value })), ...values.toReversed().map((value) => ({ type: "keyUp", value }))];
  await session.command("/actions", { actions: [{ type: "key", id: "keys", actions }] });
}

class Page extends Frame {
  constructor(context, handle) {
    super(undefined, []);
    Object.assign(this, { page: this, context_: context, handle, patience: PATIENCE });
    this.keyboard = {
      press: (key) => this.focused((session) => strike(session, key)),
      type: (text) => this.focused(async (session) => { for (const key of text) await strike(session, key); }),
    };
  }

  context = () => this.context_;
  mainFrame = () => this;
  setDefaultTimeout = (patience) => (this.patience = patience);

  /** The document, and that of the panel where there is one: the frames that the stories look into. */
  frames = async () => {
    const panel = this.locator("pronto-launcher iframe");
    return [this, ...((await panel.count()) ? [await (await panel.elementHandle()).contentFrame()] : [])];
  };

  front = () => this.context_.session.command("/window", { handle: this.handle });

  /** Keys go to the document that the session looks into, so it looks where the focus is. */
  focused = (act) => this.inside(async (session) => {
    for (;;) {
      const frame = await run(session, () => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at?.localName === "iframe" ? at : null;
      });
      if (!frame) return act(session);
      await session.command("/frame", { id: frame });
    }
  });

  goto = (url) => this.inside((session) => session.command("/url", { url }));
  reload = () => this.inside((session) => session.command("/refresh", {}));
  goBack = () => this.inside((session) => session.command("/back", {}));
  title = () => this.evaluate(() => document.title);
  waitForLoadState = () => eventually("a page that has loaded", () => this.evaluate(() => document.readyState === "complete"));
  isClosed = () => this.closed ?? false;

  /** The window's inside in pixels of the page. */
  async resize({ width, height }) {
    await this.inside(async (session) => {
      if (session.engine === "firefox") {
        // The window itself is never narrower than its toolbar; what a page sees of it may be.
        await session.command("/moz/context", { context: "chrome" });
        await run(session, (width, height) => {
          const { style } = gBrowser.selectedBrowser;
          for (const [side, length] of [["width", width], ["height", height]]) {
            style.setProperty(`min-${side}`, `${length}px`);
            style.setProperty(`max-${side}`, `${length}px`);
          }
        }, [width, height]);
        await session.command("/moz/context", { context: "content" });
      } else {
        // A window that has just opened may not know yet how large it is.
        for (let tries = 0; tries < 10; tries++) {
          const outside = await session.command("/window/rect");
          const inside = await run(session, () => ({ width: innerWidth, height: innerHeight }));
          if (inside.width === width && inside.height === height) break;
          const [wide, high] = [outside.width + width - inside.width, outside.height + height - inside.height];
          if (Math.min(wide, high) > 0) await session.command("/window/rect", { width: wide, height: high });
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    });
    await eventually(`a window ${width} by ${height}`, async () => {
      const inside = await this.evaluate(() => [innerWidth, innerHeight]);
      return `${inside}` === `${[width, height]}` || Promise.reject(new Error(`it is ${inside}`));
    }, 5_000);
  }

  screenshot = ({ path }) => this.inside(async (session) => {
    writeFileSync(path, Buffer.from(await session.command("/screenshot"), "base64"));
  });

  async close() {
    const { session, pages } = this.context_;
    await session.alone(async () => {
      // The browser ends with its last window.
      if (pages.size === 1) this.context_.spare = (await session.command("/window/new", { type: "tab" })).handle;
      await this.front();
      await session.ask("DELETE", `${session.path}/window`);
    });
    pages.delete(this);
    this.closed = true;
  }
}

/** Somebody with a browser of their own. */
class Context {
  static async start(engine, { viewport = { width: 1280, height: 800 }, locale = "en-US", timezoneId = "UTC", ...look } = {}) {
    const context = new Context();
    context.proxy = await Proxy.start();
    context.session = await Session.start(engine, { through: context.proxy.port, locale, timezoneId, ...look });
    Object.assign(context, { viewport, pages: new Set(), spare: await context.session.command("/window") });
    return context;
  }

  async newPage() {
    const { session } = this;
    // WebKit's hidden tabs take no presses, so there every further page has a window of its own.
    const type = session.engine === "webkit" ? "window" : "tab";
    const handle = this.spare ?? (await session.alone(() => session.command("/window/new", { type }))).handle;
    this.spare = undefined;
    const page = new Page(this, handle);
    this.pages.add(page);
    // A further window has WebKit's toolbar, and with it a least width.
    await page.resize(this.viewport).catch((error) => this.pages.size > 1 || Promise.reject(error));
    return page;
  }

  setOffline = async (offline) => void (this.proxy.offline = offline);

  /** Requests that match, a pattern or a glob that ends with stars, are `act`'s. */
  async route(pattern, act) {
    const matches = pattern instanceof RegExp ? (url) => pattern.test(url) : (url) => url.startsWith(pattern.replace(/\*+$/, ""));
    this.proxy.rules.push({ matches, act });
  }

  close = () => this.session.end();
}

/** One of both, in place of what Playwright would start. */
export class Browser {
  constructor(engine) {
    this.engine = engine;
  }

  async newContext(look) {
    const context = await Context.start(this.engine, look);
    atEnd(() => context.close());
    return context;
  }
}
