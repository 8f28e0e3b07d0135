// What the panel can do besides reading and writing. The frame's page asks for this when "+" or its link is pressed, and where
// something was left on; what an entry needs comes from a module of its own, and the words from the server, in the page's language.

const { pronto } = window, page = document.documentElement, at = (id) => document.getElementById(id);
const site = JSON.parse(at("config").textContent).site, more = at("more");

const SVG = /^(svg|path|circle)$/;

/** An element; `on…` attributes are listeners, `false` and `undefined` leave one out. */
const node = (name, attributes = {}, ...children) => {
  const made = SVG.test(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
};

const icon = (...paths) => node("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths.map((d) => node("path", { d })));

/** Adds rules to the page's own. */
const look = (css) => {
  const rules = new CSSStyleSheet();
  rules.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules];
};

/** Reads a value from the frame's storage under the site's own prefix, or writes it; blocked storage holds nothing. */
const keep = (name, ...value) => {
  const key = `pronto:${site}:${name}`;
  try {
    if (!value.length) return localStorage.getItem(key);
    if (value[0] === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value[0]);
    return true;
  } catch {
    return null;
  }
};

let asked;
/** What the server has for the modules: `words` in the page's language. */
const extras = () => (asked ??= fetch(`/frame/${site}/extras?lang=${page.lang}`)
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
  .catch((error) => {
    asked = undefined;
    throw error;
  }));
const words = async () => (await extras()).words;

/** Who this device is to the site, once somebody has written: `{ secret, conversation_id, opened }`. */
const known = () => {
  try {
    return JSON.parse(keep("me"));
  } catch {
    return null;
  }
};

look(`
#form{position:relative}
#extras{position:absolute;z-index:1;bottom:calc(100% + 4px);inset-inline-start:12px;max-width:calc(100% - 24px);background:var(--raised);border:1px solid var(--ink2);border-radius:14px;padding:4px}
[data-mode=page] #extras{inset-inline-start:max(12px,50vw - 348px)}
#extras button{display:flex;align-items:center;gap:12px;padding:8px 12px;border-radius:10px;text-align:start}
#extras button:hover{background:var(--sunken)}
#extras button:focus-visible{outline-offset:-2px}
#extras [role^=menuitem]{width:100%;min-width:240px}
#extras .end{margin-inline-start:auto;padding-inline-start:12px;display:flex}
@media(prefers-reduced-motion:no-preference){#extras{animation:extras .14s ease-out}@keyframes extras{from{opacity:0;transform:translateY(4px)}}}
`);

let opened;

/** Closes what is open above the composer; the focus goes back to the button, unless it has gone elsewhere by itself. */
const close = (stay) => {
  if (!opened) return;
  const { box, outside } = opened;
  opened = undefined;
  removeEventListener("pointerdown", outside, true);
  more.ariaExpanded = "false";
  const held = box.contains(document.activeElement);
  box.remove();
  if (held && stay !== true) more.focus();
};

/** Shows `box` above the composer, in place of what was there. */
const show = (box) => {
  close(true);
  const outside = ({ target }) => box.contains(target) || more.contains(target) || close(true);
  opened = { box, outside };
  box.id = "extras";
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    // The panel itself stays open.
    event.stopPropagation();
    close();
  });
  box.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && relatedTarget !== at("text") && !box.contains(relatedTarget) && close(true));
  addEventListener("pointerdown", outside, true);
  more.after(box);
  more.ariaExpanded = "true";
};

/** Whether the page is to ask for this at the next visit, unasked. */
const remember = () => keep("more", keep("sound") ? "1" : null);

/** What each module is handed. */
const kit = { pronto, page, at, site, node, icon, look, keep, extras, words, known, show, close, remember };

const entries = {
  emoji: { paths: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M8.5 14a4 4 0 0 0 7 0", "M9 9.5v.01M15 9.5v.01"], act: () => import("./emoji.js").then((module) => module.emoji(kit)) },
  you: {
    paths: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20a7.5 7.5 0 0 1 15 0"],
    when: known,
    act: () => import("./sheet.js").then((module) => module.you(kit)),
  },
  sound: { paths: ["M6 9.5a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4s2-1.5 2-6.5", "M10 19.5a2.2 2.2 0 0 0 4 0"], act: () => import("./sound.js").then((module) => module.turn(kit)), on: () => keep("sound") },
};

/** The menu. A second press closes it, and so does whatever else was open. */
export const menu = async () => {
  if (opened) return close();
  const said = await words();
  if (opened) return;
  const items = Object.entries(entries).filter(([, { when }]) => !when || when()).map(([name, { paths, act, on }]) => {
    const state = on && (on() ? "true" : "false");
    const end = on && node("span", { class: "end" }, icon(...(state === "true" ? ["M5 12.5l4.5 4.5L19 7.5"] : [])));
    const choose = () => {
      close();
      act().catch(() => {});
    };
    return node("button", { type: "button", role: on ? "menuitemcheckbox" : "menuitem", "aria-checked": state, tabindex: -1, onclick: choose }, icon(...paths), said[name], end);
  });
  const step = (event) => {
    const here = items.indexOf(document.activeElement), last = items.length - 1;
    const typed = event.key.length === 1 && items.findIndex((item, at) => at !== here && item.textContent.toLowerCase().startsWith(event.key.toLowerCase()));
    const next = { ArrowDown: here < last ? here + 1 : 0, ArrowUp: here > 0 ? here - 1 : last, Home: 0, End: last, Tab: -1 }[event.key] ?? typed;
    if (next === -1 || next === false) return next === -1 && event.key === "Tab" && close();
    event.preventDefault();
    items[next].focus();
  };
  show(node("div", { role: "menu", "aria-label": more.ariaLabel, onkeydown: step }, ...items));
  items[0].focus();
};

/** What the header's link leads to, in a sheet over the panel. */
export const clock = () => import("./sheet.js").then((module) => module.clock(kit));

/** On its own page the panel has to stay above an on-screen keyboard itself; in a frame the loader sees to it. */
const fit = () => {
  const view = window.visualViewport, { style } = document.querySelector("main");
  if (view) view.onresize = view.onscroll = () => Object.assign(style, { height: `${view.height}px`, top: `${view.offsetTop}px`, bottom: "auto" });
};

/** What the page does not have to wait for, and what was left on at an earlier visit. */
export const wake = async () => {
  if (parent === window) fit();
  if (keep("sound")) (await import("./sound.js")).wait(kit);
};

let again = "";
/** What a flooded site asks of this device; also where the network was away for a moment, as in the frame's page. */
export const prove = (asked) => import("./proof.js" + again).catch((error) => {
  again += "?";
  throw error;
}).then((module) => module.default(asked));

/** Another tab of the same visitor is there. */
export const tabs = () => import("./line.js").then((module) => module.share(kit));

/** Before the panel starts, where the frame's storage is not to be relied on. */
export const hold = () => import("./hold.js").then((module) => module.hold(site));
