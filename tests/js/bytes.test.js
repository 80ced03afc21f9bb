// Numbers as texts of base64, and places in latent space in an address.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pretend } from "./page.js";

pretend();
const { base64Of, bytesOf, floatsOf, rowsOf } = await import("../../ganvae/ui/static/bytes.js");
const { placeOf, placeText } = await import("../../ganvae/ui/static/places.js");

// As Python writes 1.5, -2 and 0.25 in float32, the lowest byte first.
const THREE = "AADAPwAAAMAAAIA+";

test("numbers are those that Python wrote", () => {
  assert.deepEqual([...floatsOf(THREE)], [1.5, -2, 0.25]);
  assert.deepEqual([...bytesOf("AP8Q")], [0, 255, 16]);
  assert.equal(base64Of([Float32Array.from([1.5, -2, 0.25])]), THREE);
});

test("several arrays stand one after the other", () => {
  assert.equal(base64Of([Float32Array.from([1.5]), Float32Array.from([-2, 0.25])]), THREE);
  // A part of a longer array is that part alone.
  const long = Float32Array.from([9, 1.5, -2, 0.25, 9]);
  assert.equal(base64Of([long.subarray(1, 4)]), THREE);
});

test("a table is cut into its rows", () => {
  const rows = rowsOf(base64Of([Float32Array.from([1, 2, 3, 4, 5, 6])]), 3);
  assert.deepEqual(
    rows.map((row) => [...row]),
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  );
});

test("a place in an address is two bytes a dimension, in steps of 1/1024", () => {
  // 1024 and -1 as 16 bits, the lower byte first: 00 04 ff ff.
  assert.equal(placeText([1, -1 / 1024]), "AAT__w");
  assert.deepEqual([...placeOf("AAT__w")], [1, -1 / 1024]);
  assert.deepEqual([...placeOf(placeText([0.2501, -3]))], [256 / 1024, -3]);
});

test("what is too far out stops at the edge, on its own side", () => {
  assert.deepEqual([...placeOf(placeText([100, -100]))], [32767 / 1024, -32]);
});
