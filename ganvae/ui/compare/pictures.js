// Pictures on canvases: cut in two, and magnified. All places are shares of the picture.

import { areaOn, prepared } from "../static/canvas.js";

/** @import { Area } from "../static/canvas.js" */

/** @typedef {{ x: number, y: number }} Spot */

// At least so many pixels of a picture are magnified, or a sixth of its width.
const [CROP_LEAST, CROP_SHARE] = [8, 1 / 6];

/**
 * The part of a picture that is magnified around a spot, in whole pixels of the picture.
 *
 * @param {HTMLCanvasElement} pixels
 * @param {Spot} spot
 */
function regionAt(pixels, spot) {
  const side = Math.min(
    Math.max(CROP_LEAST, Math.round(pixels.width * CROP_SHARE)),
    pixels.width,
    pixels.height,
  );
  /** @param {number} share @param {number} whole */
  const start = (share, whole) =>
    Math.min(Math.max(Math.round(share * whole - side / 2), 0), whole - side);
  return { x: start(spot.x, pixels.width), y: start(spot.y, pixels.height), side };
}

/**
 * The left picture up to a share of the width, the right one from there on.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement | null | undefined} left
 * @param {HTMLCanvasElement | null | undefined} right
 * @param {number} share
 * @param {boolean} smooth
 */
export function drawSplit(canvas, left, right, share, smooth) {
  const context = prepared(canvas, smooth);
  const any = left ?? right;
  if (!context || !any) return null;
  const area = areaOn(canvas, any, smooth);
  const cut = Math.round(area.x + share * area.width);
  /**
   * @param {HTMLCanvasElement | null | undefined} pixels
   * @param {number} from
   * @param {number} to
   */
  const half = (pixels, from, to) => {
    if (!pixels || to <= from) return;
    context.save();
    context.beginPath();
    context.rect(from, area.y, to - from, area.height);
    context.clip();
    context.drawImage(pixels, area.x, area.y, area.width, area.height);
    context.restore();
  };
  half(left, Math.floor(area.x), cut);
  half(right, cut, Math.ceil(area.x + area.width));
  return area;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement | null | undefined} pixels
 * @param {Spot} spot
 * @param {boolean} smooth
 */
export function drawCrop(canvas, pixels, spot, smooth) {
  const context = prepared(canvas, smooth);
  if (!context || !pixels) return;
  const { x, y, side } = regionAt(pixels, spot);
  context.drawImage(pixels, x, y, side, side, 0, 0, canvas.width, canvas.height);
}

/**
 * Put a frame around the magnified region; `frame` lies over the canvas.
 *
 * @param {HTMLElement} frame
 * @param {HTMLCanvasElement} canvas
 * @param {Area | null} area
 * @param {HTMLCanvasElement | null | undefined} pixels
 * @param {Spot} spot
 */
export function placeFrame(frame, canvas, area, pixels, spot) {
  frame.hidden = !area || !pixels;
  if (!area || !pixels) return;
  const ratio = canvas.width / canvas.clientWidth;
  const scale = area.width / pixels.width;
  const { x, y, side } = regionAt(pixels, spot);
  /** @param {number} value */
  const css = (value) => `${value / ratio}px`;
  frame.style.left = css(area.x + x * scale);
  frame.style.top = css(area.y + y * scale);
  frame.style.width = frame.style.height = css(side * scale);
}
