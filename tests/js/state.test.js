// The rules of the state: what a change changes besides, and how a state stands in a link.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CONFIG } from "./page.js";
import { makeRules } from "../../ganvae/ui/static/state.js";

const rules = makeRules(CONFIG, () => false);
const usual = rules.fromAddress("");
const moved = rules.patched(usual, {
  sliders: { 0: 1.5 },
  meanings: { width: 1 },
  starts: { "vae-4": "AAAAAAAAAAA" },
  ends: { "vae-4": "AAAAAAAAAAA" },
});

test("a page without a query shows the first pair as it is meant", () => {
  assert.deepEqual([usual.pair, usual.vae, usual.gan], ["digits", "vae-4", "gan-4"]);
  assert.deepEqual([usual.seed, usual.to, usual.count, usual.frames], [42, 43, 64, 21]);
  assert.equal(makeRules(CONFIG, () => true).fromAddress("").count, 16);
  assert.equal(rules.toQuery(usual), "");
});

test("a new seed, pick or pair is another place: sliders and places go", () => {
  for (const patch of [{ seed: 7 }, { pick: 3 }, { pair: "small" }]) {
    const next = rules.patched(moved, patch);
    assert.deepEqual([next.sliders, next.meanings, next.starts], [{}, {}, {}], `${patch}`);
  }
  // The place that a walk ends at is another one's.
  assert.deepEqual(rules.patched(moved, { seed: 7 }).ends, moved.ends);
  assert.deepEqual(rules.patched(moved, { to: 7 }).ends, {});
  assert.deepEqual(rules.patched(moved, { pair: "small" }).ends, {});
});

test("another prior or start puts sliders back, and keeps the start", () => {
  const fitted = rules.patched(moved, { fitted: true });
  assert.deepEqual([fitted.sliders, fitted.meanings], [{}, {}]);
  assert.deepEqual(fitted.starts, moved.starts);
  const start = rules.patched(moved, { starts: { "vae-4": "AQAAAAAAAAA" } });
  assert.deepEqual([start.sliders, start.meanings], [{}, {}]);
});

test("what comes with a new seed stays", () => {
  const next = rules.patched(moved, { seed: 7, sliders: { 1: 2 }, starts: moved.starts });
  assert.deepEqual(next.sliders, { 1: 2 });
  assert.deepEqual(next.starts, moved.starts);
  assert.deepEqual(next.meanings, {});
});

test("what does not say where one is changes no slider", () => {
  for (const patch of [{ tab: "walk" }, { temperature: 1.5 }, { count: 9 }, { vae: "vae-9" }]) {
    const next = rules.patched(moved, patch);
    assert.deepEqual([next.sliders, next.meanings], [moved.sliders, moved.meanings]);
  }
});

test("another pair brings its own members, and its own count unless one was chosen", () => {
  const next = rules.patched(usual, { pair: "small" });
  assert.deepEqual([next.vae, next.gan, next.count, next.fitted], [null, "mini-gan", 100, true]);
  assert.equal(rules.patched({ ...usual, count: 25 }, { pair: "small" }).count, 25);
  assert.equal(rules.patched(usual, { pair: "nobody" }).pair, "digits");
});

test("the VAE that is compared follows the one shown, unless all are", () => {
  const all = rules.patched(usual, { vae: "all", compared: "vae-9" });
  assert.deepEqual([all.vae, all.compared], ["all", "vae-9"]);
  assert.equal(rules.patched(all, { vae: "vae-9" }).compared, "vae-4");
  assert.equal(rules.patched(usual, { compared: "vae-9" }).compared, "vae-4");
});

test("values that make no sense are dropped", () => {
  const nonsense = {
    vae: "gan-4",
    gan: "vae-4",
    tab: "nowhere",
    seed: 4294967296,
    pick: 100,
    temperature: 2.01,
    count: 0,
    matched: 1,
    sliders: { 0: 3.01 },
    meanings: { WIDTH: 1 },
    starts: { "vae-4": "short" },
    walk: "zigzag",
    frames: 121,
    index: -1,
    bridge: "none",
    position: 100,
  };
  assert.deepEqual(rules.patched(usual, nonsense), usual);
  for (const seed of [-1, 1.5, "7", null, NaN, Infinity]) {
    assert.equal(rules.patched(usual, { seed }).seed, 42);
  }
  for (const sliders of [null, [1], "0:1", { 1024: 0 }, { x: 0 }]) {
    assert.deepEqual(rules.patched(usual, { sliders }).sliders, {});
  }
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`m${i}`, 0]));
  assert.deepEqual(rules.patched(usual, { meanings: many }).meanings, {});
});

test("the edges of every range are within it", () => {
  const edges = { seed: 4294967295, pick: 99, temperature: 2, count: 100, frames: 120, to: 0 };
  assert.deepEqual({ ...rules.patched(usual, edges) }, { ...usual, ...edges });
  assert.deepEqual(rules.patched(usual, { sliders: { 1023: -3 } }).sliders, { 1023: -3 });
});

test("numbers are rounded to what a link can say", () => {
  assert.equal(rules.patched(usual, { temperature: 0.123 }).temperature, 0.12);
  assert.deepEqual(rules.patched(usual, { sliders: { 0: 1.234 } }).sliders, { 0: 1.23 });
});

test("a link opens the state that it was made of", () => {
  const states = [
    { seed: 7, pick: 3, temperature: 0.5, count: 9, matched: true, fitted: true },
    { tab: "explore", sliders: { 0: 1.5, 3: -0.25 }, steer: "meanings", axes_page: 2 },
    { meanings: { width: 1.5, "digit-3": -0.5 }, vae: "all", compared: "vae-9" },
    { tab: "walk", walk: "loop", to: 9, frames: 40, starts: moved.starts, ends: moved.ends },
    { tab: "compare", source: "test", index: 12 },
    { tab: "bridge", bridge: "bridge-digits", position: 1.5 },
    { pair: "small", seed: 0, original: "photo" },
  ];
  for (const patch of states) {
    const state = rules.patched(usual, patch);
    const query = rules.toQuery(state);
    assert.deepEqual(rules.fromAddress(`?${query}`), state, query);
  }
});

test("a link says nothing that is as usual, and reads well", () => {
  const state = rules.patched(usual, { seed: 7, sliders: { 0: 1.5, 3: -0.25 } });
  assert.equal(rules.toQuery(state), "seed=7&x=0:1.5,3:-0.25");
  assert.equal(rules.toQuery(rules.patched(usual, { pair: "small" })), "pair=small");
});

test("what is not ours in an address stays in it", () => {
  const state = rules.patched(usual, { seed: 7 });
  assert.equal(rules.toQuery(state, "?__theme=dark&seed=9&pick=4"), "__theme=dark&seed=7");
});

test("an address that makes no sense opens the usual page", () => {
  for (const query of ["pair=constructor", "seed=", "seed=1e99", "x=a:b", "m=1:1", "z=vae-4:%"]) {
    assert.deepEqual(rules.fromAddress(`?${query}`), usual, query);
  }
});

test("changes are named by key", () => {
  const next = rules.patched(moved, { seed: 7 });
  assert.deepEqual(rules.changes(next, moved).sort(), ["meanings", "seed", "sliders", "starts"]);
  assert.deepEqual(rules.changes(moved, moved), []);
});
