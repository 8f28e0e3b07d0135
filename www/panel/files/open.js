// Files on their way into a message: what is chosen, pasted or dropped waits above the composer, is sent with the next press on
// Send, and stays until the server has the message. A parcel is a message to be, with its files; a tray shows those of one
// conversation. The panel and the inbox both hand this a kit: who they are to the server, and where their composer is.

import { prepare } from "./image.js";
import { blob, dropBlob, dropParcel, keepBlob, keepParcel, parcels } from "./shelf.js";
import { icon, look, node } from "../node.js";
import { JSON_TYPE, Refused, insist, upload } from "./upload.js";

const STYLE = `
.tray{flex:0 0 100%;display:flex;flex-direction:column;gap:8px;max-height:max(60px,min(38dvh,100dvh - 220px));overflow-y:auto;min-width:0}
.tray ul{list-style:none;margin:0;padding:0;display:flex;flex-direction:column;gap:4px}
.tray li{display:flex;align-items:center;gap:12px;min-height:52px;padding:4px;padding-inline-start:8px;background:var(--sunken);border-radius:14px}
.tray li>img,.tray li>svg{width:44px;height:44px;flex:none;border-radius:8px;object-fit:cover;box-sizing:border-box}
.tray li>svg{padding:10px;fill:none;stroke:currentColor;stroke-width:2}
.tray li>div{flex:1;min-width:0}
.tray>div{display:flex;flex-direction:column;gap:4px}
.tray p{margin:0}
.tray b{display:block;font-weight:400;font-size:15px;line-height:20px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tray small{display:block;font-size:13px;line-height:18px;color:var(--ink2);font-variant-numeric:tabular-nums}
.tray button{width:44px;height:44px;padding:0;border:0;background:none;border-radius:12px;color:var(--ink2);display:grid;place-items:center;flex:none;cursor:pointer}
.tray button svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}
.tray progress{display:block;width:100%;height:4px;margin-top:2px;border:0;border-radius:2px;overflow:hidden;appearance:none;background:var(--line)}
.tray progress[hidden]{display:none}
.tray progress::-webkit-progress-bar{background:var(--line)}
.tray progress::-webkit-progress-value{background:var(--accent-ink)}
.tray progress::-moz-progress-bar{background:var(--accent-ink)}
.tray .words{padding:0 8px;font-size:15px;line-height:20px;white-space:pre-wrap;overflow-wrap:anywhere;max-height:60px;overflow:hidden}
.tray .wrong{padding:8px;font-size:13px;line-height:18px;color:var(--danger);overflow-wrap:anywhere;white-space:pre-line}
.tray [role=status]{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.tray[data-idle]{position:absolute}
#form{flex-wrap:wrap}
@media(forced-colors:active){.tray li,.tray progress{border:1px solid}}
`;

const DOC = ["M7 3h7l4 4v14H7z", "M14 3v4h4"], CROSS = ["M7 7l10 10M17 7L7 17"];

const put = (text, parts) => Object.entries(parts).reduce((text, [name, part]) => text.replace(`{${name}}`, part), text);

