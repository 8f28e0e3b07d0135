// How a screen is looked at: what axe-core finds on it, and its picture, which may stick out of no window.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { OUTPUT } from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Whatever comes in has come in: half transparent, everything would lack contrast. One that is called off has ended too. */
const still = (frame) => frame.evaluate(() =>
  Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().iterations === 1).map(({ finished }) => finished)));

/** Each finding of `frame`'s own document as one line. Evaluated through the debugger, past the page's own policy. */
async function findings(frame) {
  await frame.evaluate(AXE);
  await still(frame);
  return frame.evaluate(async () => {
    const { violations } = await window.axe.run(document, { iframes: false });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.flat().join(" ")}: ${failureSummary}`));
  });
}

/** All rules, and nothing may remain. */
export const clean = async (what, frame) => assert.deepEqual(await findings(frame), [], what);

/** Takes the picture, and finds what sticks out sideways of any document on it. */
export async function picture(page, name) {
  mkdirSync(OUTPUT, { recursive: true });
  await still(page);
  await page.screenshot({ path: join(OUTPUT, `${name}.png`) });
  for (const frame of page.frames()) {
    const { inside, outside } = await frame.evaluate(() => ({ inside: innerWidth, outside: document.documentElement.scrollWidth }));
    assert.ok(outside <= inside, `${name}: ${frame.url()} is ${outside} wide in a window of ${inside}`);
  }
}
