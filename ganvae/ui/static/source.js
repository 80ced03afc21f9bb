// Where pictures come from: this browser's engine where it can, else the server. A tab asks a source
// only this:
//   source = new __g_Source(server)   server has the function `decode`
//   source.decode(model, zs: Float32Array[], { judge, calm })
//     -> Promise<{width, height, channels, pixels: Uint8ClampedArray[]} | null>
//   source.realness(batch) -> Promise<number[] | null>
// decode gives one array of pixels a picture; null after an error that the visitor was told of.
// `judge` names the GAN whose discriminator will be asked about them, `calm` says that they can wait
// for others. realness is null where it would have cost a drag its speed: the server tells it only
// of pictures that can wait.
//
//   __g_judgeOf(names), __g_showEngine(place, modelsShown), __g_whenJudged(judge, tell)

import * as engine from "../engine/engine.js";
import { base64Of, bytesOf } from "./bytes.js";
import { ask } from "./calls.js";
import { config } from "./config.js";

/** Pixels of one batch as the server sends it. */
function unpacked(batch) {
  const bytes = bytesOf(batch.pixels);
  const size = batch.width * batch.height * batch.channels;
  const pixels = [];
  for (let i = 0; i < batch.count; i++) {
    pixels.push(new Uint8ClampedArray(bytes.buffer, i * size, size));
  }
  const { width, height, channels, realness } = batch;
  return { width, height, channels, pixels, realness };
}

/** Decodes on the server. All that is asked for in one go travels in one call, as far as the server
 *  takes it, and there is never more than one call in flight. */
class ServerSource {
  constructor(server) {
    this.server = server;
    this.waiting = [];
    this.busy = false;
  }

  decode(model, zs, judge) {
    return new Promise((resolve) => {
      this.waiting.push({ model, zs, judge, resolve });
      // A microtask later, the other panel's request is here too.
      if (!this.busy && this.waiting.length === 1) queueMicrotask(() => this.send());
    });
  }

  /** As many jobs as fit into one call, at least one. */
  next() {
    const jobs = [];
    let points = 0;
    while (this.waiting.length && jobs.length < MAX_REQUESTS) {
      points += this.waiting[0].zs.length;
      if (jobs.length && points > MAX_POINTS) break;
      jobs.push(this.waiting.shift());
    }
    return jobs;
  }

  async send() {
    this.busy = true;
    while (this.waiting.length) {
      const jobs = this.next();
      const requests = jobs.map(({ model, zs, judge }) => ({ model, z: base64Of(zs), judge }));
      const reply = await ask(this.server.decode({ requests }));
      jobs.forEach((job, i) => job.resolve(reply && unpacked(reply.pictures[i])));
    }
    this.busy = false;
  }
}

// What the server takes in one call.
// MAX_MODELS and MAX_POINTS of ganvae/ui/limits.py.
const [MAX_REQUESTS, MAX_POINTS] = [8, 256];

export class Source {
  constructor(server) {
    this.server = new ServerSource(server);
  }

  async decode(model, zs, { judge = null, calm = false } = {}) {
    if (engine.can(model)) {
      try {
        return { ...(await engine.decode(model, zs, calm)), judge };
      } catch {
        // The engine says so itself where it tells who draws.
      }
    }
    return this.server.decode(model, zs, calm ? judge : null);
  }

  async realness(batch) {
    if (batch.realness) return batch.realness;
    if (!batch.judge || !engine.can(batch.judge, "discriminator")) return null;
    return engine.judge(batch.judge, batch).catch(() => null);
  }
}

/** The GAN whose discriminator judges all pictures on the stage, if it knows pictures of their size. */
export function judgeOf(names) {
  const { models } = config;
  const gan = names.find((name) => models[name].family === "gan");
  const same = names.every(
    (name) => `${models[name].image_shape}` === `${models[gan]?.image_shape}`,
  );
  return gan && same ? gan : null;
}

/** Tells in a word who draws the pictures of these models, and keeps it up to date. */
export function showEngine(place, modelsShown) {
  const show = () => {
    const { drawer, word, told } = engine.status(modelsShown());
    place.dataset.drawer = drawer;
    place.textContent = word;
    place.title = told;
  };
  engine.subscribe(show);
  return show;
}

/** Calls `tell` once a discriminator that was missing is loaded: it comes after the decoders. */
export function whenJudged(judge, tell) {
  let could = null;
  engine.subscribe(() => {
    const name = judge();
    const can = Boolean(name) && engine.can(name, "discriminator") ? name : null;
    if (can && can !== could) tell();
    could = can;
  });
}
