// What the panel can do besides reading and writing. The frame's page asks for this when "+" or its link is pressed, and where
// something was left on; what an entry needs comes from a module of its own, and the words from the server, in the page's language.

import { icon, look, node } from "./node.js";

const { pronto } = window, page = document.documentElement, at = (id) => document.getElementById(id);
const site = JSON.parse(at("config").textContent).site, more = at("more");

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

let own;
/** Who this device is to the site, once somebody has written: `{ secret, conversation_id, opened }`. */
const known = () => {
  try {
    return JSON.parse(keep("me")) ?? own;
  } catch {
    return own;
  }
};

/** Says who this device is, to its storage and, as another tab would, to the panel. */
const tell = (me) => {
  own = me;
  const newValue = JSON.stringify(me);
  keep("me", newValue);
  dispatchEvent(new StorageEvent("storage", { key: `pronto:${site}:me`, newValue }));
};

look(`
#form{position:relative}
#extras{position:absolute;z-index:1;overflow-y:auto;inset-inline-start:12px;max-width:calc(100% - 24px);background:var(--raised);border:1px solid var(--ink2);border-radius:14px;padding:4px}
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
  // Above the field where one writes; what else stands there may be covered, and in a low window it scrolls.
  const { top } = at("text").getBoundingClientRect(), foot = at("form").getBoundingClientRect().bottom;
  box.style.bottom = `${foot - top + 14}px`;
  box.style.maxHeight = `${Math.max(top - 22, 100)}px`;
  more.after(box);
  more.ariaExpanded = "true";
};

/** Whether the page is to ask for this at the next visit, unasked. */
const remember = () => keep("more", keep("sound") || keep("files") ? "1" : null);

/** What each module is handed. */
const kit = { pronto, page, at, site, node, icon, look, keep, extras, words, known, show, close, remember };

const context = () => ({
  page_url: (parent === window ? location.href : document.referrer) || undefined,
  locale: navigator.language,
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  asked: pronto.asked ? JSON.parse(pronto.asked) : undefined,
});

let uploads;
/** Everything about files: who is known to the site, and where the composer is. */
const files = () => (uploads ??= (async () => {
  const [{ open }, { ask, Refused, JSON_TYPE }, { words: said, uploads: limits }] = await Promise.all([import("./files/open.js"), import("./files/upload.js"), extras()]);
  const bearer = ({ secret }) => ({ authorization: `Bearer ${secret}` });
  /** A session that is open; a file may well be the first that somebody says. */
  const session = async (signal) => {
    const me = known() ?? { secret: pronto.secret(), conversation_id: pronto.uuid() };
    if (me.opened) return me;
    const open = (proof) => ask(`/v1/sites/${site}/sessions`, "POST", JSON.stringify({ conversation_id: me.conversation_id, context: context() }), { ...JSON_TYPE, ...proof }, bearer(me), signal);
    await open().catch(async (error) => {
      if (!error.challenge) throw error;
      const { work } = await import("./proof.js");
      return open({ "x-pronto-proof": await work(error.challenge) });
    });
    tell({ ...me, opened: true });
    return known();
  };
  let opening, pass;
  /** Until nothing is asked before the first message, or it has been answered. */
  const asked = new Promise((resolve) => (!at("ask") || at("ask").hidden || keep("asked") ? resolve() : (pass = resolve)));
  const kit = {
    said, limits, shelf: site, uuid: pronto.uuid,
    here: () => site,
    conversation: () => known()?.conversation_id,
    place: () => at("form"),
    before: () => more,
    text: () => at("text"),
    waits: (waits) => {
      keep("files", waits ? "1" : null);
      remember();
    },
    sent: () => pronto.say({ type: "wrote" }),
    ask: async (parcel, method, tail, body, headers, signal) => {
      // Files can be chosen before what is asked is answered, but nothing leaves until then.
      await asked;
      // One at a time: two would be two people.
      const me = await (opening = Promise.resolve(opening).catch(() => {}).then(() => session(signal)));
      parcel.conversation ??= me.conversation_id;
      // Who has left meanwhile, or had everything erased, sends nothing more.
      if (parcel.conversation !== me.conversation_id) throw new Refused(410);
      return ask(`/v1/conversations/${me.conversation_id}${tail}`, method, body, headers, bearer(me), signal);
    },
  };
  const all = open(kit), { say } = pronto;
  // On the window, before the panel hears of it.
  addEventListener("submit", (event) => {
    if (event.target !== at("form")) return;
    // What is wrong in an answer has stopped it before.
    pass?.();
    all.submit(event);
  }, true);
  // The loader ends the frame when it hears of it, so the files go first.
  pronto.say = (message) => (message.type === "logout" ? all.forget().finally(() => say(message)) : say(message));
  addEventListener("storage", ({ key, newValue }) => key === `pronto:${site}:me` && !newValue && all.forget());
  return all;
})());
/** What may be uploaded. */
const takes = async () => (await extras()).uploads;

const entries = {
  files: { paths: ["M20 11l-8.2 8.2a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4L14.5 7"], when: takes, act: async () => (await files()).pick() },
  photo: {
    paths: ["M4 8h3.5L9 5.5h6L16.5 8H20v11H4z", "M12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6z"],
    when: async () => matchMedia("(pointer:coarse)").matches && (await takes()),
    act: async () => (await files()).pick(true),
  },
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
  const said = await words(), offered = [];
  for (const entry of Object.entries(entries)) if (!entry[1].when || (await entry[1].when())) offered.push(entry);
  if (opened) return;
  const items = offered.map(([name, { paths, act, on }]) => {
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
  if (keep("files")) await (await files()).wake();
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

/** Files that were pasted or dropped. */
export const take = async (list) => list.length && (await takes()) && (await files()).take(list);
