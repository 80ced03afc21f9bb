// Wires the time-lapse and the charts to the models that are shown.

import { ask, latest } from "../static/calls.js";
import { isVisible, one } from "../static/make.js";
import { stageRow } from "../static/panel.js";
import * as store from "../static/store.js";
import { makeCharts } from "./charts.js";
import { makeTimelapse } from "./timelapse.js";

/** @import { Given } from "../static/types.js" */

/** @param {Given} given */
export function mount({ element, props, server }) {
  const [NARROW_CHART, WIDE_CHART] = props.value.widths;
  const STACKED = 700;
  const holder = one(element, ".training-charts");

  const charts = makeCharts({
    holder,
    onPick: (/** @type {number} */ images) => timelapse.goTo(images),
  });
  const timelapse = makeTimelapse({
    element,
    server,
    most: props.value.max_sheets,
    onMoment: charts.setMoment,
  });

  let drawn = "";

  function chartWidth() {
    const room = holder.clientWidth;
    const stacked = room < STACKED;
    holder.classList.toggle("stacked", stacked);
    return (stacked ? room : room / 2) < 450 ? NARROW_CHART : WIDE_CHART;
  }

  // Charts of all VAEs of the pair and its GAN; again only when something about them has changed.
  const drawCharts = latest(async () => {
    const [state, pair] = [store.get(), store.pair()];
    // Before it is laid out there is no width to draw for; the observer below calls again.
    if (!pair || !isVisible(element) || !holder.clientWidth) return;
    const models = [...pair.vaes, state.gan].filter(Boolean).slice(0, 8);
    const main = state.vae && pair.vaes.includes(state.vae) ? state.vae : null;
    const request = { models, main, width: chartWidth() };
    const wanted = JSON.stringify(request);
    if (wanted === drawn) return;
    holder.setAttribute("aria-busy", "true");
    const answer = await ask(server.charts(request));
    holder.setAttribute("aria-busy", "false");
    if (!answer) return;
    drawn = wanted;
    charts.draw(answer.charts);
    // The page may have been laid out anew while the server drew.
    if (holder.clientWidth && chartWidth() !== request.width) drawCharts();
  });

  stageRow(one(element, ".gv-stage-row"), (panels) => timelapse.setPanels(panels));
  drawCharts();

  store.subscribe((state, changed) => {
    if (changed.includes("tab") && state.tab !== "training") timelapse.stop();
    const opened = changed.includes("tab") && state.tab === "training";
    // The tab's content is laid out after the change: measure it then.
    if (opened) {
      window.requestAnimationFrame(() => {
        timelapse.redraw();
        drawCharts();
      });
    }
    if (!opened && store.touches(changed, ["pair", "vae", "gan"])) drawCharts();
  });

  window.addEventListener("ganvae:theme", () => timelapse.redraw());

  let width = 0;
  new ResizeObserver(() => {
    if (!isVisible(element) || holder.clientWidth === width) return;
    width = holder.clientWidth;
    timelapse.redraw();
    drawCharts();
  }).observe(holder);
}
