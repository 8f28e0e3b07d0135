// Every state in every look: what axe-core finds, contrast and targets by the highest level, and a picture for human eyes.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Pronto, endAll, startBrowser } from "../support/harness.mjs";
import { ample, clean, cut, picture } from "../support/look.mjs";
import { Visitor } from "../support/people.mjs";
import { CRITERIA, report } from "./criteria.mjs";
import { walk } from "./states.mjs";

const LIMIT = { timeout: 300_000 };
const PHONE = { width: 390, height: 844 }, DESK = { width: 1280, height: 800 };

/** What a visitor may have: a screen, and a wish about colours, direction, size or motion. */
const LOOKS = {
  "phone, light": { viewport: PHONE, colorScheme: "light" },
  "phone, dark": { viewport: PHONE, colorScheme: "dark" },
  "phone, right to left": { viewport: PHONE, mirrored: true },
  "phone, forced colours": { viewport: PHONE, forcedColors: "active" },
  "phone, 320 px, reduced motion": { viewport: { width: 320, height: 568 }, reducedMotion: "reduce" },
  "desk, light": { viewport: DESK, colorScheme: "light" },
  "desk, dark": { viewport: DESK, colorScheme: "dark" },
  "desk, right to left": { viewport: DESK, mirrored: true },
  // What a window of 1280 by 800 holds when everything is twice as large.
  "desk, 200 %": { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
};

/** The states of each look that this run has seen, and found nothing to say against. */
const seen = {};
let browser;
after(endAll);
before(async () => (browser = await startBrowser()));

for (const [name, look] of Object.entries(LOOKS)) {
  test(`every state: ${name}`, LIMIT, async () => {
    const faults = [], states = [];
    await walk(browser, look, async (state, page, documents) => {
      states.push(state);
      // The launcher's name holds its sentence and its count, and words between them; the walk has looked at both.
      // One after the other, so that one run tells of all there is to mend.
      for (const check of [
        () => picture(page, `${name} - ${state}`.replace(/[^\w]+/g, "-")),
        ...documents.flatMap((document) => [clean, ample].map((rule) => () => rule(state, document, { colours: !look.forcedColors, but: state === "unread" && "label-content-name-mismatch" }))),
      ]) await check().catch((error) => faults.push(`${state}: ${error.actual ? error.actual.join?.("; ") ?? error.message : error.message}`));
    });
    if (faults.length) throw new Error([...new Set(faults)].join("\n"));
    seen[name] = states;
  });
}

test("text spaced as wide as readers may ask for is cut nowhere", LIMIT, async () => {
  const pronto = await Pronto.start();
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  await visitor.live();
  await visitor.write("Buongiorno, avete pane senza sale?");
  await visitor.receipt("Buongiorno, avete pane senza sale?", "sent");
  const frame = await visitor.frame();
  await frame.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
    document.adoptedStyleSheets.push(sheet);
  });
  await picture(visitor.page, "phone-text-spacing");
  assert.deepEqual(await frame.evaluate(cut), []);
});

test("the conformance report says what this run has seen, and names stories that there are", LIMIT, () => {
  const folder = new URL("../", import.meta.url);
  const stories = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".test.mjs")).map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n");
  const unknown = CRITERIA.flatMap(([, , , { names }]) => names).filter((name) => !stories.includes(name));
  assert.deepEqual(unknown, []);
  assert.deepEqual(Object.keys(seen), Object.keys(LOOKS), "every look was walked through, and nothing was found");
  for (const states of Object.values(seen)) assert.deepEqual(states, Object.values(seen)[0], "each look has every state");
  const page = new URL("../../docs/site/conformance.md", folder), wanted = report(seen);
  if (process.env.UPDATE_EXPECT) writeFileSync(page, wanted);
  assert.equal(readFileSync(page, "utf8"), wanted, "UPDATE_EXPECT=1 writes it anew");
});
