// What was measured: the figures of the stop that draws, and the curve of all stops with that one
// marked on it.

import { finder, make } from "../static/make.js";
import { percent } from "../static/meter.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Bridge } from "../static/types.js" */

const NOT_MEASURED = wording.bridge.notMeasured;
/** @param {number} value */
const small = (value) => Number(value.toPrecision(3)).toString();

const FIGURES = [
  ["sharpness", "sharpness", wording.bridge.theVarianceOfTheLaplacian],
  ["error", wording.bridge.squaredError, wording.bridge.theMeanSquareOfWhat],
  ["distance", "distance", wording.bridge.frChetDistanceOfSamples],
  ["realness", "realness", wording.bridge.whatTheDiscriminatorOfThe],
];

/** @param {string} key @param {any} stop @param {string} scale */
function figureText(key, stop, scale) {
  const value = stop[key];
  if (value === null) return { text: NOT_MEASURED, more: "" };
  if (key === "sharpness") return { text: percent(value), more: wording.bridge.ofReal };
  if (key === "error") return { text: small(value), more: "" };
  if (key === "realness") {
    return {
      text: scale === "score" ? value.toFixed(2) : percent(value),
      more: scale === "score" ? "of 1" : "",
    };
  }
  if (stop.fitted === null) return { text: small(value), more: "" };
  return { text: small(stop.fitted), more: `with N(0, I) ${small(value)}` };
}

/**
 * @param {(at: number) => void} onChoose a stop was chosen on the curve
 * @param {HTMLElement} root
 */
export function makeCurve(root, onChoose) {
  const find = finder(root);
  const cells = new Map(
    FIGURES.map(([key, term, told]) => {
      const cell = make("dd", "");
      find(".br-figures").append(
        make(
          "div",
          "br-figure",
          { title: told, "data-key": key },
          make("dt", "gv-term", {}, term),
          cell,
        ),
      );
      return [key, cell];
    }),
  );
  /** @type {(HTMLButtonElement | null)[]} */
  let points = [];

  /** @param {any} stop @param {number} at @param {number} count @param {any} frame */
  function point(stop, at, count, frame) {
    /** @param {number} value @param {number[]} places */
    const share = (value, [low, high]) => (value - low) / (high - low);
    const across = frame.left + share(100 * stop.sharpness, frame.x) * (frame.right - frame.left);
    const down = frame.bottom - share(stop.error, frame.y) * (frame.bottom - frame.top);
    const words = worded(wording.bridge.stopWeightSharpnessSquaredError, {
      at: at + 1,
      weight: stop.weight,
      sharpness: percent(stop.sharpness),
      error: small(stop.error),
    });
    const button = make("button", "br-point gv-focus", {
      type: "button",
      title: words,
      "aria-label": words,
    });
    button.style.left = `${(100 * across) / frame.width}%`;
    button.style.top = `${(100 * down) / frame.height}%`;
    button.style.setProperty("--share", String(count > 1 ? at / (count - 1) : 0));
    button.addEventListener("click", () => onChoose(at));
    return button;
  }

  return {
    /** Draw the curve anew, from the server's answer. @param {any} told */
    draw(told) {
      const { chart, stops } = told;
      find(".br-chart h3").textContent = chart.title;
      find(".br-about").textContent = chart.note;
      const plot = find(".br-svg");
      plot.innerHTML = chart.svg;
      find(".br-plot").hidden = !chart.svg;
      find(".br-missing").hidden = Boolean(chart.svg);
      find(".br-missing").textContent = chart.missing;
      /** A stop that was not measured has no place on the curve. @param {any} stop */
      const measured = (stop) => stop.sharpness !== null && stop.error !== null;
      points = stops.map((/** @type {any} */ stop, /** @type {number} */ at) =>
        chart.svg && measured(stop) ? point(stop, at, stops.length, chart.frame) : null,
      );
      find(".br-points").replaceChildren(...points.filter((button) => button !== null));
      // Without a curve the sentence in its place says so already.
      find(".br-told").textContent = chart.svg ? told.told.replaceAll(" %", "\u00a0%") : "";
      find(".br-drift").textContent = told.drift;
      find(".br-drift").hidden = !told.drift;
    },
    /** @param {Bridge} bridge @param {number} at @param {any} told */
    show(bridge, at, told) {
      find(".br-stop").replaceChildren(
        make(
          "b",
          "",
          {},
          worded(wording.bridge.stopOf, { at: at + 1, length: bridge.stops.length }),
        ),
        worded(wording.bridge.weight, { stops: bridge.stops[at], weights: bridge.weights[at] }),
      );
      points.forEach((button, place) => {
        button?.classList.toggle("chosen", place === at);
        button?.setAttribute("aria-pressed", String(place === at));
      });
      for (const [key, cell] of cells) {
        const { text, more } = figureText(key, told.stops[at], told.scale);
        cell.classList.toggle("br-unknown", text === NOT_MEASURED);
        cell.replaceChildren(
          make("b", "", {}, text),
          ...(more ? [" ", make("small", "", {}, more)] : []),
        );
      }
    },
  };
}
