// What was measured: two charts with their legends, and what the discriminator says on average.

import { make } from "../static/make.js";
import { percent } from "../static/meter.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @param {any} chart */
export function drawChart(chart) {
  const root = make(
    "figure",
    "compare-chart",
    {},
    make("figcaption", "", {}, make("h3", "", {}, chart.title)),
  );
  root.dataset.key = chart.key;
  if (!chart.svg) {
    root.append(missingLine(chart.missing));
    return root;
  }
  const legend = make("p", "compare-legend");
  for (const line of chart.lines.filter((/** @type {any} */ each) => each.told)) {
    const key = make("i", "compare-key");
    key.style.borderTopColor = line.colour;
    key.style.borderTopStyle = line.style;
    legend.append(make("span", "", {}, key, line.label));
  }
  const plot = make("div", "compare-plot");
  plot.innerHTML = chart.svg;
  root.append(make("p", "compare-about", {}, chart.note), legend, plot);
  return root;
}

/**
 * A sentence in place of figures; the command in it stands out, so that it can be copied.
 *
 * @param {string} sentence
 */
function missingLine(sentence) {
  const [before, command, after] = sentence.split(/(python train\.py --score [\w.-]*[\w-])/);
  const parts = command ? [before, make("code", "", {}, command), after] : [sentence];
  return make("p", "compare-missing", {}, ...parts);
}

/**
 * Families that were trained for the question: charts over the setting that differs.
 *
 * @param {HTMLElement} holder
 * @param {any} sweeps
 */
export function drawSweeps(holder, sweeps) {
  const parts = sweeps.map((/** @type {any} */ sweep) =>
    make(
      "details",
      "gv-fold",
      { open: "" },
      make("summary", "", {}, sweep.title),
      make("div", "compare-charts", {}, ...sweep.charts.map(drawChart)),
      make("p", "compare-about", {}, wording.compare.from, make("code", "", {}, sweep.command)),
    ),
  );
  holder.replaceChildren(...parts);
}

/**
 * Mean output of the discriminator for each kind of picture, as bars from 0 to 1.
 *
 * @param {HTMLElement} holder
 * @param {any} realness
 */
export function drawRealness(holder, realness) {
  holder.replaceChildren();
  if (!realness) return;
  holder.append(make("h3", "", {}, wording.compare.whatDoesTheDiscriminatorTake));
  if (!realness.bars.length) {
    holder.append(missingLine(realness.missing));
    return;
  }
  const score = realness.scale === "score";
  const what = score
    ? wording.compare.meanScore1StandsFor
    : wording.compare.meanProbabilityOfBeingReal;
  const over = realness.n ? worded(wording.compare.picturesEach, { n: realness.n }) : "";
  holder.append(
    make("p", "compare-about", {}, worded(wording.compare.itNeverSawAVae, { what, over })),
  );
  const list = make("dl", "compare-bars");
  for (const bar of realness.bars) {
    const fill = make("i", "compare-fill");
    fill.style.width = `${100 * Math.min(Math.max(bar.value, 0), 1)}%`;
    const value = score ? bar.value.toFixed(2) : percent(bar.value);
    const row = make(
      "div",
      "compare-bar",
      { "data-family": bar.family },
      make("dt", "", {}, bar.label),
      make("dd", "", {}, make("span", "compare-track", {}, fill), make("b", "", {}, value)),
    );
    list.append(row);
  }
  holder.append(list);
}
