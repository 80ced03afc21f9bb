// The map's cloud: where its points are, how they are turned, and in which colours.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pretend } from "./page.js";

pretend();
const { base64Of } = await import("../../ganvae/ui/static/bytes.js");
const { Camera, Cloud } = await import("../../ganvae/ui/map/cloud.js");

const floats = (...numbers) => base64Of([Float32Array.from(numbers)]);
const bytes = (...numbers) => Buffer.from(numbers).toString("base64");
const near = (found, wanted, within = 1e-5) => {
  assert.equal(found.length, wanted.length);
  [...found].forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < within, `${found}`));
};

// Two points in two dimensions, shown by a projection that swaps them.
const TOLD = {
  model: "vae-2",
  count: 2,
  latent: 2,
  kind: "coordinates",
  sampled: false,
  steps: bytes(0, 10, 20, 30),
  lowest: floats(-1, -2),
  scale: floats(0.1, 0.2),
  projection: floats(0, 1, 1, 0, 0, 0),
  offset: floats(0, 0, 5),
  classes: bytes(3, 7),
  colours: null,
};

test("z of a point is what its bytes stand for", () => {
  const cloud = new Cloud(TOLD);
  near(cloud.z(0), [-1, 0]);
  near(cloud.z(1), [1, 4]);
});

test("points lie around their middle, the farthest within a radius of 1.16", () => {
  const cloud = new Cloud(TOLD);
  // Projected: (0, -1, 5) and (4, 1, 5); the middle is (2, 0, 5).
  const radius = Math.hypot(2, 1);
  near(cloud.middle, [2, 0, 5]);
  near([cloud.radius], [radius]);
  near(cloud.places, [-2 / radius, -1 / radius, 0, 2 / radius, 1 / radius, 0]);
  // A place that is asked for by its z is where the point with that z is.
  near(cloud.placeOf(cloud.z(1)), [...cloud.places.slice(3)]);
});

test("points are counted by class", () => {
  const counts = new Cloud(TOLD).counts();
  assert.deepEqual([counts.length, counts[3], counts[7], counts[0]], [10, 1, 1, 0]);
});

test("colours are spread around their grey, and the brightest becomes white", () => {
  const cloud = new Cloud({ ...TOLD, classes: null, colours: bytes(100, 100, 100, 40, 60, 50) });
  // Of six bytes the brightest but a hundredth is the second: 100.
  const by = 255 / 100;
  near(cloud.colours, [255, 255, 255, 30 * by, 70 * by, 50 * by], 0.51);
});

test("a camera that was not moved sees the cloud from the front", () => {
  const camera = new Camera();
  assert.equal(camera.moved(), false);
  const [x, y, depth, magnified] = camera.seen([0, 0, 0], 200);
  near([x, y, depth, magnified], [100, 100, 0, 1]);
  // Right is right, up is up, and what is nearer is larger.
  const [right, up] = camera.seen([0.5, 0.5, 0], 200);
  assert.ok(right > 100 && up < 100);
  assert.ok(camera.seen([0.5, 0, 0.5], 200)[0] > camera.seen([0.5, 0, -0.5], 200)[0]);
});

test("a turn to the right brings what is in front to the right", () => {
  const camera = new Camera();
  camera.turn(Math.PI / 2, 0);
  assert.equal(camera.moved(), true);
  const [x] = camera.seen([0, 0, 1], 200);
  assert.ok(x > 150);
});

test("a turn mends what many turns have skewed", () => {
  const camera = new Camera();
  camera.turn(0.7, -0.3, 0.2);
  camera.rotation = camera.rotation.map((value, i) => value * 1.01 + i / 1000);
  camera.turn(0.1, 0);
  const r = camera.rotation;
  const rows = [r.slice(0, 3), r.slice(3, 6), r.slice(6)];
  rows.forEach((one, i) =>
    rows.forEach((other, j) => {
      const product = one.reduce((sum, value, at) => sum + value * other[at], 0);
      near([product], [i === j ? 1 : 0], 1e-9);
    }),
  );
});

test("reset sees it from the front again", () => {
  const camera = new Camera();
  camera.turn(1, 1);
  camera.zoom = 3;
  camera.reset();
  assert.equal(camera.moved(), false);
});