/** Everything about files, for one page. */
export const open = (kit) => {
  const { said, limits } = kit, trays = new Map();
  /** Whether files wait in another conversation of the same person. */
  let elsewhere = false;

  /** A size in the units that people know, in the page's language. */
  const sized = (bytes) => {
    const [value, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1e3)), "kilobyte"] : [bytes / 1e6, "megabyte"];
    return value.toLocaleString(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 });
  };

  const trayOf = (here) => {
    if (!trays.has(here)) {
      const wrong = node("p", { class: "wrong", role: "alert", hidden: true }), status = node("p", { role: "status" });
      trays.set(here, { wrong, status, box: node("div", { class: "tray" }, wrong, status), all: new Set(), draft: undefined });
    }
    return trays.get(here);
  };

  /** Puts the tray of the conversation that is open into its place. */
  const settle = () => {
    const place = kit.place(), tray = place && trays.get(kit.here());
    if (tray && tray.box.parentNode !== place) place.insertBefore(tray.box, kit.before?.() ?? place.firstChild);
  };

  /** Nothing is shown where nothing waits, and the next visit looks into it while there are files. */
  const note = (tray) => {
    tray.wrong.hidden = !tray.wrong.textContent;
    tray.box.toggleAttribute("data-idle", tray.wrong.hidden && !tray.all.size);
    kit.waits(elsewhere || [...trays.values()].some(({ all }) => all.size));
    settle();
  };

  const complain = (tray, text) => {
    tray.wrong.textContent = tray.wrong.textContent ? `${tray.wrong.textContent}\n${text}` : text;
    note(tray);
  };

  const calm = (tray) => {
    tray.wrong.textContent = "";
    note(tray);
  };

  /** Runs `act` in the one tab that has this parcel; it is that tab's until `act` has ended. */
  const hold = (id, act) => (navigator.locks ? navigator.locks.request(`pronto:parcel:${id}`, { ifAvailable: true }, (lock) => lock && act()).catch(() => {}) : act());

  const record = ({ id, at, body, sent, conversation, items }) => ({
    id, at, body, sent, conversation, site: kit.shelf, items: items.map(({ id, name, type, bytes, done }) => ({ id, name, type, bytes, done })),
  });

  const keepAll = (parcel) => {
    note(parcel.tray);
    // One that was dropped meanwhile is not kept again.
    return kit.shelf && !parcel.stop.signal.aborted && keepParcel(record(parcel));
  };

  const parcelOf = (here, kept) => {
    const tray = trayOf(here), words = node("p", { class: "words", dir: "auto", hidden: true }), list = node("ul"), box = node("div", {}, words, list);
    const parcel = { body: "", sent: false, items: [], at: Date.now(), id: kit.uuid(), conversation: kit.conversation(), ...kept, tray, box, words, list };
    parcel.over = new Promise((resolve) => (parcel.end = resolve));
    parcel.stop = new AbortController();
    tray.all.add(parcel);
    tray.box.insertBefore(box, tray.wrong);
    return parcel;
  };

  const showWords = (parcel) => {
    parcel.words.textContent = parcel.body;
    parcel.words.hidden = !parcel.body;
  };

  const dropAll = async (parcel) => {
    const { tray } = parcel;
    parcel.stop.abort();
    for (const { end, picture } of parcel.items) {
      end.abort();
      URL.revokeObjectURL(picture);
    }
    tray.all.delete(parcel);
    parcel.box.remove();
    parcel.end();
    if (parcel === tray.draft) tray.draft = undefined;
    note(tray);
    if (kit.shelf) await dropParcel(record(parcel));
  };

  /** Words come back into the composer, as long as nothing else stands there. */
  const giveBack = (parcel) => {
    const text = kit.here() === parcel.here ? kit.text() : null;
    if (!parcel.sent || !parcel.body || !text || text.value) return false;
    text.value = parcel.body;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };

  /** The message as a whole, once its files are there. */
  const post = async (parcel) => {
    if (!parcel.sent || parcel.posting || parcel.items.some(({ done }) => !done)) return;
    parcel.posting = true;
    const { signal } = parcel.stop;
    const body = JSON.stringify({ message_id: parcel.id, body: parcel.body, attachments: parcel.items.map(({ id }) => id), accept_cost: parcel.isAccepted });
    try {
      await insist(() => kit.ask(parcel, "POST", "/messages", body, JSON_TYPE, signal), signal);
      kit.sent();
      await dropAll(parcel);
    } catch (error) {
      parcel.posting = false;
      if (signal.aborted) return;
      if (error.status === 401 || error.status === 410) return void dropAll(parcel);
      // It costs, and the month's budget is used up: for its author to say.
      const costs = error.status === 402 && kit.costs;
      parcel.isAccepted = costs && costs(parcel) || undefined;
      if (parcel.isAccepted) return post(parcel);
      // Refused as a whole: it waits above the composer again, for its author to change or to give up.
      if (!costs) complain(parcel.tray, error.code === "blocked" ? said.blocked : said.failed);
      const back = giveBack(parcel);
      if (back || !parcel.body) Object.assign(parcel, { sent: false, body: "", id: kit.uuid() });
      if (!parcel.sent) parcel.tray.draft ??= parcel;
      showWords(parcel);
      await keepAll(parcel);
    }
  };

  const remove = async (parcel, item) => {
    item.end.abort();
    item.row.remove();
    URL.revokeObjectURL(item.picture);
    parcel.items.splice(parcel.items.indexOf(item), 1);
    if (kit.shelf) await dropBlob(item.id);
    // What is there of it the server need not keep for a day.
    if (item.begun) kit.ask(parcel, "DELETE", `/attachments/${item.id}`, undefined, {}, new AbortController().signal).catch(() => {});
    kit.text()?.focus();
    if (parcel.items.length) {
      await keepAll(parcel);
      return post(parcel);
    }
    giveBack(parcel);
    await dropAll(parcel);
  };

  const draw = (parcel, item, content) => {
    item.end = new AbortController();
    item.state = node("small", {}, sized(item.bytes));
    item.bar = node("progress", { max: item.bytes, value: item.done ? item.bytes : 0, "aria-label": item.name, hidden: item.done });
    item.picture = /^image\//.test(item.type) ? URL.createObjectURL(content) : "";
    const face = item.picture ? node("img", { src: item.picture, alt: "" }) : icon(...DOC);
    const away = node("button", { type: "button", "aria-label": put(said.remove, { name: item.name }), onclick: () => remove(parcel, item) }, icon(...CROSS));
    item.row = node("li", {}, face, node("div", {}, node("b", {}, node("bdi", {}, item.name)), item.state, item.bar), away);
    parcel.list.append(item.row);
  };

  const run = async (parcel, item, content) => {
    let quarter = 0;
    const tell = (offset) => {
      if (offset === null) return void (item.state.textContent = said.waiting);
      item.begun = true;
      item.bar.value = offset;
      const percent = Math.floor((offset / item.bytes) * 100);
      item.state.textContent = offset < item.bytes ? `${sized(item.bytes)} · ${percent} %` : sized(item.bytes);
      if (Math.floor(percent / 25) > quarter && percent < 100) {
        quarter = Math.floor(percent / 25);
        parcel.tray.status.textContent = put(said.upload, { n: percent });
      }
    };
    try {
      await upload(kit, parcel, item, content, tell, item.end.signal);
      item.done = true;
      item.bar.hidden = true;
      parcel.tray.status.textContent = put(said.attached, { name: item.name });
      await keepAll(parcel);
      await post(parcel);
    } catch (error) {
      if (!(error instanceof Refused)) return;
      if (error.status === 401 || error.status === 410) return void dropAll(parcel);
      const { name } = item, n = Math.floor(limits.file_bytes / 1e6);
      // Refused, so there is nothing at the server to give up.
      item.begun = false;
      await remove(parcel, item);
      const why = { blocked: said.blocked, too_large: said.large, media_refused: said.kind, storage_full: said.full }[error.code] ?? `{name}: ${said.failed}`;
      complain(parcel.tray, put(why, { name, n }));
    }
  };

  const begin = (here) => {
    const parcel = parcelOf(here);
    parcel.here = here;
    if (kit.shelf) hold(parcel.id, () => parcel.over);
    return parcel;
  };

  /** Before the page hears of it: with files, the message is sent when they have arrived. */
  const submit = async (event) => {
    const tray = trays.get(kit.here()), text = kit.text();
    if (!tray || !text) return;
    calm(tray);
    const body = text.value.trim(), parcel = tray.draft;
    if (!parcel?.items.length || [...body].length > 4096) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tray.draft = undefined;
    Object.assign(parcel, { body, sent: true });
    showWords(parcel);
    text.value = "";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
    await keepAll(parcel);
    await post(parcel);
  };

  /** Takes files, wherever they come from. */
  const take = async (files) => {
    if (!limits) return;
    const here = kit.here(), tray = trayOf(here);
    calm(tray);
    for (const file of files) {
      if (tray.draft?.items.length >= limits.per_message) {
        complain(tray, put(said.many, { n: limits.per_message }));
        break;
      }
      let ready;
      try {
        ready = await prepare(file);
      } catch {
        complain(tray, put(said.broken, { name: file.name }));
        continue;
      }
      const { blob: content, name } = ready;
      if (!content.size || content.size > limits.file_bytes) {
        complain(tray, put(content.size ? said.large : said.broken, { name, n: Math.floor(limits.file_bytes / 1e6) }));
        continue;
      }
      const parcel = (tray.draft ??= begin(here)), item = { id: kit.uuid(), name, type: content.type, bytes: content.size, done: false };
      parcel.items.push(item);
      draw(parcel, item, content);
      if (kit.shelf) await keepBlob(item.id, content);
      await keepAll(parcel);
      run(parcel, item, content);
    }
    kit.text()?.focus();
  };

  /** Has the device show its own way to choose: a camera, or all of its files. */
  const pick = (camera) => {
    const chosen = node("input", { type: "file", multiple: !camera, accept: camera && "image/*", capture: camera && "environment" });
    chosen.onchange = () => take([...chosen.files]);
    chosen.click();
  };

  /** Goes on with what an earlier page could not finish. One tab does that for each parcel. */
  const wake = async () => {
    const here = kit.here(), mine = kit.conversation();
    for (const kept of await parcels(kit.shelf)) {
      if ([...trayOf(here).all].some(({ id }) => id === kept.id)) continue;
      if (kept.conversation && kept.conversation !== mine) {
        // Of somebody who has left, or had everything erased; or of another conversation, which goes on when it is opened.
        if (mine) elsewhere = true;
        else await dropParcel(kept);
        continue;
      }
      hold(kept.id, async () => {
        const contents = await Promise.all(kept.items.map(({ id }) => blob(id)));
        const items = kept.items.filter((_, at) => contents[at]);
        if (!items.length) return dropParcel(kept);
        const parcel = parcelOf(here, { ...kept, items }), { tray } = parcel;
        parcel.here = here;
        showWords(parcel);
        if (!parcel.sent) tray.draft ??= parcel;
        items.forEach((item) => {
          const content = contents[kept.items.indexOf(item)];
          draw(parcel, item, content);
          if (!item.done) run(parcel, item, content);
        });
        note(tray);
        await post(parcel);
        return navigator.locks && parcel.over;
      });
    }
    note(trayOf(here));
  };

  /** Forgets everything, as somebody leaves. */
  const forget = async () => {
    elsewhere = false;
    await Promise.all([...trays.values()].flatMap(({ all }) => [...all]).map(dropAll));
    if (kit.shelf) await Promise.all((await parcels(kit.shelf)).map(dropParcel));
  };

  if (!kit.isStyled) look(STYLE);
  return { take, pick, wake, submit, settle, forget };
};
