// The three panels: the original, and each model's picture with eight small ones and its facts.

import { drawWhole } from "../static/canvas.js";
import { config } from "../static/config.js";
import { make } from "../static/make.js";
import { factLines, percent, writeRealness } from "../static/meter.js";
import { makePanel, realPanel } from "../static/panel.js";
import { wording } from "#words";

/** @import { Picture } from "../static/types.js" */

/**
 * @typedef {HTMLCanvasElement | null | undefined} Pixels
 */

const FACTS = [
  {
    key: "error",
    term: wording.reconstruct.pixelError,
    told: wording.reconstruct.rootMeanSquareDifferenceOf,
  },
  {
    key: "distance",
    term: wording.reconstruct.featureDistance,
    told: wording.reconstruct.distanceFromTheOriginalIn,
  },
  {
    key: "work",
    term: wording.reconstruct.foundIn,
    told: wording.reconstruct.whatItTookToFind,
  },
  {
    key: "spread",
    term: wording.reconstruct.spread,
    told: wording.reconstruct.howSureTheEncoderIs,
  },
];

/**
 * A large picture over a row of small ones, in the stage of a panel.
 *
 * @param {HTMLElement} stage
 * @param {string} subject
 * @param {number} count of small ones
 * @param {string} rowTold
 */
function pictureStage(stage, subject, count, rowTold) {
  const main = make("canvas", "", { role: "img", "aria-label": subject });
  const top = make("div", "rc-main", {}, main);
  const small = Array.from({ length: count }, () =>
    make("canvas", "rc-small", { "aria-hidden": "true" }),
  );
  const attributes = { role: "img", "aria-label": rowTold, title: rowTold };
  const row = make("div", "rc-row", attributes, ...small);
  stage.replaceChildren(top, row);
  /** @type {Pixels} */
  let picture = null;
  /** @type {Pixels[]} */
  let others = [];
  let smooth = false;

  function draw() {
    drawWhole(main, picture, smooth);
    small.forEach((canvas, at) => drawWhole(canvas, others[at], smooth));
  }
  return {
    row,
    draw,
    /** @param {HTMLElement | undefined} node */
    cover(node) {
      const wanted = node ?? main;
      if (top.firstChild !== wanted) top.replaceChildren(wanted);
    },
    /** @param {Pixels} pixels @param {Pixels[]} more @param {boolean} isSmooth */
    show(pixels, more, isSmooth) {
      [picture, others, smooth] = [pixels, more, isSmooth];
      draw();
    },
  };
}

const three = (/** @type {number} */ value) => Number(value.toPrecision(3)).toString();

/** How long something took. @param {number} value */
export const seconds = (value) => (value < 0.1 ? "< 0.1 s" : `${value.toFixed(1)} s`);

/**
 * @param {string} name
 * @param {number} samples
 * @param {() => void} onExplore
 */
export function modelPanel(name, samples, onExplore) {
  const panel = makePanel(name, true);
  const { family, dataset, image_shape: shape } = config.models[name];
  const isVae = family === "vae";
  const told = isVae
    ? wording.reconstruct.eightPicturesOfPlacesDrawn
    : wording.reconstruct.eightMomentsOfTheSearch;
  const subject = `The ${family.toUpperCase()}'s reconstruction`;
  const stage = pictureStage(panel.stage, subject, samples, told);
  const shown = FACTS.filter(
    ({ key }) => (key !== "spread" || isVae) && (key !== "distance" || dataset === "mnist"),
  );
  const tell = factLines(panel.facts, "rc-line", shown);
  // Both panels are as high, so that nothing moves between them.
  if (!isVae) panel.facts.append(make("div", "rc-line"));
  const title = wording.reconstruct.putItsPlaceInLatent;
  const attributes = { type: "button", title };
  const explore = make("button", "gv-button rc-explore", attributes, wording.reconstruct.toExplore);
  explore.addEventListener("click", onExplore);
  panel.facts.append(explore);

  return {
    name,
    root: panel.root,
    refresh: panel.refresh,
    setBusy: panel.setBusy,
    draw: stage.draw,
    explore,
    /**
     * @param {Picture | null} picture
     * @param {Pixels[]} more
     * @param {string | null} judge
     * @param {string} work
     */
    show(picture, more, judge, work) {
      stage.show(picture?.pixels, more, shape[0] === 3);
      panel.setSharpness(picture ? picture.sharpness : undefined, 1);
      panel.setRealness(picture?.realness, judge);
      tell({
        error: typeof picture?.error === "number" ? percent(picture.error) : "",
        distance: typeof picture?.distance === "number" ? three(picture.distance) : "",
        spread: typeof picture?.spread === "number" ? three(picture.spread) : "",
        work,
      });
      explore.disabled = !picture?.z;
    },
  };
}

/** The panel of what is reconstructed. */
export function originalPanel() {
  const panel = realPanel();
  const note = make("div", "gv-note");
  panel.facts.append(note);
  const stage = pictureStage(
    panel.stage,
    wording.reconstruct.theOriginal,
    1,
    wording.reconstruct.yourPictureAsTheModels,
  );
  stage.row.append(make("span", "rc-caption", {}, wording.reconstruct.asTheModelsGetIt));
  return {
    root: panel.root,
    draw: stage.draw,
    cover: stage.cover,
    /**
     * @param {Picture | null} picture
     * @param {string} name
     * @param {string | null} judge
     * @param {boolean} smooth
     */
    show(picture, name, judge, smooth) {
      panel.setWhat(name, smooth);
      stage.show(picture?.pixels, [picture?.pixels], smooth);
      panel.setSharpness(picture ? picture.sharpness : undefined, 1);
      writeRealness(note, picture?.realness, judge);
    },
  };
}
