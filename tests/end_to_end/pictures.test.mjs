// A picture of every screen of the inbox into tests/end_to_end/output, for human eyes; and that none of them is wider than its window.

import { after, before, test } from "node:test";
import { Agent } from "./support/people.mjs";
import { Pronto, endAll, startBrowser } from "./support/harness.mjs";
import { picture } from "./support/look.mjs";

const LIMIT = { timeout: 180_000 };
const PHONE = { width: 390, height: 844 };
let browser, pronto;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
});

for (const [size, viewport] of [["phone", PHONE], ["tablet", { width: 900, height: 1100 }], ["desktop", { width: 1440, height: 900 }]]) {
  test(`the inbox, ${size}`, LIMIT, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const clerk = await Agent.signIn(browser, pronto, { viewport, colorScheme, onSignIn: (page) => picture(page, `inbox-${size}-${colorScheme}-sign-in`) });
      await picture(clerk.page, `inbox-${size}-${colorScheme}-list`);
      await clerk.openFirst();
      await picture(clerk.page, `inbox-${size}-${colorScheme}-thread`);
      await clerk.openSettings();
      await picture(clerk.page, `inbox-${size}-${colorScheme}-settings`);
      await clerk.context.close();
    }
  });
}
