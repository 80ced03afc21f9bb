// The controls below the slider: which bridge, which seed, which picture.

import * as store from "../static/store.js";
import { config } from "../static/config.js";
import { bindSeed } from "../static/field.js";
import { make, one } from "../static/make.js";
import { around, placeInWords } from "../static/offer.js";
import { radioGroup } from "../static/radio.js";

/** @import { State } from "../static/types.js" */

/** @param {HTMLElement} root */
export function makeDock(root) {
  const choice = one(root, ".br-bridges");
  const options = config.bridges.map((bridge) => {
    const attributes = { role: "radio", title: bridge.hint, "data-value": bridge.key };
    return make("button", "gv-option", { type: "button", ...attributes }, bridge.title);
  });
  const show = radioGroup(options, (bridge) => store.set({ bridge }));
  choice.append(...options);
  choice.hidden = options.length < 2;

  /** @type {HTMLInputElement} */
  const seed = one(root, ".br-seed");
  const showSeed = bindSeed(seed, one(root, "[data-do=reroll]"));
  let total = 0;
  const turn = (/** @type {number} */ by) => {
    if (total) store.set({ index: around(store.get().index % total, by, total) });
  };
  one(root, "[data-do=back]").addEventListener("click", () => turn(-1));
  one(root, "[data-do=on]").addEventListener("click", () => turn(1));

  return {
    /** @param {State} state */
    refresh(state) {
      showSeed();
      show(state.bridge);
    },
    /** @param {{ index: number, total: number }} original */
    showNumber(original) {
      total = original.total;
      one(root, ".br-number").textContent = placeInWords(original.index, total);
    },
  };
}
