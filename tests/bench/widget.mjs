// What a chat widget costs a page and its reader: Pronto beside two peers of npm, in one run, in turns, on the same page
// and roads. `node widget.mjs [--rounds N] [--json]`

import { Agent } from "../end_to_end/support/people.mjs";
import { Pronto, endAll, eventually, startBrowser } from "../end_to_end/support/harness.mjs";
import { Relay } from "../end_to_end/support/relay.mjs";
import { watch, watchLive } from "./probe.mjs";
import { SUBJECTS, host, listen, peers } from "./subjects.mjs";

/** What browsers' own tools and page-speed services call slow 4G. */
const SLOW_4G = { rtt: 150, bytesPerSecond: 1.6e6 / 8 };
/**
 * Phones give all frames of a page one thread; a desk gives another site's frame its own. A browser slows down one thread
 * at a time, so the slow processor is measured the phone's way, which is the harder one.
 */
const ROADS = [
  { name: "desk", shared: false, cpu: 1 },
  { name: "phone, CPU 4×", shared: true, cpu: 4 },
  { name: "phone, CPU 4×, slow 4G", shared: true, cpu: 4, road: SLOW_4G },
];

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const rounds = process.argv.includes("--rounds") ? Number(option("--rounds")) : 5;

const sorted = (all) => all.filter((one) => one != null).sort((a, b) => a - b);
const at = (all, part) => all[Math.min(all.length - 1, Math.floor(all.length * part))];
/** Median, and the quarter of the runs on either side of it. */
const spread = (all) => ((list) => (list.length ? { median: at(list, 0.5), low: at(list, 0.25), high: at(list, 0.75), runs: list.length } : null))(sorted(all));

class Bench {
  static async start() {
    const bench = new Bench();
    [bench.pageRelay, bench.prontoRelay, bench.peerRelay] = [await Relay.start(), await Relay.start(), await Relay.start()];
    bench.pages = new Map();
    bench.pageRelay.target = await listen(({ url }) => [200, { "content-type": "text/html; charset=utf-8" }, bench.pages.get(url) ?? ""]);
    bench.peerRelay.target = await peers();
    bench.pronto = await Pronto.start({ through: bench.prontoRelay.port });
    bench.prontoRelay.target = bench.pronto.port;
    bench.browsers = new Map([[false, await startBrowser()], [true, await startBrowser(["--disable-site-isolation-trials"])]]);
    bench.origin = `http://127.0.0.1:${bench.pageRelay.port}`;
    await bench.admit();
    SUBJECTS.forEach((subject, place) => {
      const chat = bench.chat(subject);
      bench.pages.set(`/${place}`, host(subject.snippet(chat, bench.pronto.site)));
    });
    return bench;
  }

  chat = (subject) => (subject.name === "pronto" ? this.pronto.chat : `http://localhost:${this.peerRelay.port}`);

  /** The bench's page becomes one of the demo site's own, and the site never closes: the hour of the run decides of nothing. */
  async admit() {
    const agent = await Agent.signIn(this.browsers.get(false), this.pronto);
    const site = `/v1/inbox/sites/${this.pronto.site}`;
    const { settings } = await agent.ask("GET", site);
    await agent.ask("PUT", site, { ...settings, hours: null, allowed_origins: [...settings.allowed_origins, this.origin] });
    await agent.context.close();
  }

  /** A browser window that knows nothing yet, on `road`, at the page with `subject`. */
  async visit(subject, { shared, cpu, road }, probe) {
    for (const relay of [this.pageRelay, this.prontoRelay, this.peerRelay]) relay.road = road;
    const context = await this.browsers.get(shared).newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    if (cpu > 1) await cdp.send("Emulation.setCPUThrottlingRate", { rate: cpu });
    await page.addInitScript(watch, probe);
    if (subject.live && probe.field) await page.addInitScript(watchLive);
    const asked = [];
    const chat = this.chat(subject);
    context.on("request", (request) => request.url().startsWith(chat) && asked.push(request));
    const open = async () => page.goto(`${this.origin}/${SUBJECTS.indexOf(subject)}`, { waitUntil: "commit" });
    return { context, page, cdp, asked, open };
  }

