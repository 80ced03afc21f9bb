// "One sample with variations": 5x5 pictures around the current one. A click takes one of them.

import { subjectOf } from "./stage.js";
import { make } from "../static/make.js";
import { fitInto, paintSheet } from "../static/sheets.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Batch } from "../static/types.js" */

const SIDE = 5;
const STEP_WORDS = ["−2", "−1", "0", "+1", "+2"];

export class VariationGrid {
  /**
   * @param {(row: number, column: number) => void} onTake steps along the two axes, -2 to 2
   * @param {string} name
   */
  constructor(name, onTake) {
    /** @type {[number, number]} */
    this.cursor = [2, 2];
    this.canvas = make("canvas", "gx-canvas");
    this.mark = make("i", "gx-cell", { "aria-hidden": "true" });
    this.root = make("div", "gx-grid", {
      tabindex: "0",
      role: "group",
      "aria-label": worded(wording.explore.variationsOfTheOf5, {
        name: subjectOf(name),
        name2: name,
      }),
    });
    this.live = make("span", "gx-spoken", { "aria-live": "polite" });
    this.root.append(this.canvas, this.mark, this.live);
    this.root.addEventListener("pointermove", (event) => this.point(this.cellAt(event)));
    this.root.addEventListener("pointerleave", () => this.root.classList.remove("gx-chosen"));
    this.root.addEventListener("click", (event) => {
      const cell = this.cellAt(event);
      if (cell) onTake(cell[0] - 2, cell[1] - 2);
    });
    this.root.addEventListener("keydown", (event) => this.key(event, onTake));
    this.root.addEventListener("blur", () => this.root.classList.remove("gx-chosen"));
  }

  /**
   * @param {MouseEvent} event
   * @returns {[number, number] | null}
   */
  cellAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * SIDE);
    const column = Math.floor(((event.clientX - box.left) / box.width) * SIDE);
    const inside = [row, column].every((place) => place >= 0 && place < SIDE);
    return inside ? [row, column] : null;
  }

  /** @param {[number, number] | null} cell */
  point(cell) {
    this.root.classList.toggle("gx-chosen", cell !== null);
    if (!cell) return;
    this.cursor = cell;
    this.place();
  }

  /** Put the frame around the cell that is pointed at. */
  place() {
    const [row, column] = this.cursor;
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = this.canvas;
    this.mark.style.left = `${offsetLeft + (column * offsetWidth) / SIDE}px`;
    this.mark.style.top = `${offsetTop + (row * offsetHeight) / SIDE}px`;
    this.mark.style.width = `${offsetWidth / SIDE}px`;
    this.mark.style.height = `${offsetHeight / SIDE}px`;
  }

  /** @param {KeyboardEvent} event @param {(row: number, column: number) => void} onTake */
  key(event, onTake) {
    const [row, column] = this.cursor;
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (event.key === "Enter") onTake(row - 2, column - 2);
    else if (move) {
      /** @param {number} place */
      const inside = (place) => Math.min(SIDE - 1, Math.max(0, place));
      /** @type {[number, number]} */
      const cell = [inside(row + move[0]), inside(column + move[1])];
      this.point(cell);
      this.live.textContent = worded(wording.explore.downAcross, {
        stepWords: STEP_WORDS[cell[0]],
        stepWords2: STEP_WORDS[cell[1]],
      });
    } else return;
    event.preventDefault();
  }

  /** @param {Batch} batch */
  show(batch) {
    paintSheet(this.canvas, batch, SIDE, 1);
    this.fit();
  }

  fit() {
    fitInto(this.canvas, this.root);
    this.place();
  }
}
