// The engine's worker: runs ONNX models by key, one message after the other, away from the page.
//
//   {start: [script, module, binary]}    addresses of the first two, the bytes of the third
//   {load: key, model}                   the bytes of a model
//   {decode: key, z, count}              -> {width, height, channels, pixels: Uint8ClampedArray[]}
//   {judge: key, pixels, shape}          -> realness, a number for each picture
//
// Every message has an id; its answer is {id, value} or {id, error}.

const sessions = new Map();

async function start([script, module, binary]) {
  importScripts(script);
  const { wasm } = ort.env;
  // One thread: more need a page that is isolated from all others, which one in a frame isn't.
  wasm.numThreads = 1;
  wasm.wasmPaths = { mjs: module };
  wasm.wasmBinary = binary;
  ort.env.logLevel = "error";
}

async function load(key, model) {
  sessions.set(key, await ort.InferenceSession.create(model, { executionProviders: ["wasm"] }));
}

async function run(key, data, dims) {
  const session = sessions.get(key);
  const input = new ort.Tensor("float32", data, dims);
  const output = await session.run({ [session.inputNames[0]]: input });
  return output[session.outputNames[0]];
}

/** Pictures as bytes, row by row with the colours of a pixel side by side, as the server sends. */
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

function answer(message) {
  if (message.start) return start(message.start);
  if (message.load) return load(message.load, message.model);
  if (message.decode) return decode(message.decode, message);
  return judge(message.judge, message);
}

let last = Promise.resolve();
onmessage = ({ data: message }) => {
  last = last.then(async () => {
    try {
      const value = await answer(message);
      const moved = message.decode ? value.pixels.map((bytes) => bytes.buffer) : [];
      postMessage({ id: message.id, value }, moved);
    } catch (error) {
      postMessage({ id: message.id, error: String(error?.message ?? error) });
    }
  });
};
