// The panels beside the big picture: each model's picture whole and magnified, and its facts.

import { drawWhole } from "../static/canvas.js";
import { config } from "../static/config.js";
import { make } from "../static/make.js";
import { factLines, percent, writeRealness } from "../static/meter.js";
import { makePanel, realPanel } from "../static/panel.js";
import { drawCrop, placeFrame } from "./pictures.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Picture } from "../static/types.js"
 * @import { Spot } from "./pictures.js"
 */

const ERROR_TOLD = wording.compare.rootMeanSquareDifferenceOf;

/**
 * A picture and its magnified part, in the stage of a panel.
 *
 * @param {HTMLElement} stage
 * @param {string} subject
 */
function makePair(stage, subject) {
  const whole = make("canvas", "", { role: "img", "aria-label": subject });
  const crop = make("canvas", "", {
    role: "img",
    "aria-label": worded(wording.compare.aPartMagnified, { subject }),
  });
  const frame = make("i", "compare-frame");
  const top = make("div", "compare-whole", {}, whole, frame);
  stage.replaceChildren(top, make("div", "compare-crop", {}, crop));
  /** @type {Picture | null | undefined} */
  let picture = null;
  let smooth = false;
  /** @type {Spot} */
  let spot = { x: 0.5, y: 0.5 };
  // Where something else takes the place of the whole picture, it is shown in that of its part.
  let covered = false;

  function draw() {
    const area = drawWhole(covered ? crop : whole, picture?.pixels, smooth);
    if (!covered) drawCrop(crop, picture?.pixels, spot, smooth);
    placeFrame(frame, whole, covered ? null : area, picture?.pixels, spot);
  }
  return {
    draw,
    /** @param {HTMLElement | null} node */
    cover(node) {
      covered = Boolean(node);
      top.replaceChildren(...(node ? [node] : [whole, frame]));
      draw();
    },
    /** @param {Picture | null | undefined} next @param {boolean} isSmooth */
    show(next, isSmooth) {
      [picture, smooth] = [next, isSmooth];
      draw();
    },
    /** @param {Spot} next */
    moveTo(next) {
      spot = next;
      draw();
    },
  };
}

/**
 * Two lines under the sharpness: what the discriminator says, and the difference from the original.
 *
 * @param {HTMLElement} facts
 */
function makeLines(facts) {
  const realness = make("div", "compare-line");
  facts.append(realness);
  const tell = factLines(facts, "compare-line", [
    { key: "error", term: wording.compare.offBy, told: ERROR_TOLD },
  ]);
  return (/** @type {Picture | null | undefined} */ picture, /** @type {string | null} */ gan) => {
    writeRealness(realness, picture?.realness, gan);
    tell({ error: typeof picture?.error === "number" ? percent(picture.error) : "" });
  };
}

/** The panel of a model of the pair. @param {string} name */
export function modelPanel(name) {
  const panel = makePanel(name, true);
  const { family } = config.models[name];
  const pair = makePair(
    panel.stage,
    worded(wording.compare.thePictureOfThe, { family: family.toUpperCase() }),
  );
  const tell = makeLines(panel.facts);
  return {
    root: panel.root,
    refresh: panel.refresh,
    setBusy: panel.setBusy,
    pair,
    /**
     * @param {Picture | null | undefined} picture
     * @param {boolean} smooth
     * @param {string | null} gan
     * @param {string} note
     */
    show(picture, smooth, gan, note) {
      pair.show(picture, smooth);
      // Nothing is said of a picture that is not there.
      panel.setSharpness(picture ? picture.sharpness : undefined, 1);
      panel.setNote(note);
      tell(picture, gan);
    },
  };
}

/** The panel of what both models are asked to redraw. */
export function originalPanel() {
  const panel = realPanel();
  const pair = makePair(panel.stage, wording.compare.theOriginal);
  const tell = makeLines(panel.facts);
  return {
    root: panel.root,
    pair,
    /**
     * @param {Picture | null | undefined} picture
     * @param {boolean} smooth
     * @param {string | null} gan
     * @param {string} title
     */
    show(picture, smooth, gan, title) {
      panel.setWhat(title, smooth);
      pair.show(picture, smooth);
      panel.setSharpness(picture ? picture.sharpness : undefined, 1);
      tell(picture, gan);
    },
  };
}
