// The pictures of one stop: a grid of samples, an original and its reconstruction.

import { config } from "../static/config.js";
import { fitInto, paintPicture, paintSheet } from "../static/sheets.js";
import { counted } from "../static/told.js";
import { finder } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Batch, Bridge } from "../static/types.js"
 * @import { View } from "./stops.js"
 */

// From so many pixels of the screen on, all pixels of digits are equally large.
const EVEN = 3;

/** @param {HTMLElement} root */
export function makeStage(root) {
  const find = finder(root);
  const samples = find(".br-samples");
  /** @type {HTMLCanvasElement} */
  const grid = find(".br-grid");
  /** @type {HTMLCanvasElement} */
  const original = find(".br-original");
  /** @type {HTMLCanvasElement} */
  const redrawn = find(".br-redrawn");
  let shown = false;

  function fit() {
    if (!shown) return;
    for (const canvas of [grid, original, redrawn]) {
      fitInto(canvas, /** @type {HTMLElement} */ (canvas.parentNode), EVEN);
    }
  }
  new ResizeObserver(fit).observe(find(".br-stage"));

  return {
    fit,
    /** @param {boolean} flag */
    setBusy(flag) {
      samples.classList.toggle("busy", flag);
      samples.setAttribute("aria-busy", String(flag));
    },
    /**
     * Show what a stop drew of a view.
     *
     * @param {Bridge} bridge
     * @param {number} at
     * @param {View} view
     * @param {Batch} batch
     */
    show(bridge, at, view, batch) {
      const name = bridge.stops[at];
      const {
        subject,
        image_shape: [channels],
      } = config.models[name];
      const count = batch.pixels.length - 1;
      const indices = Array.from({ length: count }, (_, index) => index);
      paintSheet(grid, batch, Math.ceil(Math.sqrt(count)), 1, indices);
      paintPicture(original, view.original.batch);
      paintPicture(redrawn, batch, count);
      shown = true;
      fit();
      root.dataset.colour = String(channels === 3);
      const stop = `stop ${at + 1} of ${bridge.stops.length}`;
      const title = bridge.title.toLowerCase();
      const drawer = view.original.by;
      grid.setAttribute(
        "aria-label",
        worded(wording.bridge.byOfTheBridge, { name: counted(name, count, "samples"), stop }),
      );
      original.setAttribute(
        "aria-label",
        drawer
          ? worded(wording.bridge.aDrawnBy, { subject: subject[0], drawer })
          : worded(wording.bridge.aTestImageOf, { title }),
      );
      redrawn.setAttribute("aria-label", worded(wording.bridge.theOriginalAsDrawsIt, { stop }));
      find(".br-which").textContent = worded(wording.bridge.weight2, {
        weights: bridge.weights[at],
      });
      const source = find(".br-source");
      const note = find(".br-note");
      source.textContent = drawer ? wording.bridge.aSample : wording.bridge.testImage;
      source.title = drawer ? wording.bridge.aPictureThatAModel : wording.bridge.aRealPictureThatNo;
      note.hidden = !drawer;
      note.textContent = drawer
        ? worded(wording.bridge.inPlaceOfOneStands, {
            note: view.original.note,
            subject: subject[0],
            drawer,
          })
        : "";
    },
  };
}
