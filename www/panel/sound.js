// A short tone when an answer comes that nobody is looking at. Off until the visitor turns it on, and kept in the frame's storage.

let context, waits;

/** Two soft notes, a fifth apart. A browser that wants a touch first plays nothing. */
const tone = () => {
  context ??= new AudioContext();
  context.resume().catch(() => {});
  for (const [after, pitch] of [[0, 587.33], [.12, 880]]) {
    const note = context.createOscillator(), level = context.createGain(), from = context.currentTime + after;
    note.frequency.value = pitch;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(.12, from + .015);
    level.gain.exponentialRampToValueAtTime(.001, from + .35);
    note.connect(level).connect(context.destination);
    note.start(from);
    note.stop(from + .4);
  }
};

/** Whether the panel can be seen: the loader says whether it is open. */
const isSeen = (pronto) => !document.hidden && (parent === window || pronto.open);

/** From now on an answer that comes unseen is heard, in one of several tabs. */
export const wait = ({ pronto, keep }) => {
  if (waits) return;
  waits = true;
  const { say } = pronto;
  pronto.say = (message) => {
    say(message);
    if (message.type !== "message" || isSeen(pronto) || !keep("sound")) return;
    if (!navigator.locks) return tone();
    // The tab that comes first holds the lock until the others have asked.
    const hold = (lock) => lock && (tone(), new Promise((resolve) => setTimeout(resolve, 900)));
    navigator.locks.request("pronto:tone", { ifAvailable: true }, hold).catch(() => {});
  };
};

/** On, with a sample; or off. */
export const turn = async (kit) => {
  if (kit.keep("sound")) {
    kit.keep("sound", null);
    kit.remember();
  } else if (kit.keep("sound", "1")) {
    kit.remember();
    wait(kit);
    tone();
  }
};
