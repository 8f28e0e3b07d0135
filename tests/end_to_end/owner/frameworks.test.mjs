// React, Vue and Svelte, each as the handbook says: the widget comes with the app, stays while its pages change, goes with it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { Pronto, endAll, eventually, startBrowser } from "../support/harness.mjs";
import { Pages } from "../support/pages.mjs";
import { FRAMEWORKS, bundle, examples } from "./frameworks.mjs";

const LIMIT = { timeout: 180_000 };
const TYPES = fileURLToPath(new URL("../../../www/package/index.d.ts", import.meta.url));
let browser, pronto, pages;

after(endAll);
before(async () => {
  [browser, pronto] = await Promise.all([startBrowser(), Pronto.start()]);
  pages = await Pages.start(browser, pronto);
});

const shown = () => ({ chat: pronto.chat, site: pronto.site });

/** An app of two pages around the example, which `begin` puts up and takes down again; without the chat where `window.plain` says so. */
const APPS = {
  react() {
    const [chat, ask] = examples("with/react", "tsx", shown());
    const main = `
      import { StrictMode, useState } from "react";
      import { createRoot } from "react-dom/client";
      import { Chat } from "./chat.tsx";
      import { Ask } from "./ask.tsx";
      function App() {
        const [page, turn] = useState(location.pathname);
        const go = (event: any) => { event.preventDefault(); history.pushState(null, "", "?page=2"); turn("2"); };
        return <>{page === "2" ? <h1 key="two">Second</h1> : <h1 key="one">First</h1>}<a href="?page=2" onClick={go}>Go on</a><Ask />{(window as any).plain || <Chat site="${pronto.site}" />}</>;
      }
      (window as any).begin = () => {
        const root = createRoot(document.querySelector("#app")!);
        root.render(<StrictMode><App /></StrictMode>);
        return () => root.unmount();
      };`;
    return ["./main.tsx", { "./main.tsx": main, "./chat.tsx": chat, "./ask.tsx": ask }];
  },
  vue() {
    const [chat] = examples("with/vue", "vue", shown());
    const app = `
      <script setup lang="ts">
      import { ref } from "vue";
      import Chat from "./chat.vue";
      const page = ref("1"), plain = (window as any).plain;
      const go = () => { history.pushState(null, "", "?page=2"); page.value = "2"; };
      </script>
      <template><h1>{{ page === "2" ? "Second" : "First" }}</h1><a href="?page=2" @click.prevent="go">Go on</a><Chat v-if="!plain" /></template>`;
    const main = `
      import { createApp } from "vue";
      import App from "./app.vue";
      (window as any).begin = () => {
        const app = createApp(App);
        app.mount("#app");
        return () => app.unmount();
      };`;
    return ["./main.ts", { "./main.ts": main, "./app.vue": app, "./chat.vue": chat }];
  },
  svelte() {
    const [chat] = examples("with/svelte", "svelte", shown());
    const app = `
      <script lang="ts">
      import Chat from "./chat.svelte";
      let page = $state("1");
      const plain = (window as any).plain;
      function go(event: Event) { event.preventDefault(); history.pushState(null, "", "?page=2"); page = "2"; }
      </script>
      <h1>{page === "2" ? "Second" : "First"}</h1><a href="?page=2" onclick={go}>Go on</a>{#if !plain}<Chat />{/if}`;
    const main = `
      import { mount, unmount } from "svelte";
      import App from "./app.svelte";
      (window as any).begin = () => {
        const app = mount(App, { target: document.querySelector("#app")! });
        return () => unmount(app);
      };`;
    return ["./main.ts", { "./main.ts": main, "./app.svelte": app, "./chat.svelte": chat }];
  },
};

/** What lives in the page's process once the garbage is gone. */
async function living(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  for (let turn = 0; turn < 3; turn++) await cdp.send("HeapProfiler.collectGarbage");
  const { metrics } = await cdp.send("Performance.getMetrics");
  await cdp.detach();
  const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
  return { listeners: of("JSEventListeners"), documents: of("Documents"), frames: of("Frames"), nodes: of("Nodes") };
}

