// What Pronto may cost a page, in requests and bytes after brotli. `cargo xtask size` shows where they go.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { endAll } from "./support/harness.mjs";
import { measure, total } from "./size.mjs";
import { measure as typing } from "./typing.mjs";

let moments;

after(endAll);
before(async () => {
  moments = await measure();
});

test("an untouched page view: two requests and 4 KB at the most", () => {
  const { requests, brotli } = total(moments.untouched);
  assert.ok(requests <= 2 && brotli <= 4_000, `${requests} requests, ${brotli} bytes`);
});

test("until the visitor can type: 10 KB at the most", () => {
  const { brotli } = total(moments.typing);
  assert.ok(brotli <= 10_000, `${brotli} bytes`);
});

test("with the conversation open: 72.3 KB at the most", () => {
  const { brotli } = total(moments.live);
  assert.ok(brotli <= 72_300, `${brotli} bytes`);
});

test("from click to typing: 1.3 times a bare static frame at the most", async () => {
  const { pronto, bare, ratio } = await typing();
  assert.ok(ratio <= 1.3, `${pronto} ms against ${bare} ms`);
});
