// The loader: launcher and frame on the customer's page. No message or wasm ever comes here; a secret only where the frame can keep none.
// Plain loops and no helper of the page's: its prototypes may have been written over.
(() => {
  const w = window, d = document, script = d.currentScript;
  // An attribute of the element, or the script's `data-` one; looked at anew each time, since a page may swap its body.
  const option = (name) => d.querySelector("pronto-chat")?.getAttribute(name) ?? script.getAttribute("data-" + name);
  const begin = () => {
    const siteKey = option("site"), early = w.pronto;
    if (!siteKey || early?.destroy) return;
    const chat = new URL(script.src), marker = "pronto:" + siteKey, mount = option("mount") == "" ? "pronto-chat" : option("mount");
    const at = (path) => new URL(path + siteKey + "?lang=" + encodeURIComponent(tongue), chat).href;
    const root = d.documentElement, undo = new AbortController(), { signal } = undo, phone = w.matchMedia("(max-width:479.98px)"), viewport = w.visualViewport;
    let tongue = option("lang") || root.lang || navigator.language, tone = option("theme") || "", tries = 0;
    let pass = option("identity"), site, change, frame, port, isOpen, wanted, isHidden, opener, held, wasInert, timer, late, kept, fresh = 0, pause = 4e3, outgoing = [];

    const listen = (thing, types, act) => {
      for (const type of types.split(" ")) thing?.addEventListener(type, act, { signal });
    };
    const node = (name, attributes, ...children) => {
      const made = /svg|circle|path/.test(name) ? d.createElementNS("http://www.w3.org/2000/svg", name) : d.createElement(name);
      for (const a in attributes) made.setAttribute(a, attributes[a]);
      made.append(...children);
      return made;
    };
    const sheet = (css, made = new CSSStyleSheet()) => (made.replaceSync(css), made);
    // An important `:host` rule outranks every important rule of the page.
    const look = sheet(`:host{all:initial!important;display:contents!important;font:15px/20px system-ui,sans-serif!important}:host([hidden]){display:none!important}
section{--p:#fbfaf7;--t:#17201c;position:fixed;z-index:2147483000;inset-inline-end:calc(var(--x) + env(safe-area-inset-right));bottom:calc(var(--y) + env(safe-area-inset-bottom));display:flex;flex-direction:column;align-items:end;gap:12px}.s{inset-inline:calc(var(--x) + env(safe-area-inset-left)) auto;align-items:start}.dark{--p:#1c2024;--t:#ecefea}@media(prefers-color-scheme:dark){section:not(.light){--p:#1c2024;--t:#ecefea}}
button{all:unset;display:flex;align-items:center;gap:12px;cursor:pointer}.s button{flex-direction:row-reverse}.c{position:relative;border-radius:50%;background:var(--a);color:var(--o)}.p,.d{background:var(--p);color:var(--t);border-radius:var(--r,14px)}.c,.p,.d{box-shadow:0 6px 32px #17201c40}.p{max-width:min(280px,100vw - 140px);padding:10px 14px;white-space:pre-line}
button:focus-visible .c{outline:2px solid #17201c;outline-offset:2px;box-shadow:0 0 0 6px #fff}
svg{display:block;width:56px;fill:none;stroke:currentColor;stroke-width:2.5;stroke-linecap:round}
.n{position:absolute;top:-6px;inset-inline-end:-4px;min-width:12px;padding:0 6px;border-radius:12px;background:#8e1f18;color:#fff;font-size:13px;line-height:24px;text-align:center}
.d,:empty.p,:empty.n,.x,.o .i,.o .p,.m button{display:none}.o .x{display:block}.o .d,.m .d{display:flex;flex-direction:column}
.d{width:min(384px,100vw - 40px);height:min(640px,100dvh - 84px - var(--y));border-radius:var(--r,20px);overflow:hidden}iframe{flex:1;border:0}a{padding:16px;color:inherit}@keyframes d{0%{opacity:0;translate:0 8px}}@media(prefers-reduced-motion:no-preference){.d{animation:d .14s}}@media(max-width:479.98px){.d{position:fixed;inset:0;width:100%;height:100dvh;border-radius:0}.o button{display:none}}.m,.m .d{position:static;width:100%;height:100%;min-height:480px;box-shadow:none;animation:none}@media(forced-colors:active){.c,.p,.d{border:1px solid}}`);
    const ours = sheet((mount ? mount + ">:not(pronto-launcher)" : "pronto-chat") + "{display:none!important}");

    const ring = { cx: 28, cy: 28, r: 24, pathLength: 1 },
      arc = node("circle", { ...ring, transform: "rotate(-90 28 28)" }),
      bubble = node("span", { class: "p" }), count = node("span", { class: "n" }),
      knob = node("button", { type: "button" }, bubble,
        node("span", { class: "c" }, node("svg", { viewBox: "0 0 56 56", "aria-hidden": true }, node("circle", { ...ring, opacity: .3 }), arc,
          node("path", { class: "i", d: "M19 25a5 5 0 0 1 5-5h8a5 5 0 0 1 5 5v4a5 5 0 0 1-5 5h-4l-5 4v-4a4 4 0 0 1-4-4z" }), node("path", { class: "x", d: "M21 25l7 7 7-7" })), count)),
      panel = node("div", { class: "d", role: mount ? "region" : "dialog" }),
      all = node("section", {}, panel, knob),
      home = node("pronto-launcher"),
      inner = home.attachShadow({ mode: "open" });
    inner.adoptedStyleSheets = [look];
    inner.append(all);

    const emit = (name, detail) => home.dispatchEvent(new CustomEvent(name, { detail }));
    const say = (message) => (port ? port.postMessage(message) : outgoing.push(message));
    const prefill = (text) => text && say({ type: "prefill", text: String(text).slice(0, 1e3) });
    const page = () => ({ type: "page", url: location.origin + location.pathname, title: d.title });
    // Where storage is blocked, the next page view starts without the marker.
    const stored = (act) => { try { return act(localStorage); } catch {} };
    // An on-screen keyboard shrinks the visual viewport alone; a full-screen panel has to stay inside it.
    const fit = () => {
      const full = isOpen && phone.matches && viewport;
      panel.style.cssText = full ? "height:" + viewport.height + "px;bottom:auto;top:" + viewport.offsetTop + "px" : "";
    };
    const isElsewhere = () => phone.matches && option("mobile") == "page";
    const isOff = () => {
      const here = location.pathname;
      for (const path of (option("hide-on") || "").split(" ")) {
        if (path.endsWith("*") ? here.startsWith(path.slice(0, -1)) : path == here) return true;
      }
      return isHidden || (phone.matches && option("mobile") == "hide");
    };
    const paint = () => {
      if (!site) return;
      const { labels, reply: { minutes }, dir, locale, hours } = site, label = option("label") || "", side = option("position");
      const [right, below] = (option("offset") || "20").split(/\D+/);
      home.hidden = isOff();
      const full = !!(isOpen && phone.matches && !home.hidden);
      all.dir = dir;
      all.lang = locale;
      all.className = tone + (isOpen ? " o" : "") + (mount ? " m" : "") + (side && (side == "left") == (dir == "ltr") ? " s" : "");
      all.style.cssText = site.style + ";--x:" + right + "px;--y:" + (below || right) + "px;z-index:" + (+option("z-index") || "");
      // When it opens again, by the reader's own clock; not when it is open, since a page's first date in words costs ten milliseconds.
      const said = labels.reply.replace("{time}", hours?.open == 0 && new Date(hours.changes_at).toLocaleString(locale, { weekday: "short", hour: "numeric", minute: "numeric" }));
      bubble.textContent = (label + "\n" + said).trim();
      count.textContent = (!isOpen && fresh) || "";
      // The square root keeps minutes visible; a day closes the circle.
      arc.setAttribute("stroke-dasharray", (minutes / 1440) ** .5 + " 2");
      arc.style.opacity = +!!minutes;
      knob.ariaExpanded = !!isOpen;
      knob.ariaLabel = (isOpen ? labels.close : (label || labels.open) + ". " + said) + (fresh && ", " + labels.unread.replace("{n}", fresh) || "");
      all.ariaLabel = panel.ariaLabel = labels.title;
      panel.ariaModal = full;
      if (frame) frame.title = labels.title;
      // The host stands beside the body, so an inert body leaves the panel alone.
      if (full != (wasInert != null)) [d.body.inert, wasInert] = full ? [true, d.body.inert] : [wasInert];
      fit();
    };
    // Its field has taken the focus by itself, where the browser lets it. Not earlier: a frame that is given the focus while
    // its page is still coming may believe that it has it, and hear no key. Which of the two comes last differs.
    const hand = () => {
      if (!port || !late) return;
      if (held && (held == d.activeElement || d.body == d.activeElement)) frame.focus();
      held = null;
    };
    // Where the page's policy refuses the frame, a link to the hosted page is left.
    const check = () => {
      late = setTimeout(() => {
        if (!frame || port || panel.children[1]) return;
        panel.append(node("a", { href: at("c/"), target: "_blank" }, site.labels.open));
        emit("error", "frame");
      }, 3e3);
      hand();
    };
    const warm = () => {
      if (!home.isConnected || frame?.isConnected || tries++ > 99) return;
      port = late = null;
      frame = node("iframe", { title: site.labels.title, referrerpolicy: "origin", loading: mount ? "lazy" : "", src: at("frame/") + "&theme=" + tone + (mount ? "&inline" : "") });
      listen(frame, "load", check);
      panel.replaceChildren(frame);
    };
    const cool = () => {
      frame?.remove();
      port?.close();
      frame = port = null;
    };
    // `quiet`: nobody asked for it, so the focus stays where it is.
    const turn = (next, quiet) => {
      wanted = next;
      if (!site || (next == isOpen && !mount)) return;
      if (next && isElsewhere()) return void w.open(at("c/"), "_blank", "noopener");
      if (!mount) isOpen = next;
      if (next) warm();
      paint();
      if (!quiet) next && !port ? held = d.activeElement : (next ? frame : opener?.isConnected ? opener : knob).focus();
      if (next) say(page());
      else opener = null;
      say({ type: next ? "open" : "close", quiet });
      emit(next ? "open" : "close");
    };
    // Whoever closes what opened by itself is not shown it so again.
    const shut = () => {
      turn(false);
      if (option("open") != null) stored((s) => s.setItem(marker + "!", 1));
    };
    const hear = ({ data: { type, n } }) => {
      if (type == "close") return mount || shut();
      // For a frame whose storage the browser blocks or clears: who writes there. Without a word of who, it asks.
      if (type == "keep") return n == null ? say({ type, kept, n: stored((s) => s.getItem(marker)) }) : stored((s) => s.setItem(marker, n), kept = n);
      if (type == "unread") paint(fresh = n);
      if (type == "wrote") stored((s) => s.setItem(marker, 1));
      if (type == "logout") {
        pass = "";
        stored((s) => s.removeItem(marker));
        cool();
        if (isOpen || mount) warm();
      }
      emit(type, n);
    };
    const meet = ({ data, origin, source }) => {
      if (!frame || origin != chat.origin || source != frame.contentWindow || data?.pronto != 1 || data.type != "ready") return;
      const channel = new MessageChannel();
      port?.close();
      port = channel.port1;
      port.onmessage = hear;
      source.postMessage({ ...page(), pronto: 1, type: "connect", open: !!(isOpen || mount), pass }, origin, [channel.port2]);
      for (const message of outgoing.splice(0)) say(message);
      hand();
    };
    const route = () => {
      paint();
      if (isOpen || mount) say(page());
    };
    listen(knob, "pointerenter focus touchstart", () => navigator.connection?.saveData || isElsewhere() || warm());
    listen(knob, "click", () => (isOpen ? shut() : turn(true)));
    listen(inner, "keydown", (event) => event.key == "Escape" && isOpen && shut());
    listen(phone, "change", paint);
    listen(viewport, "resize scroll", fit);
    listen(w, "message", meet);
    listen(w, "popstate", route);
    listen(w.navigation, "currententrychange", route);
    listen(d, "click", (event) => {
      const pressed = event.target.closest?.("[data-pronto-open]");
      if (!site || !pressed || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      prefill(pressed.getAttribute("data-pronto-text"));
      opener = pressed;
      turn(true);
    });

    // Outside the body: a body swap does not reload an open conversation. A page that takes it away each time wins.
    const attach = () => {
      // `document.open` has made all deaf that listened in the old one.
      if (root != d.documentElement) return api.destroy(), begin();
      if (!home.isConnected && tries++ < 99) (mount ? d.querySelector(mount) : root)?.append(home);
      if (isOpen || mount) warm();
    };
    const watcher = new MutationObserver(attach);
    // To another origin a browser sends no cookies along by itself.
    const load = () => fetch(at("v1/sites/"), { signal }).then((answer) => answer.json()).then((json) => {
      json.labels.open;
      const again = site;
      site = json;
      paint();
      if (again) return;
      attach();
      // The open and the closed are told apart by the minute, in a tab that stays open too.
      change = setInterval(() => Date.now() > site.hours?.changes_at && load(), 6e4);
      watcher.observe(d, { childList: true, subtree: !!mount });
      watcher.observe(root, { childList: true });
      watcher.observe(panel, { childList: true });
      d.adoptedStyleSheets = [...d.adoptedStyleSheets, ours];
      if (outgoing.length || stored((s) => s.getItem(marker))) timer = setTimeout(warm, 2e3);
      emit("ready");
      if (wanted) turn(true);
      else if (option("open") != null && !phone.matches && !stored((s) => s.getItem(marker + "!"))) turn(true, true);
    }).catch(() => {
      if (signal.aborted) return;
      emit("error", "site");
      timer = setTimeout(load, pause *= 2);
    });

    const api = w.pronto = {
      open: () => turn(true),
      close: () => turn(false),
      toggle: () => turn(!isOpen),
      hide: () => paint(isHidden = true),
      show: () => paint(isHidden = false),
      prefill,
      logout: () => (say({ type: "logout" }), warm()),
      setTheme: (name) => (say({ type: "theme", theme: name }), paint(tone = name)),
      setLocale: (tag) => (tongue = tag, cool(), isOpen && warm(), load()),
      on: (name, act) => home.addEventListener(name, act),
      off: (name, act) => home.removeEventListener(name, act),
      // Kept until there is a frame: a page view leaves no trace.
      identify: (token) => (pass = token, port && say({ pass })),
      push: ([name, ...values]) => api[name]?.(...values),
      destroy() {
        undo.abort();
        clearTimeout(timer);
        clearTimeout(late);
        clearInterval(change);
        watcher.disconnect();
        paint(isHidden = true);
        cool();
        home.remove();
        d.adoptedStyleSheets = d.adoptedStyleSheets.filter((s) => s != ours);
        Reflect.deleteProperty(w, "pronto") || (w.pronto = null);
      },
    };
    const query = new URLSearchParams(location.search);
    wanted = query.get("pronto") == "open";
    prefill(query.get("pronto-text"));
    // An element of that name or id would stand in its place.
    if (Array.isArray(early)) for (const call of early) api.push(call);
    load();
  };
  // The element that names the site may come after the script.
  if (script) option("site") || d.readyState != "loading" ? begin() : d.addEventListener("DOMContentLoaded", begin, { once: true });
})();
