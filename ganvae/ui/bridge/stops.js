// What the stops of a bridge draw, asked for once: places and an original from the server, pictures
// from whoever draws.

import { floatsOf, rowsOf } from "../static/bytes.js";
import { ask } from "../static/calls.js";
import { decoded } from "../static/canvas.js";
import { config } from "../static/config.js";
import { Source } from "../static/source.js";
import { drawingOf } from "../static/make.js";

/** @import { Batch, Bridge, Server } from "../static/types.js" */

/**
 * The bytes of a picture on a canvas as a batch of one.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} channels
 */
function batchOf(canvas, channels) {
  const { width, height } = canvas;
  const { data } = drawingOf(canvas).getImageData(0, 0, width, height);
  const pixels = new Uint8ClampedArray(width * height * channels);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = data[4 * Math.floor(i / channels) + (i % channels)];
  }
  return { width, height, channels, pixels: [pixels] };
}

/**
 * What is to be drawn.
 *
 * @typedef {object} View
 * @property {string} key
 * @property {Float32Array[]} zs the last is the place of the original
 * @property {any} original the server's answer, with its pixels as a batch of one
 */

export class Stops {
  /** @param {Server} server */
  constructor(server) {
    this.server = server;
    this.source = new Source(server);
    // Of the view shown last: rerolling forth and back is rare, and pictures take room.
    /** @type {{ key: string, found: any }} */
    this.places = { key: "", found: null };
    /** @type {{ key: string, found: any }} */
    this.picture = { key: "", found: null };
    /** @type {Map<string, Batch>} */
    this.batches = new Map();
    /** @type {Map<string, Promise<Batch | null>>} */
    this.pending = new Map();
  }

  /**
   * What is to be drawn, or null after an error that the visitor was told of.
   *
   * @param {Bridge} bridge
   * @param {number} seed
   * @param {number} count
   * @param {number} index
   * @returns {Promise<View | null>}
   */
  async view(bridge, seed, count, index) {
    const [places, picture] = await Promise.all([
      this.find("places", `${bridge.key}/${seed}/${count}`, () =>
        this.findPlaces(bridge, seed, count),
      ),
      this.find("picture", `${bridge.key}/${index}`, () => this.findOriginal(bridge, index)),
    ]);
    if (!places || !picture) return null;
    const key = `${places.key}/${picture.key}`;
    return { key, zs: [...places.found, picture.found.z], original: picture.found };
  }

  /** @param {"places" | "picture"} what @param {string} key @param {() => Promise<any>} asked */
  async find(what, key, asked) {
    if (this[what].key !== key) {
      const found = await asked();
      if (!found) return null;
      this[what] = { key, found };
    }
    return this[what];
  }

  /**
   * @param {Bridge} bridge
   * @param {number} seed
   * @param {number} count
   */
  async findPlaces(bridge, seed, count) {
    const answer = await ask(this.server.points({ bridge: bridge.key, seed, count }));
    return answer && rowsOf(answer.z, count);
  }

  /** @param {Bridge} bridge @param {number} index */
  async findOriginal(bridge, index) {
    const answer = await ask(this.server.original({ bridge: bridge.key, index }));
    if (!answer) return null;
    const { pixels } = await decoded(answer);
    const [channels] = config.models[bridge.stops[0]].image_shape;
    return { ...answer, z: floatsOf(answer.z), batch: batchOf(pixels, channels) };
  }

  /**
   * The pictures of a view by a stop if they are here, at once.
   *
   * @param {View} view
   * @param {string} stop
   */
  here(view, stop) {
    return this.batches.get(`${view.key}/${stop}`);
  }

  /**
   * The pictures of a view by a stop. Calm ones can wait for others.
   *
   * @param {View} view
   * @param {string} stop
   */
  async draw(view, stop, calm = false) {
    const key = `${view.key}/${stop}`;
    if (this.batches.has(key)) return this.batches.get(key);
    if (!this.pending.has(key)) {
      const drawing = this.source
        .decode(stop, view.zs, { calm })
        .finally(() => this.pending.delete(key));
      this.pending.set(key, drawing);
    }
    const batch = (await this.pending.get(key)) ?? null;
    if (batch) {
      for (const other of this.batches.keys()) {
        if (!other.startsWith(`${view.key}/`)) this.batches.delete(other);
      }
      this.batches.set(key, batch);
    }
    return batch;
  }
}
