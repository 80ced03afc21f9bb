// The engine's worker: runs ONNX models by key, one message after the other, away from the page.
//
//   {start: [script, module, binary]}    addresses of the first two, the bytes of the third
//   {load: key, model}                   the bytes of a model
//   {decode: key, z, count}              -> {width, height, channels, pixels: Uint8ClampedArray[]}
//   {judge: key, pixels, shape}          -> realness, a number for each picture
//
// Every message has an id; its answer is {id, value} or {id, error}.

/**
 * The runtime, which `start` loads; of it only what is used here.
 *
 * @typedef {{ inputNames: string[], outputNames: string[], run: (feeds: object) => Promise<any> }} Session
 * @typedef {object} Runtime
 * @property {{ wasm: Record<string, unknown>, logLevel: string }} env
 * @property {new (type: string, data: Float32Array, dims: number[]) => object} Tensor
 * @property {{ create: (model: ArrayBuffer, options: object) => Promise<Session> }} InferenceSession
 */

/** @type {Map<string, Session>} */
const sessions = new Map();

/** @returns {Runtime} */
const runtime = () => /** @type {any} */ (self).ort;

/** @param {[string, string, ArrayBuffer]} files addresses of the first two, the third itself */
async function start([script, module, binary]) {
  importScripts(script);
  const { env } = runtime();
  const { wasm } = env;
  // One thread: more need a page that is isolated from all others, which one in a frame isn't.
  wasm.numThreads = 1;
  wasm.wasmPaths = { mjs: module };
  wasm.wasmBinary = binary;
  env.logLevel = "error";
}

/** @param {string} key @param {ArrayBuffer} model */
async function load(key, model) {
  const { InferenceSession } = runtime();
  sessions.set(key, await InferenceSession.create(model, { executionProviders: ["wasm"] }));
}

/** @param {string} key @param {Float32Array} data @param {number[]} dims */
async function run(key, data, dims) {
  const session = sessions.get(key);
  if (!session) throw new Error(`${key} is not loaded`);
  const { Tensor } = runtime();
  const input = new Tensor("float32", data, dims);
  const output = await session.run({ [session.inputNames[0]]: input });
  return output[session.outputNames[0]];
}

/**
 * Pictures as bytes, row by row with the colours of a pixel side by side, as the server sends.
 *
 * @param {string} key
 * @param {{ z: Float32Array, count: number }} points
 */
async function decode(key, { z, count }) {
  const images = await run(key, z, [count, z.length / count]);
  const [, channels, height, width] = images.dims;
  const area = width * height;
  const pixels = [];
  for (let i = 0; i < count; i++) {
    const from = i * channels * area;
    // Rounds to the nearest, ties to even, and stays within 0 to 255: as the server does.
    const bytes = new Uint8ClampedArray(channels * area);
    for (let channel = 0; channel < channels; channel++) {
      for (let at = 0; at < area; at++) {
        bytes[at * channels + channel] = 255 * images.data[from + channel * area + at];
      }
    }
    pixels.push(bytes);
  }
  return { width, height, channels, pixels };
}

/**
 * @param {string} key
 * @param {{ pixels: Uint8ClampedArray[], shape: { width: number, height: number, channels: number } }} batch
 * @returns {Promise<number[]>}
 */
async function judge(key, { pixels, shape: { width, height, channels } }) {
  const area = width * height;
  const data = new Float32Array(pixels.length * channels * area);
  pixels.forEach((bytes, i) => {
    const from = i * channels * area;
    for (let channel = 0; channel < channels; channel++) {
      for (let at = 0; at < area; at++) {
        data[from + channel * area + at] = bytes[at * channels + channel] / 255;
      }
    }
  });
  const realness = await run(key, data, [pixels.length, channels, height, width]);
  return Array.from(realness.data);
}

/** @param {any} message @returns {Promise<any>} */
function answer(message) {
  if (message.start) return start(message.start);
  if (message.load) return load(message.load, message.model);
  if (message.decode) return decode(message.decode, message);
  return judge(message.judge, message);
}

const worker = /** @type {any} */ (self);
let last = Promise.resolve();
worker.onmessage = (/** @type {MessageEvent} */ { data: message }) => {
  last = last.then(async () => {
    try {
      const value = await answer(message);
      const moved = message.decode
        ? value.pixels.map((/** @type {Uint8ClampedArray} */ bytes) => bytes.buffer)
        : [];
      worker.postMessage({ id: message.id, value }, moved);
    } catch (error) {
      worker.postMessage({
        id: message.id,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  });
};
