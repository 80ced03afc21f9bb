// The big picture: the VAE's on the left of a line that can be moved, the GAN's on the right, and a
// frame around what is magnified.

import { drawSplit, placeFrame } from "./pictures.js";
import { one } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Area } from "../static/canvas.js"
 * @import { Picture } from "../static/types.js"
 * @import { Spot } from "./pictures.js"
 */

/**
 * What both draw; null for what is not there.
 *
 * @typedef {object} Pictures
 * @property {Picture | null | undefined} vae
 * @property {Picture | null | undefined} gan
 * @property {boolean} smooth
 */

const [DIVIDER_STEP, DIVIDER_LEAP, SPOT_STEP] = [0.02, 0.1, 0.05];
// A finger this near to the line takes it; elsewhere it moves the magnified spot.
const NEAR_PX = 28;

/** @param {number} share */
const within = (share) => Math.min(Math.max(share, 0), 1);

/** @param {HTMLElement} root @param {(spot: Spot) => void} onSpot */
export function makeSlider(root, onSpot) {
  const view = one(root, ".compare-view");
  /** @type {HTMLCanvasElement} */
  const canvas = one(view, "canvas");
  const divider = one(view, ".compare-divider");
  const frame = one(view, ".compare-spot");
  /** @type {Pictures} */
  let { vae, gan, smooth } = { vae: null, gan: null, smooth: false };
  let share = 0.5;
  let spot = { x: 0.5, y: 0.5 };
  /** @type {Area | null} */
  let area = null;
  let dragging = false;

  function draw() {
    area = drawSplit(canvas, vae?.pixels, gan?.pixels, share, smooth);
    const pixels = vae?.pixels ?? gan?.pixels;
    placeFrame(frame, canvas, area, pixels, spot);
    divider.hidden = !area;
    root.style.setProperty("--compare-at", `${share * 100}%`);
    const percent = Math.round(share * 100);
    divider.setAttribute("aria-valuenow", String(percent));
    divider.setAttribute(
      "aria-valuetext",
      worded(wording.compare.vaeGan, { percent, percent2: 100 - percent }),
    );
    frame.setAttribute(
      "aria-label",
      worded(wording.compare.magnifierAtAcrossDownArrow, {
        x: Math.round(spot.x * 100),
        y: Math.round(spot.y * 100),
      }),
    );
    if (area) {
      const ratio = canvas.width / canvas.clientWidth;
      divider.style.left = `${(area.x + share * area.width) / ratio}px`;
    }
  }

  /** @param {number} to */
  function moveDivider(to) {
    share = within(to);
    draw();
  }

  /** @param {Spot} to */
  function moveSpot(to) {
    spot = { x: within(to.x), y: within(to.y) };
    draw();
    onSpot(spot);
  }

  /** Where on the picture a pointer is. @param {PointerEvent} event */
  function placeOf(event) {
    const { x, y, width, height } = area ?? { x: 0, y: 0, width: 1, height: 1 };
    const box = canvas.getBoundingClientRect();
    const ratio = canvas.width / box.width;
    return {
      x: ((event.clientX - box.left) * ratio - x) / width,
      y: ((event.clientY - box.top) * ratio - y) / height,
    };
  }

  view.addEventListener("pointerdown", (event) => {
    if (event.button || !area) return;
    const place = placeOf(event);
    const ratio = canvas.width / canvas.clientWidth;
    const away = (Math.abs(place.x - share) * area.width) / ratio;
    dragging = event.pointerType === "mouse" || away < NEAR_PX;
    view.setPointerCapture(event.pointerId);
    if (dragging) {
      moveDivider(place.x);
      // The arrow keys go on where the pointer stopped, without a ring around the line.
      divider.focus({ preventScroll: true, focusVisible: false });
      event.preventDefault();
    }
    moveSpot(place);
  });
  view.addEventListener("pointermove", (event) => {
    if (!area) return;
    const place = placeOf(event);
    if (dragging) moveDivider(place.x);
    moveSpot(place);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    view.addEventListener(name, () => (dragging = false));
  }

  divider.addEventListener("keydown", (event) => {
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: share - DIVIDER_STEP,
      ArrowDown: share - DIVIDER_STEP,
      ArrowRight: share + DIVIDER_STEP,
      ArrowUp: share + DIVIDER_STEP,
      PageDown: share - DIVIDER_LEAP,
      PageUp: share + DIVIDER_LEAP,
      Home: 0,
      End: 1,
    };
    const to = places[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveDivider(to);
  });
  frame.addEventListener("keydown", (event) => {
    /** @type {Record<string, [number, number]>} */
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const by = step[event.key];
    if (!by) return;
    event.preventDefault();
    moveSpot({ x: spot.x + by[0] * SPOT_STEP, y: spot.y + by[1] * SPOT_STEP });
  });

  return {
    draw,
    spot: () => spot,
    /** @param Pictures} pictures */
    /** @param {Pictures} pictures */
    show(pictures) {
      ({ vae, gan, smooth } = pictures);
      draw();
    },
    /**
     * What the picture is for those who can't see it, and a sentence in place of no picture.
     *
     * @param {string} label
     * @param {string} empty
     */
    tell(label, empty) {
      canvas.setAttribute("aria-label", label);
      const line = one(view, ".compare-empty");
      line.textContent = empty;
      line.hidden = !empty;
    },
    /** @param {boolean} gone */
    fade(gone) {
      root.classList.toggle("waiting", gone);
    },
  };
}
