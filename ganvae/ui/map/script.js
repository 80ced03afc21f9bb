// Keeps the maps in step with the models shown, the legend and the place where Explore is.

import * as engine from "../engine/engine.js";
import { makeLegend } from "./legend.js";
import { MapView } from "./view.js";
import { floatsOf } from "../static/bytes.js";
import { ask, latest } from "../static/calls.js";
import { stageRow } from "../static/panel.js";
import { placeOf, placeText } from "../static/places.js";
import { Source, showEngine } from "../static/source.js";
import * as store from "../static/store.js";
import { finder, one } from "../static/make.js";

/** @import { Given } from "../static/types.js" */

/** @param {Given} given */
export function mount({ element, props, server }) {
  const find = finder(element);
  const palette = Uint8Array.from(
    props.value.palette.flatMap((/** @type {string} */ colour) =>
      [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)),
    ),
  );
  const source = new Source(server);
  const replies = new Map();
  /** @type {Map<string, MapView>} */
  let views = new Map();
  /** @type {number | null} */
  let chosen = null;

  const legend = makeLegend(find(".mp-legend"), props.value.palette, (digit) => {
    chosen = digit;
    for (const view of views.values()) view.setChosen(digit);
  });
  const showDrawer = showEngine(find(".mp-engine"), () => [...views.keys()]);
  /** @type {HTMLButtonElement} */
  const resetButton = find("[data-do=reset]");
  resetButton.addEventListener("click", () => {
    for (const view of views.values()) view.reset();
  });

  /** @param {string} model @param {Float32Array} z */
  function explore(model, z) {
    const starts = { ...store.get().starts, [model]: placeText(z) };
    store.set({ starts, tab: "explore" });
  }

  function drawn() {
    resetButton.disabled = ![...views.values()].some((view) => view.camera.moved());
  }

  const active = () => store.get().tab === "map";

  /** Ask for the clouds that are not here yet, and for where Explore is. */
  const load = latest(async () => {
    const names = [...views.keys()];
    if (!active() || !names.length) return;
    engine.start(names);
    showDrawer();
    const missing = names.filter((name) => !replies.has(name));
    for (const name of missing) views.get(name)?.panel.setBusy(true);
    await Promise.all(
      missing.map(async (model) => {
        const reply = await ask(server.cloud({ model }));
        if (reply) replies.set(model, reply);
        views.get(model)?.panel.setBusy(false);
        views.get(model)?.take(reply);
      }),
    );
    for (const view of views.values()) view.take(replies.get(view.model));
    showLegend();
    const { seed, pick, temperature, fitted, starts } = store.get();
    const found = await ask(
      server.find_latents({ models: names, seed, pick, temperature, fitted }),
    );
    for (const [name, text] of Object.entries(found?.z ?? {})) {
      const own = starts[name];
      views.get(name)?.setHere(own ? placeOf(own) : floatsOf(text));
    }
    one(element, ".mp").dataset.shown = names.join(",");
  });

  function showLegend() {
    const clouds = [...views.values()].flatMap((view) => view.cloud ?? []);
    const classes = clouds.filter((cloud) => cloud.classes);
    find(".mp-legend").hidden = !classes.length;
    find(".mp-colours").hidden = Boolean(classes.length) || !clouds.length;
    legend.count(classes);
  }

  stageRow(find(".gv-stage-row"), (panels) => {
    const former = views;
    const told = { explore, drawn };
    views = new Map();
    for (const [name, panel] of panels) {
      const view = former.get(name) ?? new MapView(panel, palette, source, told);
      views.set(name, view);
      if (view.chosen !== chosen) view.setChosen(chosen);
    }
    load();
  });

  store.subscribe((_, changed) => {
    if (!active()) return;
    if (store.touches(changed, ["tab", "seed", "pick", "temperature", "fitted", "starts"])) load();
  });
  new ResizeObserver(() => {
    for (const view of views.values()) view.change();
  }).observe(find(".gv-stage-row"));
  window.addEventListener("online", () => load());
}
