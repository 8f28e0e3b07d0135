// The loader: launcher and frame on the customer's page. No message, secret or wasm ever comes here.
(() => {
  "use strict";
  const w = window, d = document, root = d.documentElement, script = d.currentScript, early = w.pronto || [];
  if (early.destroy || !script) return;
  const tag = d.querySelector("pronto-chat");
  const option = (name) => tag?.getAttribute(name) || script.dataset[name];
  const key = option("site"), chat = new URL(script.src), marker = "pronto:" + key;
  const at = (path) => new URL(path + key + "?lang=" + encodeURIComponent(lang), chat).href;
  const undo = new AbortController(), { signal } = undo, phone = w.matchMedia("(max-width:479.98px)"), view = w.visualViewport;
  let lang = option("lang") || root.lang || navigator.language, theme = option("theme") || "";
  let site, frame, port, open, wanted, inert, timer, unread = 0, pause = 4e3, outgoing = [];

  const listen = (target, types, act) => types.split(" ").map((type) => target.addEventListener(type, act, { signal }));
  const node = (name, attributes, ...children) => {
    const made = /^(svg|circle|path)$/.test(name) ? d.createElementNS("http://www.w3.org/2000/svg", name) : d.createElement(name);
    for (const a in attributes) made.setAttribute(a, attributes[a]);
    made.append(...children);
    return made;
  };
  const sheet = (css, made = new CSSStyleSheet()) => (made.replaceSync(css), made);
  // An important `:host` rule outranks every important rule of the page.
  const style = sheet(`:host{all:initial!important;position:fixed!important;inset:auto 0 0!important;height:0!important;z-index:2147483000!important;font:15px/20px system-ui,sans-serif!important}:host([hidden]){display:none!important}
section{--p:#fbfaf7;--t:#17201c;position:fixed;inset-inline-end:calc(20px + env(safe-area-inset-right));bottom:calc(20px + env(safe-area-inset-bottom));display:flex;flex-direction:column;align-items:end;gap:12px}.dark{--p:#1c2024;--t:#ecefea}@media(prefers-color-scheme:dark){section:not(.light){--p:#1c2024;--t:#ecefea}}
button{all:unset;display:flex;align-items:center;gap:12px;cursor:pointer}.c{position:relative;border-radius:50%;background:var(--a);color:var(--o)}.p,.d{background:var(--p);color:var(--t);border-radius:14px}.c,.p,.d{box-shadow:0 6px 32px #17201c40}.p{max-width:min(280px,100vw - 140px);padding:10px 14px}
button:focus-visible .c{outline:2px solid #17201c;outline-offset:2px;box-shadow:0 0 0 6px #fff}
svg{display:block;width:56px;fill:none;stroke:currentColor;stroke-width:2.5;stroke-linecap:round}
.n{position:absolute;top:-6px;inset-inline-end:-4px;min-width:12px;padding:0 6px;border-radius:12px;background:#8e1f18;color:#fff;font-size:13px;line-height:24px;text-align:center}
.d,:empty.p,:empty.n,.x,.o .i,.o .p{display:none}.o .x,.o .d{display:block}
.d{width:min(384px,100vw - 40px);height:min(640px,100dvh - 104px);border-radius:20px;overflow:hidden}iframe{width:100%;height:100%;border:0}@keyframes d{0%{opacity:0;transform:translateY(8px)}}
@media(prefers-reduced-motion:no-preference){.d{animation:d .14s}}@media(max-width:479.98px){.d{position:fixed;inset:0;width:100%;height:100dvh;border-radius:0}.o button{display:none}}@media(forced-colors:active){.c,.p,.d{border:1px solid}}`);
  const ours = sheet("pronto-chat{display:none!important}");

  const ring = { cx: 28, cy: 28, r: 24, pathLength: 100 };
  const arc = node("circle", { ...ring, transform: "rotate(-90 28 28)" });
  const bubble = node("span", { class: "p" }), count = node("span", { class: "n" });
  const button = node("button", { type: "button", "aria-controls": "d" }, bubble,
    node("span", { class: "c" }, node("svg", { viewBox: "0 0 56 56", "aria-hidden": true }, node("circle", { ...ring, opacity: 0.3 }), arc,
      node("path", { class: "i", d: "M19 25a5 5 0 0 1 5-5h8a5 5 0 0 1 5 5v4a5 5 0 0 1-5 5h-4l-5 4v-4a4 4 0 0 1-4-4z" }), node("path", { class: "x", d: "M21 25l7 7 7-7" })), count));
  const panel = node("div", { class: "d", id: "d", role: "dialog" });
  const section = node("section", {}, panel, button);
  const host = node("pronto-launcher");
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [style];
  shadow.append(section);

  const emit = (name, detail) => host.dispatchEvent(new CustomEvent(name, { detail }));
  const say = (message) => (port ? port.postMessage(message) : outgoing.push(message));
  const page = () => ({ type: "page", url: location.origin + location.pathname, title: d.title });
  // Where storage is blocked, the next page view starts without the marker.
  const stored = (act) => { try { return act(localStorage); } catch {} };
  // An on-screen keyboard shrinks the visual viewport alone; a full-screen panel has to stay inside it.
  const fit = () => {
    const full = open && phone.matches && view;
    panel.style.cssText = full ? `height:${view.height}px;top:${view.offsetTop}px;bottom:auto` : "";
  };
  const paint = () => {
    if (!site) return;
    const { labels, reply: { minutes } } = site, full = !!(open && phone.matches && !host.hidden);
    section.dir = site.dir;
    section.lang = site.locale;
    section.className = theme + (open ? " o" : "");
    section.style.cssText = `--a:${site.accent};--o:${site.on_accent}`;
    bubble.textContent = labels.reply;
    count.textContent = (!open && unread) || "";
    // The square root keeps minutes visible; a day closes the circle.
    arc.setAttribute("stroke-dasharray", Math.sqrt(minutes / 1440) * 100 + " 200");
    arc.style.display = minutes ? "" : "none";
    button.ariaExpanded = !!open;
    button.ariaLabel = (open ? labels.close : [labels.open, labels.reply].filter(Boolean).join(". ")) + (unread ? ", " + labels.unread.replace("{n}", unread) : "");
    section.ariaLabel = panel.ariaLabel = labels.title;
    panel.ariaModal = full;
    if (frame) frame.title = labels.title;
    // The host stands beside the body, so an inert body leaves the panel alone.
    if (full != (inert != null)) [d.body.inert, inert] = full ? [true, d.body.inert] : [inert];
    fit();
  };
  const warm = () => {
    if (frame || !site) return;
    frame = node("iframe", { title: site.labels.title, referrerpolicy: "origin", src: at("frame/") + "&theme=" + theme });
    panel.append(frame);
  };
  const cool = () => {
    frame?.remove();
    port?.close();
    frame = port = null;
  };
  const turn = (next) => {
    wanted = next;
    if (!site || next == open) return;
    open = next;
    if (open) warm();
    paint();
    (open ? frame : button).focus();
    if (open) say(page());
    say({ type: open ? "open" : "close" });
    emit(open ? "open" : "close");
  };
  const hear = ({ data: { type, n } }) => {
    if (type == "close") return turn(false);
    if (type == "unread") paint(unread = n);
    if (type == "wrote") stored((s) => s.setItem(marker, 1));
    emit(type, n);
  };
  listen(w, "message", ({ data, origin, source }) => {
    if (!frame || origin != chat.origin || source != frame.contentWindow || data?.pronto != 1 || data.type != "ready") return;
    const channel = new MessageChannel();
    port?.close();
    port = channel.port1;
    port.onmessage = hear;
    source.postMessage({ ...page(), pronto: 1, type: "connect", open: !!open }, origin, [channel.port2]);
    outgoing.splice(0).map(say);
  });
  listen(button, "pointerenter focus touchstart", warm);
  listen(button, "click", () => turn(!open));
  listen(shadow, "keydown", (event) => event.key == "Escape" && turn(false));
  listen(phone, "change", paint);
  if (view) listen(view, "resize scroll", fit);

  // Outside the body: a body swap does not reload an open conversation.
  const attach = () => host.isConnected || d.documentElement.append(host);
  const watcher = new MutationObserver(attach);
  const load = () => fetch(at("v1/sites/"), { signal, credentials: "omit" }).then((answer) => answer.json()).then((json) => {
    json.labels.open;
    const again = site;
    site = json;
    paint();
    if (again) return;
    attach();
    watcher.observe(d, { childList: true });
    watcher.observe(root, { childList: true });
    d.adoptedStyleSheets = [...d.adoptedStyleSheets, ours];
    if (stored((s) => s.getItem(marker))) timer = setTimeout(warm, 2e3);
    emit("ready");
    if (wanted) turn(true);
  }).catch(() => { if (!signal.aborted) timer = setTimeout(load, pause *= 2); });

  const api = w.pronto = {
    open: () => turn(true),
    close: () => turn(false),
    toggle: () => turn(!open),
    hide: () => paint(host.hidden = true),
    show: () => paint(host.hidden = false),
    prefill: (text) => say({ type: "prefill", text }),
    setTheme: (name) => (say({ type: "theme", theme: name }), paint(theme = name)),
    setLocale: (tag) => (lang = tag, cool(), open && warm(), load()),
    on: (name, act) => host.addEventListener(name, act),
    off: (name, act) => host.removeEventListener(name, act),
    push: ([name, ...values]) => api[name](...values),
    destroy() {
      undo.abort();
      clearTimeout(timer);
      watcher.disconnect();
      host.hidden = true;
      paint();
      cool();
      host.remove();
      d.adoptedStyleSheets = d.adoptedStyleSheets.filter((s) => s != ours);
      delete w.pronto;
    },
  };
  early.map(api.push);
  load();
})();
