// What a machine can find of accessibility in the inbox: axe-core with all its rules, and nothing may remain. The visitor's side is
// in `access`.

import { after, before, test } from "node:test";
import { Agent } from "./support/people.mjs";
import { Pronto, endAll, startBrowser } from "./support/harness.mjs";
import { clean } from "./support/look.mjs";

const LIMIT = { timeout: 180_000 };
const PHONE = { viewport: { width: 320, height: 568 } };
let browser, pronto;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
});

for (const [name, { mirrored, ...look }] of Object.entries({
  light: { colorScheme: "light" }, dark: { colorScheme: "dark" }, "right to left": { mirrored: true }, "320 px": PHONE,
  "200 %": { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }, "forced colours": { forcedColors: "active" },
})) {
  test(`the inbox, ${name}`, LIMIT, async () => {
    const see = async (screen, page) => {
      if (mirrored) await page.evaluate(() => (document.documentElement.dir = "rtl"));
      await clean(screen, page.mainFrame(), { colours: !look.forcedColors });
    };
    const clerk = await Agent.signIn(browser, pronto, { ...look, onSignIn: (page) => see("sign-in", page) });
    await see("the list", clerk.page);
    await clerk.openFirst();
    await see("a thread", clerk.page);
    await clerk.openSettings();
    await see("settings", clerk.page);
    await clerk.context.close();
  });
}
