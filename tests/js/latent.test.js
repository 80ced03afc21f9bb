// Points that move along axes and directions of a latent space.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pretend } from "./page.js";

pretend();
const { base64Of } = await import("../../ganvae/ui/static/bytes.js");
const { LatentSpace } = await import("../../ganvae/ui/explorer/latent.js");

// Two axes, turned against the dimensions of z; a direction along neither.
const SIN = 0.6;
const COS = 0.8;
const text = (...numbers) => base64Of([Float32Array.from(numbers)]);
const VECTOR = [0.5, 2];

function space(std = 1) {
  return new LatentSpace({
    latent: 2,
    prior_std: std,
    labels: ["first", "second"],
    strengths: [2, 1],
    directions: text(COS, SIN, -SIN, COS),
    meanings: [{ key: "width", label: "thicker", effect: 1, vector: text(...VECTOR) }],
  });
}

const near = (found, wanted) => {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-6, `${found}`));
};

test("a coordinate is in standard deviations of the prior", () => {
  const z = [1, 2];
  near([space().coordinate(z, 0)], [COS + 2 * SIN]);
  near([space(0.5).coordinate(z, 1)], [2 * (2 * COS - SIN)]);
});

test("a step along an axis is as long as the prior is wide", () => {
  near(space().shifted([1, 1], { 0: 1 }), [1 + COS, 1 + SIN]);
  near(space(0.5).shifted([1, 1], { 0: 1, 1: -2 }), [1 + 0.5 * COS + SIN, 1 + 0.5 * SIN - COS]);
});

test("axes are put in place, and the others stay where they were", () => {
  for (const std of [1, 0.5]) {
    const moved = space(std).placed([0.3, -0.7], { 1: 2.5 });
    near([space(std).coordinate(moved, 1)], [2.5]);
    near([space(std).coordinate(moved, 0)], [space(std).coordinate([0.3, -0.7], 0)]);
  }
});

test("meanings are steered in standard deviations of the prior too", () => {
  near(space().steered([1, 1], { width: 2 }), [1 + 2 * VECTOR[0], 1 + 2 * VECTOR[1]]);
  // A uniform prior is narrower: the same slider goes less far.
  const std = 3 ** -0.5;
  near(space(std).steered([1, 1], { width: 2 }), [
    1 + 2 * std * VECTOR[0],
    1 + 2 * std * VECTOR[1],
  ]);
});

test("axes and meanings that a space does not have do nothing", () => {
  const z = Float32Array.from([1, 2]);
  near(space().shifted(z, { 2: 1 }), [1, 2]);
  near(space().placed(z, { 7: 3 }), [1, 2]);
  near(space().steered(z, { slant: 3 }), [1, 2]);
  assert.equal(space().has(2), false);
  assert.equal(space().has(1), true);
});

test("z itself is never changed", () => {
  const z = Float32Array.from([1, 2]);
  space().shifted(z, { 0: 1 });
  space().steered(z, { width: 1 });
  space().placed(z, { 1: 0 });
  near(z, [1, 2]);
});

test("variations are whole steps around the middle, row by row", () => {
  const zs = space(0.5).variations(Float32Array.from([1, 1]), 0, 1);
  assert.equal(zs.length, 25);
  near(zs[12], [1, 1]);
  near(zs[10], space(0.5).shifted([1, 1], { 1: -2 }));
  near(zs[2], space(0.5).shifted([1, 1], { 0: -2 }));
  near(zs[24], space(0.5).shifted([1, 1], { 0: 2, 1: 2 }));
});

test("variations along one axis twice add up", () => {
  const zs = space().variations(Float32Array.from([0, 0]), 0, 0);
  near(zs[24], space().shifted([0, 0], { 0: 4 }));
});
