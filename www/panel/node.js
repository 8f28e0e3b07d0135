// How the modules put parts of a page together: elements, icons and rules of style.

const SVG = /^(svg|path|circle)$/;

/** An element; `on…` attributes are listeners, `false` and `undefined` leave one out. */
export const node = (name, attributes = {}, ...children) => {
  const made = SVG.test(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
};

export const icon = (...paths) => node("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths.map((d) => node("path", { d })));

/** Adds rules to the page's own. */
export const look = (css) => {
  const rules = new CSSStyleSheet();
  rules.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules];
};
