// Pictures of a few pixels on canvases of many.
//
//   __g_decoded(told) -> Promise<{...told, pixels: canvas}>   told.image is a data URL
//   __g_prepared(canvas, smooth) -> its context, or null before it is laid out
//   __g_areaOn(canvas, pixels, smooth) -> { x, y, width, height } where a picture goes
//   __g_drawWhole(canvas, pixels, smooth) -> that area, once it is drawn there

import { drawingOf } from "./make.js";

/**
 * What the server told of a picture, with its pixels on a canvas of the picture's own size.
 *
 * @param {any} told
 */
export async function decoded(told) {
  const image = new Image();
  image.src = told.image;
  await image.decode();
  const pixels = document.createElement("canvas");
  pixels.width = image.naturalWidth;
  pixels.height = image.naturalHeight;
  drawingOf(pixels).drawImage(image, 0, 0);
  return { ...told, pixels };
}

/**
 * Give a canvas as many pixels as the screen has there; its context, or null before it is laid out.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {boolean} smooth
 */
export function prepared(canvas, smooth) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) =>
    Math.round(side * ratio),
  );
  if (!width || !height) return null;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = drawingOf(canvas);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  return context;
}

/** @typedef {{ x: number, y: number, width: number, height: number }} Area */

/**
 * Where a picture goes on a canvas, in the canvas's pixels. Every hard pixel is the same whole
 * number of screen pixels, unless that would waste much room.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement} pixels
 * @param {boolean} smooth
 */
export function areaOn(canvas, pixels, smooth) {
  const most = Math.min(canvas.width / pixels.width, canvas.height / pixels.height);
  const scale = !smooth && most >= 4 ? Math.floor(most) : most;
  const [width, height] = [pixels.width * scale, pixels.height * scale];
  const x = Math.floor((canvas.width - width) / 2);
  const y = Math.floor((canvas.height - height) / 2);
  return { x, y, width, height };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement | null | undefined} pixels
 * @param {boolean} smooth
 */
export function drawWhole(canvas, pixels, smooth) {
  const context = prepared(canvas, smooth);
  if (!context || !pixels) return null;
  const area = areaOn(canvas, pixels, smooth);
  context.drawImage(pixels, area.x, area.y, area.width, area.height);
  return area;
}
