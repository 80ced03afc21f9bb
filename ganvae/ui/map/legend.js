// The ten classes with their colours; one that is pressed stands out on all maps.

import { make } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Cloud } from "./cloud.js" */

/**
 * @param {HTMLElement} root
 * @param {string[]} palette
 * @param {(digit: number | null) => void} choose
 */
export function makeLegend(root, palette, choose) {
  /** @type {number | null} */
  let chosen = null;
  const buttons = palette.map((colour, digit) => {
    const dot = make("i", "mp-dot", { "aria-hidden": "true" });
    dot.style.background = colour;
    const button = make(
      "button",
      "mp-class",
      { type: "button", "aria-pressed": "false" },
      dot,
      String(digit),
    );
    button.setAttribute("aria-label", worded(wording.map.highlightTheDigit, { digit }));
    button.addEventListener("click", () => set(chosen === digit ? null : digit));
    root.append(button);
    return button;
  });
  /** @param {number | null} digit */
  function set(digit) {
    chosen = digit;
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === chosen)));
    root.dataset.chosen = String(chosen ?? "");
    choose(chosen);
  }
  /**
   * Say how many points of each model have each class.
   *
   * @param {Cloud[]} clouds
   */
  function count(clouds) {
    buttons.forEach((button, digit) => {
      const each = clouds.map(
        (cloud) => `${cloud.counts()[digit].toLocaleString("en")} of ${cloud.model}`,
      );
      button.title = worded(wording.map.pressToHighlightThem, { digit, each: each.join(", ") });
    });
  }
  return { set, count };
}
