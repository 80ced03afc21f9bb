// Meters: how sharp pictures are, and what the GAN's discriminator says of them.

import { config } from "./config.js";
import { make } from "./make.js";
import { worded } from "./worded.js";
import { wording } from "#words";

// Below the first a picture looks blurred, above the second its detail is noise.
const [BLUR, NOISE] = [0.9, 1.15];
const BAR_END = 2;

const REALNESS = {
  probability: wording.shared.howSureTheGanS,
  score: wording.shared.theScoreThatTheGan,
};

/** A share in per cent, three digits at most. @param {number} share */
export function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "under 0.1 %";
  if (value < 100 && value > 99.9) return "over 99.9 %";
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/**
 * What a sharpness is called.
 *
 * @param {number} ratio a share of real pictures'
 */
export function verdictOf(ratio) {
  if (ratio < BLUR) return "blur";
  return ratio > NOISE ? "noise" : wording.shared.likeReal;
}

/** The bar of a panel that says how sharp its pictures are, with nothing said yet. */
export function sharpnessMeter() {
  const fill = make("i", "gv-meter-fill");
  const bar = make("span", "gv-meter", {}, fill, make("i", "gv-meter-real"));
  const value = make("span", "gv-meter-value");
  const term = make("span", "gv-term", {}, wording.shared.sharpness);
  const root = make("div", "gv-sharpness", {}, term, bar, value);

  /**
   * @param {number | null | undefined} ratio null where it was not measured, undefined where there
   *     is no picture
   * @param {number} [count] pictures shown
   */
  function set(ratio, count) {
    const known = typeof ratio === "number" && Number.isFinite(ratio);
    root.classList.toggle("unknown", !known);
    if (!known) {
      fill.style.width = "0";
      // Nothing is said before anything is shown.
      value.textContent = ratio === undefined ? "" : wording.shared.notMeasured;
      root.title = wording.shared.sharpnessNeedsToKnowReal;
      return;
    }
    const rounded = Math.round(ratio * 100);
    const word = verdictOf(ratio);
    root.dataset.verdict = word;
    fill.style.width = `${(Math.min(ratio, BAR_END) / BAR_END) * 100}%`;
    value.replaceChildren(
      make("b", "", {}, rounded > 999 ? wording.shared.over999 : `${rounded} %`),
      make("span", "gv-of-real", {}, wording.shared.ofReal),
      make("span", "gv-dot", {}, " ·"),
      ` ${word}`,
    );
    const shown = count === 1 ? "picture" : `${count} pictures`;
    const over = count ? `the ${shown} shown` : wording.shared.thePicturesShown;
    root.title = worded(wording.shared.sharpnessTheVarianceOfThe, { over });
  }
  set(undefined);
  return { root, set };
}

/**
 * What a discriminator says, in words; `real` is what real pictures get, "" where that is not known.
 *
 * @param {number} value
 * @param {string} gan
 */
export function realnessTold(value, gan) {
  const facts = config.models[gan].realness;
  const { scale, real, generated } = facts ?? { scale: "score", real: null, generated: null };
  const text = scale === "score" ? (/** @type {number} */ number) => number.toFixed(2) : percent;
  const means =
    real === null || generated === null
      ? ""
      : worded(wording.shared.onAverageRealTestPictures, {
          real: text(real),
          generated: text(generated),
        });
  return {
    term: scale === "score" ? wording.shared.realnessScore : wording.shared.realness,
    text: text(value),
    real: real === null ? "" : text(real),
    told: REALNESS[scale] + means,
  };
}

/**
 * The same as the content of an element; nothing where there is no value.
 *
 * @param {HTMLElement} line
 * @param {number | null | undefined} value
 * @param {string | null | undefined} gan
 */
export function writeRealness(line, value, gan) {
  const said = typeof value === "number" && gan ? realnessTold(value, gan) : null;
  line.title = said?.told ?? "";
  const words = said
    ? [make("span", "gv-term", {}, said.term), " ", make("b", "", {}, said.text)]
    : [];
  if (said?.real) words.push(make("span", "gv-real-ones", {}, wording.shared.realOnes, said.real));
  line.replaceChildren(...words);
}

/**
 * Lines of facts below a panel's stage: a term with its tooltip, and its value or nothing. Their
 * number never changes, so that nothing moves.
 *
 * @param {HTMLElement} facts where the lines go
 * @param {string} className of a line
 * @param {{ key: string, term: string, told: string }[]} lines
 * @returns {(values: Record<string, string>) => void}
 */
export function factLines(facts, className, lines) {
  const made = lines.map((line) => ({ ...line, root: make("div", className) }));
  facts.append(...made.map(({ root }) => root));
  return (values) => {
    for (const { key, term, told, root } of made) {
      const value = values[key];
      root.title = value ? told : "";
      const words = value ? [make("span", "gv-term", {}, term), " ", make("b", "", {}, value)] : [];
      root.replaceChildren(...words);
    }
  };
}
