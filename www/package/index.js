// Starts the loader that the chat's own server serves, once, and hands its calls out with types. Importing it does nothing,
// so that it may stand in code that also runs on a server.

const OPTIONS = ["site", "lang", "theme", "position", "offset", "zIndex", "label", "hideOn", "mobile", "mount", "open", "identity"];
const CALLS = ["open", "close", "toggle", "hide", "show", "prefill", "identify", "logout", "setTheme", "setLocale"];
let script, policy;

/** What the browser takes for a script's address, also where the page demands Trusted Types. */
function trusted(address) {
  policy ??= globalThis.trustedTypes?.createPolicy("pronto", { createScriptURL: (url) => url });
  return policy ? policy.createScriptURL(address) : address;
}

/** A `data-` attribute's value. */
function written(value) {
  return Array.isArray(value) ? value.join(" ") : value === true ? "" : String(value);
}

function insert({ server, nonce, integrity, ...options }) {
  if (Array.isArray(window.pronto)) window.pronto = window.pronto.filter(([name]) => name !== "destroy");
  if (!server || !options.site) throw new TypeError("Pronto needs `server`, the chat's address, and `site`, its key.");
  script = document.createElement("script");
  script.async = true;
  if (nonce) script.nonce = nonce;
  if (integrity) Object.assign(script, { integrity, crossOrigin: "anonymous" });
  for (const name of OPTIONS) {
    const value = options[name];
    if (value !== undefined && value !== false) script.dataset[name] = written(value);
  }
  script.src = trusted(new URL("/embed.js", server).href);
  document.head.append(script);
}

const say = (...call) => (window.pronto ||= []).push(call);

/** What `start` gives, once for the page: each call waits for the loader where it has not come yet. */
const chat = {
  /** The handler gets the event's detail; what comes back takes it away again. */
  on(name, handler) {
    const heard = ({ detail }) => handler(detail ?? undefined);
    say("on", name, heard);
    return () => say("off", name, heard);
  },
  destroy() {
    script?.remove();
    script = undefined;
    // A loader that is still on its way ends itself when it has come.
    if (!window.pronto || Array.isArray(window.pronto)) window.pronto = [["destroy"]];
    else window.pronto.destroy();
  },
};
for (const name of CALLS) chat[name] = (...values) => void say(name, ...values);

/** Puts the launcher on the page; a second call finds the first one's. */
export function start(options) {
  if (!script) insert(options);
  return chat;
}
