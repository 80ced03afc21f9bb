// Pictures from the server: how much is asked for at once, and who gets which.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { pretend } from "./page.js";

pretend();
const { Source, judgeOf } = await import("../../ganvae/ui/static/source.js");
const { floatsOf } = await import("../../ganvae/ui/static/bytes.js");

/** A server that draws pictures of one pixel, as bright as the first number of z. */
function serverOf() {
  const calls = [];
  const draw = ({ model, z, judge }) => {
    const latent = 4;
    const numbers = floatsOf(z);
    const count = numbers.length / latent;
    const pixels = Uint8Array.from({ length: count }, (_, i) => numbers[i * latent]);
    const picture = { model, count, width: 1, height: 1, channels: 1 };
    const realness = judge ? Array.from({ length: count }, (_, i) => i / 10) : null;
    return { ...picture, pixels: Buffer.from(pixels).toString("base64"), realness };
  };
  const decode = async ({ requests }) => {
    calls.push(requests.map((one) => ({ ...one, points: floatsOf(one.z).length / 4 })));
    return { pictures: requests.map(draw) };
  };
  return { calls, decode };
}

const points = (count, from = 0) =>
  Array.from({ length: count }, (_, i) => Float32Array.from([(from + i) % 256, 0, 0, 0]));

test("the limits are the server's", async () => {
  const python = await readFile(new URL("../../ganvae/ui/limits.py", import.meta.url), "utf8");
  const script = await readFile(
    new URL("../../ganvae/ui/static/source.js", import.meta.url),
    "utf8",
  );
  const [, models] = python.match(/^MAX_MODELS = (\d+)/m);
  const [, most] = python.match(/^MAX_POINTS = (\d+)/m);
  assert.ok(script.includes(`[MAX_REQUESTS, MAX_POINTS] = [${models}, ${most}]`));
});

test("what is asked for in one go travels in one call", async () => {
  const server = serverOf();
  const source = new Source(server);
  const [one, two] = await Promise.all([
    source.decode("vae-4", points(2, 10)),
    source.decode("gan-4", points(3, 20)),
  ]);
  assert.deepEqual(
    server.calls.map((call) => call.map(({ model }) => model)),
    [["vae-4", "gan-4"]],
  );
  assert.deepEqual(
    one.pixels.map((bytes) => bytes[0]),
    [10, 11],
  );
  assert.deepEqual(
    two.pixels.map((bytes) => bytes[0]),
    [20, 21, 22],
  );
});

test("no call has more points than the server takes", async () => {
  const server = serverOf();
  const source = new Source(server);
  const asked = [100, 100, 100, 56, 200, 1];
  const batches = await Promise.all(asked.map((count) => source.decode("vae-4", points(count))));
  const sums = server.calls.map((call) => call.reduce((sum, one) => sum + one.points, 0));
  assert.ok(
    sums.every((sum) => sum <= 256),
    `${sums}`,
  );
  assert.deepEqual(
    batches.map(({ pixels }) => pixels.length),
    asked,
  );
});

test("no call has more requests than the server takes", async () => {
  const server = serverOf();
  const source = new Source(server);
  await Promise.all(Array.from({ length: 20 }, () => source.decode("vae-4", points(1))));
  assert.deepEqual(
    server.calls.map((call) => call.length),
    [8, 8, 4],
  );
});

test("one call at a time", async () => {
  let open = 0;
  let most = 0;
  const inner = serverOf();
  const server = {
    async decode(data) {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return inner.decode(data);
    },
  };
  const source = new Source(server);
  const first = source.decode("vae-4", points(1));
  await new Promise((resolve) => queueMicrotask(resolve));
  await Promise.all([first, source.decode("vae-4", points(1)), source.decode("gan-4", points(1))]);
  assert.equal(most, 1);
});

test("only what can wait is judged by the server", async () => {
  const server = serverOf();
  const source = new Source(server);
  const hasty = await source.decode("vae-4", points(2), { judge: "gan-4" });
  const calm = await source.decode("vae-4", points(2), { judge: "gan-4", calm: true });
  assert.deepEqual(
    server.calls.map(([one]) => one.judge),
    [null, "gan-4"],
  );
  assert.equal(await source.realness(hasty), null);
  assert.deepEqual(await source.realness(calm), [0, 0.1]);
});

test("a GAN judges pictures of its own size alone", () => {
  assert.equal(judgeOf(["vae-4", "gan-4"]), "gan-4");
  assert.equal(judgeOf(["vae-4", "mini-gan"]), null);
  assert.equal(judgeOf(["vae-4"]), null);
});
