// What is said of the models shown: how many pictures of what, and what their data was.

import * as store from "./store.js";
import { config } from "./config.js";
import { all, make } from "./make.js";

/**
 * "36 samples of faces", "1 sample of a face"; what it shows only where that has a name.
 *
 * @param {string} model
 * @param {number} count
 * @param {string} what
 */
export function counted(model, count, what) {
  const [one, many] = config.models[model].subject;
  const single = count === 1;
  const of = one === "picture" ? "" : ` of ${single ? `a ${one}` : many}`;
  return `${count} ${single ? what.replace(/s$/, "") : what}${of}`;
}

/**
 * What must be said of the data that the models learnt from, under each "What am I seeing?". One of
 * other models than the pair's has a note of its own.
 */
export function noteData() {
  for (const fold of all(document, ".gv-fold")) {
    let line = /** @type {HTMLElement | null} */ (fold.querySelector(".gv-data-note"));
    if (!line) {
      line = make("p", "gv-data-note");
      fold.append(line);
    }
    line.textContent = fold.dataset.note ?? store.pair()?.note ?? "";
    line.hidden = !line.textContent;
  }
}
