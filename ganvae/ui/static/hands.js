// What keys and fingers do everywhere on the page.

import { all, isVisible } from "./make.js";
import { toast } from "./toast.js";

const TERMS = ".gv-term, .gv-panel-name, .gv-latent";
// Where a letter is part of what somebody writes.
const WRITING = "input:not([type=range], [type=checkbox]), select, textarea";

/** Listen to the whole page, once. */
export function listen() {
  // A finger can't hover: a tap on a term tells what its tooltip would.
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const term = event.target.closest(TERMS);
    const told = term?.closest("[title]")?.getAttribute("title");
    if (!term || !told || !window.matchMedia("(hover: none)").matches) return;
    // A question should not open a field's keyboard; but a switch is there to be switched.
    if (!term.closest("label")?.querySelector("[type=checkbox]")) event.preventDefault();
    toast(told);
  });

  // R rolls the dice of the tab in view.
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "r" || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (!(target instanceof HTMLElement)) return;
    if (target.isContentEditable || target.closest(WRITING)) return;
    all(document, "[data-reroll]").find(isVisible)?.click();
  });
}