for (const name of Object.keys(APPS)) {
  test(`${name}: mounted, through a change of page, unmounted without a trace, and again`, LIMIT, async () => {
    const module = pages.file(await bundle(...APPS[name]()), { "content-type": "text/javascript" });
    const visitor = await pages.visit(`<body><div id="app"></div><script type="module" src="${module}"></script></body>`);
    const begin = () => visitor.page.evaluate(() => void (window.end = window.begin()));
    const end = () => visitor.page.evaluate(() => window.end());
    await eventually("the bundle", () => visitor.page.evaluate(() => !!window.begin));
    const scripts = await visitor.page.locator("script").count();
    await begin();
    await visitor.launcher.waitFor();
    await visitor.page.locator("[data-pronto-open]").click();
    await visitor.composer.waitFor();
    await visitor.live();
    await visitor.write(`da ${name}`);
    await visitor.receipt(`da ${name}`, "sent");

    const frame = await visitor.frame();
    await visitor.page.getByRole("link", { name: "Go on" }).click();
    await visitor.page.getByRole("heading", { name: "Second" }).waitFor();
    assert.equal(await visitor.frame(), frame, "the very frame that was there, not a new one");
    await visitor.shows([`da ${name}`]);

    const none = async () => {
      await end();
      const left = await visitor.page.evaluate(() => [document.querySelectorAll("pronto-launcher, iframe, #app > *").length, document.scripts.length, window.frames.length, document.adoptedStyleSheets.length, "pronto" in window]);
      assert.deepEqual(left, [0, scripts, 0, 0, false]);
    };
    const turns = async (plain) => {
      await visitor.page.evaluate((plain) => (window.plain = plain), plain);
      const counts = [];
      for (let again = 0; again < 7; again++) {
        await begin();
        await visitor.page.locator(plain ? "#app h1" : "pronto-launcher").waitFor({ state: "attached" });
        assert.equal(await visitor.page.locator("pronto-launcher").count(), plain ? 0 : 1);
        await none();
        // The first ones fill what is kept once.
        if (again === 1 || again === 6) counts.push(await living(visitor.page));
      }
      const [early, late] = counts;
      return Object.fromEntries(Object.keys(early).map((what) => [what, late[what] - early[what]]));
    };
    await none();
    // A framework keeps nodes and listeners of its last view here and there; the chat adds nothing to that. Its own launcher alone
    // would be twenty nodes each time; the views differ by one.
    const [without, within] = [await turns(false), await turns(true)];
    // What is left behind is left in each of the five turns; less than that is the collector's chance.
    for (const what of Object.keys(within).filter((what) => what !== "nodes")) {
      assert.ok(Math.abs(within[what] - without[what]) < 5, `${what}: ${without[what]} without, ${within[what]} with it`);
    }
    assert.ok(Math.abs(within.nodes - without.nodes) <= 10, `${without.nodes} nodes without, ${within.nodes} with it`);
    await visitor.page.evaluate(() => (window.plain = false));

    await begin();
    await visitor.open();
    await visitor.shows([`da ${name}`]);
    assert.deepEqual(visitor.faults, []);
    await visitor.context.close();
  });
}

test("the types of the examples are right for the frameworks' own", LIMIT, () => {
  const files = new Map();
  const add = (path, language, ending) => examples(path, language, shown()).forEach((code, at) => {
    const script = /<script[^>]*lang="ts">([\s\S]*?)<\/script>/.exec(code)?.[1] ?? code;
    files.set(`${FRAMEWORKS}${path.replace("/", "-")}-${language}-${at}.${ending}`, script);
  });
  add("with/react", "tsx", "tsx");
  add("with/react", "ts", "ts");
  add("with/vue", "vue", "ts");
  add("with/svelte", "svelte", "ts");
  assert.equal(files.size, 5);
  const faults = () => {
    const options = {
      strict: true, noEmit: true, skipLibCheck: true, jsx: ts.JsxEmit.ReactJSX, lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [],
      target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, paths: { "@pronto/chat": [TYPES] },
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    host.getSourceFile = (path, ...rest) => (files.has(path) ? ts.createSourceFile(path, files.get(path), ...rest) : getSourceFile(path, ...rest));
    host.fileExists = (path) => files.has(path) || fileExists(path);
    host.readFile = (path) => files.get(path) ?? readFile(path);
    const program = ts.createProgram([...files.keys()], options, host);
    return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  };
  assert.deepEqual(faults(), []);
  files.set(`${FRAMEWORKS}wrong.tsx`, 'import { useEffect } from "react"; useEffect(3); export const x = <pronto-chat position="top" site="x" />;');
  assert.equal(faults().length, 2, "the compiler looks");
});
