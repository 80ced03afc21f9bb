// The slider from VAE to GAN: it moves smoothly, arrow keys go from stop to stop.

import { make, one } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Bridge } from "../static/types.js" */

/** @param {(position: number) => void} onMove @param {HTMLElement} root */
export function makeSlider(root, onMove) {
  /** @type {HTMLInputElement} */
  const range = one(root, ".br-range");
  const ticks = one(root, ".br-ticks");
  /** @type {HTMLButtonElement[]} */
  let marks = [];

  range.addEventListener("input", () => onMove(Number(range.value)));
  range.addEventListener("keydown", (event) => {
    const at = Number(range.value);
    const next = {
      ArrowRight: Math.floor(at) + 1,
      ArrowUp: Math.floor(at) + 1,
      ArrowLeft: Math.ceil(at) - 1,
      ArrowDown: Math.ceil(at) - 1,
      PageUp: Math.floor(at) + 1,
      PageDown: Math.ceil(at) - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    if (next >= 0 && next <= Number(range.max)) onMove(next);
  });

  return {
    /** @param {Bridge} bridge */
    place(bridge) {
      range.max = String(bridge.stops.length - 1);
      marks = bridge.weights.map((weight, at) => {
        const mark = make("button", "br-tick", { type: "button", tabindex: "-1" }, String(weight));
        mark.title = worded(wording.bridge.stopOfTheDiscriminatorS, {
          at: at + 1,
          length: bridge.stops.length,
          weight,
        });
        mark.style.setProperty("--at", String(at / (bridge.stops.length - 1)));
        mark.addEventListener("click", () => onMove(at));
        return mark;
      });
      ticks.replaceChildren(...marks);
    },
    /**
     * @param {Bridge} bridge
     * @param {number} position
     * @param {number} at
     */
    show(bridge, position, at) {
      if (Number(range.value) !== position) range.value = String(position);
      const words = `stop ${at + 1} of ${bridge.stops.length}, weight ${bridge.weights[at]}`;
      range.setAttribute("aria-valuetext", words);
      marks.forEach((mark, place) => mark.classList.toggle("chosen", place === at));
    },
  };
}
