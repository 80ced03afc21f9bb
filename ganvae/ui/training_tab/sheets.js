// Sheets of pictures: fetched once, a few at a time, and cut into tiles on a canvas.

import { ask } from "../static/calls.js";
import { colourOf, drawingOf } from "../static/make.js";
import { toast } from "../static/toast.js";

/**
 * @import { Server } from "../static/types.js"
 * @import { Index } from "./timelapse.js"
 */

const MAX_KEPT = 600;

/**
 * load(model, kind, places) resolves to one { image, sharpness } a place, null where the file is
 * not whole. What is on its way is not asked for again.
 *
 * @param {Server} server
 * @param {number} most
 */
export function sheetCache(server, most) {
  const kept = new Map();

  /** @param {any} sheet */
  async function decoded(sheet) {
    if (!sheet) return null;
    const image = new Image();
    image.src = sheet.url;
    await image.decode();
    return { image, sharpness: sheet.sharpness };
  }

  /** @param {string} model @param {string} kind @param {number[]} places */
  function fetchSome(model, kind, places) {
    const reply = ask(server.sheets({ model, kind, moments: places }));
    places.forEach((place, at) => {
      const key = `${model}/${kind}/${place}`;
      const sheet = reply.then((answer) => {
        if (answer?.problem) toast(answer.problem);
        // An answer that never came may be asked for again.
        if (!answer) kept.delete(key);
        return decoded(answer?.sheets[at]);
      });
      kept.set(
        key,
        sheet.catch(() => null),
      );
    });
  }

  /** @param {string} model @param {string} kind @param {number[]} places */
  function load(model, kind, places) {
    if (kept.size > MAX_KEPT) kept.clear();
    const missing = places.filter((place) => !kept.has(`${model}/${kind}/${place}`));
    for (let first = 0; first < missing.length; first += most) {
      fetchSome(model, kind, missing.slice(first, first + most));
    }
    return Promise.all(places.map((place) => kept.get(`${model}/${kind}/${place}`)));
  }

  return { load };
}

/**
 * Where tiles go on a canvas of so many device pixels. In pairs the two of a pair touch, and lines
 * are left between pairs.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} columns
 * @param {number} rows
 * @param {boolean} pairs
 */
function layOut(width, height, columns, rows, pairs) {
  const line = Math.max(1, Math.round(window.devicePixelRatio || 1)) * (pairs ? 2 : 1);
  const gaps = pairs ? columns / 2 - 1 : columns - 1;
  const cell = Math.floor(
    Math.min((width - gaps * line) / columns, (height - (rows - 1) * line) / rows),
  );
  const left = Math.floor((width - columns * cell - gaps * line) / 2);
  const top = Math.floor((height - rows * cell - (rows - 1) * line) / 2);
  /** @param {number} column */
  const x = (column) => left + column * cell + (pairs ? Math.floor(column / 2) : column) * line;
  /** @param {number} row */
  const y = (row) => top + row * (cell + line);
  return { cell, x, y };
}

/**
 * Tiles of one sheet on a canvas, or, with originals, pairs of original and reconstruction.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Index} index
 * @param {number} columns
 * @param {boolean} smooth
 * @param {CanvasImageSource} image
 */
export function drawTiles(canvas, index, columns, smooth, image, originals = null) {
  const ratio = window.devicePixelRatio || 1;
  const across = Math.round(canvas.clientWidth * ratio);
  const down = Math.round(canvas.clientHeight * ratio);
  if (!across || !down) return;
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const [height, width] = index.tile;
  const total = index.columns * index.rows;
  const { cell, x, y } = layOut(across, down, columns, total / columns, Boolean(originals));
  // Each tile by itself: smoothing would mix its edge with its neighbour's. Hard pixels are
  // enlarged by a whole factor without smoothing, then shrunk a little.
  const factor = smooth ? 1 : Math.max(1, Math.ceil(cell / width));
  const single = document.createElement("canvas");
  single.width = width * factor;
  single.height = height * factor;
  const cut = drawingOf(single);
  cut.imageSmoothingEnabled = false;
  const context = drawingOf(canvas);
  // The black of digits would hide a black line between pairs.
  context.fillStyle = colourOf(originals && !smooth ? "--gv-gap" : "--gv-stage", canvas);
  context.fillRect(0, 0, across, down);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  for (let place = 0; place < total; place += 1) {
    const tile = originals ? Math.floor(place / 2) : place;
    const source = originals && place % 2 === 0 ? originals : image;
    const [left, top] = [(tile % index.columns) * width, Math.floor(tile / index.columns) * height];
    cut.drawImage(source, left, top, width, height, 0, 0, single.width, single.height);
    context.drawImage(single, x(place % columns), y(Math.floor(place / columns)), cell, cell);
  }
}
