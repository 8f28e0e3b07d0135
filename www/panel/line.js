// One socket for all tabs of a conversation. The panel's page asks for this when its storage tells of another tab. From then on what
// stands in the place of `WebSocket` looks to the panel like a socket of its own: the tab that has the lock holds the real one and hands on
// what it brings, and what the others say goes over a channel to it. The server answers the hello of each on the one socket.
// Closing, crashing and falling asleep give up the lock, and the next tab goes on where it was.

const Socket = window.WebSocket;
/** How long the holder of the socket may take to give a sign of life after something was said to it; two who wait do not end it at once. */
const patience = () => 2_500 + Math.random() * 1_000;

/** The panel's socket, as long as it is open. */
let line;

class Line extends EventTarget {
  #address;
  #name;
  #channel;
  /** The socket itself, where this tab has the lock. */
  #real;
  /** Waits for the lock. */
  #wait;
  /** Gives it back. */
  #free;
  #doubt;
  #over;
  /** What a new socket has to be told: who speaks, from where on, and what was read. */
  #kept = {};

  constructor(address) {
    super();
    this.#address = address;
    line = this;
    // The panel says hello first, and that names the conversation.
    queueMicrotask(() => this.dispatchEvent(new Event("open")));
  }

  send(text) {
    const { hello, receipts } = JSON.parse(text);
    if (hello && !this.#channel && !this.#over) this.#join(hello.cursors[0].conversation_id);
    if (hello) this.#kept.hello = hello;
    if (receipts) this.#kept.receipts = receipts;
    this.#say(text);
  }

  /** Nobody hears of it any more, and whoever waits for the lock has it. */
  close() {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#doubt);
    this.#wait?.abort();
    this.#channel?.close();
    this.#real?.close();
    this.#free?.();
    // Later, as a socket does: where the panel has let go of it, it hears no more by then.
    queueMicrotask(() => this.dispatchEvent(new Event("close")));
  }

  #join(conversation) {
    this.#name = `pronto:${conversation}`;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => (this.#real ? this.#asked(data) : this.#told(data));
    this.#seek();
  }

  /** Waits for the lock, or takes it from a tab that sleeps; that one hears of it when it wakes, and is closed. */
  #seek(options) {
    this.#wait?.abort();
    const wait = (this.#wait = new AbortController());
    navigator.locks.request(this.#name, options ?? { signal: wait.signal }, () => this.#lead()).catch(() => wait === this.#wait && this.close());
  }

  #lead() {
    if (this.#over) return;
    this.#heard();
    this.#real = new Socket(this.#address);
    this.#channel.postMessage({});
    this.#real.onopen = () => {
      this.#channel.postMessage({ open: true });
      this.#tell();
    };
    this.#real.onmessage = ({ data }) => {
      if (this.#over) return;
      this.#channel.postMessage({ brought: data });
      this.#bring(data);
    };
    this.#real.onclose = () => this.close();
    return new Promise((free) => (this.#free = free));
  }

  /** What a tab that follows says, to the tab that leads. */
  #asked({ say }) {
    if (!say) return;
    this.#channel.postMessage({});
    this.#say(say);
  }

  /** What the tab that leads says, or another that follows it. */
  #told({ say, open, brought }) {
    if (say) return;
    this.#heard();
    if (open) this.#tell();
    if (brought) this.#bring(brought);
  }

  #heard() {
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
  }

  #say(text) {
    if (this.#real) return this.#real.readyState === Socket.OPEN && this.#real.send(text);
    this.#channel?.postMessage({ say: text });
    this.#doubt ??= setTimeout(() => this.#seek({ steal: true }), patience());
  }

  #tell() {
    for (const [kind, said] of Object.entries(this.#kept)) this.#say(JSON.stringify({ [kind]: said }));
  }

  /** To the panel. How far it has come is what the next socket is told. */
  #bring(text) {
    const { message } = JSON.parse(text);
    for (const cursor of this.#kept.hello.cursors) {
      if (message?.conversation_id === cursor.conversation_id && message.seq === cursor.after + 1) cursor.after += 1;
    }
    this.dispatchEvent(new MessageEvent("message", { data: text }));
  }
}

let begun;

/** Another tab has come, or has heard of this one. `tab` in the storage is how they tell: what begins with "~" asks for no answer. */
export const share = ({ keep }) => {
  const told = keep("tab");
  if (!begun || (told && told[0] !== "~")) keep("tab", `~${Date.now()}`);
  if (begun || !navigator.locks || !window.BroadcastChannel) return;
  begun = true;
  window.WebSocket = Line;
  for (const [target, kind] of [[document, "freeze"], [window, "pagehide"]]) target.addEventListener(kind, () => line?.close());
  // The socket that the panel has is its own still: it lets go and dials anew, as after a network that went and came back.
  if (navigator.onLine) for (const kind of ["offline", "online"]) dispatchEvent(new Event(kind));
};
