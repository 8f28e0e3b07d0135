// A shop that navigates as some frameworks do: the whole body is replaced, and the history API keeps the address.

const PAGES = {
  pane: ["Pane", "Pagnotta, filone, michetta: quello che c’è sul banco questa mattina."],
  dolci: ["Dolci", "Treccia, crostate e, il sabato, la torta di riso."],
  orari: ["Orari", "Da martedì a sabato 7:00–13:00 e 16:30–19:30, domenica 7:30–12:30. Lunedì chiuso."],
};

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function draw(focus) {
  const wanted = new URLSearchParams(location.search).get("pagina");
  const page = wanted in PAGES ? wanted : "pane";
  const [title, text] = PAGES[page];
  const links = Object.entries(PAGES).map(([key, [name]]) =>
    element("a", { href: `?pagina=${key}`, ...(key === page && { "aria-current": "page" }) }, name));
  const heading = element("h1", { tabindex: "-1" }, title);
  const body = document.createElement("body");
  body.append(
    element("div", { class: "awning" }),
    element("header", { class: "top" }, element("a", { class: "name", href: "./" }, "Panificio Ferri"),
      element("nav", { "aria-label": "Pagine" }, ...links)),
    element("main", {}, element("section", { class: "hero" },
      element("div", {}, heading, element("p", { class: "lead" }, text)))),
  );
  document.title = `${title}, Panificio Ferri`;
  document.body.replaceWith(body);
  if (focus) heading.focus();
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='?']");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  draw(true);
});
addEventListener("popstate", () => draw(true));
draw(false);
