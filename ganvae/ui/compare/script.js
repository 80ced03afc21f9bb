// Keeps the pictures, the panels and the figures in step with the state.

import { makeDock } from "./dock.js";
import { drawChart, drawRealness, drawSweeps } from "./figures.js";
import { modelPanel, originalPanel } from "./panels.js";
import { makeSlider } from "./slider.js";
import { drawClaims, drawTable } from "./tables.js";
import { ask, latest } from "../static/calls.js";
import { decoded } from "../static/canvas.js";
import { config } from "../static/config.js";
import { finder, isVisible } from "../static/make.js";
import { emptyPanel, fillPanels } from "../static/panel.js";
import { sketchpad } from "../static/sketch.js";
import * as store from "../static/store.js";
import { toast } from "../static/toast.js";
import { noteData } from "../static/told.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Given, Picture } from "../static/types.js" */

/**
 * @typedef {ReturnType<typeof store.couple>} Couple
 */

/** @type {Record<string, string>} */
const TITLES = { test: "Real", drawing: "Yours" };

/** @param {Given} given */
export function mount({ element, props, server }) {
  const find = finder(element);
  const [NARROW_CHART, WIDE_CHART] = props.value.widths;
  const STACKED = 700;

  /** @param {string} name */
  const slot = (name) => find(`[data-slot=${name}]`);
  const slider = makeSlider(find(".compare-both"), (spot) => {
    for (const pair of pairs()) pair.moveTo(spot);
  });
  const original = originalPanel();
  const pad = sketchpad(props.value.drawing_side, () => refresh());
  const dock = makeDock(find(".compare-dock"), props.value.picks, () => {
    pad.clear();
    refresh();
  });
  slot("original").append(original.root);

  /** @typedef {ReturnType<typeof modelPanel>} ModelPanel */
  /** @type {{ vae: ModelPanel | null, gan: ModelPanel | null }} */
  const panels = { vae: null, gan: null };
  /** @type {Map<string, ModelPanel>} */
  const made = new Map();
  /** @type {Map<string, any>} */
  const offers = new Map();
  /** All that show a part magnified. */
  const pairs = () =>
    [original, panels.vae, panels.gan].flatMap((panel) => (panel ? [panel.pair] : []));
  // What is on the stage, the request it answers, and whether the GAN's part of it is there.
  /** @type {Partial<Record<"original" | "vae" | "gan", Picture>>} */
  let shown = {};
  let key = "";

  /** Why nothing can be compared, or nothing. @param {Couple} names */
  function problem({ vae, gan }) {
    if (!vae || !gan) {
      return worded(wording.compare.thereIsNoOfThis, { vae: vae ? "GAN" : "VAE" });
    }
    const [first, second] = [vae, gan].map((name) => config.models[name].image_shape.join());
    return first === second ? "" : wording.compare.theseTwoDrawPicturesOf;
  }

  /** @param {string} model */
  async function offerOf(model) {
    if (!offers.has(model)) offers.set(model, await ask(server.sources({ model })));
    const offer = offers.get(model);
    if (!offer) offers.delete(model);
    return offer ?? { test: 0, drawing: false, note: "" };
  }

  /** @param {Couple} names */
  function placePanels(names) {
    for (const family of /** @type {const} */ (["vae", "gan"])) {
      const name = names[family];
      if (name && !made.has(name)) made.set(name, modelPanel(name));
      panels[family] = (name && made.get(name)) || null;
      const root = panels[family]?.root ?? emptyPanel(family);
      panels[family]?.refresh();
      if (slot(family).firstChild !== root) fillPanels(slot(family), root);
      panels[family]?.pair.moveTo(slider.spot());
    }
  }

  /** @param {string} source @param {any} offer */
  function note(source, offer) {
    if (source === "drawing") {
      // A narrow screen has no room for that picture; see style.css.
      const narrow = window.matchMedia("(max-width: 900px)").matches;
      const where = narrow
        ? wording.compare.theModelsGetYourDrawing
        : wording.compare.belowYourDrawingItIs;
      return worded(wording.compare.inTheFrameOfThe, { where });
    }
    if (source === "test") {
      return wording.compare.aRealPictureTheVae;
    }
    const none = store.get().source === "test" || !offer.test ? ` ${offer.note}` : "";
    return worded(wording.compare.theGanDrewThisPicture, { none });
  }

  /** @param {string} source */
  function show(source) {
    const { vae, gan } = shown;
    const judge = store.couple().gan;
    const any = judge ?? store.couple().vae;
    const smooth = any !== null && config.models[any].image_shape[0] === 3;
    const mine = source === "sample";
    panels.vae?.show(
      vae,
      smooth,
      judge,
      mine ? wording.compare.redrawsTheGanS : wording.compare.redrawsTheOriginal,
    );
    panels.gan?.show(
      gan,
      smooth,
      judge,
      mine ? wording.compare.drawsIt : wording.compare.itsNearestPicture,
    );
    original.show(shown.original, smooth, judge, TITLES[source] ?? "");
    find(".compare-both").dataset.colour = String(smooth);
    slider.show({ vae, gan, smooth });
  }

  const search = latest(async (/** @type {{ wanted: any, text: string }} */ { wanted, text }) => {
    if (text !== key) return;
    let answer = await ask(server.nearest(wanted));
    if (answer?.ahead) {
      toast(worded(wording.compare.othersSearchAtThisMoment, { ahead: answer.ahead }));
    }
    while (answer?.wait && text === key) {
      await new Promise((resolve) => window.setTimeout(resolve, 1000 * answer.wait));
      if (text === key) answer = await ask(server.nearest(wanted));
    }
    if (text !== key) return;
    panels.gan?.setBusy(false);
    slider.fade(false);
    find(".compare-stage").dataset.shown = answer ? text : "";
    if (!answer) return;
    shown = { ...shown, gan: await decoded(answer.gan) };
    if (text === key) show(wanted.source);
  });

  /** @param {Couple} names @param {string} source */
  function request(names, source) {
    const { seed, pick, temperature } = store.get();
    if (source === "sample") return { ...names, source, seed, pick, temperature };
    if (source === "test") return { ...names, source, index: dock.testIndex() };
    return { ...names, source, drawing: pad.content() };
  }

  /** @param {string} source @param {string} empty */
  function clearStage(source, empty) {
    [shown, key] = [{}, ""];
    for (const panel of [panels.vae, panels.gan]) panel?.setBusy(false);
    slider.fade(false);
    find(".compare-stage").dataset.shown = "";
    show(source);
    slider.tell(wording.compare.nothingIsShown, empty);
  }

  const refresh = latest(async () => {
    if (store.get().tab !== "compare" || !store.pair()) return;
    const names = store.couple();
    const wrong = problem(names);
    const offer = wrong ? { test: 0, drawing: false, note: "" } : await offerOf(names.vae ?? "");
    const asked = store.get().source;
    /** @type {Record<string, boolean>} */
    const offered = { test: offer.test > 0, drawing: offer.drawing };
    const source = offered[asked] ? asked : "sample";
    placePanels(names);
    dock.refresh({ ...offer, source });
    find(".compare-stage").dataset.panels = source === "sample" ? "2" : "3";
    find(".compare-stage").dataset.source = source;
    find(".compare-note").textContent = wrong || note(source, offer);
    find(".compare-dock").hidden = Boolean(wrong);
    original.pair.cover(source === "drawing" ? pad.root : null);
    if (wrong) return clearStage(source, wrong);
    /** @type {any} */
    const wanted = request(names, source);
    if (source === "drawing" && !wanted.drawing) {
      return clearStage(source, wording.compare.drawADigitInThe);
    }
    const text = JSON.stringify(wanted);
    if (text === key) return;
    key = text;
    for (const panel of [panels.vae, panels.gan]) panel?.setBusy(true);
    const answer = await ask(server.picture(wanted));
    panels.vae?.setBusy(false);
    if (!answer) {
      panels.gan?.setBusy(false);
      key = "";
      return;
    }
    const parts = ["original", "vae", "gan"].filter((part) => answer[part]);
    const found = await Promise.all(parts.map((part) => decoded(answer[part])));
    // Until its own is found the GAN's former picture stays, faded.
    const { gan } = shown;
    shown = { gan, ...Object.fromEntries(parts.map((part, at) => [part, found[at]])) };
    if (shown.gan && shown.gan.pixels.width !== shown.vae?.pixels.width) delete shown.gan;
    const complete = source === "sample";
    slider.fade(!complete);
    show(source);
    slider.tell(worded(wording.compare.theSamePictureByOn, { vae: names.vae, gan: names.gan }), "");
    if (complete) panels.gan?.setBusy(false);
    else search({ wanted, text });
    find(".compare-stage").dataset.shown = complete ? text : "";
  });

  const holder = find(".compare-charts");
  let drawn = "";

  function chartWidth() {
    const stacked = holder.clientWidth < STACKED;
    find(".compare-figures").classList.toggle("stacked", stacked);
    return (stacked ? holder.clientWidth : holder.clientWidth / 2) < 450
      ? NARROW_CHART
      : WIDE_CHART;
  }

  const drawFigures = latest(async () => {
    const [state, pair] = [store.get(), store.pair()];
    if (!pair || !isVisible(element) || !holder.clientWidth) return;
    const names = [...pair.vaes, state.gan].filter(Boolean).slice(0, 8);
    const asked = { models: names, width: chartWidth() };
    const text = JSON.stringify(asked);
    if (text === drawn) return;
    find(".compare-figures").setAttribute("aria-busy", "true");
    const answer = await ask(server.figures(asked));
    find(".compare-figures").setAttribute("aria-busy", "false");
    if (!answer) return;
    drawn = text;
    holder.replaceChildren(...answer.charts.map(drawChart));
    drawSweeps(find(".compare-sweeps"), answer.sweeps);
    drawRealness(find(".compare-realness"), answer.realness);
    drawTable(find(".compare-table"), answer.table);
    drawClaims(find(".compare-claims"), answer.claims);
    noteData();
  });

  function redraw() {
    for (const pair of pairs()) pair.draw();
    slider.draw();
  }

  store.subscribe((state) => {
    if (state.tab !== "compare") return;
    refresh();
    // The tab's content is laid out after the change.
    window.requestAnimationFrame(() => {
      redraw();
      drawFigures();
    });
  });
  new ResizeObserver(() => {
    if (!isVisible(element)) return;
    redraw();
    drawFigures();
  }).observe(find(".compare-stage"));
  refresh();
  drawFigures();
}
