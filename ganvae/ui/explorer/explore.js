// The Explore tab: sliders, pad and variations that move one point in each model's latent space.

import * as engine from "../engine/engine.js";
import { axisDial, meaningDial, meaningsOf, restriction } from "./dials.js";
import { VariationGrid } from "./grid.js";
import { LatentSpace } from "./latent.js";
import { Pad } from "./pad.js";
import { PAGE, Sliders, clamped } from "./sliders.js";
import { bindFields, bindOwn, isWide, subjectOf, ownPart } from "./stage.js";
import { floatsOf } from "../static/bytes.js";
import { ask, latest } from "../static/calls.js";
import { config } from "../static/config.js";
import { all, fieldOf, finder, make } from "../static/make.js";
import { radioGroup } from "../static/radio.js";
import { stageRow } from "../static/panel.js";
import { sharpnessOf } from "../static/sharpness.js";
import { placeOf } from "../static/places.js";
import { fitInto, paintPicture } from "../static/sheets.js";
import { Source, judgeOf, showEngine, whenJudged } from "../static/source.js";
import * as store from "../static/store.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Panel } from "../static/panel.js"
 * @import { Batch, Given, State } from "../static/types.js"
 * @import { Dial, Member } from "./dials.js"
 */

// So long after the last move the variations and the map follow; until then whoever draws belongs
// to the pictures under the hand.
const EXTRAS_AFTER = 90;
const MAX_PICKS = 100;

/**
 * What is to be drawn: where each model is now.
 *
 * @typedef {object} Job
 * @property {number} serial
 * @property {Member[]} members
 * @property {Float32Array[]} points
 */

/**
 * What was drawn of it.
 *
 * @typedef {Job & { batches: (Batch | null)[], judge: string | null }} Shown
 */

