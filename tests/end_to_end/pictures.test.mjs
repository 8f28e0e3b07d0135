// A picture of every screen into tests/end_to_end/output, for human eyes; and that none of them is wider than its window.

import { after, before, test } from "node:test";
import { Agent, Visitor } from "./support/people.mjs";
import { Pronto, endAll, startBrowser } from "./support/harness.mjs";
import { picture } from "./support/look.mjs";

const LIMIT = { timeout: 180_000 };
const PHONE = { width: 390, height: 844 }, DESKTOP = { width: 1280, height: 800 };
let browser, pronto, agent;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  agent = await Agent.signIn(browser, pronto);
});

const LONG = "Donaudampfschifffahrtsgesellschaft".repeat(4);

for (const [size, viewport] of [["phone", PHONE], ["desktop", DESKTOP], ["small", { width: 320, height: 568 }]]) {
  for (const [name, look] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["rtl", {}]]) {
    test(`the panel, ${size}, ${name}`, LIMIT, async () => {
      const visitor = await Visitor.atShop(browser, pronto, { viewport, ...look });
      await visitor.launcher.waitFor();
      await picture(visitor.page, `${size}-${name}-launcher`);
      await visitor.open();
      await visitor.live();
      if (name === "rtl") await visitor.mirror();
      await picture(visitor.page, `${size}-${name}-empty`);
      const question = `Buongiorno, avete pane senza sale? (${size}, ${name})`;
      await visitor.write(question);
      await visitor.receipt(question, "sent");
      await agent.openThread(question);
      await agent.write("Sì, ogni mattina dalle sette. Ne metto da parte uno?");
      await visitor.sees("Ne metto da parte uno?");
      await visitor.write(`Volentieri, grazie. ${LONG}`);
      await visitor.receipt(LONG, "sent");
      await picture(visitor.page, `${size}-${name}-thread`);
      await visitor.context.setOffline(true);
      await visitor.write("Passo alle otto.");
      await visitor.notices();
      await picture(visitor.page, `${size}-${name}-offline`);
      await visitor.context.close();
    });
  }
}

test("a message that was refused, and a long thread", LIMIT, async () => {
  const visitor = await Visitor.atShop(browser, pronto);
  await visitor.open();
  for (let n = 1; n <= 30; n++) await visitor.write(`Riga numero ${n}`);
  await visitor.receipt("Riga numero 30", "sent");
  await picture(visitor.page, "phone-light-long");
  await visitor.context.route(/\/v1\/conversations\/[^/]+\/messages$/, (route) => route.fulfill({
    status: 422, contentType: "application/json", body: JSON.stringify({ error: { code: "body_too_long", message: "Too long." } }),
  }));
  await visitor.write("Questa non passa.");
  await visitor.failed("Questa non passa.");
  await picture(visitor.page, "phone-light-failed");
  await visitor.context.close();
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
