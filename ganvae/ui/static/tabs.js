// Gradio's tabs follow the state.

import * as store from "./store.js";

function show() {
  const { tab } = store.get();
  /** @type {HTMLElement | null} */
  const button = document.querySelector(`[role=tab][data-tab-id="${tab}"]`);
  if (!button) return false;
  if (button.getAttribute("aria-selected") !== "true") button.click();
  // On a phone the tabs are a row that can be moved: the chosen one comes into its middle.
  const row = button.parentElement;
  if (row) row.scrollLeft = button.offsetLeft - (row.clientWidth - button.offsetWidth) / 2;
  window.requestAnimationFrame(() => document.documentElement.classList.remove("gv-waiting"));
  return true;
}

/** Keep them in step from now on. They appear some time after this script has run. */
export function follow() {
  if (store.get().tab !== "sample") document.documentElement.classList.add("gv-waiting");
  if (!show()) {
    const observer = new MutationObserver(() => show() && observer.disconnect());
    observer.observe(document.documentElement, { childList: true, subtree: true });
  }
  store.subscribe((_, changed) => {
    if (changed.includes("tab")) show();
  });
}
