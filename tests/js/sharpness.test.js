// The sharpness of a picture, by the figures of metrics/sharpness.py on the same pictures.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pretend } from "./page.js";

pretend();
const { sharpnessOf } = await import("../../ganvae/ui/static/sharpness.js");

// laplacian_variance of the same bytes by 255, with torch in double precision.
const [GREY, COLOUR] = [2.5196462898885037, 0.31962179788400474];

const pattern = (length) =>
  Uint8ClampedArray.from({ length }, (_, i) => (7 * i * i + 13 * i) % 256);
const batchOf = (channels, ...pixels) => ({ width: 6, height: 5, channels, pixels });
const near = (found, wanted) => assert.ok(Math.abs(found - wanted) < 1e-9, `${found}`);

test("a grey picture", () => {
  near(sharpnessOf("vae-4", batchOf(1, pattern(30))), GREY / 0.5);
});

test("a colour picture is averaged to grey first", () => {
  near(sharpnessOf("mini-gan", batchOf(3, pattern(90))), COLOUR / 0.5);
});

test("a flat picture has none, and each picture of a batch has its own", () => {
  const batch = batchOf(1, new Uint8ClampedArray(30).fill(99), pattern(30));
  near(sharpnessOf("vae-4", batch, 0), 0);
  near(sharpnessOf("vae-4", batch, 1), GREY / 0.5);
});

test("without a figure of real pictures there is none", () => {
  assert.equal(sharpnessOf("gan-4", batchOf(1, pattern(30))), null);
});
