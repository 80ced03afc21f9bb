// A field that is one key of the state: it shows it and sets it.

import * as store from "./store.js";
import { toast } from "./toast.js";
import { worded } from "./worded.js";
import { wording } from "#words";

/** @import { State } from "./types.js" */

/**
 * @typedef {HTMLInputElement | HTMLSelectElement} Field
 */

/**
 * Bind a number field or a choice to a key of the state. What the state refuses is told, and the
 * field goes back to what is.
 *
 * @param {Field} field a number field says its range in `min` and `max`
 * @param {keyof State} key
 * @returns {() => void} shows the state, unless the visitor is writing there
 */
export function bindField(field, key) {
  const show = (/** @type {boolean} */ force) => {
    const value = String(store.get()[key]);
    if (field.value !== value && (force || field !== document.activeElement)) field.value = value;
  };
  field.addEventListener("change", () => {
    if (field instanceof HTMLSelectElement) store.set({ [key]: field.value });
    else {
      const value = Number(field.value);
      const empty = field.value.trim() === "";
      if (!empty) store.set({ [key]: value });
      if (empty || store.get()[key] !== value) {
        const what = key === "seed" ? wording.shared.aSeedIs : wording.shared.thisMustBe;
        toast(worded(wording.shared.aWholeNumberFromTo, { what, min: field.min, max: field.max }));
      }
    }
    show(true);
  });
  return () => show(false);
}

/**
 * The seed's field, and the dice beside it.
 *
 * @param {HTMLInputElement} field
 * @param {HTMLElement} dice
 */
export function bindSeed(field, dice) {
  dice.addEventListener("click", store.reroll);
  return bindField(field, "seed");
}
