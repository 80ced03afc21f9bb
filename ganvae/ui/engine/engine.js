// The engine draws pictures in the visitor's own browser: a worker with ONNX Runtime Web in it.
//
//   engine.start(models)                loads what is missing for these models; may be called often
//   engine.can(model, part = "decoder") whether that part is loaded
//   engine.decode(model, zs, calm)      -> Promise of {width, height, channels, pixels}
//   engine.judge(model, batch)          -> Promise of realness, a number for each picture of a batch
//   engine.status(models)               -> who draws: {drawer: "browser" | "server" | "loading",
//                                       word, told}, the latter two for people
//   engine.subscribe(fn)                fn is called when a status may have changed
//
// What fails throws; whoever asks goes back to the server then. Nothing is loaded before `start`.

import { download } from "./download.js";
import { config } from "../static/config.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Batch, File } from "../static/types.js" */

const { engine: setup, models: facts } = config;
const TRIES = 3;
const BROKEN = wording.engine.drawingInYourBrowserHas;
// Work that can wait is cut into pieces of about so many numbers, so that a drag never waits for
// more than one of them: 16 digits or one face.
const PIECE = 16384;

/** @type {Set<() => void>} */
const listeners = new Set();
const changed = () => listeners.forEach((listener) => listener());
/** @param {string} model @param {string} part */
const keyOf = (model, part) => `${model}/${part}`;

/** @type {Worker | null} */
let worker = null;
// The start of the worker: null before it is asked for and after it has failed.
/** @type {Promise<void> | null} */
let starting = null;
let running = false;
let failures = 0;
// Why the server has to draw, or nothing.
let failure = setup ? "" : wording.engine.nothingIsSetUpHere;
// Each part by its key: "loading" or "ready"; how often one could not be loaded.
/** @type {Map<string, "loading" | "ready">} */
const parts = new Map();
/** @type {Map<string, number>} */
const misses = new Map();
// Bytes of every download under way, by address: [come, in all].
/** @type {Map<string, [number, number]>} */
const downloads = new Map();

/**
 * Who waits for an answer.
 *
 * @typedef {object} Waiting
 * @property {(value: any) => void} resolve
 * @property {(error: Error) => void} reject
 */

/** @type {Map<number, Waiting>} */
const waiting = new Map();
let serial = 0;

/**
 * @param {object} message
 * @param {Transferable[]} [moved]
 * @returns {Promise<any>}
 */
function call(message, moved = []) {
  const present = worker;
  if (!present) return Promise.reject(new Error(failure));
  const id = ++serial;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    present.postMessage({ ...message, id }, moved);
  });
}

/**
 * There is no worker, or no longer: all it owes is refused and the server draws.
 *
 * @param {string} sentence
 */
function fail(sentence) {
  failure = sentence;
  failures += 1;
  running = false;
  worker?.terminate();
  worker = null;
  starting = null;
  parts.clear();
  for (const { reject } of waiting.values()) reject(new Error(sentence));
  waiting.clear();
  calm.splice(0).forEach(({ reject }) => reject(new Error(sentence)));
  changed();
}

/**
 * Behind a proxy the page's address may be longer than that of its computer.
 *
 * @param {string} url
 */
function addressOf(url) {
  /** @type {{ gradio_config?: { root?: string } }} */
  const given = /** @type {any} */ (window);
  const root = (given.gradio_config?.root ?? window.location.origin).replace(/\/$/, "");
  return /^https?:/.test(url) ? url : `${root}/${url}`;
}

/** @param {File} file */
function fetched(file) {
  downloads.set(file.url, [0, file.bytes]);
  const done = () => {
    downloads.delete(file.url);
    changed();
  };
  /** @param {number} come */
  const show = (come) => {
    downloads.set(file.url, [come, file.bytes]);
    changed();
  };
  return download({ ...file, url: addressOf(file.url) }, show).finally(done);
}

/** @param {any} content */
const blobUrl = (content) => URL.createObjectURL(new Blob([content], { type: "text/javascript" }));

async function startWorker() {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    throw new Error(wording.engine.yourBrowserHasNoWebassembly);
  }
  const [script, module, binary] = await Promise.all((setup?.runtime ?? []).map(fetched)).catch(
    () => {
      throw new Error(wording.engine.whatYourBrowserNeedsFor);
    },
  );
  worker = new Worker(new URL("./worker.js", import.meta.url));
  worker.onerror = () => fail(BROKEN);
  worker.onmessage = ({ data: { id, value, error } }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.(value);
    else reject?.(new Error(error));
    nextPiece();
  };
  const addresses = [script, module].map(blobUrl);
  await call({ start: [...addresses, binary] }, [binary]).catch(() => {
    throw new Error(BROKEN);
  });
  running = true;
}

