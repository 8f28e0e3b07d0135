// Where a visitor's files wait until they are sent: in the frame's own database, so that a reload, a crash or an empty battery
// loses none. Where that is blocked they wait in this page alone.

const NAME = "pronto", PARCELS = "parcels", BLOBS = "blobs";

let opened;
const base = () => (opened ??= new Promise((resolve, reject) => {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => [PARCELS, BLOBS].forEach((store) => asked.result.createObjectStore(store));
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
}));

/** Runs `act` with both stores; answers what it asked for, once all is written. */
const within = async (mode, act) => {
  const change = (await base()).transaction([PARCELS, BLOBS], mode);
  return new Promise((resolve, reject) => {
    const asked = act(change.objectStore(PARCELS), change.objectStore(BLOBS));
    change.oncomplete = () => resolve(asked?.result);
    change.onabort = change.onerror = () => reject(change.error);
  });
};

const quiet = (promise) => promise.catch(() => undefined);

/** Keeps a parcel without its files' contents. */
export const keepParcel = (parcel) => quiet(within("readwrite", (parcels) => parcels.put(parcel, parcel.id)));

/** Keeps what is in a file. */
export const keepBlob = (id, blob) => quiet(within("readwrite", (_, blobs) => blobs.put(blob, id)));

export const dropBlob = (id) => quiet(within("readwrite", (_, blobs) => void blobs.delete(id)));

export const dropParcel = (parcel) => quiet(within("readwrite", (parcels, blobs) => {
  parcels.delete(parcel.id);
  parcel.items.forEach(({ id }) => blobs.delete(id));
}));

/** What was kept for `site`, the oldest first. */
export const parcels = async (site) => ((await quiet(within("readonly", (kept) => kept.getAll()))) ?? [])
  .filter((parcel) => parcel.site === site).sort((a, b) => a.at - b.at);

export const blob = (id) => quiet(within("readonly", (_, blobs) => blobs.get(id)));
