// What the two tabs share of the stage and the dock.

import { config } from "../static/config.js";
import * as store from "../static/store.js";
import { bindField } from "../static/field.js";
import { all } from "../static/make.js";

// Room for a square picture and something as large beside it makes a panel wide.
const WIDE_PANEL = 430;

/** One component, two tabs: what is not this tab's goes. Returns what is. */
export function ownPart(element, mode) {
  for (const part of element.querySelectorAll(".gx")) {
    if (part.dataset.mode !== mode) part.remove();
  }
  return element.querySelector(".gx");
}

/** Is there room in a panel for something beside the picture? */
export function isWide(root) {
  const row = root.querySelector(".gv-stage-row");
  const panels = row.children.length || 1;
  return !row.classList.contains("gv-many") && row.clientWidth / panels >= WIDE_PANEL;
}

/** What a picture of a model shows, in a word: digit, face, or picture. */
export const subjectOf = (name) => config.models[name].subject[0];

/** Fields with `data-state` show and set that key of the state. Returns what shows it. */
export function bindFields(root) {
  const shows = all(root, "[data-state]").map((field) => bindField(field, field.dataset.state));
  return () => shows.forEach((show) => show());
}

/** Buttons that give up a place of one's own for the seed's. Returns the function that shows those
 *  that there is a use for. */
export function bindOwn(root) {
  const buttons = [...root.querySelectorAll("[data-own]")];
  for (const button of buttons) {
    button.addEventListener("click", () => store.set({ [button.dataset.own]: {} }));
  }
  return () => {
    const state = store.get();
    for (const button of buttons) {
      button.hidden = !Object.keys(state[button.dataset.own]).some((name) =>
        store.members().includes(name),
      );
    }
  };
}
