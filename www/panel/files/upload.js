// One file's way to the server, piece by piece: where a piece is lost the server says how far it has come, and it goes on there.

const PIECE = 262_144, LIMIT_MS = 60_000, FIRST_MS = 500, LONGEST_MS = 30_000;

/** The server will not take it, for a reason that trying again does not change. */
export class Refused extends Error {
  constructor(status, code, challenge) {
    super(code);
    Object.assign(this, { status, code, challenge });
  }
}

/** Until then, or until the network is back: no reason to wait on. */
const pause = (time, signal) => new Promise((resolve, reject) => {
  const end = () => {
    clearTimeout(timer);
    removeEventListener("online", end);
    signal.removeEventListener("abort", end);
    signal.aborted ? reject(signal.reason) : resolve();
  };
  const timer = setTimeout(end, time);
  addEventListener("online", end);
  signal.addEventListener("abort", end);
});

/** Does `act` until it is done or refused, however often the network goes away; `wait` hears of each time that it did. */
export const insist = async (act, signal, wait = () => {}) => {
  for (let failures = 0; ; failures++) {
    const before = Date.now();
    try {
      return await act();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof Refused) throw error;
      // What went well for a while begins counting anew.
      if (Date.now() - before > LONGEST_MS) failures = 0;
      wait();
      await pause(Math.max(error.later ?? 0, Math.min(FIRST_MS * 2 ** failures, LONGEST_MS) * (.5 + Math.random() / 2)), signal);
    }
  }
};

/** Asks for `path`; `who` are the headers that say who asks. Throws `Refused` for what is final. */
export const ask = async (path, method, body, headers, who, signal) => {
  const answer = await fetch(path, {
    method, body, headers: { ...headers, ...who },
    signal: AbortSignal.any ? AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) : signal,
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const { code, retry_after_ms: later, challenge } = said.error ?? {};
  // Another offset, too many for now, and whatever the server could not help will do better in a while.
  if (code !== "wrong_offset" && answer.status < 500 && answer.status !== 429 || answer.status === 507) throw new Refused(answer.status, code, challenge);
  throw Object.assign(new Error(code ?? String(answer.status)), { later });
};

export const JSON_TYPE = { "content-type": "application/json" };

/** Uploads `item` (`{ id, name }`) with what is in `blob`; `tell` hears how many bytes are there, and `null` while none can go. */
export const upload = async (kit, parcel, item, blob, tell, signal) => {
  const go = (method, tail, body, headers) => kit.ask(parcel, method, `/attachments${tail}`, body, headers, signal);
  let stands;
  const all = async () => {
    stands = await go("POST", "", JSON.stringify({ attachment_id: item.id, name: item.name, bytes: blob.size }), JSON_TYPE);
    for (;;) {
      tell(stands.offset);
      if (stands.attachment) return;
      const piece = blob.slice(stands.offset, stands.offset + Math.min(PIECE, stands.chunk_bytes));
      stands = await go("PATCH", `/${item.id}`, piece, { "content-type": "application/octet-stream", "upload-offset": String(stands.offset) });
    }
  };
  await insist(all, signal, () => tell(null));
};
