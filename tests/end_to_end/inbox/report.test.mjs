// The reports' page: what its tables say is what the server measured, each can be taken along, and it reads well by every
// eye and on paper.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { OUTPUT, Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { clean, picture } from "../support/look.mjs";
import { Agent } from "../support/people.mjs";

const LIMIT = { timeout: 180_000 };
const PHONE = { width: 375, height: 812 }, DESKTOP = { width: 1280, height: 800 };
/** Every picture, and which table of the server it comes with. */
const FIGURES = { wait: "curve", trend: "weeks", when: "hours", never: "weeks", promises: "promises", costs: "months", others: undefined };
const LANGUAGE = "it-IT";
let browser, pronto;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
});

const figure = (agent, name) => agent.page.locator(`[data-figure="${name}"]`);

async function open(look) {
  const agent = await Agent.signIn(browser, pronto, look);
  await agent.page.locator('a[href="#reports"]').click();
  await figure(agent, "others").waitFor();
  return agent;
}

/** The cells of a picture's table, row by row, without its head. */
const cells = (agent, name) =>
  figure(agent, name).locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));

const number = (n) => new Intl.NumberFormat(LANGUAGE).format(n);
const percent = (permille) => new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 }).format(permille / 1_000);
const money = ({ micros, currency }) => new Intl.NumberFormat(LANGUAGE, { style: "currency", currency, maximumFractionDigits: 6 }).format(micros / 1e6);
const monday = (day) => new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T12:00Z`));

/** The seconds that a length such as "1 h 56 min" stands for. */
function seconds(text) {
  const units = { s: 1, min: 60, h: 3_600, giorno: 86_400, giorni: 86_400 };
  return [...text.matchAll(/(\d+)\s(\S+)/g)].reduce((sum, [, n, unit]) => {
    assert.ok(units[unit], `a unit of time in “${text}”`);
    return sum + n * units[unit];
  }, 0);
}

/** A wait is said rounded up, by less than a step of its smaller unit. */
function says(text, wait, what) {
  if (wait === undefined) return assert.doesNotMatch(text, /\d/, what);
  const over = seconds(text) - wait;
  assert.ok(over >= 0 && over < Math.max(60, wait / 20), `${what}: ${wait} s is told as “${text}”`);
}

test("every table says what the server measured", LIMIT, async () => {
  const agent = await open({ viewport: DESKTOP });
  const report = await agent.ask("GET", `/v1/inbox/sites/${pronto.site}/report`);
  for (const name of Object.keys(FIGURES)) {
    const heading = figure(agent, name).getByRole("heading");
    assert.match(await heading.innerText(), /\?$/, `${name} has a question`);
    assert.match(await figure(agent, name).locator(".answer").innerText(), /\w.* .*\.$/, `${name} has a sentence`);
    await figure(agent, name).getByRole("img").first().waitFor();
    assert.ok(await figure(agent, name).locator("svg[role=img]").first().getAttribute("aria-label"), `${name} has a name`);
  }

  const weeks = await cells(agent, "trend");
  assert.equal(weeks.length, report.weeks.length);
  report.weeks.forEach((week, index) => {
    assert.deepEqual(weeks[index].slice(0, 2), [monday(week.monday), number(week.questions)]);
    [week.p50_s, week.p75_s, week.p90_s].forEach((wait, place) => says(weeks[index][2 + place], wait, week.monday));
  });
  assert.deepEqual(await cells(agent, "never"), report.weeks.map((week) => [monday(week.monday), number(week.questions), number(week.unanswered)]));
  assert.deepEqual(
    await cells(agent, "promises"),
    report.weeks.map(({ monday: day, promises }) => [monday(day), number(promises.kept), number(promises.missed)]),
  );

  const hours = await cells(agent, "when");
  assert.equal(hours.length, report.hours.length);
  report.hours.forEach((hour, index) => {
    const day = new Date(Date.UTC(2024, 0, hour.weekday, 12));
    assert.equal(hours[index][0], day.toLocaleDateString(LANGUAGE, { weekday: "long", timeZone: "UTC" }));
    assert.deepEqual(hours[index].slice(1, 3).map(Number), [hour.hour, hour.questions]);
    says(hours[index][3], hour.p50_s, `${hour.weekday}, ${hour.hour}`);
  });

  for (const [wait, share] of await cells(agent, "wait")) {
    const before = report.curve.filter(({ wait_s }) => wait_s <= seconds(wait)).at(-1);
    assert.equal(share, percent(before.waiting_permille), wait);
  }
  const costs = await cells(agent, "costs");
  const sums = report.months.flatMap((month) => month.totals.map((total) => [total, month.late.find(({ currency }) => currency === total.currency), month.unknown]));
  assert.ok(sums.length > 0, "the demo's answers cost something");
  assert.deepEqual(
    costs.filter(([, , charged]) => /\d/.test(charged)).map(([, currency, charged, late, unknown]) => [currency, charged, /\d/.test(late) ? late : "", unknown]),
    sums.map(([total, late, unknown]) => [total.currency, money(total), late ? money(late) : "", number(unknown)]),
  );
  const others = await cells(agent, "others");
  assert.equal(others[0][4], number(report.document.counts.reduce((sum, { answered, waiting }) => sum + answered + waiting, 0)));
  assert.equal(others[2][1], percent(report.others.badge_rate_permille));
  says(others[1][1], report.others.badge_time_s, "as Facebook counts");
  await agent.context.close();
});

test("each table can be taken along as the server writes it", LIMIT, async () => {
  const agent = await open({ viewport: DESKTOP });
  for (const [name, part] of Object.entries(FIGURES).filter(([, part]) => part)) {
    const [download] = await Promise.all([agent.page.waitForEvent("download"), figure(agent, name).locator("a[download]").click()]);
    assert.equal(download.suggestedFilename(), `${pronto.site}-${part}.csv`);
    const served = await agent.page.evaluate(async (path) => (await fetch(path)).text(), `/v1/inbox/sites/${pronto.site}/report.csv?part=${part}`);
    assert.equal(readFileSync(await download.path(), "utf8"), served);
    assert.ok(served.split("\r\n").length > 2, `${part} has rows`);
  }
  const badge = figure(agent, "others").locator("img");
  await eventually("the badge", () => badge.evaluate((image) => image.naturalWidth > 0));
  await agent.context.close();
});

test("a site where nobody has asked says so, and a server that fails is asked again", LIMIT, async () => {
  const agent = await Agent.signIn(browser, pronto, { viewport: DESKTOP });
  let fails = true;
  await agent.context.route(/\/report$/, (route) => (fails ? route.abort() : route.continue()));
  await agent.page.locator('a[href="#reports"]').click();
  await agent.page.getByRole("alert").waitFor();
  await picture(agent.page, "inbox-reports-failed");
  fails = false;
  await agent.page.locator(".reports button").click();
  await figure(agent, "others").waitFor();
  await agent.page.locator(".list-pane .bar select").selectOption({ index: 1 });
  await agent.page.locator(".reports .ring.big").waitFor();
  assert.equal(await agent.page.locator(".figure").count(), 0);
  assert.equal(new URL(agent.page.url()).hash, "#reports");
  await picture(agent.page, "inbox-reports-empty");
  await agent.context.close();
});

for (const [size, viewport] of [["phone", PHONE], ["desktop", DESKTOP], ["small", { width: 320, height: 568 }]]) {
  for (const [name, look] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["rtl", {}], ["forced", { forcedColors: "active" }]]) {
    test(`the reports, ${size}, ${name}`, LIMIT, async () => {
      const agent = await open({ viewport, ...look });
      await figure(agent, "trend").locator("summary").click();
      if (name === "rtl") await agent.page.evaluate(() => (document.documentElement.dir = "rtl"));
      // axe reads the author's colours, of which forced ones leave nothing.
      if (name !== "forced") await clean(`${size}, ${name}`, agent.page.mainFrame());
      const { inside, outside, height } = await agent.page.locator(".reports").evaluate((page) => ({
        inside: page.clientWidth, outside: page.scrollWidth, height: page.scrollHeight,
      }));
      assert.ok(outside <= inside, `the page is ${outside} wide in ${inside}`);
      // All of it on one picture.
      await agent.page.setViewportSize({ width: viewport.width, height: height + 80 });
      await picture(agent.page, `inbox-reports-${size}-${name}`);
      await agent.context.close();
    });
  }
}

test("on paper nothing is cut off and no navigation stands about", LIMIT, async () => {
  const agent = await open({ viewport: DESKTOP, colorScheme: "dark" });
  await agent.page.emulateMedia({ media: "print" });
  await agent.page.setViewportSize({ width: 720, height: 1000 });
  for (const gone of [".list-pane", ".numbers", ".lead-tools"]) assert.equal(await agent.page.locator(gone).first().isVisible(), false, gone);
  const paper = await agent.page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor, tall: document.documentElement.scrollHeight > innerHeight,
    wide: document.documentElement.scrollWidth <= innerWidth,
  }));
  assert.deepEqual(paper, { ground: "rgb(255, 255, 255)", tall: true, wide: true });
  await agent.page.pdf({ path: join(OUTPUT, "inbox-reports.pdf"), format: "A4" });
  await agent.context.close();
});
