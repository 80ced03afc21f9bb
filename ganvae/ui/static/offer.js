// The dock's switch between kinds of picture: what this server and this pair have none of can't be
// chosen, and what belongs to one kind is shown with that kind alone.

import * as store from "./store.js";
import { all, one } from "./make.js";
import { radioGroup } from "./radio.js";

/**
 * What there is to choose from.
 *
 * @typedef {object} Offer
 * @property {string} source the kind that is shown
 * @property {number} test how many test images there are
 * @property {boolean} [drawing] whether the models can be given a drawing
 * @property {string} [note] why there is no test image
 */

/** Round in a circle. @param {number} value @param {number} by @param {number} total */
export const around = (value, by, total) => (value + by + total) % total;

/**
 * @param {HTMLElement} root the dock: its options have `data-value`, what belongs to kinds of
 *     picture has `data-for`
 * @param {"source" | "original"} key of the state
 */
export function offerSwitch(root, key) {
  /** @type {HTMLButtonElement[]} */
  const options = all(root, ".gv-option");
  const titles = options.map((option) => option.title);
  /** @type {Offer} */
  let offer = { source: options[0].dataset.value ?? "", test: 0 };
  const show = radioGroup(options, (value) => store.set({ [key]: value }));

  return {
    offer: () => offer,
    /** The test image that is meant: a link may name one that this server does not have. */
    testIndex: () => (offer.test ? store.get().index % offer.test : 0),
    /** @param {Offer} next */
    refresh(next) {
      offer = next;
      show(offer.source);
      options.forEach((option, at) => {
        const { value } = option.dataset;
        option.disabled = value === "test" && !offer.test;
        // Why it can't be chosen, where it can't.
        option.title = (option.disabled && offer.note) || titles[at];
        option.hidden = value === "drawing" && !offer.drawing;
      });
      for (const part of all(root, "[data-for]")) {
        part.hidden = !part.dataset.for?.split(" ").includes(offer.source);
      }
    },
  };
}

/**
 * The pager of a dock: one back, one on, and the dice.
 *
 * @param {HTMLElement} root
 * @param {(by: number) => void} turn
 * @param {() => void} reroll
 */
export function pager(root, turn, reroll) {
  one(root, "[data-do=back]").addEventListener("click", () => turn(-1));
  one(root, "[data-do=on]").addEventListener("click", () => turn(1));
  one(root, "[data-do=reroll]").addEventListener("click", reroll);
}

/** "3 of 10,000". @param {number} at from 0 @param {number} total */
export const placeInWords = (at, total) => `${at + 1} of ${total.toLocaleString("en-US")}`;
