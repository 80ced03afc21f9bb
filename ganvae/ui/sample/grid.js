// A sheet of tiles, drawn on a canvas as a grid with equal gaps; one tile is the chosen one.

import { colourOf, drawingOf } from "../static/make.js";

/**
 * Tiles without gaps.
 *
 * @typedef {object} Sheet
 * @property {HTMLImageElement} picture
 * @property {number} columns
 * @property {[number, number]} tile height, width
 * @property {boolean} smooth
 */

export class Grid {
  /** @param {(index: number) => void} onPick @param {() => void} onOpen */
  constructor(onPick, onOpen) {
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    /** @type {Sheet | null} */
    this.sheet = null;
    this.count = 0;
    this.pick = 0;
    this.canvas.addEventListener("click", (event) => {
      const at = this.tileAt(event.offsetX, event.offsetY);
      if (at !== null) onPick(at);
    });
    this.canvas.addEventListener("keydown", (event) => {
      const step = {
        ArrowLeft: -1,
        ArrowRight: 1,
        ArrowUp: -this.columns,
        ArrowDown: this.columns,
      }[event.key];
      if (step) {
        event.preventDefault();
        const next = this.pick + step;
        if (next >= 0 && next < this.count) onPick(next);
      } else if (event.key === "Enter") {
        onOpen();
      }
    });
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    window.addEventListener("ganvae:theme", () => this.draw());
  }

  get columns() {
    return Math.ceil(Math.sqrt(this.count));
  }

  /**
   * sheet: { picture, columns, tile: [height, width], smooth }
   *
   * @param {Sheet} sheet
   * @param {number} count
   * @param {any} pick
   */
  show(sheet, count, pick) {
    Object.assign(this, { sheet, count, pick });
    this.draw();
  }

  layout() {
    const ratio = window.devicePixelRatio || 1;
    const side = Math.round(this.canvas.clientWidth * ratio);
    const gap = Math.max(1, Math.round(ratio));
    const cell = Math.floor((side - (this.columns - 1) * gap) / this.columns);
    const used = this.columns * (cell + gap) - gap;
    return { ratio, side, gap, cell, margin: Math.floor((side - used) / 2) };
  }

  /** @param {number} x @param {number} y */
  tileAt(x, y) {
    if (!this.sheet) return null;
    const { ratio, gap, cell, margin } = this.layout();
    const column = Math.floor((x * ratio - margin) / (cell + gap));
    const row = Math.floor((y * ratio - margin) / (cell + gap));
    const at = row * this.columns + column;
    return column >= 0 && column < this.columns && row >= 0 && at < this.count ? at : null;
  }

  draw() {
    if (!this.sheet || !this.canvas.clientWidth) return;
    const { side, gap, cell, margin } = this.layout();
    const { picture, columns, tile, smooth } = this.sheet;
    const [height, width] = tile;
    const { canvas } = this;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = drawingOf(canvas);
    context.fillStyle = colourOf("--gv-stage", canvas);
    context.fillRect(0, 0, side, side);
    // Each tile by itself: smoothing would mix its edge with its neighbour on the sheet. Hard pixels
    // are enlarged by a whole factor without smoothing, then shrunk a little.
    const factor = smooth ? 1 : Math.ceil(cell / width);
    const single = document.createElement("canvas");
    single.width = width * factor;
    single.height = height * factor;
    const cut = drawingOf(single);
    cut.imageSmoothingEnabled = false;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    for (let index = 0; index < this.count; index += 1) {
      const [left, top] = [(index % columns) * width, Math.floor(index / columns) * height];
      const x = margin + (index % this.columns) * (cell + gap);
      const y = margin + Math.floor(index / this.columns) * (cell + gap);
      cut.drawImage(picture, left, top, width, height, 0, 0, single.width, single.height);
      context.drawImage(single, 0, 0, single.width, single.height, x, y, cell, cell);
    }
    this.outline(context, gap, cell, margin);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} gap
   * @param {number} cell
   * @param {number} margin
   */
  outline(context, gap, cell, margin) {
    if (this.pick >= this.count || this.count === 1) return;
    const x = margin + (this.pick % this.columns) * (cell + gap);
    const y = margin + Math.floor(this.pick / this.columns) * (cell + gap);
    /** @param {number} from @param {number} width @param {string} colour */
    const frame = (from, width, colour) => {
      const at = from + width / 2;
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.strokeRect(x + at, y + at, cell - 2 * at, cell - 2 * at);
    };
    // One of the two shows on any picture.
    frame(0, gap, "#000000");
    frame(gap, 2 * gap, "#ffffff");
  }
}
