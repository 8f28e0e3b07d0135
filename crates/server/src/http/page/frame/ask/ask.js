(() => {
  const at = (id) => document.getElementById(id), form = at("form"), ask = at("ask"), say = at("say"), text = at("text"), box = at("consent");
  const key = "pronto:" + JSON.parse(at("config").textContent).site + ":", fields = ask ? [...ask.querySelectorAll("[data-kind]")] : [];
  const keep = (act) => { try { return act(localStorage); } catch {} };
  const name = ({ dataset }) => dataset.kind + dataset.label;
  const typed = () => Object.fromEntries(fields.map((field) => [name(field), field.value]));
  // Read when the session is opened: another tab may have filled it in.
  let filled;
  Object.defineProperty(pronto, "asked", { get: () => keep((s) => s.getItem(key + "asked")) ?? filled });
  // Who has written is asked nothing more; and what the server has, the device need not keep.
  const known = (me) => {
    if (!me) return;
    ask?.remove();
    say?.remove();
    JSON.parse(me).opened && keep((s) => ["asked", "typed"].forEach((name) => s.removeItem(key + name)));
  };
  const me = () => keep((s) => s.getItem(key + "me"));
  known(me());
  addEventListener("storage", (event) => event.key == key + "me" && known(event.newValue));
  addEventListener("pagehide", () => known(me()));
  // What was typed outlives the page.
  const before = keep((s) => JSON.parse(s.getItem(key + "typed")));
  before && fields.forEach((field) => (field.value ||= before[name(field)] ?? ""));
  const complain = (field) => {
    const why = at(field.id + "-why"), wrong = !field.validity.valid;
    why.textContent = !wrong ? "" : ask.dataset[field.validity.valueMissing ? "needed" : "mail"];
    field.ariaInvalid = wrong;
    return wrong;
  };
  ask?.addEventListener("input", ({ target }) => {
    target.ariaInvalid == "true" && complain(target);
    target == box || keep((s) => s.setItem(key + "typed", JSON.stringify(typed())));
  });
  ask?.addEventListener("keydown", (event) => {
    if (event.key != "Enter" || event.isComposing || event.target.localName != "input") return;
    event.preventDefault();
    const all = [...fields, box, text].filter(Boolean);
    all[all.indexOf(event.target) + 1]?.focus();
  });
  if (say) say.hidden = false;
  say?.addEventListener("click", ({ target }) => {
    if (target.localName != "button") return;
    text.value = target.textContent;
    form.requestSubmit();
  });
  addEventListener("submit", (event) => {
    if (event.target != form || !text.value.trim() || !ask?.offsetParent) return;
    for (const field of fields) field.value = field.value.trim();
    const wrong = [...fields, box].filter(Boolean).filter(complain);
    if (wrong[0]) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return wrong[0].focus();
    }
    const answers = fields.filter(({ value }) => value).map(({ dataset, value }) => ({ kind: dataset.kind, label: dataset.label, value }));
    filled = JSON.stringify({ answers, consent: box ? at("agreed").textContent : undefined });
    keep((s) => s.setItem(key + "asked", filled));
  }, true);
})();
