// A thread of ten thousand messages on a real server: it opens like a short one, and is read from its end to its beginning
// and back without a jump, with some hundreds of its messages drawn. What was measured is printed.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { clean } from "../support/look.mjs";
import { Agent, Visitor } from "../support/people.mjs";
import { Pronto, endAll, eventually, onlyChromium, startBrowser } from "../support/harness.mjs";

const LIMIT = { timeout: 300_000 };
const MANY = 10_000, ROUNDS = 7;
/** Each key writes so many at once, which is all it may; then days go by. */
const BATCH = 40, KEYS = 50, PAUSE_MS = 345_600_000;
/** The server's time: weeks ago at first, today in the end. */
let now = Date.now() - (MANY / BATCH / KEYS) * PAUSE_MS;
/** `brief` is somebody who has written one message. */
let browser, pronto, agent, visitor, brief, conversation, keys;

const median = (all) => all.slice().sort((a, b) => a - b)[all.length >> 1];

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start({ testClock: true })]);
  await pronto.setClock(now);
  agent = await Agent.signIn(browser, pronto);
  visitor = await Visitor.atShop(browser, pronto, { viewport: { width: 1280, height: 800 } });
  brief = await Visitor.atShop(browser, pronto, { viewport: { width: 1280, height: 800 } });
  for (const [who, text] of [[visitor, "la prima di molte"], [brief, "una sola"]]) {
    await who.open();
    await who.write(text);
    await who.receipt(text, "sent");
  }
  ({ conversation_id: conversation } = await (await visitor.frame()).evaluate((site) => JSON.parse(localStorage.getItem(`pronto:${site}:me`)), pronto.site));
  keys = [];
  for (let at = 0; at < KEYS; at++) {
    const { secret } = await agent.ask("POST", `/v1/inbox/sites/${pronto.site}/api-keys`, { name: `history ${at}` });
    keys.push(secret);
  }
  await fill();
});

/** The business writes until there are `MANY`, through the API, over some weeks. */
async function fill() {
  const write = async (key, text) => {
    const body = JSON.stringify({ message_id: randomUUID(), body: text });
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const answer = await fetch(`${pronto.api}/v1/conversations/${conversation}/messages`, { method: "POST", headers, body });
    assert.equal(answer.status, 201, await answer.text());
  };
  let written = 1;
  const some = async (key) => {
    for (let at = 0; at < BATCH && written < MANY; at++) await write(key, `messaggio ${++written}`);
  };
  while (written < MANY) {
    await Promise.all(keys.map(some));
    await pronto.setClock((now += PAUSE_MS));
  }
}

/** What is stored, in the order of the thread. */
async function stored() {
  const all = [];
  for (let last = 0; all.length < MANY; last = all.at(-1).seq) {
    const answer = await fetch(`${pronto.api}/v1/conversations/${conversation}/messages?after=${last}&limit=200`, { headers: { authorization: `Bearer ${keys[0]}` } });
    const { messages } = await answer.json();
    if (!messages.length) break;
    all.push(...messages);
  }
  return all.map(({ body }) => body);
}

/** Opened in a tab of its own: how long it took from the click until `newest` was painted. */
async function opening(who, newest) {
  const tab = await who.anotherTab();
  await tab.page.evaluate(() => addEventListener("click", () => (window.clicked ??= Date.now()), true));
  await tab.launcher.dispatchEvent("click");
  await tab.composer.waitFor({ state: "attached" });
  const painted = await (await tab.frame()).evaluate((newest) => new Promise((resolve) => {
    const look = () => [...document.querySelectorAll("ol.thread .body")].at(-1)?.textContent === newest ? requestAnimationFrame(() => resolve(Date.now())) : requestAnimationFrame(look);
    look();
  }), newest);
  const took = painted - (await tab.page.evaluate(() => window.clicked));
  await tab.page.close();
  return took;
}

test("it opens like a short one", LIMIT, async (t) => {
  const newest = (await stored()).at(-1), took = [];
  for (let round = 0; round < ROUNDS; round++) took.push([await opening(visitor, newest), await opening(brief, "una sola")]);
  const [long, short] = [0, 1].map((which) => median(took.map((pair) => pair[which])));
  t.diagnostic(`click to the newest message, median of ${ROUNDS} in turns: ${long} ms, with one message ${short} ms; each ${JSON.stringify(took)}`);
  assert.ok(long <= 2 * short + 100, `${long} ms, with one message ${short} ms`);
});

/**
 * Scrolls by `step` pixels a frame until `end` is the outermost message and, unless it lies within, nothing is left to scroll. What was seen has to
 * move by what was scrolled, whatever is drawn and given up around it.
 */
