// Who writes here, kept by the page around the frame, where the browser keeps the frame's storage from it or clears it when it is
// closed. The panel waits for this before it starts. The secret alone is handed over, once somebody has written; what else is kept
// (messages that wait, settings) stays in here, for as long as the frame lives.

const { pronto } = window;

const memory = () => {
  const held = new Map();
  return {
    get length() { return held.size; },
    key: (at) => [...held.keys()][at] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, `${value}`),
    removeItem: (key) => void held.delete(key),
  };
};

const own = () => {
  try {
    return localStorage;
  } catch {
    return null;
  }
};

/** Whether `value` names somebody; the loader's own mark does not. */
const isSomebody = (value) => value?.[0] === "{";

const isOpened = (value) => isSomebody(value) && JSON.parse(value).opened;

/** Resolves when the page around has said what it keeps, or can keep nothing. */
export const hold = async (site) => {
  const found = own(), me = `pronto:${site}:me`;
  // WebKit forgets what a frame of another site keeps when the browser ends. The others forget nothing that they let it keep.
  if (found && !window.GestureEvent) return;
  const storage = found ?? memory(), framed = parent !== window;
  // Each question to the loader, with how often something was given to it before: an answer that was overtaken says nothing.
  let kept = !!found, given = 0, asked = [];

  const give = () => {
    given += 1;
    if (framed) pronto.say({ type: "keep", n: storage.getItem(me) ?? "" });
  };
  const ask = () => {
    asked.push(given);
    pronto.say({ type: "keep" });
  };

  // In the place of `localStorage`, for the panel and its modules.
  const within = {
    get length() { return storage.length; },
    key: (at) => storage.key(at),
    getItem: (key) => storage.getItem(key),
    setItem(key, value) {
      const ended = key === me && isOpened(storage.getItem(me)) && !isOpened(value);
      storage.setItem(key, value);
      // The server knows the session no longer. Whether somebody left in another tab, the page's storage can tell.
      if (ended && framed) ask();
      else if (key === me) give();
      // It is held, but not for long, and the panel says so.
      if (!kept) throw new DOMException("Nothing is kept here.", "QuotaExceededError");
    },
    removeItem(key) {
      const was = storage.getItem(key);
      storage.removeItem(key);
      if (key === me && was !== null) give();
    },
  };
  Object.defineProperty(window, "localStorage", { value: within, configurable: true });
  if (!framed) return;

  /** What another tab did: it wrote first, or somebody left there. Where the frame has a storage, that tells. */
  const follow = (value) => {
    const mine = storage.getItem(me), newValue = isSomebody(value) ? value : null;
    if (found || value === undefined || (mine === null) === (newValue === null)) return;
    if (newValue === null) storage.removeItem(me);
    else storage.setItem(me, newValue);
    dispatchEvent(new StorageEvent("storage", { key: me, newValue }));
  };
  await new Promise((resolve) => {
    let begun;
    const hear = ({ data: { type, n, kept: held } }) => {
      if (type !== "keep" || asked.shift() !== given) return;
      if (begun) return follow(n);
      begun = true;
      kept ||= n !== undefined;
      // A page that can keep nothing holds it for as long as it lives.
      const value = n === undefined ? held : n;
      if (storage.getItem(me) === null && isSomebody(value)) storage.setItem(me, value);
      resolve();
    };
    const { say } = pronto;
    let port;
    pronto.say = (message) => {
      if (pronto.port !== port) (port = pronto.port).addEventListener("message", hear);
      say(message);
      // In place of the mark that the loader sets by itself.
      if (message.type === "wrote") give();
    };
    ask();
    addEventListener("visibilitychange", () => document.hidden || ask());
    // A page whose loader is older does not answer.
    setTimeout(resolve, 2_000);
  });
};
