// Two kept pictures, A and B: where each model has them, and what they look like on the buttons.

import * as store from "../static/store.js";
import { all, drawingOf, one } from "../static/make.js";

/**
 * A picture and where each model has it.
 *
 * @typedef {object} Kept
 * @property {Record<string, string>} places by model
 * @property {HTMLCanvasElement} pixels
 */

/** @param {HTMLElement} button */
const keyOf = (button) => /** @type {"starts" | "ends"} */ (button.dataset.keep);

/** @param {HTMLElement} root */
export function makeMorph(root) {
  /** @type {HTMLButtonElement[]} */
  const buttons = all(root, "[data-keep]");
  /** @type {HTMLButtonElement} */
  const play = one(root, "[data-do=morph]");
  /** @type {{ starts?: Kept | null, ends?: Kept | null }} */
  let kept = {};
  // The picture that a button would keep: { places: {model: text}, pixels } or null.
  /** @type {Kept | null} */
  let offered = null;

  function show() {
    for (const button of buttons) {
      const mine = kept[keyOf(button)];
      button.disabled = !offered;
      button.classList.toggle("rc-kept", Boolean(mine));
      /** @type {HTMLCanvasElement} */
      const canvas = one(button, "canvas");
      canvas.width = canvas.height = mine ? mine.pixels.width : 1;
      if (mine) drawingOf(canvas).drawImage(mine.pixels, 0, 0);
    }
    const { starts, ends } = kept;
    const shared = Object.keys(starts?.places ?? {}).some((name) => ends?.places[name]);
    play.disabled = !shared;
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      kept[keyOf(button)] = offered;
      show();
    });
  }
  play.addEventListener("click", () => {
    // Along the sphere: the GAN's places stay as far out as those it learnt.
    store.set({ walk: "spherical", starts: kept.starts?.places, ends: kept.ends?.places });
    store.play();
  });
  show();

  return {
    /** @param {Kept | null} next */
    offer(next) {
      offered = next;
      show();
    },
    clear() {
      [kept, offered] = [{}, null];
      show();
    },
  };
}
