// Keeps the pictures, the slider and the curve in step with the state.

import { makeCurve } from "./curve.js";
import { makeDock } from "./dock.js";
import { makeSlider } from "./slider.js";
import { makeStage } from "./stage.js";
import { Stops } from "./stops.js";
import * as engine from "../engine/engine.js";
import { ask, latest } from "../static/calls.js";
import { showEngine } from "../static/source.js";
import * as store from "../static/store.js";
import { noteData } from "../static/told.js";
import { finder } from "../static/make.js";

/**
 * @import { Batch, Bridge, Given } from "../static/types.js"
 * @import { View } from "./stops.js"
 */

/** @param {Given} given */
export function mount({ element, props, server }) {
  const find = finder(element);
  const root = find(".br");
  const fold = find(".br-fold");
  const [narrow, wide] = props.value.widths;
  const stops = new Stops(server);
  const stage = makeStage(root);
  const slider = makeSlider(root, (position) => store.set({ position }));
  const curve = makeCurve(root, (at) => store.set({ position: at }));
  const dock = makeDock(root);
  const measured = new Map();
  /** @type {Bridge | null} */
  let placed = null;
  // What is being shown, so that a stop whose pictures are here can be shown at once.
  /** @type {{ bridge: Bridge, view: View, seed: number, index: number } | null} */
  let current = null;

  const active = () => store.get().tab === "bridge";
  /** @param {Bridge} bridge */
  const last = (bridge) => bridge.stops.length - 1;
  /** @param {Bridge} bridge */
  const positionOf = (bridge) => Math.min(store.get().position, last(bridge));
  /**
   * Between two stops the nearest one draws.
   *
   * @param {Bridge} bridge
   */
  const nearest = (bridge) => Math.round(positionOf(bridge));
  const showDrawer = showEngine(find(".br-engine"), () => {
    const bridge = store.bridge();
    return bridge ? [bridge.stops[nearest(bridge)]] : [];
  });

  /** @param {Bridge} bridge */
  function place(bridge) {
    placed = bridge;
    slider.place(bridge);
    fold.dataset.note = bridge.note;
    noteData();
  }

  /** All that needs no answer from anybody. @param {Bridge} bridge */
  function refresh(bridge) {
    if (placed !== bridge) place(bridge);
    const at = nearest(bridge);
    dock.refresh(store.get());
    slider.show(bridge, positionOf(bridge), at);
    root.style.setProperty("--share", String(at / last(bridge)));
    const told = measured.get(bridge.key);
    if (told) curve.show(bridge, at, told);
    showDrawer();
  }

  /**
   * @param {Bridge} bridge
   * @param {number} at
   * @param {View} view
   * @param {Batch} batch
   */
  function paint(bridge, at, view, batch) {
    stage.show(bridge, at, view, batch);
    root.dataset.shown = `${view.key}/${bridge.stops[at]}`;
  }

  /**
   * The stop's own decoder first, then those beside it: so many bytes as are likely to be used.
   *
   * @param {Bridge} bridge
   * @param {number} at
   */
  async function loadDecoders(bridge, at) {
    await engine.start([bridge.stops[at]]);
    await engine.start([at - 1, at + 1].map((near) => bridge.stops[near]).filter(Boolean));
  }

  /**
   * @param {Bridge} bridge
   * @param {number} at
   * @param {View} view
   */
  async function drawAhead(bridge, at, view) {
    await loadDecoders(bridge, at);
    for (const near of [at + 1, at - 1]) {
      if (bridge.stops[near] && current?.view === view) {
        await stops.draw(view, bridge.stops[near], true);
      }
    }
  }

  const draw = latest(async () => {
    const bridge = store.bridge();
    if (!active() || !bridge) return;
    const { seed, index } = store.get();
    const count = store.isPhone() ? bridge.phone_count : bridge.count;
    stage.setBusy(true);
    const view = await stops.view(bridge, seed, count, index);
    // The hand may have moved on meanwhile.
    const at = nearest(bridge);
    const batch = view && (await stops.draw(view, bridge.stops[at]));
    stage.setBusy(false);
    if (!batch || store.bridge() !== bridge) return;
    current = { bridge, view, seed, index };
    dock.showNumber(view.original);
    if (nearest(bridge) === at) paint(bridge, at, view, batch);
    drawAhead(bridge, at, view);
  });

  const measure = latest(async () => {
    const bridge = store.bridge();
    if (!active() || !bridge || measured.has(bridge.key)) return;
    const width = store.isPhone() ? narrow : wide;
    const told = await ask(server.figures({ bridge: bridge.key, width }));
    if (told) measured.set(bridge.key, told);
    showCurve();
  });

  /** @type {any} */
  let drawnCurve = null;
  function showCurve() {
    const bridge = store.bridge();
    const told = bridge && measured.get(bridge.key);
    if (!told) return;
    if (drawnCurve !== told) curve.draw(told);
    drawnCurve = told;
    curve.show(bridge, nearest(bridge), told);
    root.dataset.measured = bridge.key;
  }

  /**
   * Show the stop at once if its pictures are here.
   *
   * @param {Bridge} bridge
   */
  function showHere(bridge) {
    const { seed, index } = store.get();
    if (current?.bridge !== bridge || current.seed !== seed || current.index !== index) {
      return false;
    }
    const at = nearest(bridge);
    const batch = stops.here(current.view, bridge.stops[at]);
    if (batch) paint(bridge, at, current.view, batch);
    return Boolean(batch);
  }

  function change() {
    const bridge = store.bridge();
    if (!active() || !bridge) return;
    refresh(bridge);
    showHere(bridge);
    draw();
    measure();
    showCurve();
  }

  store.subscribe((_, changed) => {
    if (store.touches(changed, ["tab", "bridge", "position", "seed", "index"])) {
      change();
    }
    // The tab's content is laid out after the change.
    if (changed.includes("tab")) window.requestAnimationFrame(stage.fit);
  });
  window.addEventListener("online", change);
  change();
}
