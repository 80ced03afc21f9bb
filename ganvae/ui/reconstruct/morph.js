// Two kept pictures, A and B: where each model has them, and what they look like on the buttons.

import * as store from "../static/store.js";

export function makeMorph(root) {
  const buttons = [...root.querySelectorAll("[data-keep]")];
  const play = root.querySelector("[data-do=morph]");
  let kept = {};
  // The picture that a button would keep: { places: {model: text}, pixels } or null.
  let offered = null;

  function show() {
    for (const button of buttons) {
      const mine = kept[button.dataset.keep];
      button.disabled = !offered;
      button.classList.toggle("rc-kept", Boolean(mine));
      const canvas = button.querySelector("canvas");
      canvas.width = canvas.height = mine ? mine.pixels.width : 1;
      if (mine) canvas.getContext("2d").drawImage(mine.pixels, 0, 0);
    }
    const { starts, ends } = kept;
    const shared = Object.keys(starts?.places ?? {}).some((name) => ends?.places[name]);
    play.disabled = !shared;
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      kept[button.dataset.keep] = offered;
      show();
    });
  }
  play.addEventListener("click", () => {
    // Along the sphere: the GAN's places stay as far out as those it learnt.
    store.set({ walk: "spherical", starts: kept.starts.places, ends: kept.ends.places });
    store.play();
  });
  show();

  return {
    offer(next) {
      offered = next;
      show();
    },
    clear() {
      [kept, offered] = [{}, null];
      show();
    },
  };
}