  /** From the page's view over the click to the panel that is live. */
  async use(subject, road) {
    const { context, page, asked, open } = await this.visit(subject, road, { launcher: subject.launcher, field: subject.field });
    const seen = () => page.evaluate(() => window.benchSeen);
    await open();
    const { launcher } = await eventually(`${subject.name}: a launcher`, async () => ((found) => found.launcher && found)(await seen()), 60_000);
    const arrived = await page.evaluate((script) => {
      const entry = script && performance.getEntriesByType("resource").find(({ name }) => name.includes(script));
      return entry && performance.timeOrigin + entry.responseEnd;
    }, subject.script);
    const start = await page.evaluate(() => performance.timeOrigin);
    // The page comes to rest first: the click is a cold one, not one into the middle of loading.
    await page.waitForLoadState("load");
    await page.waitForTimeout(500);
    const inline = (await seen()).field;
    if (!inline) await page.locator(subject.launcher).first().dispatchEvent("click");
    const all = async () => {
      const windows = await Promise.all(page.frames().map((frame) => frame.evaluate(() => window.benchSeen).catch(() => null)));
      return Object.assign({}, ...windows.filter(Boolean).reverse(), { field: windows.find((one) => one?.field)?.field, live: windows.find((one) => one?.live)?.live });
    };
    const done = await eventually(`${subject.name}: a field`, async () => ((found) => found.field && (!subject.live || found.live) && found)(await all()), 60_000);
    await page.waitForTimeout(300);
    const until = await this.ledger(asked, { launcher, field: done.field, live: done.live ?? done.field });
    await context.close();
    return {
      "page → launcher": launcher - start,
      "script → launcher": arrived && launcher - arrived,
      "click → typing": inline ? null : done.field - done.click,
      "typing → live": done.live ? done.live - done.field : null,
      until,
    };
  }

  /** Requests and bytes of bodies, as sent, that had come by each of the moments. */
  async ledger(asked, moments) {
    const lines = [];
    for (const request of asked) {
      const answer = await request.response();
      if (!answer) continue;
      await answer.finished();
      const { startTime, responseEnd } = request.timing();
      lines.push({ at: startTime + responseEnd, bytes: (await request.sizes()).responseBodySize });
    }
    return Object.fromEntries(Object.entries(moments).map(([name, moment]) => {
      const before = lines.filter((line) => line.at <= moment);
      return [name, { requests: before.length, bytes: before.reduce((sum, line) => sum + line.bytes, 0) }];
    }));
  }

  /** Warmed by the pointer, pressed a moment later. */
  async warmed(subject, road) {
    const { context, page, open } = await this.visit(subject, road, { launcher: subject.launcher, field: "textarea#never" });
    await open();
    const launcher = page.locator(subject.launcher).first();
    await launcher.waitFor();
    await page.waitForLoadState("load");
    await launcher.dispatchEvent("pointerenter");
    const frame = await eventually("a frame that is warm", () => page.frames()[1]);
    await eventually("a live panel", () => frame.evaluate(() => window.pronto?.live));
    await page.waitForTimeout(500);
    // Hidden until the click: the frame makes no picture, so the first one it makes is the answer to it.
    await frame.evaluate(() => requestAnimationFrame(() => requestAnimationFrame(() => (window.benchSeen.field = performance.timeOrigin + performance.now()))));
    await launcher.dispatchEvent("click");
    const field = await eventually("a picture of the field", () => frame.evaluate(() => window.benchSeen.field));
    const click = await page.evaluate(() => window.benchSeen.click);
    await context.close();
    return field - click;
  }

  /** A page view without a touch, then the opening: what the page's own thread did, by its own clock. */
  async work(subject, shared) {
    const { context, page, cdp, open } = await this.visit(subject, { shared, cpu: 1 }, {});
    const browser = this.browsers.get(shared);
    const heap = async () => {
      await cdp.send("HeapProfiler.collectGarbage");
      return (await cdp.send("Runtime.getHeapUsage")).usedSize;
    };
    const traced = async (act) => {
      await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
      await act();
      const { traceEvents } = JSON.parse(await browser.stopTracing());
      const { frames } = traceEvents.find(({ name }) => name === "TracingStartedInBrowser").args.data;
      const process = traceEvents.filter(({ name, args }) => name === "FrameCommittedInBrowser" && args.data.url?.startsWith(this.origin)).map(({ args }) => args.data.processId).at(-1)
        ?? frames.find(({ url }) => url.startsWith(this.origin)).processId;
      const main = traceEvents.find(({ name, pid, args }) => name === "thread_name" && pid === process && args.name === "CrRendererMain").tid;
      const slowed = traceEvents.filter(({ name, pid, tid }) => name === "RunTask" && pid === process && tid === main).map(({ tdur = 0 }) => (tdur / 1_000) * 4);
      return { total: slowed.reduce((sum, ms) => sum + ms, 0), longest: Math.max(...slowed), blocking: slowed.reduce((sum, ms) => sum + Math.max(0, ms - 50), 0) };
    };
    const idle = await traced(async () => {
      await open();
      await page.waitForLoadState("load");
      await page.waitForTimeout(2_000);
    });
    const [heapIdle, { shift }] = [await heap(), await page.evaluate(() => window.benchSeen)];
    let opened, heapOpen;
    if (subject.launcher && subject.launcher !== subject.field) {
      opened = await traced(async () => {
        await page.locator(subject.launcher).first().dispatchEvent("click");
        await page.waitForTimeout(2_000);
      });
      heapOpen = await heap();
    }
    await context.close();
    return { idle, opened, shift, heapIdle, heapOpen };
  }
}

