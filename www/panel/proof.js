// The work that a flooded site asks of a stranger's device, in slices that leave the page its turn. The frame's page asks for this
// when the server does; what is computed, and why, stands in PROTOCOL.md under "Floods".

const SLICE_MS = 8, NONE = 0xffffffff;

// A turn for everything else; a timer would wait longer, and for a second in a page that nobody sees.
const pause = () => new Promise((go) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = go;
  port2.postMessage(0);
});

export const work = async ({ text, bits, rounds }) => {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(new URL("./proof.wasm", import.meta.url)));
  const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer, bytes.length - 32), seed = [];
  for (let at = 0; at < 32; at += 4) seed.push(view.getUint32(at));
  let proof = text, count = 64, began = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let from = 0, found = NONE; found == NONE; from += count) {
      const left = SLICE_MS - (performance.now() - began);
      if (left <= 0) {
        await pause();
        began = performance.now();
        // So much at once that the clock is neither asked all the time nor too late.
        count = left < -2 ? Math.max(count >> 1, 64) : Math.min(count << 1, 8192);
      }
      found = instance.exports.solve(...seed, round, bits, from, count) >>> 0;
      if (found != NONE) proof += "." + found;
    }
  }
  return proof;
};

/** Does what the answer asks for, and sends the request once more. One that was given up meanwhile has no answer any more. */
export default async ({ http, secret, body }) => {
  if (http.proved) throw new Error("the work was not believed");
  http.proved = true;
  const proof = await work(JSON.parse(http.responseText).error.challenge);
  if (http.readyState !== XMLHttpRequest.DONE) return;
  http.open("POST", http.responseURL);
  http.setRequestHeader("authorization", "Bearer " + secret);
  http.setRequestHeader("content-type", "application/json");
  http.setRequestHeader("x-pronto-proof", proof);
  http.send(body);
};
