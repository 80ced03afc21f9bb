// Sheets of decoded pictures on canvases, as crisp as the screen allows.
//
//   __g_paintSheet(canvas, batch, columns, gap, indices)   __g_paintPicture(canvas, batch, index)
//   __g_fitInto(canvas, box, whole) gives it its size on the page
//   __g_contextOf(canvas), __g_resizeCanvas(canvas, width, height)

import { drawingOf } from "./make.js";

/** @import { Batch } from "./types.js" */

// From here on uneven pixels are not worth the room that even ones cost.
const WHOLE_SCALE = 4;

/** @param {HTMLCanvasElement} canvas */
export const contextOf = (canvas) => drawingOf(canvas, { willReadFrequently: true });

/**
 * Grey or RGB bytes as the browser's RGBA.
 *
 * @param {Batch} batch
 * @param {number} index
 */
export function imageData(batch, index) {
  const { width, height, channels } = batch;
  const pixels = batch.pixels[index];
  const image = new ImageData(width, height);
  for (let i = 0, from = 0; i < image.data.length; i += 4, from += channels) {
    image.data[i] = pixels[from];
    image.data[i + 1] = pixels[channels === 1 ? from : from + 1];
    image.data[i + 2] = pixels[channels === 1 ? from : from + 2];
    image.data[i + 3] = 255;
  }
  return image;
}

/**
 * Give a canvas as many pixels as asked for; setting the same size again would clear it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function resizeCanvas(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

// What is on each canvas: {batch, columns, gap, indices}. Colours are magnified smoothly, for which
// the browser's own scaling is too coarse: they are drawn anew at every size.
const sheets = new WeakMap();

/**
 * Paint one picture of a batch.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Batch} batch
 */
export function paintPicture(canvas, batch, index = 0) {
  paintSheet(canvas, batch, 1, 0, [index]);
}

/**
 * Paint pictures of a batch as a sheet with `gap` empty pixels between them: pixel for pixel, or,
 * in colour on a canvas that `fitInto` sizes, as many pixels as the screen has there.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Batch} batch
 * @param {number} columns
 * @param {number} gap
 * @param {any} [indices]
 */
export function paintSheet(canvas, batch, columns, gap, indices = batch.pixels.map((_, i) => i)) {
  sheets.set(canvas, { batch, columns, gap, indices });
  const { width, height, channels } = batch;
  canvas.dataset.colour = String(channels === 3);
  // One that is fitted to a box is drawn by the `fitInto` that follows.
  if (channels === 3 && canvas.style.width) return;
  const [across, down] = sheetSize(canvas);
  resizeCanvas(canvas, across, down);
  indices.forEach((/** @type {number} */ index, /** @type {number} */ place) => {
    const x = (place % columns) * (width + gap);
    const y = Math.floor(place / columns) * (height + gap);
    contextOf(canvas).putImageData(imageData(batch, index), x, y);
  });
}

/**
 * [width, height] of what is on a canvas, in pixels of its pictures.
 *
 * @param {HTMLCanvasElement} canvas
 */
function sheetSize(canvas) {
  const sheet = sheets.get(canvas);
  if (!sheet) return [canvas.width, canvas.height];
  const { batch, columns, gap, indices } = sheet;
  const rows = Math.ceil(indices.length / columns);
  return [columns * (batch.width + gap) - gap, rows * (batch.height + gap) - gap];
}

/**
 * Draw a colour sheet so many times as large, each picture by itself so that none bleeds into its
 * neighbour.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} scale
 */
function magnify(canvas, scale) {
  const { batch, columns, gap, indices } = sheets.get(canvas);
  const { width, height } = batch;
  const [across, down] = sheetSize(canvas);
  resizeCanvas(canvas, Math.round(across * scale), Math.round(down * scale));
  const single = document.createElement("canvas");
  resizeCanvas(single, width, height);
  const target = contextOf(canvas);
  target.clearRect(0, 0, canvas.width, canvas.height);
  target.imageSmoothingQuality = "high";
  indices.forEach((/** @type {number} */ index, /** @type {number} */ place) => {
    contextOf(single).putImageData(imageData(batch, index), 0, 0);
    /**
     * Whole pixels of the screen: else the edges would be blurred.
     *
     * @param {number} at
     * @param {number} size
     */
    const edges = (at, size) =>
      [at * (size + gap), at * (size + gap) + size].map((edge) => Math.round(edge * scale));
    const [left, right] = edges(place % columns, width);
    const [top, bottom] = edges(Math.floor(place / columns), height);
    target.drawImage(single, left, top, right - left, bottom - top);
  });
}

/**
 * Give a canvas a crisp size: as large as fits into a box with every pixel of the picture the same
 * whole number of screen pixels. Where that would waste much room, as large as fits.
 *
 * @param whole from how many screen pixels on each is one of the same number
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} box
 */
export function fitInto(canvas, box, whole = WHOLE_SCALE) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = sheetSize(canvas);
  const most = Math.min(box.clientWidth / width, box.clientHeight / height) * ratio;
  if (!most) return;
  const colour = canvas.dataset.colour === "true";
  const scale = !colour && most >= whole ? Math.floor(most) : most;
  if (colour) magnify(canvas, scale);
  canvas.style.width = `${(width * scale) / ratio}px`;
  canvas.style.height = `${(height * scale) / ratio}px`;
}
