// The frames of a walk in one row, the present one framed. A press goes to the frame there.

import { make } from "../static/make.js";
import { paintSheet } from "../static/sheets.js";

/** @import { Batch, Family } from "../static/types.js" */

// As many as study A's strip has; on narrow panels a few of them.
export const [STRIP, SHORT_STRIP] = [21, 11];

export class Filmstrip {
  /**
   * @param {Family} family
   * @param {(frame: number) => void} onTake
   */
  constructor(family, onTake) {
    this.canvas = make("canvas");
    this.frame = make("i", "gx-cell", { "aria-hidden": "true" });
    // The scrub slider does the same for the keyboard.
    const attributes = { "aria-hidden": "true", "data-family": family };
    this.root = make("div", "gx-strip", attributes, this.canvas, this.frame);
    this.wanted = STRIP;
    /** @type {number[]} */
    this.indices = [];
    this.root.addEventListener("pointerdown", (event) => {
      this.root.setPointerCapture(event.pointerId);
      onTake(this.at(event));
    });
    this.root.addEventListener("pointermove", (event) => {
      if (this.root.hasPointerCapture(event.pointerId)) onTake(this.at(event));
    });
  }

  /** @param {PointerEvent} event */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const place = Math.floor(share * this.indices.length);
    return this.indices[Math.min(this.indices.length - 1, Math.max(0, place))];
  }

  /** @param {Batch} batch */
  show(batch) {
    this.batch = batch;
    const frames = batch.pixels.length;
    const thumbs = Math.min(this.wanted, frames);
    // Evenly spread, the first and the last among them.
    this.indices = Array.from({ length: thumbs }, (_, i) =>
      Math.round((i * (frames - 1)) / Math.max(1, thumbs - 1)),
    );
    paintSheet(this.canvas, batch, thumbs, 1, this.indices);
  }

  /** @param {number} wanted */
  resize(wanted) {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (this.batch) this.show(this.batch);
  }

  /** Frame the thumbnail of the frame, or the one nearest to it. @param {number} frame */
  mark(frame) {
    const distances = this.indices.map((index) => Math.abs(index - frame));
    const place = distances.indexOf(Math.min(...distances));
    this.frame.style.left = `${(place / this.indices.length) * 100}%`;
    this.frame.style.width = `${100 / this.indices.length}%`;
  }
}