const travel = (frame, step, end, inner = false) => frame.evaluate(async ([step, end, inner]) => {
  const scroll = document.getElementById("scroll"), rows = () => [...scroll.querySelectorAll("li.message")];
  const frames = [], jumps = [], middle = scroll.getBoundingClientRect().top + scroll.clientHeight / 2;
  const painted = () => new Promise(requestAnimationFrame);
  let most = 0, still = 0, last = await painted();
  while (still < 600) {
    const seen = rows().find((row) => row.getBoundingClientRect().bottom > middle), from = seen.getBoundingClientRect().top;
    scroll.scrollBy({ top: step, behavior: "instant" });
    const now = await painted();
    frames.push(now - last);
    last = now;
    // Once more, so that what the scrolling brought is drawn.
    last = await painted();
    frames.push(last - now);
    const moved = from - seen.getBoundingClientRect().top;
    // A scroll position is a whole number of pixels; at an edge it moves by less than was asked.
    const whole = Math.abs(moved - step) <= 2, less = moved * Math.sign(step) >= -2 && Math.abs(moved) < Math.abs(step);
    if (!seen.isConnected || !(whole || less)) jumps.push(Math.round(moved));
    const drawn = rows();
    most = Math.max(most, drawn.length);
    const outermost = (step < 0 ? drawn[0] : drawn.at(-1)).querySelector(".body").textContent;
    still = Math.abs(moved) < 1 ? still + 1 : 0;
    if (outermost === end && (still > 5 || inner)) break;
  }
  frames.sort((a, b) => a - b);
  const texts = rows().map((row) => row.querySelector(".body").textContent);
  const at = (part) => Math.round(frames[Math.floor(part * (frames.length - 1))]);
  return { frames: frames.length, half: at(.5), most95: at(.95), most99: at(.99), longest: at(1), jumps, most, texts, nodes: document.querySelectorAll("*").length };
}, [step, end, inner]);

const told = ({ frames, half, most95, most99, longest, most, nodes }) =>
  `${frames} frames, ${half} ms at the median, ${most95} ms for 95 % and ${most99} ms for 99 % of them, ${longest} ms for the longest; ${most} messages drawn at the most, ${nodes} elements in the page`;

onlyChromium("it measures frames", "it is read up to its beginning and down again without a jump", LIMIT, async (t) => {
  const thread = await stored();
  assert.equal(thread.length, MANY);
  const tab = await visitor.anotherTab();
  // The wasm's memory, which no page can reach otherwise.
  await tab.page.addInitScript(() => {
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...given) => {
      const made = await instantiateStreaming(...given);
      window.held = made.instance.exports.memory;
      return made;
    };
  });
  await tab.page.reload();
  await tab.open();
  await tab.sees(thread.at(-1));
  const frame = await tab.frame();
  const consecutive = ({ texts }) => assert.deepEqual(texts, thread.slice(thread.indexOf(texts[0])).slice(0, texts.length), "in the order of the thread, none left out");
  const held = () => frame.evaluate(() => window.held.buffer.byteLength / 1_024);
  const atFirst = await held();
  await frame.evaluate(() => {
    window.announced = [];
    const hear = () => window.announced.push(...[...document.querySelectorAll("[aria-live],[role=status],[role=log],[role=alert]")].map(({ textContent }) => textContent));
    new MutationObserver(hear).observe(document.getElementById("root"), { childList: true, characterData: true, subtree: true });
  });

  const up = await travel(frame, -600, thread[0]);
  t.diagnostic(`up: ${told(up)}`);
  assert.equal(up.texts[0], thread[0]);
  consecutive(up);
  assert.deepEqual(up.jumps, []);
  assert.ok(up.most <= 300, `${up.most} messages drawn`);
  assert.ok(await frame.evaluate(() => window.find("messaggio 20", false, false, true)), "the browser's own search finds what is drawn");
  const atLast = await held();
  t.diagnostic(`the wasm's memory: ${atFirst} KB with the newest page, ${atLast} KB with all of ${MANY} messages`);
  assert.ok(atLast <= atFirst + 12 * 1_024, `${atLast} KB, at first ${atFirst} KB`);

  const down = await travel(frame, 600, thread.at(-1));
  t.diagnostic(`down: ${told(down)}`);
  assert.equal(down.texts.at(-1), thread.at(-1));
  consecutive(down);
  assert.deepEqual(down.jumps, []);
  assert.ok(down.most <= 300, `${down.most} messages drawn`);
  const announced = await frame.evaluate(() => window.announced.filter((text) => text.includes("messaggio")));
  assert.deepEqual(announced, [], "what was written long ago is not announced");

  // From the middle, where it is as accessible as at its end, to the end by one key.
  await travel(frame, -2_000, thread[9_500], true);
  await clean("the middle of a long thread", frame);
  assert.ok(!(await frame.evaluate(() => document.querySelector("ol.thread").textContent)).includes(thread.at(-1)), "the end is not drawn");
  await frame.locator("#scroll").press("End");
  await tab.sees(thread.at(-1));
  const below = () => frame.evaluate(() => -document.getElementById("scroll").scrollTop);
  await eventually("the end", async () => (await below()) === 0);

  // And the other keys, as in any list that is longer than its place.
  const scroll = frame.locator("#scroll"), moves = async (key, way) => {
    const from = await below();
    await scroll.press(key);
    await eventually(key, async () => Math.sign((await below()) - from) === way);
    // A browser scrolls smoothly by keys: the next one is pressed when it rests.
    let last;
    await eventually(`${key} to its end`, async () => last === (last = await below()));
  };
  for (const [key, way] of [["PageUp", 1], ["PageUp", 1], ["ArrowUp", 1], ["PageDown", -1], ["ArrowDown", -1]]) await moves(key, way);
  const first = () => frame.evaluate(() => document.querySelector("ol.thread .body").textContent);
  const before = await first();
  await moves("Home", 1);
  await eventually("what comes before", async () => thread.indexOf(await first()) < thread.indexOf(before));
  await scroll.press("Control+End");
  await eventually("the end", async () => (await below()) === 0);
  await tab.sees(thread.at(-1));

  // In a field the key is the caret's.
  await tab.composer.fill("due parole");
  await tab.composer.press("Home");
  await moves("PageUp", 1);
  const stays = await below();
  await tab.composer.press("End");
  await tab.composer.pressSequentially("!");
  assert.equal(await tab.composer.inputValue(), "due parole!");
  assert.equal(await below(), stays);
});
