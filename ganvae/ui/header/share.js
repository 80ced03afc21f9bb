// Hands the visitor a link: into the clipboard, or where that is refused into a field to copy from.
// A page in a frame may lack the right to the clipboard, and a dialog of the browser's with it.

import { one } from "../static/make.js";
import { wording } from "#words";

/** @param {HTMLElement} box @param {EventTarget | null} target */
const within = (box, target) => target instanceof Node && box.contains(target);

/** @param {HTMLButtonElement} button @param {HTMLElement} box */
export function sharing(button, box) {
  /** @type {HTMLInputElement} */
  const field = one(box, "input");
  const close = one(box, "button");
  const status = one(/** @type {HTMLElement} */ (box.parentElement), ".status");
  const usual = button.textContent;
  let timer = 0;

  /** @param {string} words */
  function say(words) {
    window.clearTimeout(timer);
    button.textContent = words;
    status.textContent = words;
    timer = window.setTimeout(() => {
      button.textContent = usual;
      status.textContent = "";
    }, 1500);
  }

  function hide() {
    const focused = box.contains(document.activeElement);
    box.hidden = true;
    if (focused) button.focus();
  }

  /** @param {string} link */
  function show(link) {
    field.value = link;
    box.hidden = false;
    field.focus();
    field.select();
  }

  field.addEventListener("focus", () => field.select());
  field.addEventListener("copy", () => say(wording.header.copied));
  close.addEventListener("click", hide);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.hidden && !within(box, event.target) && event.target !== button) hide();
  });

  return async function share(/** @type {string} */ link) {
    if (!box.hidden) return hide();
    try {
      await navigator.clipboard.writeText(link);
      say(wording.header.copied);
    } catch {
      show(link);
    }
  };
}