/** All figures, by subject and road. */
export async function measure(say = () => {}) {
  const bench = await Bench.start();
  const results = Object.fromEntries(SUBJECTS.map(({ name }) => [name, { roads: Object.fromEntries(ROADS.map((road) => [road.name, []])), work: { phone: [], desk: [] }, warmed: Object.fromEntries(ROADS.map((road) => [road.name, []])) }]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of SUBJECTS) {
      say(`round ${round + 1} of ${rounds}: ${subject.name}`);
      const found = results[subject.name];
      if (subject.launcher) for (const road of ROADS) found.roads[road.name].push(await bench.use(subject, road));
      if (subject.live) for (const road of ROADS) found.warmed[road.name].push(await bench.warmed(subject, road));
      found.work.phone.push(await bench.work(subject, true));
      found.work.desk.push(await bench.work(subject, false));
    }
  }
  return results;
}

const TIMES = ["page → launcher", "script → launcher", "click → typing", "typing → live"];

/** Medians and spreads, and how each stands to Pronto's own. */
export function condense(results) {
  const ours = (path) => path(results.pronto);
  return Object.fromEntries(Object.entries(results).map(([name, found]) => {
    const figures = {};
    const add = (key, path, unit) => {
      const all = spread(path(found)), mine = spread(ours(path));
      if (all) figures[key] = { ...all, unit, ratio: mine?.median ? all.median / mine.median : null };
    };
    for (const road of ROADS) {
      for (const time of TIMES) add(`${time}, ${road.name}`, (f) => f.roads[road.name].map((run) => run[time]), "ms");
      add(`warmed: click → typing, ${road.name}`, (f) => f.warmed[road.name], "ms");
    }
    for (const moment of ["launcher", "field", "live"]) {
      for (const unit of ["requests", "bytes"]) add(`${unit} until ${moment === "field" ? "typing" : moment}`, (f) => f.roads[ROADS.at(-1).name].map((run) => run.until[moment][unit]), unit);
    }
    for (const where of ["phone", "desk"]) {
      add(`untouched: thread's work × 4, ${where}`, (f) => f.work[where].map((run) => run.idle.total), "ms");
      add(`untouched: blocking time × 4, ${where}`, (f) => f.work[where].map((run) => run.idle.blocking), "ms");
      add(`opening: longest task × 4, ${where}`, (f) => f.work[where].map((run) => run.opened?.longest), "ms");
      add(`opening: blocking time × 4, ${where}`, (f) => f.work[where].map((run) => run.opened?.blocking), "ms");
    }
    add("layout shift", (f) => f.work.phone.map((run) => run.shift), "");
    add("heap, untouched", (f) => f.work.phone.map((run) => run.heapIdle), "bytes");
    add("heap, open", (f) => f.work.phone.map((run) => run.heapOpen), "bytes");
    return [name, figures];
  }));
}

function table(figures) {
  const keys = [...new Set(Object.values(figures).flatMap(Object.keys))];
  const names = Object.keys(figures);
  const number = (n, unit) => (unit === "" ? n.toFixed(3) : unit === "ms" && n < 100 ? n.toFixed(1) : Math.round(n).toLocaleString("en"));
  console.log(["".padEnd(52), ...names.map((name) => name.padStart(28))].join(""));
  for (const key of keys) {
    const cells = names.map((name) => {
      const one = figures[name][key];
      if (!one) return "–";
      const ratio = name === "pronto" || one.ratio == null ? "" : ` ${one.ratio.toFixed(2)}×`;
      const range = one.low === one.high ? "" : ` (${number(one.low, one.unit)}…${number(one.high, one.unit)})`;
      return number(one.median, one.unit) + range + ratio;
    });
    console.log([key.padEnd(52), ...cells.map((cell) => cell.padStart(28))].join(""));
  }
  console.log(`\nMedian (quartiles) of ${rounds}, and how many times Pronto's.`);
}

try {
  const figures = condense(await measure((line) => process.stderr.write(`${line}\n`)));
  if (process.argv.includes("--json")) console.log(JSON.stringify(figures));
  else table(figures);
} finally {
  await endAll();
}
