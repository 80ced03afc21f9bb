// What the two tabs share of the stage and the dock.

import { config } from "../static/config.js";
import * as store from "../static/store.js";
import { bindField } from "../static/field.js";
import { all, one } from "../static/make.js";

/**
 * @import { Field } from "../static/field.js"
 * @import { State } from "../static/types.js"
 */

// Room for a square picture and something as large beside it makes a panel wide.
const WIDE_PANEL = 430;

/**
 * One component, two tabs: what is not this tab's goes. Returns what is.
 *
 * @param {HTMLElement} element
 * @param {string} mode
 */
export function ownPart(element, mode) {
  for (const part of all(element, ".gx")) {
    if (part.dataset.mode !== mode) part.remove();
  }
  return one(element, ".gx");
}

/** Is there room in a panel for something beside the picture? @param {HTMLElement} root */
export function isWide(root) {
  const row = one(root, ".gv-stage-row");
  const panels = row.children.length || 1;
  return !row.classList.contains("gv-many") && row.clientWidth / panels >= WIDE_PANEL;
}

/** What a picture of a model shows, in a word: digit, face, or picture. @param {string} name */
export const subjectOf = (name) => config.models[name].subject[0];

/**
 * Fields with `data-state` show and set that key of the state. Returns what shows it.
 *
 * @param {HTMLElement} root
 */
export function bindFields(root) {
  /** @type {Field[]} */
  const fields = all(root, "[data-state]");
  const shows = fields.map((field) =>
    bindField(field, /** @type {keyof State} */ (field.dataset.state)),
  );
  return () => shows.forEach((show) => show());
}

/**
 * Buttons that give up a place of one's own for the seed's. Returns the function that shows those
 * that there is a use for.
 *
 * @param {HTMLElement} root
 */
export function bindOwn(root) {
  /** The key of the state that a button is for. @param {HTMLElement} button */
  const keyOf = (button) => /** @type {"starts" | "ends"} */ (button.dataset.own);
  const buttons = all(root, "[data-own]");
  for (const button of buttons) {
    button.addEventListener("click", () => store.set({ [keyOf(button)]: {} }));
  }
  return () => {
    const state = store.get();
    for (const button of buttons) {
      button.hidden = !Object.keys(state[keyOf(button)]).some((name) =>
        store.members().includes(name),
      );
    }
  };
}
