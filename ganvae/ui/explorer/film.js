// A film of a walk: the browser records a canvas while the frames pass over it once, in real time.

import { contextOf, imageData, resizeCanvas } from "../static/sheets.js";
import { wording } from "#words";

/** @import { Batch } from "../static/types.js" */

// The first that the browser can record is taken: MP4 plays on anything, WebM nearly so.
const FILMS = [
  { type: "video/mp4;codecs=avc1.42E01E", ending: "mp4", label: wording.explore.mp4 },
  { type: "video/webm;codecs=vp9", ending: "webm", label: wording.explore.webm },
  { type: "video/webm", ending: "webm", label: wording.explore.webm },
];
// About so many pixels wide is each picture, with so many between two.
const [FILM_SIDE, FILM_GAP] = [256, 8];
const FILM_BITS = 4_000_000;

/** What kind of film this browser can record: {type, ending, label}, or null. */
export function filmKind() {
  const records = window.MediaRecorder && "captureStream" in HTMLCanvasElement.prototype;
  return (records && FILMS.find(({ type }) => MediaRecorder.isTypeSupported(type))) || null;
}

/**
 * Draw one frame of each batch side by side.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Batch[]} batches
 * @param {number} frame
 */
function drawFrame(canvas, batches, frame) {
  const target = contextOf(canvas);
  const single = document.createElement("canvas");
  let left = 0;
  for (const batch of batches) {
    const side = filmSize(batch);
    resizeCanvas(single, batch.width, batch.height);
    contextOf(single).putImageData(imageData(batch, frame), 0, 0);
    // Digits keep their hard pixels, as on the page.
    target.imageSmoothingEnabled = batch.channels === 3;
    target.imageSmoothingQuality = "high";
    target.drawImage(single, left, 0, side.width, side.height);
    left += side.width + FILM_GAP;
  }
}

/** @param {Batch} batch */
function filmSize({ width, height }) {
  const scale = Math.max(1, Math.floor(FILM_SIDE / width));
  return { width: width * scale, height: height * scale };
}

/**
 * Record all frames of the batches, side by side; `onFrame` hears how many are done.
 *
 * @returns {Promise<Blob>}
 * @param {{ type: any }} type
 * @param {Batch[]} batches
 * @param {number} fps
 * @param {(done: number, all: number) => void} onFrame
 */
export async function recordFilm({ type }, batches, fps, onFrame) {
  const canvas = document.createElement("canvas");
  const sizes = batches.map(filmSize);
  const width = sizes.reduce((sum, size) => sum + size.width + FILM_GAP, -FILM_GAP);
  // Video is coded in blocks: an odd size is refused by some.
  resizeCanvas(canvas, width + (width % 2), Math.max(...sizes.map((size) => size.height)));
  contextOf(canvas).fillRect(0, 0, canvas.width, canvas.height);

  // A frame is taken when we say so, as far as the browser knows how to.
  const stream = canvas.captureStream(0);
  const [track] = stream.getVideoTracks();
  const take = /** @type {{ requestFrame: () => void }} */ (
    /** @type {unknown} */ ("requestFrame" in track ? track : stream)
  );
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: FILM_BITS });
  /** @type {Blob[]} */
  const chunks = [];
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  const stopped = new Promise((resolve, reject) => {
    recorder.onstop = resolve;
    recorder.onerror = () => reject(new Error(wording.explore.theBrowserStoppedRecording));
  });
  recorder.start();
  const began = performance.now();
  const frames = batches[0].pixels.length;
  for (let frame = 0; frame < frames; frame++) {
    drawFrame(canvas, batches, frame);
    take.requestFrame();
    onFrame(frame + 1, frames);
    const next = began + ((frame + 1) * 1000) / fps;
    await new Promise((resolve) => window.setTimeout(resolve, next - performance.now()));
  }
  recorder.stop();
  track.stop();
  await stopped;
  return new Blob(chunks, { type: type.split(";")[0] });
}
