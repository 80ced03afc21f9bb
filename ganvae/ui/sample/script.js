// The Sample tab: asks the server for sheets, shows them, and keeps the dock and the state in step.

import { Grid } from "./grid.js";
import { makeNearest } from "./nearest.js";
import { ask, latest } from "../static/calls.js";
import { config } from "../static/config.js";
import { bindSeed } from "../static/field.js";
import { stageRow } from "../static/panel.js";
import * as store from "../static/store.js";
import { counted } from "../static/told.js";
import { finder } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Given, State } from "../static/types.js" */

/** @param {Given} given */
export function mount({ element, props, server }) {
  const find = finder(element);

  const showSeed = bindSeed(find(".seed"), find(".reroll"));
  /** @type {HTMLInputElement} */
  const count = find(".count");
  /** @type {HTMLInputElement} */
  const temperature = find(".temperature");
  /** @type {HTMLInputElement} */
  const matched = find(".matched");
  /** @type {HTMLInputElement} */
  const fitted = find(".fitted");

  let panels = new Map();
  const grids = new Map();
  // What is drawn, by model: { request, sheet }.
  const drawn = new Map();

  /**
   * All that decides which pictures there are, but not how many.
   *
   * @param {State} state
   */
  function choice(state) {
    return {
      models: store.members(),
      seed: state.seed,
      temperature: state.temperature,
      matched: state.matched && canMatch(),
      fitted: state.fitted && canFit(state),
    };
  }

  /** @param {State} state */
  const request = (state) => ({ ...choice(state), count: state.count });

  /**
   * Redrawing the GAN's pictures takes no sample of the VAE, so no prior has a say then.
   *
   * @param {State} state
   */
  function canFit(state) {
    const some = store.members().some((name) => config.models[name].fitted_prior);
    return some && !(state.matched && canMatch());
  }

  function canMatch() {
    const models = store.members().map((name) => config.models[name]);
    const families = models.map((model) => model.family);
    // A VAE can only redraw pictures of its own size.
    const sizes = new Set(models.map((model) => model.image_shape.join()));
    return families.includes("vae") && families.includes("gan") && sizes.size === 1;
  }

  /**
   * A sheet of more images than are asked for holds those: row i of a seed is always the same.
   *
   * @param {any} entry
   * @param {any} wanted
   * @param {string} name
   */
  function holds(entry, wanted, name) {
    if (!entry) return false;
    const has = entry.request;
    const partners = !wanted.matched || has.models.at(-1) === wanted.models.at(-1);
    return (
      has.models.includes(name) &&
      has.seed === wanted.seed &&
      has.temperature === wanted.temperature &&
      has.matched === wanted.matched &&
      (has.fitted === wanted.fitted || !config.models[name].fitted_prior) &&
      partners &&
      has.count >= wanted.count
    );
  }

  /** @param {any} sheets */
  async function decode(sheets) {
    const loaded = await Promise.all(
      Object.entries(sheets).map(async ([name, sheet]) => {
        const picture = new Image();
        picture.src = sheet.image;
        await picture.decode();
        const [channels, height, width] = config.models[name].image_shape;
        const tile = [height, width];
        return /** @type {[string, any]} */ ([
          name,
          { ...sheet, picture, tile, smooth: channels === 3 },
        ]);
      }),
    );
    return new Map(loaded);
  }

  /** @param {string} name @param {State} state */
  function show(name, state) {
    const entry = drawn.get(name);
    const grid = grids.get(name);
    const panel = panels.get(name);
    if (!entry || !grid || !panel) return;
    const shown = Math.min(state.count, entry.sheet.count);
    grid.show(entry.sheet, shown, state.pick);
    const ratios = entry.sheet.sharpness?.slice(0, shown);
    panel.setSharpness(
      ratios
        ? ratios.reduce(
            (/** @type {number} */ sum, /** @type {number} */ ratio) => sum + ratio,
            0,
          ) / shown
        : null,
      shown,
    );
    const model = config.models[name];
    const again = entry.request.matched && model.family === "vae";
    const fromFitted = entry.request.fitted && model.fitted_prior;
    panel.setNote(
      again ? wording.sample.redrawsTheGanS : fromFitted ? wording.sample.fittedPrior : "",
    );
    const what = again
      ? worded(wording.sample.fromTheGanSSamples, { name: counted(name, shown, "reconstructions") })
      : counted(name, shown, "samples");
    const which =
      state.pick < shown
        ? worded(wording.sample.imageIsChosenArrowKeys, { pick: state.pick + 1 })
        : "";
    grid.canvas.setAttribute(
      "aria-label",
      worded(wording.sample.byTheWithLatentSize, {
        what,
        family: model.family.toUpperCase(),
        latent: model.latent,
        seed: entry.request.seed,
        which,
      }),
    );
  }

  const draw = latest(async () => {
    const wanted = request(store.get());
    const missing = wanted.models.filter((name) => !holds(drawn.get(name), wanted, name));
    if (missing.length) {
      // Matched pictures need the GAN even where its own are there already.
      const models = wanted.matched ? wanted.models : missing;
      for (const name of missing) panels.get(name)?.setBusy(true);
      const answer = await ask(server.draw({ ...wanted, models }));
      for (const name of missing) panels.get(name)?.setBusy(false);
      if (!answer) return;
      for (const [name, sheet] of await decode(answer.sheets)) {
        drawn.set(name, { request: { ...wanted, models }, sheet });
      }
    }
    // All panels change in one frame: the eye compares.
    const state = store.get();
    for (const name of wanted.models) show(name, state);
  });

  const nearest = makeNearest(find(".nearest"), server);

  function showNearest() {
    nearest({ ...choice(store.get()), pick: store.get().pick });
  }
  find(".nearest").addEventListener("toggle", showNearest);

  /** @param {State} state */
  function refreshDock(state) {
    showSeed();
    count.value = String(state.count);
    find(".count-value").textContent = String(state.count);
    temperature.value = String(state.temperature);
    find(".temperature-value").textContent = state.temperature.toFixed(2);
    matched.checked = state.matched && canMatch();
    matched.disabled = !canMatch();
    fitted.checked = state.fitted && canFit(state);
    fitted.disabled = !canFit(state);
    find(".chosen").textContent = matched.checked
      ? wording.sample.matchedTheVaeRedrawsThe
      : worded(wording.sample.imageGoesWithYouTo, { pick: state.pick + 1 });
  }

  /** @param {number} index */
  function pick(index) {
    store.set({ pick: index });
  }

  function explore() {
    store.set({ tab: "explore" });
  }

  const first = props.value?.[store.isPhone() ? "phone" : "wide"];
  const prepared = first
    ? decode(first.sheets)
        .then((sheets) => {
          for (const [name, sheet] of sheets) drawn.set(name, { request: first.request, sheet });
        })
        .catch(() => {
          // Pictures of models that are shown no longer: they are asked for as any others.
        })
    : Promise.resolve();

  stageRow(find(".gv-stage-row"), (next) => {
    panels = next;
    for (const [name, panel] of panels) {
      // A model that comes back brings the pictures it had.
      if (!grids.has(name)) grids.set(name, new Grid(pick, explore));
      panel.stage.replaceChildren(grids.get(name).canvas);
    }
  });

  store.subscribe((state, changed) => {
    refreshDock(state);
    // Gradio shows the tab a moment later; the canvases draw themselves when they get their size.
    if (state.tab !== "sample") return;
    showNearest();
    if (changed.length === 1 && changed[0] === "pick") {
      for (const name of panels.keys()) show(name, state);
    } else {
      draw();
    }
  });
  refreshDock(store.get());
  showNearest();
  prepared.then(() => draw());

  count.addEventListener("input", () => store.set({ count: Number(count.value) }));
  temperature.addEventListener("input", () =>
    store.set({ temperature: Number(temperature.value) }),
  );
  fitted.addEventListener("change", () => store.set({ fitted: fitted.checked }));
  matched.addEventListener("change", () => store.set({ matched: matched.checked }));
  find(".explore").addEventListener("click", explore);
  find(".play").addEventListener("click", () => store.play());
  find(".download").addEventListener(
    "click",
    async (/** @type {{ currentTarget: any }} */ { currentTarget: button }) => {
      const wanted = request(store.get());
      button.disabled = true;
      const answer = await ask(server.download(wanted));
      button.disabled = false;
      if (!answer) return;
      const link = document.createElement("a");
      link.href = answer.image;
      link.download = `ganvae-${wanted.models.join("-")}-seed-${wanted.seed}.png`;
      link.click();
    },
  );
}
