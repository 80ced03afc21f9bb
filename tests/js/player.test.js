// Which frame of a walk is shown when.

import assert from "node:assert/strict";
import { test } from "node:test";

import { done, pretend } from "./page.js";

pretend();
const { Player } = await import("../../ganvae/ui/explorer/player.js");

function playerOf(count, { circle = false, repeat = true, fps = 10 } = {}) {
  const shown = [];
  const player = new Player(
    (frame) => shown.push(frame),
    () => {},
  );
  player.load(count, circle);
  Object.assign(player, { repeat, fps });
  shown.length = 0;
  return { player, shown };
}

/** Let the browser draw at these moments, in milliseconds. */
function draw(...moments) {
  for (const moment of moments) done.frames.splice(0).forEach((frame) => frame(moment));
}

const after = (player, steps) => {
  const frames = [player.frame];
  for (let i = 0; i < steps; i++) frames.push((player.frame = player.after(player.frame)));
  return frames;
};

test("a path is walked to and fro", () => {
  assert.deepEqual(after(playerOf(4).player, 8), [0, 1, 2, 3, 2, 1, 0, 1, 2]);
});

test("a circle is walked on and on", () => {
  assert.deepEqual(after(playerOf(3, { circle: true }).player, 6), [0, 1, 2, 0, 1, 2, 0]);
});

test("without repeat it stops at the end, and begins anew from there", () => {
  const { player, shown } = playerOf(3, { repeat: false });
  player.play();
  draw(0, 100, 200, 300, 400);
  assert.deepEqual(shown, [1, 2]);
  assert.equal(player.playing, false);
  player.play();
  assert.deepEqual(shown, [1, 2, 0]);
  player.pause();
  done.frames.length = 0;
});

test("frames come as often as they are asked for, whatever the screen does", () => {
  const { player, shown } = playerOf(60, { fps: 10 });
  player.play();
  draw(0, 50, 99, 100, 150, 205, 250, 410);
  assert.deepEqual(shown, [1, 2, 4]);
  player.pause();
  draw(600);
  assert.deepEqual(shown, [1, 2, 4]);
});

test("after a page was hidden nothing is caught up with", () => {
  const { player, shown } = playerOf(100, { fps: 10 });
  player.play();
  draw(0, 100, 60_000, 60_050);
  assert.deepEqual(shown, [1, 2]);
  player.pause();
  done.frames.length = 0;
});

test("another walk keeps the place where it can", () => {
  const { player } = playerOf(30);
  player.seek(20);
  player.load(40, false);
  assert.equal(player.frame, 20);
  player.load(11, false);
  assert.equal(player.frame, 10);
});

test("one frame alone stands still", () => {
  assert.deepEqual(after(playerOf(1).player, 3), [0, 0, 0, 0]);
});
