// Files on the inbox's side: the same trays as the panel's, for whoever is signed in. The inbox's page asks for this when a file is
// chosen, pasted or dropped.

import { open } from "./open.js";
import { Refused, ask } from "./upload.js";

const place = () => document.querySelector("[data-files]"), here = () => place()?.dataset.files;
const thread = () => document.querySelector("[data-thread]");
const isAtEnd = () => !thread() || thread().scrollHeight - thread().scrollTop - thread().clientHeight < 80;
const hex = (byte) => byte.toString(16).padStart(2, "0");

const json = async (path) => {
  const answer = await fetch(path);
  return answer.ok ? answer.json() : Promise.reject(new Error(answer.status));
};

let me, busy, opening;
const everything = async () => {
  me = await json("/v1/inbox/me");
  const { words: said } = await json(`/frame/${me.sites[0].site}/extras?lang=${document.documentElement.lang}`);
  const all = open({
    said, limits: me.uploads, shelf: null, isStyled: true, here, place,
    uuid: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join(""),
    conversation: here,
    text: () => document.getElementById("answer"),
    waits: (waits) => (busy = waits),
    sent: () => {},
    costs: (parcel) => place()?.dataset.files === parcel.here && confirm(place().dataset.costs),
    ask: async (parcel, method, tail, body, headers, signal) => {
      try {
        return await ask(`/v1/conversations/${parcel.conversation}${tail}`, method, body, headers, { "x-pronto-csrf": me.csrf }, signal);
      } catch (error) {
        // Signed out, or signed in anew: nothing is lost, and it goes on with the next session.
        if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 403)) throw error;
        me = await json("/v1/inbox/me");
        throw new Error("another session");
      }
    },
  });
  // Before the inbox hears of it, which sends without files.
  addEventListener("submit", (event) => event.target.matches(".composer") && all.submit(event), true);
  addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
    if (sends && event.target.id === "answer") all.submit(event);
  }, true);
  // Who reads the end of the thread still sees it when the tray below it grows.
  let followed, atEnd = isAtEnd();
  const follow = new ResizeObserver(() => atEnd && thread()?.scrollTo(0, thread().scrollHeight));
  addEventListener("scroll", (event) => event.target === thread() && (atEnd = isAtEnd()), true);
  const settle = () => {
    all.settle();
    if (followed === place()) return;
    follow.disconnect();
    followed = place();
    if (followed) follow.observe(followed);
    atEnd = isAtEnd();
  };
  settle();
  new MutationObserver(settle).observe(document.body, { childList: true, subtree: true });
  addEventListener("beforeunload", (event) => busy && event.preventDefault());
  return all;
};
const files = () => (opening ??= everything().catch((error) => {
  opening = undefined;
  throw error;
}));

/** Has the device show its files. */
export const pick = async () => (await files()).pick();

/** Files that were pasted or dropped. */
export const take = async (list) => here() && (await files()).take(list);
