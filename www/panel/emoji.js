// A short list of emoji by group, the latest used first. A screen reader has its own name for each in its listener's language.

const GROUPS = {
  faces: "😀 😃 😄 😁 😅 😂 🙂 🙃 😉 😊 😇 😍 😘 😋 😜 🤔 🤨 😐 😏 🙄 😬 😌 😴 😷 🤒 🤕 🤢 🥵 🥶 😎 🤓 😕 😟 😮 😳 🥺 😢 😭 😱 😞 😩 😤 😡 🤯 🤗 🤭 🤫 🥳",
  hands: "👍 👎 👌 ✌️ 🤞 👏 🙌 👐 🤝 🙏 👋 🤙 💪 👉 👈 👆 👇 ☝️ ✋ ✊ 🤷 🤦 🙋 💁 🙇 👨 👩 👶 👵 👪",
  hearts: "❤️ 🧡 💛 💚 💙 💜 🖤 💔 💕 💖 💯 ✨ ⭐ 🌟 🔥 🎉 🎊 🎁 🎂 🏆 🥇 🎵 💐 🌹 🌸 🌻 🌱 🍀 ☀️ 🌈 ☁️ ☔ ❄️ 🐶 🐱 🐝",
  food: "🍞 🥐 🥖 🥨 🧀 🥚 🥗 🍕 🍝 🍔 🍟 🍣 🍰 🧁 🍪 🍫 🍦 🍎 🍊 🍋 🍓 🍇 🍅 🥑 ☕ 🍵 🥤 🍺 🍷 🥂",
  things: "📱 💻 🖨️ 📷 📞 ✉️ 📧 📦 🛒 💳 💶 🧾 📄 📝 📎 📅 ⏰ ⏳ 🔑 🔒 🔧 🔨 💡 🔋 🏠 🏪 🏥 🏦 🚗 🚌 🚆 ✈️ 🚲 🚚 📍 👕 👟 👓 🛋️ 🛏️",
  signs: "✅ ❌ ❓ ❗ ⚠️ ⛔ ➕ ➖ ➡️ ⬅️ ⬆️ ⬇️ 🔄 ♻️ 🆗 🆕 🔝 🔜 ⚡ 💬 💤 🔔 🔴 🟢 🔵 ⚪",
};
const RECENT = 14, SIZE = 44;

const STYLE = `
#extras.emoji{width:calc(100% - 24px);max-width:376px;padding:0;overflow:hidden}
.emoji .all{max-height:min(288px,38dvh);overflow-y:auto;overscroll-behavior:contain;padding:4px 5px}
.emoji .set{padding:4px 0}
.emoji .set+.set{border-top:1px solid var(--line)}
.emoji [role=row]{display:flex}
#extras.emoji [role=gridcell] button{width:44px;height:44px;padding:0;justify-content:center;font:24px/1 system-ui,"Apple Color Emoji","Segoe UI Emoji","Noto Color Emoji",sans-serif}
`;

let adopted, known;

/** Puts it where the caret is, as if it had been typed: so it can be undone, where the browser lets that be done. */
const insert = ({ at }, sign) => {
  const text = at("text"), held = document.activeElement;
  // Taking the focus would bring up a phone's keyboard.
  if (!matchMedia("(pointer:coarse)").matches) {
    text.focus({ preventScroll: true });
    const typed = document.execCommand("insertText", false, sign);
    held?.focus({ preventScroll: true });
    if (typed) return;
  }
  text.setRangeText(sign, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: sign }));
};

/** Those of `list` that this device has a picture of: what it lacks all looks like a sign that there is not. */
const drawn = (list) => {
  const side = 20, context = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d", { willReadFrequently: true });
  context.font = "16px system-ui,sans-serif";
  context.textBaseline = "top";
  const look = (sign) => {
    context.clearRect(0, 0, side, side);
    context.fillText(sign, 0, 0);
    return context.getImageData(0, 0, side, side).data.join();
  };
  const lacking = look("\u{10fffd}");
  return list.filter((sign) => look(sign) !== lacking);
};

/** The groups, without what cannot be drawn; all of them where nothing can. */
const offered = () => {
  const all = Object.entries(GROUPS).map(([name, list]) => [name, list.split(" ")]);
  const some = all.map(([name, list]) => [name, drawn(list)]).filter(([, list]) => list.length);
  return some.length ? some : all;
};

const recent = ({ keep }) => (keep("emoji") || "").split(" ").filter(Boolean);

/** The picker, above the composer; it stays for the next one until it is closed. */
export const emoji = async (kit) => {
  const { node, look, keep, at } = kit, said = await kit.words();
  if (!adopted) {
    adopted = true;
    look(STYLE);
  }
  const wide = Math.min(at("form").clientWidth - 26, 374) - 10;
  const columns = Math.max(4, Math.floor(wide / SIZE));
  const status = node("p", { class: "hush", role: "status" });
  const choose = ({ currentTarget }) => {
    const sign = currentTarget.textContent;
    insert(kit, sign);
    keep("emoji", [sign, ...recent(kit).filter((other) => other !== sign)].slice(0, RECENT).join(" "));
    status.textContent = status.textContent === sign ? `${sign} ` : sign;
  };
  const signs = [];
  const group = ([name, list]) => {
    const rows = [];
    for (let from = 0; from < list.length; from += columns) {
      rows.push(node("div", { role: "row" }, ...list.slice(from, from + columns).map((sign, column) => {
        const button = node("button", { type: "button", tabindex: -1, onclick: choose }, sign);
        signs.push({ button, column, row: [name, from] });
        return node("div", { role: "gridcell" }, button);
      })));
    }
    return node("div", { class: "set", role: "rowgroup" }, ...rows);
  };
  const used = recent(kit), groups = known ??= offered();
  const all = node("div", { class: "all", role: "grid", "aria-label": said.emoji }, ...[...(used.length ? [["recent", used]] : []), ...groups].map(group));
  signs[0].button.tabIndex = 0;

  const go = (next) => {
    const to = signs[Math.max(0, Math.min(next, signs.length - 1))].button;
    signs.forEach(({ button }) => (button.tabIndex = button === to ? 0 : -1));
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  };
  const below = (here, way) => {
    const { column, row } = signs[here], isOther = (next) => signs[next].row.join() !== row.join();
    let next = here;
    while (signs[next] && !isOther(next)) next += way;
    if (!signs[next]) return here;
    // In a shorter row the last of it is the nearest.
    const entered = signs[next].row.join();
    let best = next;
    for (; signs[next]?.row.join() === entered; next += way) if (Math.abs(signs[next].column - column) <= Math.abs(signs[best].column - column)) best = next;
    return best;
  };
  const step = (event) => {
    const here = signs.findIndex(({ button }) => button === document.activeElement), side = kit.page.dir === "rtl" ? -1 : 1;
    if (here < 0) return;
    const next = {
      ArrowRight: () => here + side, ArrowLeft: () => here - side, ArrowDown: () => below(here, 1), ArrowUp: () => below(here, -1),
      Home: () => 0, End: () => signs.length - 1,
    }[event.key];
    if (!next) return;
    event.preventDefault();
    go(next());
  };
  kit.show(node("div", { class: "emoji", role: "dialog", "aria-label": said.emoji, onkeydown: step }, status, all));
  signs[0].button.focus();
};
