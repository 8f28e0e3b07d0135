// What looks on from inside the pages, the same for every widget: a browser's driver asks too rarely, and each question costs
// the page time of its own.

/** Runs in each window before anything else does. `wanted`: the selectors of launcher and field; neither where only the page is watched. */
export function watch({ launcher, field }) {
  const seen = (window.benchSeen = { long: [], shift: 0 });
  const now = () => performance.timeOrigin + performance.now();
  const find = (selector, root = document) => {
    const here = root.querySelector(selector);
    if (here) return here;
    for (const one of root.querySelectorAll("pronto-launcher, deep-chat")) {
      const inner = one.shadowRoot && find(selector.split(" ").slice(1).join(" "), one.shadowRoot);
      if (inner) return inner;
    }
  };
  // Painted: it was there with a size when a picture was made, and that picture is done.
  const await_ = (selector, mark) => {
    const look = () => {
      const found = find(selector), box = found?.getBoundingClientRect();
      if (!box?.width || !box.height || getComputedStyle(found).visibility !== "visible") return requestAnimationFrame(look);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (seen[mark] ??= now());
      port2.postMessage(0);
    };
    requestAnimationFrame(look);
  };
  if (window === top) {
    new PerformanceObserver((list) => seen.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (seen.shift += value))).observe({ type: "layout-shift", buffered: true });
    addEventListener("click", () => (seen.click ??= now()), { capture: true });
    if (launcher) await_(launcher, "launcher");
  }
  if (field) await_(field, "field");
}

/** The panel says itself when its wasm has taken over. */
export function watchLive() {
  if (window === top) return;
  const look = () => (window.pronto?.live ? (window.benchSeen.live ??= performance.timeOrigin + performance.now()) : requestAnimationFrame(look));
  requestAnimationFrame(look);
}
