// How a screen is looked at: what axe-core finds on it, and its picture, which may stick out of no window.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { OUTPUT } from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Whatever comes in has come in: half transparent, everything would lack contrast. One that is called off has ended too. */
const still = (frame) => frame.evaluate(async () => {
  await Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().iterations === 1).map(({ finished }) => finished));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
});

/** Each finding of `frame`'s own document as one line. Evaluated through the debugger, past the page's own policy. */
async function findings(frame, rules) {
  await frame.evaluate(AXE);
  await still(frame);
  return frame.evaluate(async (rules) => {
    const { violations } = await window.axe.run(document, { iframes: false, rules });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.flat().join(" ")}: ${failureSummary}`));
  }, rules);
}

/** All rules, and nothing may remain. `colours: false` where the visitor's own colours stand in for ours; `but`: a rule that is held otherwise. */
export const clean = async (what, frame, { colours = true, but } = {}) =>
  assert.deepEqual(await findings(frame, { "color-contrast": { enabled: colours }, ...(but && { [but]: { enabled: false } }) }), [], what);

/** Takes the picture, and finds what sticks out sideways of any document on it. */
export async function picture(page, name) {
  mkdirSync(OUTPUT, { recursive: true });
  // In a preview that may run no script nothing moves, and nothing would ever say that it has come to rest.
  for (const frame of await page.frames()) if (await frame.evaluate(() => origin !== "null")) await still(frame);
  await page.screenshot({ path: join(OUTPUT, `${name}.png`) });
  for (const frame of await page.frames()) {
    const { inside, outside } = await frame.evaluate(() => ({ inside: innerWidth, outside: document.documentElement.scrollWidth }));
    assert.ok(outside <= inside, `${name}: ${await frame.url()} is ${outside} wide in a window of ${inside}`);
  }
}

/**
 * Runs in a document: each text that stands out less than 7:1 from what is behind it (4.5:1 where it is large), each drawn mark
 * less than 3:1, and each target smaller than 44 by 44 pixels, unless it is a link inside a sentence.
 */
function faint() {
  const found = [], roots = [document], limit = 44;
  for (const root of roots) for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) roots.push(shadowRoot);
  const up = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host;
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const light = (rgb) => rgb.reduce((sum, c, i) => sum + [0.2126, 0.7152, 0.0722][i] * ((c /= 255) > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92), 0.05);
  const ratio = (one, other) => ((a, b) => (a > b ? a / b : b / a))(light(one), light(other));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = up(at)) {
      layers.push(parse(getComputedStyle(at).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    const dark = getComputedStyle(document.documentElement).colorScheme.startsWith("dark");
    return layers.reduceRight((under, layer) => over(layer, under), dark ? [18, 18, 18] : [255, 255, 255]);
  };
  const opacity = (element) => {
    let left = 1;
    for (let at = element; at; at = up(at)) left *= Number(getComputedStyle(at).opacity);
    return left;
  };
  const hidden = (element) => {
    for (let at = element; at; at = up(at)) {
      const { width, height } = at.getBoundingClientRect(), { visibility, display } = getComputedStyle(at);
      if ((display !== "contents" && (width <= 1 || height <= 1)) || visibility === "hidden" || ["style", "script", "noscript", "title", "template"].includes(at.localName)) return true;
    }
    return false;
  };
  const named = (element) => `${element.localName}${element.id && `#${element.id}`}${element.getAttribute("class") ? `.${element.getAttribute("class")}` : ""}`;
  const judge = (element, color, words, least) => {
    const under = behind(element), [r, g, b, a] = parse(color), seen = ratio(over([r, g, b, a * opacity(element)], under), under);
    if (seen < least) found.push(`“${words.slice(0, 40)}” in ${named(element)}: ${seen.toFixed(2)} to 1, not ${least}`);
  };
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement ?? root.host;
      if (!node.data.trim() || !element || hidden(element)) continue;
      const { color, fontSize, fontWeight } = getComputedStyle(element), size = parseFloat(fontSize);
      judge(element, color, node.data.trim(), size >= 24 || (size >= 18.66 && fontWeight >= 700) ? 4.5 : 7);
    }
    for (const field of root.querySelectorAll("input:not([type=hidden]), textarea")) {
      if (hidden(field)) continue;
      judge(field, getComputedStyle(field).color, field.value || "its text", 7);
      if (field.placeholder) judge(field, getComputedStyle(field, "::placeholder").color, field.placeholder, 7);
    }
    for (const mark of root.querySelectorAll("button svg, a svg")) if (!hidden(mark)) judge(up(mark), getComputedStyle(mark).color, "a drawn mark", 3);
    for (const target of root.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button], [tabindex='0']")) {
      if (hidden(target) || target.disabled) continue;
      const { width, height } = target.getBoundingClientRect(), { display } = getComputedStyle(target);
      const inSentence = display === "inline" && up(target).textContent.trim() !== target.textContent.trim();
      // A box to tick is hit by its label as well.
      const label = ["checkbox", "radio"].includes(target.type) && target.closest("label")?.getBoundingClientRect();
      const [w, h] = label ? [label.width, label.height] : [width, height];
      if (!inSentence && (w < limit - 0.5 || h < limit - 0.5)) found.push(`${named(target)} is ${Math.round(w)} by ${Math.round(h)}, not ${limit}`);
    }
  }
  return [...new Set(found)];
}

/** The two rules of WCAG's highest level that Pronto keeps. */
export async function ample(what, frame, { colours = true } = {}) {
  await still(frame);
  const found = await frame.evaluate(faint);
  assert.deepEqual(found.filter((line) => colours || !line.includes(" to 1,")), [], what);
}

/** Runs in a document: what of a document's words cannot be seen whole: out of the window sideways, or cut by what holds them. */
export const cut = () => {
  const found = [], slack = 1;
  const roots = [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
  const up = (element) => element.parentElement ?? element.getRootNode().host;
  // A word for screen readers alone is a pixel large on purpose.
  const hidden = (element) => {
    for (let at = element; at; at = up(at)) {
      const { width, height } = at.getBoundingClientRect(), { visibility, display } = getComputedStyle(at);
      if (display !== "contents" && (width <= 1 || height <= 1) || visibility === "hidden" || at.localName === "style" || at.localName === "script") return true;
    }
    return false;
  };
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const holder = node.parentElement ?? root.host;
      if (!node.data.trim() || !holder || hidden(holder)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const line of range.getClientRects()) {
        if (line.left < -slack || line.right > innerWidth + slack) found.push(`${node.data.trim()} sticks out`);
        for (let at = holder; at; at = up(at)) {
          const { overflowX, overflowY } = getComputedStyle(at), box = at.getBoundingClientRect();
          const aside = overflowX !== "visible" && (line.left < box.left - slack || line.right > box.right + slack);
          const below = ["hidden", "clip"].includes(overflowY) && (line.top < box.top - slack || line.bottom > box.bottom + slack);
          if (aside || below) found.push(`${node.data.trim()} is cut by ${at.localName}.${at.className}`);
        }
      }
    }
    for (const field of root.querySelectorAll("textarea, input:not([type=hidden])")) {
      if (hidden(field) || !field.placeholder) continue;
      const canvas = document.createElement("canvas").getContext("2d"), { font, paddingLeft, paddingRight } = getComputedStyle(field);
      canvas.font = font;
      const { width } = canvas.measureText(field.placeholder);
      if (width > field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) + slack) found.push(`${field.placeholder} is wider than its field`);
    }
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push(`${scrollWidth} wide in a window of ${innerWidth}`);
  return [...new Set(found)];
};
