// A sentence at the edge of the page that goes by itself.

import { make } from "./make.js";

const SHOWN_MS = 6000;
let timer = 0;

/** @param {string} sentence */
export function toast(sentence) {
  let box = document.querySelector(".gv-toast");
  if (!box) {
    box = make("div", "gv-toast", { role: "alert" });
    document.body.append(box);
  }
  box.textContent = sentence;
  box.classList.add("shown");
  window.clearTimeout(timer);
  timer = window.setTimeout(() => box.classList.remove("shown"), SHOWN_MS);
}
