// The controls: which kind of picture, and which one of them.

import * as store from "../static/store.js";
import { bindField } from "../static/field.js";
import { one } from "../static/make.js";
import { around, offerSwitch, pager, placeInWords } from "../static/offer.js";

/** @import { Offer } from "../static/offer.js" */

/**
 * @param {HTMLElement} root
 * @param {number} picks how many samples of a seed there are
 * @param {() => void} onClear
 */
export function makeDock(root, picks, onClear) {
  const choice = offerSwitch(root, "source");
  /** @type {HTMLInputElement} */
  const seed = one(root, ".compare-seed");
  const showSeed = bindField(seed, "seed");
  const isTest = () => choice.offer().source === "test";

  pager(
    root,
    (by) => {
      if (isTest()) store.set({ index: around(choice.testIndex(), by, choice.offer().test) });
      else store.set({ pick: around(store.get().pick, by, picks) });
    },
    () => {
      if (isTest()) store.set({ index: Math.floor(Math.random() * choice.offer().test) });
      else store.reroll();
    },
  );
  one(root, "[data-do=clear]").addEventListener("click", onClear);

  return {
    testIndex: choice.testIndex,
    /** @param {Offer} next */
    refresh(next) {
      choice.refresh(next);
      showSeed();
      const [at, total] = isTest() ? [choice.testIndex(), next.test] : [store.get().pick, picks];
      one(root, ".compare-which").textContent = placeInWords(at, total);
    },
  };
}
