// The arithmetic of sliders, dials and meters.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pretend } from "./page.js";

pretend();
const { clamped, signed } = await import("../../ganvae/ui/explorer/sliders.js");
const dials = await import("../../ganvae/ui/explorer/dials.js");
const { percent, verdictOf } = await import("../../ganvae/ui/static/meter.js");
const { around, placeInWords } = await import("../../ganvae/ui/static/offer.js");

const meaning = (key, effect) => [key, { key, label: key, effect }];
const space = (size, ...meanings) => ({
  size,
  meanings: new Map(meanings),
  has: (axis) => axis < size,
  means: (key) => meanings.some(([one]) => one === key),
  coordinate: (z, axis) => z[axis],
});
const VAE = { name: "vae-4", family: "vae", z: [1, 2, 3, 4], space: space(4, meaning("a", 1)) };
const WIDE = { name: "vae-9", family: "vae", z: [0, 0], space: space(9) };
const GAN = {
  name: "gan-4",
  family: "gan",
  z: [5, 6],
  space: space(4, meaning("a", 3), meaning("b", 2)),
};

test("a slider goes from -3 to 3", () => {
  assert.deepEqual([-5, -3, 0.5, 3, 9].map(clamped), [-3, -3, 0.5, 3, 3]);
});

test("numbers keep their width and sign", () => {
  assert.deepEqual([1, -0.5, 0, -0.001, 12.345].map(signed), [
    "+1.00",
    "−0.50",
    "+0.00",
    "+0.00",
    "+12.35",
  ]);
});

test("an axis stands where the point is, a meaning at 0", () => {
  assert.equal(dials.axisDial(2).rest(VAE), 3);
  assert.equal(dials.meaningDial({ key: "a", label: "A" }).rest(VAE), 0);
});

test("meanings of all models are in order of their largest effect", () => {
  const found = dials.meaningsOf([VAE, GAN]);
  assert.deepEqual(
    found.map(({ key, effect }) => [key, effect]),
    [
      ["a", 3],
      ["b", 2],
    ],
  );
});

test("a dial that drives only some says which", () => {
  assert.equal(dials.restriction([VAE, GAN], dials.axisDial(3)), "");
  assert.equal(dials.restriction([VAE, WIDE, GAN], dials.axisDial(5)), "only VAE 9");
  assert.equal(
    dials.restriction([VAE, GAN], dials.meaningDial({ key: "b", label: "" })),
    "only GAN",
  );
  assert.equal(
    dials.restriction([VAE, WIDE, GAN], dials.meaningDial({ key: "a", label: "" })),
    "not VAE 9",
  );
});

test("shares are told in three digits at most", () => {
  assert.deepEqual([0, 0.0004, 0.0567, 0.5, 0.9995, 1, 1.234].map(percent), [
    "0.0 %",
    "under 0.1 %",
    "5.7 %",
    "50 %",
    "over 99.9 %",
    "100 %",
    "123 %",
  ]);
});

test("below nine tenths is blur, far above real is noise", () => {
  assert.deepEqual([0.89, 0.9, 1, 1.15, 1.16].map(verdictOf), [
    "blur",
    "like real",
    "like real",
    "like real",
    "noise",
  ]);
});

test("a pager goes round", () => {
  assert.deepEqual([around(0, -1, 5), around(4, 1, 5), around(2, 1, 5)], [4, 0, 3]);
  assert.equal(placeInWords(0, 10000), "1 of 10,000");
});
