// The one state of a page: who hears of a change, and the page's address.

import assert from "node:assert/strict";
import { test } from "node:test";

import { done, pretend } from "./page.js";

pretend("?seed=5&__theme=dark");
const store = await import("../../ganvae/ui/static/store.js");

test("it begins with the address", () => {
  assert.equal(store.get().seed, 5);
  assert.deepEqual(store.members(), ["vae-4", "gan-4"]);
  assert.equal(store.link(), "https://example.org/?seed=5");
});

test("who listens hears what has changed, once, and not what hasn't", () => {
  const heard = [];
  const stop = store.subscribe((state, changed) => heard.push([state.pick, changed]));
  store.set({ pick: 4 });
  store.set({ pick: 4 });
  store.set({ pick: 400, walk: "zigzag" });
  stop();
  store.set({ pick: 5 });
  assert.deepEqual(heard, [[4, ["pick"]]]);
});

test("many changes are one change of the address, and what is not ours stays in it", () => {
  done.addresses.length = 0;
  done.timers.splice(0).forEach((write) => write());
  store.set({ seed: 6 });
  store.set({ seed: 7 });
  assert.equal(done.timers.length, 1);
  done.addresses.length = 0;
  done.timers.splice(0).forEach((write) => write());
  assert.deepEqual(done.addresses, ["/?__theme=dark&seed=7&pick=5"]);
});

test("one that throws keeps the others from nothing", () => {
  const { error } = console;
  const told = [];
  console.error = (one) => told.push(one.message);
  const heard = [];
  const stops = [
    store.subscribe(() => {
      throw new Error("a mistake");
    }),
    store.subscribe((state) => heard.push(state.seed)),
  ];
  store.set({ seed: 9 });
  stops.forEach((stop) => stop());
  console.error = error;
  assert.deepEqual(told, ["a mistake"]);
  assert.deepEqual(heard, [9]);
});

test("what it hands out is a copy", () => {
  store.set({ sliders: { 0: 1 } });
  const state = store.get();
  state.seed = 1;
  state.sliders[0] = 2;
  assert.equal(store.get().seed, 9);
  assert.deepEqual(store.get().sliders, { 0: 1 });
});

test("all VAEs are members, one of them is compared", () => {
  store.set({ vae: "all", compared: "vae-9" });
  assert.deepEqual(store.members(), ["vae-4", "vae-9", "gan-4"]);
  assert.deepEqual(store.couple(), { vae: "vae-9", gan: "gan-4" });
  store.set({ vae: "vae-4" });
  assert.deepEqual(store.couple(), { vae: "vae-4", gan: "gan-4" });
});

test("a wish to play is heard once", () => {
  store.play();
  assert.equal(store.get().tab, "walk");
  assert.equal(store.wantsPlay(), true);
  assert.equal(store.wantsPlay(), false);
});
