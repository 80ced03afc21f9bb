// The 2-D pad of a model with so few dimensions that a plane shows most of it: the first axis to
// the right, the second upwards, over a map of what the model draws there.

import { HIGHEST, KEY_STEP, LOWEST, clamped, signed } from "./sliders.js";
import { make } from "../static/make.js";
import { paintSheet } from "../static/sheets.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Batch } from "../static/types.js"
 * @import { Member } from "./dials.js"
 */

const MAP_SIDE = 9;

export class Pad {
  /**
   * @param {(x: number, y: number | null) => void} onMove standard deviations
   * @param {HTMLElement} root
   */
  constructor(root, onMove) {
    this.root = root;
    this.canvas = make("canvas", "gx-canvas");
    this.dot = make("i", "gx-dot", { "aria-hidden": "true" });
    this.field = make("div", "gx-field", { tabindex: "0", role: "application" });
    this.field.append(this.canvas, this.dot);
    this.caption = make("span", "gv-hint");
    root.replaceChildren(this.field, this.caption);
    this.onMove = onMove;
    /** @type {Member | null} */
    this.member = null;
    /** Where the dot is, and what the sliders with a meaning add to that. */
    this.x = 0;
    this.y = 0;
    this.added = [0, 0];
    this.flat = false;
    this.field.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.field.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    this.field.addEventListener("pointermove", (event) => {
      if (this.field.hasPointerCapture(event.pointerId)) this.drag(event);
    });
    this.field.addEventListener("keydown", (event) => {
      /** @type {Record<string, [number, number]>} */
      const moves = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      this.send(this.x + move[0] * KEY_STEP, this.y + move[1] * KEY_STEP);
    });
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const box = this.field.getBoundingClientRect();
    /** @param {number} at @param {number} from @param {number} size */
    const share = (at, from, size) => LOWEST + ((at - from) / size) * (HIGHEST - LOWEST);
    this.send(
      share(event.clientX, box.left, box.width),
      -share(event.clientY, box.top, box.height),
    );
  }

  /** @param {number} x @param {number} y */
  send(x, y) {
    /** @param {number} value */
    const round = (value) => Math.round(clamped(value) * 100) / 100;
    const [right, up] = this.added;
    this.onMove(round(clamped(x) - right), this.flat ? null : round(clamped(y) - up));
  }

  /**
   * The first member of 1 to 3 dimensions is the pad's; without one there is no pad.
   *
   * @param {Member[]} members
   * @param {Record<string, number>} values
   * @param {Record<string, number>} meanings
   */
  show(members, values, meanings) {
    const member = members.find(({ space }) => space.size <= 3) ?? null;
    this.member = member;
    this.root.hidden = !member;
    if (!member) return;
    this.flat = member.space.size < 2;
    const { space } = member;
    /** @param {number} axis */
    const at = (axis) => values[axis] ?? space.coordinate(member.z, axis);
    // What the sliders with a meaning add: the dot stands where the point is, with them.
    const added = space.steered(new Float32Array(space.size), meanings);
    this.added = [0, this.flat ? 0 : 1].map((axis) => space.coordinate(added, axis));
    this.x = clamped(at(0) + this.added[0]);
    this.y = this.flat ? 0 : clamped(at(1) + this.added[1]);
    this.dot.style.left = `${((this.x - LOWEST) / (HIGHEST - LOWEST)) * 100}%`;
    this.dot.style.top = `${((HIGHEST - this.y) / (HIGHEST - LOWEST)) * 100}%`;
    this.field.setAttribute(
      "aria-label",
      worded(wording.explore.mapOfAxis1Axis, {
        name: member.name,
        x: signed(this.x),
        y: signed(this.y),
      }),
    );
    this.caption.textContent = this.flat ? wording.explore.mapAxis1 : wording.explore.mapAxis1Axis2;
    this.root.title = worded(wording.explore.whatDrawsOnThePlane, { name: member.name });
  }

  /**
   * The points of the map, left to right and top to bottom, the other axes as they are now.
   *
   * @param {Float32Array} z
   */
  points(z) {
    const { member } = this;
    if (!member) return [];
    const zs = [];
    for (let row = 0; row < MAP_SIDE; row++) {
      for (let column = 0; column < MAP_SIDE; column++) {
        /** @param {number} place */
        const middle = (place) => LOWEST + ((place + 0.5) / MAP_SIDE) * (HIGHEST - LOWEST);
        zs.push(member.space.placed(z, { 0: middle(column), 1: -middle(row) }));
      }
    }
    return zs;
  }

  /** What the map depends on: all that is not along its two axes. @param {Float32Array} z */
  mapKey(z) {
    if (!this.member) return "";
    const { name, space } = this.member;
    return `${name} ${space.has(2) ? space.coordinate(z, 2).toFixed(2) : ""}`;
  }

  /** @param {Batch} batch */
  paintMap(batch) {
    paintSheet(this.canvas, batch, MAP_SIDE, 0);
  }
}
