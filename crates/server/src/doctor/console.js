(() => {
  const host = document.querySelector("pronto-launcher"), loader = document.querySelector('script[src$="/embed.js"]');
  const say = (says, line) => console.info("Pronto's doctor: " + says + (line ? "\n    " + line : ""));
  if (!document.querySelector('meta[name="viewport"]')) say("the page has no viewport for phones. Put into <head>:", '<meta name="viewport" content="width=device-width, initial-scale=1">');
  if (!host && !loader) return say("the loader is not on the page, and no tag manager has put it here. If one should, see whether its tag has fired.");
  if (!host) return say("the loader is on the page, and nothing has come of it. A policy refuses it (red lines above say which), its key is not known, or a script took it away.");
  const knob = host.shadowRoot.querySelector("button"), circle = knob.querySelector(".c"), box = circle.getBoundingClientRect();
  if (host.hidden) return say("the button is hidden: by hide-on, by mobile, or by a call of hide().");
  if (!box.width) return say("there is no button: the panel is open, or stands inside the page.");
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return say("the button lies outside the window.", 'data-offset="20"');
  const name = (one) => one.localName + (one.id && "#" + one.id) + [...one.classList].map((part) => "." + part).join("");
  const found = document.elementsFromPoint(x, y), above = found.slice(0, found.indexOf(host));
  if (above.length) {
    say("<" + name(above[0]) + "> lies over the button (z-index " + getComputedStyle(above[0]).zIndex + "). Take it away, move the button above it, or give the button a higher place:",
      'data-offset="20 ' + (Math.ceil(innerHeight - above[0].getBoundingClientRect().top) + 20) + '"   or   data-z-index="2147483647"');
  } else say("the button is in sight and nothing lies over it.");
  const light = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    const part = (c) => ((c /= 255) > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92);
    return a && 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = found.slice(above.length + 1).map((one) => getComputedStyle(one).backgroundColor).find((colour) => !/, 0\)$|transparent/.test(colour)) ?? "rgb(255, 255, 255)";
  const [one, other] = [light(getComputedStyle(circle).backgroundColor), light(behind)].sort((a, b) => b - a);
  const ratio = (one + 0.05) / (other + 0.05);
  if (ratio < 3) say("the button stands out from the page behind it by " + ratio.toFixed(1) + " : 1 only; 3 : 1 is the least. Choose another colour in the inbox, under Settings.");
})();
