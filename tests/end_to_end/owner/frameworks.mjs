// The handbook's examples, compiled and bundled by the frameworks' own tools, as a developer's project would.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Where the frameworks are installed; their own package, since nothing else needs them. */
export const FRAMEWORKS = here("../../frameworks/");
const DOCS = here("../../../docs/");
const from = createRequire(FRAMEWORKS);
const { build } = from("esbuild");
const { compileScript, parse } = from("vue/compiler-sfc");
const { compile } = from("svelte/compiler");

/** The examples of a page of the handbook in `language`, for this chat and site. */
export function examples(path, language, { chat, site }) {
  const text = readFileSync(`${DOCS}${path}.md`, "utf8");
  const found = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, one]) => one === language);
  return found.map(([, , code]) => code.replaceAll("https://chat.example.com", chat).replaceAll("your-site", site));
}

/** One file for a browser: `files` by name, of which `main` begins; everything else comes from the frameworks and our package. */
export async function bundle(main, files) {
  const sources = {
    name: "sources",
    setup(bundler) {
      bundler.onResolve({ filter: /^\.\// }, ({ path, namespace }) => (namespace === "ours" && files[path] !== undefined ? { path, namespace } : undefined));
      bundler.onResolve({ filter: /^@pronto\/chat$/ }, () => ({ path: here("../../../www/package/index.js") }));
      bundler.onLoad({ filter: /.*/, namespace: "ours" }, ({ path }) => {
        const code = files[path];
        if (path.endsWith(".vue")) {
          const { descriptor } = parse(code);
          return { contents: compileScript(descriptor, { id: "ours", inlineTemplate: true }).content, loader: "ts", resolveDir: FRAMEWORKS };
        }
        if (path.endsWith(".svelte")) return { contents: compile(code, { generate: "client", dev: true }).js.code, loader: "js", resolveDir: FRAMEWORKS };
        return { contents: code, loader: "tsx", resolveDir: FRAMEWORKS };
      });
      bundler.onResolve({ filter: /^main$/ }, () => ({ path: main, namespace: "ours" }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: ["main"], bundle: true, write: false, format: "esm", target: "es2022", jsx: "automatic", conditions: ["browser", "development"], plugins: [sources],
    // Strict mode's double effects and the frameworks' own warnings are in their development builds alone.
    define: { "process.env.NODE_ENV": '"development"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
    logLevel: "silent",
  });
  return outputFiles[0].text;
}
