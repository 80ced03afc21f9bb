// One panel of the Map tab: the cloud of a model, turned by hand, and the picture of the point that
// was picked last.

import { Camera, Cloud } from "./cloud.js";
import { Painter } from "./painter.js";
import { latest } from "../static/calls.js";
import { config } from "../static/config.js";
import { drawingOf, make } from "../static/make.js";
import { sharpnessOf } from "../static/sharpness.js";
import { imageData } from "../static/sheets.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Panel } from "../static/panel.js"
 * @import { Source } from "../static/source.js"
 */

// Pixels of the page within which a point is picked, and that a press may move and still be a click.
const [REACH, STILL] = [12, 5];
const [MOST_ZOOM, WHEEL] = [8, 0.0016];
const KEY_TURN = (5 * Math.PI) / 180;
// A drag across the whole map turns the cloud by so much.
const DRAG_TURN = Math.PI;
const TIMES = 61;
// Coordinate axes reach so far either way, in radii of the cloud.
const AXIS = 0.8;

const KINDS = {
  coordinates: [wording.map.trueCoordinates, wording.map.theLatentSpaceHasNo],
  discriminant: ["projected", wording.map.discriminantDirectionsFisherOfAll],
  principal: ["projected", wording.map.principalComponentsTheThreeDirections],
  response: ["projected", wording.map.theThreeDirectionsAlongWhich],
};

/**
 * What a map tells of.
 *
 * @typedef {object} Told
 * @property {(model: string, z: Float32Array) => void} explore a point was chosen to start from
 * @property {() => void} drawn it was drawn anew
 */

export class MapView {
  /**
   * @param {Panel} panel
   * @param {Uint8Array} palette
   * @param {Source} source
   * @param {Told} told
   */
  constructor(panel, palette, source, told) {
    this.panel = panel;
    this.palette = palette;
    this.source = source;
    this.told = told;
    /** @type {Cloud | null} */
    this.cloud = null;
    this.picked = -1;
    /** @type {number | null} */
    this.chosen = null;
    /** @type {Float32Array | null} */
    this.here = null;
    /** @type {number | null} */
    this.frame = null;
    this.model = panel.name;
    this.facts = config.models[this.model];
    this.camera = new Camera();
    /** @type {number[]} */
    this.times = [];
    this.canvas = make("canvas", "mp-canvas", { tabindex: "0", role: "application" });
    this.picture = make("canvas", "mp-picture", { width: "1", height: "1", role: "img" });
    this.caption = make("span", "mp-caption");
    this.button = make(
      "button",
      "gv-button mp-take",
      { type: "button", title: wording.map.startExploreFromThisPoint },
      wording.map.explore,
    );
    this.box = make("div", "mp-box", { hidden: "" }, this.picture, this.caption);
    this.button.hidden = true;
    this.missing = make("p", "mp-missing", { hidden: "" });
    this.painter = new Painter(this.canvas);
    panel.stage.replaceChildren(this.canvas, this.missing, this.box, this.button);
    this.button.addEventListener("click", () => this.explore());
    this.listen();
  }

  /** Take the server's reply, once. @param {any} reply */
  take(reply) {
    if (this.cloud || !reply) return;
    if (!reply.count) {
      this.missing.hidden = false;
      this.canvas.hidden = true;
      this.missing.textContent = worded(wording.map.noMapWasMadeOf, { model: this.model });
      return;
    }
    this.cloud = new Cloud(reply);
    const [words, explained] = KINDS[this.cloud.kind];
    const many = this.cloud.count.toLocaleString("en");
    const { note } = this.panel;
    note.title = explained;
    note.replaceChildren(
      make("span", "gv-term", {}, words),
      ` · ${many}`,
      make("span", "mp-of", {}, this.cloud.sampled ? wording.map.samples : wording.map.images),
    );
    this.canvas.setAttribute(
      "aria-label",
      worded(wording.map.mapOfTheLatentSpace, {
        model: this.model,
        many,
        sampled: this.cloud.sampled ? "samples" : wording.map.testImages,
        classes: this.cloud.classes
          ? wording.map.colouredByTheDigitThey
          : wording.map.eachInTheMeanColour,
      }),
    );
    this.canvas.dataset.count = String(this.cloud.count);
    this.change();
  }

