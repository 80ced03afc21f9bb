// A small black sheet to draw a digit on, with a mouse, a pen or a finger.
//
//   __g_sketchpad(side, onStroke) -> { root, clear(), content(), example(places), isExample() }
//       content: base64 of side x side grey bytes, row by row; null where nothing is drawn

import { drawingOf, make } from "./make.js";
import { wording } from "#words";

const PAD_PIXELS = 256;
const STROKE = 22;

/** @param {number} side @param {() => void} onStroke */
export function sketchpad(side, onStroke) {
  const canvas = make("canvas", "", {
    role: "img",
    "aria-label": wording.shared.drawADigitHereWith,
  });
  canvas.width = canvas.height = PAD_PIXELS;
  const hint = make("span", "gv-sketch-hint", {}, wording.shared.drawADigitHere);
  const root = make("div", "gv-sketch", {}, canvas, hint);
  const context = drawingOf(canvas, { willReadFrequently: true });
  let empty = true;
  /** @type {[number, number] | null} */
  let last = null;
  // Something to see before anything is drawn: the first stroke takes its place.
  let exemplary = false;

  function clear() {
    context.fillStyle = "#000000";
    context.fillRect(0, 0, PAD_PIXELS, PAD_PIXELS);
    empty = true;
    exemplary = false;
    hint.hidden = false;
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  function placeOf(event) {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * PAD_PIXELS,
      ((event.clientY - box.top) / box.height) * PAD_PIXELS,
    ];
  }

  /** @param {[number, number]} place */
  function lineTo(place) {
    context.strokeStyle = "#ffffff";
    context.lineWidth = STROKE;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...(last ?? place));
    context.lineTo(...place);
    context.stroke();
    last = place;
    empty = false;
    hint.hidden = true;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    if (exemplary) clear();
    last = null;
    lineTo(placeOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) lineTo(placeOf(step));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => {
      if (!last) return;
      last = null;
      onStroke();
    });
  }
  clear();

  function content() {
    if (empty) return null;
    const small = document.createElement("canvas");
    small.width = small.height = side;
    const shrunk = drawingOf(small);
    shrunk.imageSmoothingQuality = "high";
    shrunk.drawImage(canvas, 0, 0, side, side);
    const { data } = shrunk.getImageData(0, 0, side, side);
    let bytes = "";
    for (let at = 0; at < data.length; at += 4) bytes += String.fromCharCode(data[at]);
    return window.btoa(bytes);
  }

  /** A line through places, [x, y] as shares of the sheet. @param {[number, number][]} places */
  function example(places) {
    clear();
    last = null;
    for (const place of places) lineTo([place[0] * PAD_PIXELS, place[1] * PAD_PIXELS]);
    last = null;
    exemplary = true;
  }

  return { root, clear, content, example, isExample: () => exemplary };
}