/** @param {Given} given */
export function mount({ element, server }) {
  const root = ownPart(element, "explore");
  const find = finder(root);
  const source = new Source(server);
  /** @type {Map<string, LatentSpace>} */
  const spaces = new Map();
  /** @type {Map<string, ReturnType<typeof makeView>>} */
  const views = new Map();
  const tools = find(".gx-variation-tools");
  /** @type {HTMLButtonElement} */
  const backButton = find("[data-do=back]");
  /** @type {HTMLButtonElement} */
  const onButton = find("[data-do=on]");
  /** @type {HTMLButtonElement} */
  const resetButton = find("[data-do=reset]");
  /** The axes of the variations. */
  const variation = { row: 0, column: 1 };
  const WHICH = /** @type {const} */ (["row", "column"]);
  /** @type {Record<string, Float32Array>} */
  let starts = {};
  let serial = 0;
  let mapShown = "";
  let stale = true;
  // The pictures on the stage, for realness that could not be told when they were drawn.
  /** @type {Shown | null} */
  let onStage = null;

  /** @param {number} axis @param {number | null} value */
  const move = (axis, value) => {
    const { sliders } = store.get();
    if (value === null) delete sliders[axis];
    else sliders[axis] = value;
    store.set({ sliders });
  };
  /** @param {string} key @param {number | null} value */
  const steer = (key, value) => {
    const { meanings } = store.get();
    if (value === null) delete meanings[key];
    else meanings[key] = value;
    store.set({ meanings });
  };
  const rows = new Sliders(find(".gx-axes"), (id, value) =>
    byMeaning() ? steer(String(id), value) : move(Number(id), value),
  );
  const pad = new Pad(find(".gx-pad"), (x, y) => {
    const { sliders } = store.get();
    store.set({ sliders: { ...sliders, 0: x, ...(y === null ? {} : { 1: y }) } });
  });

  /** Models whose space and start are known: all that can be shown now. @returns {Member[]} */
  function members() {
    return [...views.keys()].flatMap((name) => {
      const [space, z] = [spaces.get(name), starts[name]];
      return space && z ? [{ name, family: config.models[name].family, space, z }] : [];
    });
  }

  /**
   * Where a member is: its axes put in place, then moved along the directions with a meaning.
   *
   * @param {Member} member
   * @param {State} state
   */
  const placed = ({ space, z }, { sliders, meanings }) =>
    space.steered(space.placed(z, sliders), meanings);
  const axisCount = () => Math.max(1, ...members().map((member) => member.space.size));
  /** Whether the sliders stand for meanings: where no model has any, there are axes only. */
  const byMeaning = () =>
    store.get().steer === "meanings" && members().some(({ space }) => space.meanings.size > 0);
  /** All dials that there are to choose from, the strongest first. */
  function dials() {
    if (byMeaning()) return meaningsOf(members()).map(meaningDial);
    return Array.from({ length: axisCount() }, (_, axis) => axisDial(axis));
  }
  /** @param {Dial[]} choices */
  const pageOf = (choices) => Math.min(store.get().axes_page, Math.ceil(choices.length / PAGE) - 1);

  /** Ask for what is not known yet: the axes of new models, and the z of the seed. */
  const load = latest(async () => {
    const { seed, pick, temperature, fitted } = store.get();
    const models = [...views.keys()];
    if (!models.length) return;
    engine.start(models);
    showDrawer();
    for (const view of views.values()) view.panel.setBusy(true);
    const missing = models.filter((name) => !spaces.has(name));
    const [found, ...axes] = await Promise.all([
      ask(server.find_latents({ models, seed, pick, temperature, fitted })),
      ...missing.map((model) => ask(server.find_axes({ model }))),
    ]);
    for (const view of views.values()) view.panel.setBusy(false);
    axes.forEach((reply) => reply && spaces.set(reply.model, new LatentSpace(reply)));
    if (!found) {
      // What was not answered is asked again at the next occasion.
      stale = true;
      return;
    }
    const own = store.get().starts;
    starts = Object.fromEntries(
      Object.entries(found.z).map(([name, text]) => [
        name,
        own[name] ? placeOf(own[name]) : floatsOf(text),
      ]),
    );
    fillAxisChoices();
    refresh();
  });

  const drawPictures = latest(async (/** @type {Job} */ job) => {
    const judge = judgeOf([...views.keys()]);
    const batches = await Promise.all(
      job.members.map((/** @type {Member} */ member, /** @type {number} */ i) =>
        source.decode(member.name, [job.points[i]], { judge }),
      ),
    );
    const drawn = job.members.flatMap(({ name }, i) => {
      const [view, batch] = [views.get(name), batches[i]];
      return view && batch ? [{ name, view, batch }] : [];
    });
    // Step by step for all of them: to fit a picture the browser must lay out the page, and numbers
    // can wait for what the hand waits for.
    for (const { view, batch } of drawn) paintPicture(view.canvas, batch);
    for (const { view } of drawn) fitInto(view.canvas, view.main);
    root.dataset.shown = String(job.serial);
    for (const { name, view, batch } of drawn) view.panel.setSharpness(sharpnessOf(name, batch), 1);
    onStage = { ...job, batches, judge };
    tellRealness(onStage);
  });

  const tellRealness = latest(async (/** @type {Shown} */ shown) => {
    const { members: judged, batches, judge, serial: number } = shown;
    const said = await Promise.all(batches.map((batch) => batch && source.realness(batch)));
    // What was not told now is asked for when it is calm.
    if (judge && !said.every(Boolean)) return;
    judged.forEach((/** @type {{ name: string }} */ { name }, /** @type {number} */ i) => {
      views.get(name)?.panel.setRealness(judge ? said[i]?.[0] : null, judge);
    });
    root.dataset.judged = String(number);
  });

  const drawExtras = latest(async (/** @type {Job} */ job) => {
    const wanted = job.members.map((/** @type {Member} */ member, /** @type {number} */ i) =>
      source.decode(
        member.name,
        member.space.variations(job.points[i], variation.row, variation.column),
        { calm: true },
      ),
    );
    const at = job.members.findIndex(
      (/** @type {Member} */ member) => member.name === pad.member?.name,
    );
    const key = at < 0 ? "" : pad.mapKey(job.points[at]);
    const map = at < 0 || key === mapShown ? null : pad.points(job.points[at]);
    const background = map && source.decode(job.members[at].name, map, { calm: true });
    const batches = await Promise.all(wanted);
    job.members.forEach((/** @type {{ name: string }} */ { name }, /** @type {number} */ i) => {
      const view = views.get(name);
      if (view && batches[i]) view.grid.show(batches[i]);
    });
    if (root.dataset.judged !== String(job.serial)) {
      const judge = judgeOf([...views.keys()]);
      const again = job.members.map(
        (/** @type {{ name: string }} */ { name }, /** @type {number} */ i) =>
          source.decode(name, [job.points[i]], { judge, calm: true }),
      );
      tellRealness({ ...job, batches: await Promise.all(again), judge });
    }
    const mapBatch = await background;
    if (mapBatch) {
      pad.paintMap(mapBatch);
      mapShown = key;
    }
    root.dataset.varied = String(job.serial);
  });

  /** Follow the state: sliders at once, pictures as fast as they come, the rest when it is calm. */
  let calm = 0;
  function refresh() {
    const state = store.get();
    const now = members();
    const job = { serial: ++serial, members: now, points: now.map((m) => placed(m, state)) };
    // What was asked for last, and what is drawn of it, for whoever waits for the page to settle.
    root.dataset.wanted = String(serial);
    // First of all, so that the pictures are on their way while the controls follow.
    if (now.length) drawPictures(job);
    const choices = dials();
    const first = pageOf(choices) * PAGE;
    rows.show(
      choices.slice(first, first + PAGE),
      now,
      byMeaning() ? state.meanings : state.sliders,
    );
    pad.show(now, state.sliders, state.meanings);
    showSwitch(now);
    showPages(choices, first);
    if (!now.length) return;
    window.clearTimeout(calm);
    calm = window.setTimeout(() => drawExtras(job), EXTRAS_AFTER);
  }

  /** @param {Dial[]} choices @param {number} first */
  function showPages(choices, first) {
    const count = choices.length;
    const last = Math.min(count, first + PAGE);
    const what = byMeaning() ? "meanings" : "axes";
    // Where the switch says it, the word is only for ears.
    const said = make("span", find(".gx-steer").hidden ? "" : "gx-spoken", {}, `${what} `);
    find(".gx-pages").replaceChildren(
      said,
      worded(wording.explore.of, { first: first + 1, last, count }),
    );
    backButton.disabled = first === 0;
    onButton.disabled = last === count;
    find(".gx-pager").classList.toggle("gx-single", count <= PAGE);
    const { sliders, meanings } = store.get();
    resetButton.disabled = ![sliders, meanings].some((moved) => Object.keys(moved).length);
  }

  /** @param {Member[]} now */
  function showSwitch(now) {
    const by = byMeaning() ? "meanings" : "axes";
    find(".gx-steer").hidden = !now.some(
      (/** @type {{ space: any }} */ { space }) => space.meanings.size > 0,
    );
    showSteer(by);
  }

  function fillAxisChoices() {
    const now = members();
    for (const which of WHICH) {
      variation[which] = Math.min(variation[which], axisCount() - 1);
      const options = Array.from({ length: axisCount() }, (_, axis) => {
        const note = restriction(now, axisDial(axis));
        const text = `axis ${axis + 1}${note && `, ${note}`}`;
        return new Option(text, String(axis), false, axis === variation[which]);
      });
      find(`[data-axis=${which}]`).replaceChildren(...options);
    }
  }

  /**
   * Take a cell of a member's grid: its place along the two axes becomes the sliders' place.
   *
   * @param {string} name
   * @param {number} rowStep
   * @param {number} columnStep
   */
  function take(name, rowStep, columnStep) {
    const member = members().find((one) => one.name === name);
    if (!member) return;
    const { sliders } = store.get();
    const steps = [
      [variation.row, rowStep],
      [variation.column, columnStep],
    ];
    /** @type {Record<number, number>} */
    const moves = {};
    for (const [axis, step] of steps) {
      if (!step || !member.space.has(axis)) continue;
      const from = moves[axis] ?? sliders[axis] ?? member.space.coordinate(member.z, axis);
      moves[axis] = Math.round(clamped(from + step) * 100) / 100;
    }
    store.set({ sliders: { ...sliders, ...moves } });
  }

  // Panels, and where the grids stand: beside the picture where there is room, or under the dock.
  function place() {
    const wide = isWide(root);
    root.dataset.layout = wide ? "wide" : "narrow";
    const home = wide ? find(".gx-home") : find(".gx-variations");
    if (tools.parentElement !== home) home.prepend(tools);
    for (const view of views.values()) {
      const holder = wide ? view.panel.stage : find(".gx-grids");
      if (view.grid.root.parentElement !== holder) holder.append(view.grid.root);
    }
    for (const view of views.values()) {
      fitInto(view.canvas, view.main);
      view.grid.fit();
    }
  }

  /** @param {Map<string, Panel>} panels */
  function showPanels(panels) {
    find(".gx-grids").replaceChildren();
    const former = new Map(views);
    views.clear();
    for (const [name, panel] of panels) {
      views.set(name, former.get(name) ?? makeView(name, panel));
    }
    place();
  }

  /** @param {string} name @param {Panel} panel */
  function makeView(name, panel) {
    const family = config.models[name].family.toUpperCase();
    const canvas = make("canvas", "gx-canvas gx-picture", {
      role: "img",
      "aria-label": worded(wording.explore.theThatTheDrawsAt, {
        name: subjectOf(name),
        family,
        name2: name,
      }),
    });
    const grid = new VariationGrid(name, (row, column) => take(name, row, column));
    const main = make("div", "gx-main", {}, canvas);
    panel.stage.replaceChildren(main);
    return { panel, canvas, main, grid };
  }

  const actions = {
    randomise: () => store.set({ pick: (store.get().pick + 1) % MAX_PICKS }),
    reset: () => store.set({ sliders: {}, meanings: {} }),
    back: () => store.set({ axes_page: pageOf(dials()) - 1 }),
    on: () => store.set({ axes_page: pageOf(dials()) + 1 }),
  };
  for (const [name, action] of Object.entries(actions)) {
    find(`[data-do=${name}]`).addEventListener("click", action);
  }
  for (const which of WHICH) {
    find(`[data-axis=${which}]`).addEventListener("change", (event) => {
      variation[which] = Number(fieldOf(event).value);
      refresh();
    });
  }
  const showSteer = radioGroup(all(find(".gx-steer"), "[data-value]"), (by) =>
    store.set({ steer: by, axes_page: 0 }),
  );
  const showFields = bindFields(root);
  const showOwn = bindOwn(root);
  const showDrawer = showEngine(find(".gx-engine"), () => [...views.keys()]);
  whenJudged(
    () => onStage?.judge,
    () => {
      if (onStage && root.dataset.judged !== root.dataset.shown) tellRealness(onStage);
    },
  );

  const active = () => store.get().tab === "explore";
  /** @param {(keyof State)[]} changed */
  function follow(changed) {
    showFields();
    showOwn();
    /** @type {(keyof State)[]} */
    const loads = ["pair", "vae", "gan", "seed", "pick", "temperature", "fitted", "starts"];
    const elsewhere = store.touches(changed, loads);
    stale ||= elsewhere;
    /** @type {(keyof State)[]} */
    const moves = ["sliders", "meanings", "steer", "axes_page"];
    const drawn = store.touches(changed, moves);
    if (!active()) {
      stale ||= drawn;
      return;
    }
    // Without the server sliders still move what is here; each of their moves asking it again would
    // only be refused again.
    if (stale && (elsewhere || !drawn || !members().length)) {
      stale = false;
      load();
    } else if (drawn) refresh();
  }
  window.addEventListener("online", () => follow([]));

  stageRow(find(".gv-stage-row"), showPanels);
  store.subscribe((_, changed) => follow(changed));
  new ResizeObserver(place).observe(find(".gv-stage-row"));
  showFields();
  showOwn();
  stale = false;
  load();
}