  /** Draw before the next frame, however often this is called. */
  change() {
    this.frame ??= window.requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    if (!this.cloud || !this.painter.fit()) return;
    const began = performance.now();
    const { painter, cloud, camera, canvas } = this;
    painter.paint(cloud, camera, this.palette, this.chosen);
    const ratio = painter.side / canvas.clientWidth;
    if (cloud.kind === "coordinates") this.drawAxes(ratio);
    if (this.here) {
      const [x, y] = camera.seen(cloud.placeOf(this.here), painter.side);
      // What lies outside is shown at the edge.
      const margin = 9 * ratio;
      /** @param {number} value */
      const inside = (value) => Math.max(margin, Math.min(painter.side - margin, value));
      painter.ring(inside(x), inside(y), 7 * ratio, 2 * ratio, "#ffffff");
      painter.ring(inside(x), inside(y), 1.2 * ratio, 1.6 * ratio, "#ffffff");
      canvas.dataset.here = `${inside(x).toFixed(1)},${inside(y).toFixed(1)}`;
    }
    if (this.picked >= 0) {
      painter.ring(
        painter.x[this.picked],
        painter.y[this.picked],
        5 * ratio,
        1.5 * ratio,
        "#ffffff",
      );
    }
    this.times.push(performance.now() - began);
    if (this.times.length > TIMES) this.times.shift();
    const sorted = [...this.times].sort((a, b) => a - b);
    canvas.dataset.frames = String(Number(canvas.dataset.frames ?? 0) + 1);
    canvas.dataset.median = sorted[sorted.length >> 1].toFixed(2);
    canvas.dataset.last = this.times[this.times.length - 1].toFixed(2);
    this.told.drawn();
  }

  /** The coordinate axes through z = 0, as long as the cloud. @param {number} ratio */
  drawAxes(ratio) {
    const { painter, cloud, camera } = this;
    if (!cloud) return;
    const origin = cloud.placeOf(new Float32Array(cloud.size));
    for (let axis = 0; axis < cloud.size; axis++) {
      const [from, to] = [-1, 1].map((end) => {
        const place = origin.map((value, i) => value + (i === axis ? end * AXIS : 0));
        return camera.seen(place, painter.side);
      });
      painter.axis(from, to, `z${axis + 1}`, ratio);
    }
  }

  /** @param {Float32Array} z */
  setHere(z) {
    this.here = z;
    this.change();
  }

  /** @param {number | null} chosen */
  setChosen(chosen) {
    this.chosen = chosen;
    this.change();
  }

  reset() {
    this.camera.reset();
    this.change();
  }

