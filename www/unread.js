// For pages that want it, a line beside the loader's: while nobody looks at the page, its title and its icon say how many answers have
// come. What was there comes back exactly; what the page changes itself meanwhile is the page's, and stays.
(() => {
  const d = document, MARK = "pronto-icon";
  let unread = 0, wanted = false, title, icon;

  const showTitle = () => {
    if (title && d.title == title.shown) hideTitle();
    const node = d.querySelector("title"), was = node && node.textContent, shown = "(" + unread + ") " + d.title.replace(/^\s+/, "");
    d.title = shown;
    title = { node: node || d.querySelector("title"), was, shown: d.title };
  };
  const hideTitle = () => {
    if (title && title.node && title.node.isConnected && d.title == title.shown) {
      if (title.was == null) title.node.remove();
      else title.node.textContent = title.was;
    }
    title = null;
  };

  const load = (src) => new Promise((resolve, reject) => {
    const image = new Image();
    if (!src.startsWith("data:")) image.crossOrigin = "anonymous";
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = src;
  });
  const dot = (under) => {
    const canvas = d.createElement("canvas"), pen = canvas.getContext("2d"), { PI } = Math;
    canvas.width = canvas.height = 64;
    if (under) pen.drawImage(under, 0, 0, 64, 64);
    const [x, y, r] = under ? [44, 20, 18] : [32, 32, 28];
    pen.fillStyle = "#fff";
    pen.arc(x, y, r + 3, 0, 2 * PI);
    pen.fill();
    pen.beginPath();
    pen.fillStyle = "#8e1f18";
    pen.arc(x, y, r, 0, 2 * PI);
    pen.fill();
    return canvas.toDataURL();
  };
  const showIcon = async () => {
    if (icon) return;
    const mine = icon = { others: [] }, all = [...d.querySelectorAll("link[rel~=icon]")], own = all[all.length - 1];
    const under = own && await load(own.href).catch(() => null);
    // A page's policy may forbid such addresses; then the title alone says it.
    const href = await Promise.resolve().then(() => load(dot(under)).then((image) => image.src)).catch(() => null);
    if (!href || icon != mine) return;
    for (const link of all) {
      mine.others.push([link, link.getAttribute("rel")]);
      link.setAttribute("rel", MARK);
    }
    mine.link = Object.assign(d.createElement("link"), { rel: "icon", href });
    d.head.append(mine.link);
  };
  const hideIcon = () => {
    if (!icon) return;
    if (icon.link) icon.link.remove();
    for (const [link, rel] of icon.others) if (link.getAttribute("rel") == MARK) link.setAttribute("rel", rel);
    icon = null;
  };

  // `anew`: another answer; a title that the page has put in the place of ours is left alone until then.
  const draw = (anew) => {
    // The widget may have been taken off the page.
    const want = d.hidden && unread > 0 && !!(window.pronto && window.pronto.destroy);
    if (want && (anew || !wanted)) {
      showTitle();
      showIcon();
    } else if (!want) {
      hideTitle();
      hideIcon();
    }
    wanted = want;
  };
  d.addEventListener("visibilitychange", () => draw());
  window.pronto = window.pronto || [];
  window.pronto.push(["on", "unread", ({ detail }) => {
    const anew = detail > unread;
    unread = detail;
    draw(anew);
  }]);
})();
