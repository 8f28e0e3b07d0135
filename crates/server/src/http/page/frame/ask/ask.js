(() => {
  const at = (id) => document.getElementById(id), form = at("form"), ask = at("ask"), say = at("say"), text = at("text"), box = at("consent"), agreed = at("agreed")?.textContent;
  const key = "pronto:" + JSON.parse(at("config").textContent).site + ":", fields = ask ? [...ask.querySelectorAll("[data-kind]")] : [];
  const keep = (act) => { try { return act(localStorage); } catch {} };
  const name = ({ dataset }) => dataset.kind + dataset.label;
  const typed = () => Object.fromEntries(fields.map((field) => [name(field), field.value]));
  // What the business has signed itself is not asked for.
  const wanted = () => fields.filter((field) => !field.parentNode.hidden);
  const answers = () => JSON.stringify({
    answers: wanted().filter(({ value }) => value.trim()).map(({ dataset, value }) => ({ kind: dataset.kind, label: dataset.label, value: value.trim() })),
    consent: agreed,
  });
  const whole = () => [...wanted(), box].every((field) => !field || field.validity.valid && (!field.required || field.value.trim()));
  // Whether what was filled in earlier, here or in another tab, answers what is asked now: an owner may have changed it meanwhile.
  const fits = (json) => {
    const before = JSON.parse(json);
    return wanted().every((field) => !field.required || before.answers.some((one) => one.kind + one.label == name(field))) && before.consent == agreed;
  };
  // Read when the session is opened. The last is for who sends again what was refused for want of it.
  let filled;
  const stored = () => keep((s) => s.getItem(key + "asked")) ?? filled;
  const asked = () => {
    const before = stored();
    return before && fits(before) || !ask?.isConnected || !whole() ? before : answers();
  };
  Object.defineProperty(pronto, "asked", { get: asked });
  // Who has written is asked nothing more; and what the server has, the device need not keep. Who was only named has not written.
  const known = (me) => {
    if (!me || (ask && !JSON.parse(me).opened && !(stored() && fits(stored())))) return;
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
  // A token says by itself what is in it; the server believes it or not, and then all is asked for.
  const signed = (token) => {
    let claims = {};
    try {
      claims = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    } catch {}
    for (const field of fields) field.parentNode.hidden = ["name", "email"].includes(field.dataset.kind) && !!claims[field.dataset.kind];
    if (ask) ask.hidden = !wanted()[0] && !box;
  };
  const note = ({ pass }) => pass && signed(pass);
  const listen = () => pronto.port.addEventListener("message", ({ data }) => note(data));
  pronto.mail.forEach(note);
  if (pronto.port) listen();
  addEventListener("message", ({ data, ports: [port] }) => port && port == pronto.port && (note(data), listen()));
  const { say: tell } = pronto;
  pronto.say = (message) => (message.type == "error" && signed(""), tell(message));
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
    const all = [...wanted(), box, text].filter(Boolean);
    all[all.indexOf(event.target) + 1]?.focus();
  });
  if (say) say.hidden = false;
  say?.addEventListener("click", ({ target }) => {
    if (target.localName != "button") return;
    text.value = target.textContent;
    form.requestSubmit();
  });
  addEventListener("submit", (event) => {
    // A file is a first message too.
    if (event.target != form || !(text.value.trim() || form.querySelector(".tray li")) || !ask?.offsetParent) return;
    for (const field of fields) field.value = field.value.trim();
    const wrong = [...wanted(), box].filter(Boolean).filter(complain);
    if (wrong[0]) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return wrong[0].focus();
    }
    filled = answers();
    keep((s) => s.setItem(key + "asked", filled));
  }, true);
})();
