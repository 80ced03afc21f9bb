// The controls: which kind of picture, which one of them, and what is done with it.

import * as store from "../static/store.js";
import { one } from "../static/make.js";
import { around, offerSwitch, pager, placeInWords } from "../static/offer.js";

/** @import { Offer } from "../static/offer.js" */

/**
 * @typedef {object} Actions
 * @property {() => void} clear the drawing
 * @property {() => void} both models' places go to Explore
 * @property {(file: File) => void} take a photo
 * @property {(zoom: number) => void} zoom it
 * @property {(degrees: number) => void} turn it
 */

/** @param {HTMLElement} root @param {Actions} actions */
export function makeDock(root, actions) {
  const choice = offerSwitch(root, "original");
  /** @type {HTMLInputElement} */
  const file = one(root, ".rc-file");
  /** @type {HTMLInputElement} */
  const zoom = one(root, ".rc-zoom");
  /** @type {HTMLInputElement} */
  const turn = one(root, ".rc-turn");
  /** @type {HTMLButtonElement} */
  const both = one(root, "[data-do=both]");

  pager(
    root,
    (by) => store.set({ index: around(choice.testIndex(), by, choice.offer().test) }),
    () => store.set({ index: Math.floor(Math.random() * choice.offer().test) }),
  );
  one(root, "[data-do=clear]").addEventListener("click", actions.clear);
  both.addEventListener("click", actions.both);
  one(root, "[data-do=choose]").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    if (chosen) actions.take(chosen);
    // The same file may be chosen again.
    file.value = "";
  });
  zoom.addEventListener("input", () => actions.zoom(Number(zoom.value)));
  turn.addEventListener("input", () => actions.turn(Number(turn.value)));

  return {
    testIndex: choice.testIndex,
    both,
    /** @param {{ zoom: number, turn: number }} place */
    showPlace(place) {
      zoom.value = String(place.zoom);
      turn.value = String(place.turn);
    },
    /** @param {Offer} next */
    refresh(next) {
      choice.refresh(next);
      one(root, ".rc-which").textContent = placeInWords(choice.testIndex(), next.test);
    },
  };
}
