// Where pictures come from: this browser's engine where it can, else the server.

import * as engine from "../engine/engine.js";
import { base64Of, bytesOf } from "./bytes.js";
import { ask } from "./calls.js";
import { config } from "./config.js";

/** @import { Batch, Server } from "./types.js" */

/** Pixels of one batch as the server sends it. @param {any} batch */
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
  /** @param {Server} server */
  constructor(server) {
    this.server = server;
    /** @type {{ model: string, zs: Float32Array[], judge: string | null, resolve: (batch: Batch | null) => void }[]} */
    this.waiting = [];
    this.busy = false;
  }

  /** @param {string} model @param {Float32Array[]} zs @param {string | null} judge */
  decode(model, zs, judge) {
    return new Promise((resolve) => {
      this.waiting.push({ model, zs, judge, resolve });
      // A microtask later, the other panel's request is here too.
      if (!this.busy && this.waiting.length === 1) queueMicrotask(() => this.send());
    });
  }

  /** As many jobs as fit into one call, at least one. */
  next() {
    /** @type {typeof this.waiting} */
    const jobs = [];
    let points = 0;
    while (this.waiting.length && jobs.length < MAX_REQUESTS) {
      points += this.waiting[0].zs.length;
      if (jobs.length && points > MAX_POINTS) break;
      jobs.push(/** @type {typeof this.waiting[0]} */ (this.waiting.shift()));
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

// What the server takes in one call: MAX_MODELS and MAX_POINTS of ganvae/ui/limits.py.
const [MAX_REQUESTS, MAX_POINTS] = [8, 256];

export class Source {
  /** @param {Server} server */
  constructor(server) {
    this.server = new ServerSource(server);
  }

  /**
   * Draw points: one array of pixels a picture, or null after an error that the visitor was told of.
   *
   * @param {string} model
   * @param {Float32Array[]} zs
   * @param {object} [options]
   * @param {string | null} [options.judge] the GAN whose discriminator will be asked about them
   * @param {boolean} [options.calm] whether they can wait for others
   * @returns {Promise<Batch | null>}
   */
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

  /**
   * What the discriminator says of each; null where it would have cost a drag its speed: the server
   * tells it only of pictures that can wait.
   *
   * @param {Batch} batch
   * @returns {Promise<number[] | null>}
   */
  async realness(batch) {
    if (batch.realness) return batch.realness;
    if (!batch.judge || !engine.can(batch.judge, "discriminator")) return null;
    return engine.judge(batch.judge, batch).catch(() => null);
  }
}

/**
 * The GAN whose discriminator judges all pictures on the stage, if it knows pictures of their size.
 *
 * @param {string[]} names
 */
export function judgeOf(names) {
  const { models } = config;
  const gan = names.find((name) => models[name].family === "gan");
  const same = names.every(
    (name) => `${models[name].image_shape}` === `${gan && models[gan].image_shape}`,
  );
  return gan && same ? gan : null;
}

/**
 * Tells in a word who draws the pictures of these models, and keeps it up to date.
 *
 * @param {HTMLElement} place
 * @param {() => string[]} modelsShown
 */
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

/**
 * Calls `tell` once a discriminator that was missing is loaded: it comes after the decoders.
 *
 * @param {() => string | null | undefined} judge
 * @param {() => void} tell
 */
export function whenJudged(judge, tell) {
  /** @type {string | null} */
  let could = null;
  engine.subscribe(() => {
    const name = judge();
    const can = name && engine.can(name, "discriminator") ? name : null;
    if (can && can !== could) tell();
    could = can;
  });
}