  /** The point at a place of the page, or -1. @param {PointerEvent} event */
  at(event) {
    if (!this.cloud) return -1;
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.painter.side / box.width;
    const [x, y] = [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    return this.painter.pick(this.cloud, this.chosen, x, y, REACH * ratio);
  }

  /** @param {number} index */
  pick(index) {
    if (index < 0 || index === this.picked) return;
    this.picked = index;
    this.change();
    this.show(index);
  }

  explore() {
    if (this.cloud && this.picked >= 0) this.told.explore(this.model, this.cloud.z(this.picked));
  }

  /** @param {number} index */
  captionOf(index) {
    if (!this.cloud?.classes) return "";
    const digit = this.cloud.classes[index];
    return this.cloud.sampled ? worded(wording.map.looksLike, { digit }) : `digit ${digit}`;
  }

  show = latest(async (/** @type {number} */ index) => {
    if (!this.cloud) return;
    const batch = await this.source.decode(this.model, [this.cloud.z(index)]);
    if (!batch) return;
    const { width, height } = batch;
    if (this.picture.width !== width) [this.picture.width, this.picture.height] = [width, height];
    drawingOf(this.picture).putImageData(imageData(batch, 0), 0, 0);
    this.picture.dataset.colour = String(batch.channels === 3);
    const text = this.captionOf(index);
    this.picture.setAttribute(
      "aria-label",
      worded(wording.map.whatDrawsAtThePoint, { model: this.model, value: text && `: ${text}` }),
    );
    this.caption.textContent = text;
    this.box.hidden = this.button.hidden = false;
    this.panel.setSharpness(sharpnessOf(this.model, batch, 0), 1);
    this.canvas.dataset.picked = String(index);
  });

  /** @param {number} factor */
  zoomBy(factor) {
    const zoom = Math.max(1, Math.min(MOST_ZOOM, this.camera.zoom * factor));
    if (zoom === this.camera.zoom) return false;
    this.camera.zoom = zoom;
    this.change();
    return true;
  }

  /** @param {number} right @param {number} down */
  turn(right, down, around = 0) {
    this.camera.turn(right, down, around);
    this.change();
  }

  listen() {
    const { canvas } = this;
    const held = new Map();
    let still = true;
    let start = { x: 0, y: 0 };
    // With two fingers: how far apart they are, at which angle, and where their middle is.
    const grip = () => {
      const [a, b] = [...held.values()];
      return {
        far: Math.hypot(b.x - a.x, b.y - a.y),
        angle: Math.atan2(b.y - a.y, b.x - a.x),
        x: (a.x + b.x) / 2,
        y: (a.y + b.y) / 2,
      };
    };
    /** @param {number} dx @param {number} dy */
    const turnBy = (dx, dy, around = 0) => {
      const share = DRAG_TURN / canvas.clientWidth / Math.sqrt(this.camera.zoom);
      this.turn(dx * share, dy * share, around);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      if (!held.size) [still, start] = [true, { x: event.clientX, y: event.clientY }];
      else still = false;
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    canvas.addEventListener("pointermove", (event) => {
      const former = held.get(event.pointerId);
      if (!former) {
        if (event.pointerType === "mouse") this.hover(event);
        return;
      }
      const now = { x: event.clientX, y: event.clientY };
      if (held.size === 2) {
        const before = grip();
        held.set(event.pointerId, now);
        const after = grip();
        if (before.far > 0) this.zoomBy(after.far / before.far);
        turnBy(after.x - before.x, after.y - before.y, after.angle - before.angle);
        return;
      }
      held.set(event.pointerId, now);
      if (still && Math.hypot(now.x - start.x, now.y - start.y) < STILL) return;
      if (still) {
        still = false;
        canvas.classList.add("mp-turning");
      }
      turnBy(now.x - former.x, now.y - former.y);
    });
    /** @param {PointerEvent} event */
    const release = (event) => {
      if (!held.delete(event.pointerId)) return;
      if (!held.size) canvas.classList.remove("mp-turning");
      if (event.type !== "pointerup" || !still || held.size) return;
      const index = this.at(event);
      if (index < 0) return;
      const again = index === this.picked;
      this.pick(index);
      // A mouse has shown the picture before it clicks; a finger sees it first, then taps again.
      if (event.pointerType === "mouse" || again) this.explore();
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener(
      "wheel",
      (event) => {
        // Where there is nothing more to see by it the page scrolls.
        if (this.zoomBy(Math.exp(-event.deltaY * WHEEL))) event.preventDefault();
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      /** @type {Record<string, [number, number]>} */
      const turns = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const by = turns[event.key];
      if (by) this.turn(by[0] * KEY_TURN, by[1] * KEY_TURN);
      else if (event.key === "+" || event.key === "=") this.zoomBy(1.15);
      else if (event.key === "-") this.zoomBy(1 / 1.15);
      else if (event.key === "Enter") this.pickMiddle();
      else return;
      event.preventDefault();
    });
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const index = this.at(event);
    this.canvas.classList.toggle("mp-over", index >= 0);
    this.pick(index);
  }

  pickMiddle() {
    if (!this.cloud) return;
    const { side } = this.painter;
    this.pick(this.painter.pick(this.cloud, this.chosen, side / 2, side / 2, side));
  }
}
