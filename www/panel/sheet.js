// A page of the server's over the panel: how the reply time is measured, and a visitor's own conversations and data.
//
// The page is of the same origin. What it may ask of the panel, with `parent.postMessage({ pronto: 1, type, … }, location.origin)`:
// `switch` with a `conversation`, to go on in that one, or to begin it where it is `fresh`.

let dialog, frame, adopted;

const STYLE = `
dialog{width:100%;height:100%;max-width:none;max-height:none;border:0;padding:0;background:var(--paper);color:var(--ink)}
dialog[open]{display:flex;flex-direction:column}
dialog iframe{flex:1;border:0}
dialog form{padding:calc(8px + env(safe-area-inset-top)) 4px 8px;border-bottom:1px solid var(--line)}
dialog button{display:flex;align-items:center;gap:4px;padding-inline:8px 16px}
[dir=rtl] dialog svg{transform:scaleX(-1)}
`;

/** Another conversation of the same person: the panel starts anew in it. */
const change = ({ known, keep, page, pronto }, { conversation, fresh }) => {
  const me = known(), id = conversation || pronto.uuid();
  if (!me || !/^[\w-]{1,64}$/.test(id)) return;
  keep("me", JSON.stringify({ ...me, conversation_id: id, opened: me.opened && !fresh }));
  if (page.dataset.mode === "frame") return location.reload();
  const query = new URLSearchParams(location.search);
  query.set("conversation", fresh ? "new" : id);
  location.search = query;
};

const hear = (kit, { source, origin, data }) => {
  const isOurs = frame && source === frame.contentWindow && origin === location.origin;
  if (isOurs && data?.pronto === 1 && data.type === "switch") change(kit, data);
};

/** Opens the sheet with an empty frame in it, and answers that frame. */
const open = async (kit, title) => {
  const { node, icon, look } = kit, said = await kit.words();
  if (!adopted) {
    adopted = true;
    look(STYLE);
    addEventListener("message", (event) => hear(kit, event));
    dialog = node("dialog", { id: "about", onclose: () => frame?.remove() },
      node("form", { method: "dialog" }, node("button", {}, icon("M15 5l-7 7 7 7"), said.back)));
    document.body.append(dialog);
  }
  frame?.remove();
  frame = node("iframe", { title, name: `sheet-${kit.pronto.uuid()}` });
  dialog.ariaLabel = title;
  dialog.append(frame);
  if (!dialog.open) dialog.showModal();
  return frame;
};

const query = ({ page }) => new URLSearchParams({ lang: page.lang, theme: page.dataset.theme });

/** What the header's link leads to. */
export const clock = async (kit) => {
  const link = kit.at("clock");
  (await open(kit, link.textContent)).src = `${link.href}&theme=${kit.page.dataset.theme}`;
};

/** The visitor's conversations and data. Who asks is told in the body of a form, so that the secret is in no address. */
export const you = async (kit) => {
  const { node } = kit, me = kit.known(), { you: title } = await kit.words();
  if (!me) return;
  const { name: target } = await open(kit, title);
  const field = (name, value) => node("input", { type: "hidden", name, value });
  const form = node("form", { method: "post", action: `/c/${kit.site}/you?${query(kit)}`, target, hidden: true },
    field("session", me.secret), field("conversation", me.conversation_id));
  document.body.append(form);
  form.submit();
  form.remove();
};