/** @param {string} model @param {string} part */
async function loadPart(model, part) {
  const key = keyOf(model, part);
  const file = facts[model].engine?.[part];
  if (!file || parts.has(key) || (misses.get(key) ?? 0) >= TRIES) return;
  parts.set(key, "loading");
  try {
    const content = await fetched(file);
    await starting;
    await call({ load: key, model: content }, [content]);
    parts.set(key, "ready");
  } catch {
    parts.delete(key);
    // Where the worker is missing it is not the part's fault.
    if (worker) misses.set(key, (misses.get(key) ?? 0) + 1);
  }
  changed();
}

/** @param {string[]} models */
export async function start(models) {
  // The network may be back at the next occasion, but what keeps failing is left alone.
  if (!setup || (!starting && failures >= TRIES)) return;
  if (!starting) {
    failure = "";
    starting = startWorker().catch((error) => fail(error.message));
  }
  const decoders = models.map((model) => loadPart(model, "decoder"));
  changed();
  await Promise.all(decoders);
  // What only tells a number comes after what draws the pictures.
  await Promise.all(models.map((model) => loadPart(model, "discriminator")));
}

/** @param {string} model */
export const can = (model, part = "decoder") =>
  running && parts.get(keyOf(model, part)) === "ready";

// Pieces of work that can wait: one at a time, and only while nothing else is asked for.
/** @type {(Waiting & { message: object })[]} */
const calm = [];
let inCalm = 0;

function nextPiece() {
  if (inCalm || waiting.size) return;
  const next = calm.shift();
  if (!next) return;
  const { message, resolve, reject } = next;
  inCalm += 1;
  call(message)
    .then(resolve, reject)
    .finally(() => {
      inCalm -= 1;
      nextPiece();
    });
}

/** @param {any} message */
function whenCalm(message) {
  return new Promise((resolve, reject) => {
    calm.push({ message, resolve, reject });
    nextPiece();
  });
}

/**
 * Cut a list into pieces, have each answered when it is calm, and join the answers.
 *
 * @param {any} list
 * @param {number} values
 * @param {any} message
 */
function inPieces(list, values, message) {
  const size = Math.max(1, Math.floor(PIECE / values));
  const pieces = [];
  for (let i = 0; i < list.length; i += size) pieces.push(list.slice(i, i + size));
  return Promise.all(pieces.map((piece) => whenCalm(message(piece))));
}

/** @param {string} model @param {Float32Array[]} zs */
function decoding(model, zs) {
  const z = new Float32Array(zs.length * zs[0].length);
  zs.forEach((one, i) => z.set(one, i * one.length));
  return { decode: keyOf(model, "decoder"), z, count: zs.length };
}

/** @param {string} model @param {Float32Array[]} zs */
export async function decode(model, zs, isCalm = false) {
  if (!isCalm) return call(decoding(model, zs));
  const values = facts[model].image_shape.reduce((product, size) => product * size, 1);
  const batches = await inPieces(zs, values, (/** @type {any[]} */ piece) =>
    decoding(model, piece),
  );
  return { ...batches[0], pixels: batches.flatMap((batch) => batch.pixels) };
}

/** @param {string} model @param {Batch} batch */
export async function judge(model, { width, height, channels, pixels }) {
  const shape = { width, height, channels };
  const said = await inPieces(pixels, width * height * channels, (/** @type {any[]} */ piece) => ({
    judge: keyOf(model, "discriminator"),
    pixels: piece,
    shape,
  }));
  return said.flat();
}

/** @param {string[]} models */
export function status(models) {
  if (models.length && models.every((model) => can(model))) {
    return {
      drawer: "browser",
      word: wording.engine.drawnHere,
      told: wording.engine.yourBrowserDrawsThesePictures,
    };
  }
  const loading = models.some((model) => parts.get(keyOf(model, "decoder")) === "loading");
  if (loading && !failure) {
    let [come, all] = [0, 0];
    for (const [some, size] of downloads.values()) {
      come += some;
      all += size;
    }
    // After the last byte there is a moment of unpacking.
    const percent = all ? Math.floor((100 * come) / all) : 99;
    return {
      drawer: "loading",
      word: worded(wording.engine.loading, { percent }),
      told: wording.engine.yourBrowserIsGettingWhat,
    };
  }
  const why = failure || wording.engine.forOneOfTheseModels;
  return {
    drawer: "server",
    word: wording.engine.server,
    told: worded(wording.engine.theServerDrawsThesePictures, { why }),
  };
}

/**
 * Hear of it when a status may have changed. Returns what ends that.
 *
 * @param {() => void} listener
 */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
