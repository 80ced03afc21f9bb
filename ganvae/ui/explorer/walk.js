// The Walk tab: the server says where a walk leads, all its frames are drawn at once, and are played
// from there in step.

import * as engine from "../engine/engine.js";
import { filmKind, recordFilm } from "./film.js";
import { Filmstrip, SHORT_STRIP, STRIP } from "./filmstrip.js";
import { Player } from "./player.js";
import { bindFields, bindOwn, subjectOf, ownPart } from "./stage.js";
import { base64Of, bytesOf, rowsOf } from "../static/bytes.js";
import { ask, latest } from "../static/calls.js";
import { config } from "../static/config.js";
import { all, fieldOf, finder, isVisible, make } from "../static/make.js";
import { stageRow } from "../static/panel.js";
import { sharpnessOf } from "../static/sharpness.js";
import { placeOf } from "../static/places.js";
import { fitInto, paintPicture } from "../static/sheets.js";
import { Source, judgeOf, showEngine, whenJudged } from "../static/source.js";
import * as store from "../static/store.js";
import { toast } from "../static/toast.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Panel } from "../static/panel.js"
 * @import { Batch, Given, State } from "../static/types.js"
 */

/**
 * What of a model is on the stage.
 *
 * @typedef {object} View
 * @property {Panel} panel
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement} main
 * @property {Filmstrip} strip
 * @property {Batch | null} batch all frames of the walk
 * @property {(number | null)[]} sharpness of each frame
 * @property {number[] | null} realness of each frame
 * @property {string | null} judge
 */

// Space has a meaning of its own on these; on a slider it has none.
const OTHERS = "button, select, summary, a, input:not([type=range])";

/** @param {Given} given */
export function mount({ element, server }) {
  const root = ownPart(element, "walk");
  const find = finder(root);
  const source = new Source(server);
  /** @type {Map<string, View>} */
  const views = new Map();
  /** @type {HTMLInputElement} */
  const scrub = find(".gx-scrub");
  /** @type {HTMLInputElement} */
  const speed = find(".gx-speed");
  const toField = /** @type {HTMLInputElement} */ (find("[data-state=to]"));
  const showFields = bindFields(root);
  const showOwn = bindOwn(root);
  let stale = true;
  let playWhenLoaded = false;

  const player = new Player(showFrame, (playing) => {
    find("[data-do=play]").textContent = playing ? wording.explore.pause : wording.explore.play;
    find("[data-do=play]").setAttribute("aria-pressed", String(playing));
  });

  /** What the server is asked for: the walk as the state has it. */
  function request() {
    const { walk, seed, pick, to, frames, temperature, fitted, starts, ends } = store.get();
    const models = [...views.keys()];
    /** @param {Record<string, string>} places */
    const own = (places) =>
      Object.fromEntries(
        models
          .filter((name) => places[name])
          .map((name) => [name, base64Of([placeOf(places[name])])]),
      );
    const places = { starts: own(starts), ends: own(ends) };
    return { models, kind: walk, seed, pick, to, frames, temperature, fitted, ...places };
  }

  const load = latest(async () => {
    const wanted = request();
    const { models } = wanted;
    if (!models.length) return;
    engine.start(models);
    showDrawer();
    for (const view of views.values()) view.panel.setBusy(true);
    const reply = await ask(server.find_walk(wanted));
    const judge = judgeOf(models);
    const batches =
      reply &&
      (await Promise.all(
        models.map((name) =>
          source.decode(name, rowsOf(reply.z[name], wanted.frames), { judge, calm: true }),
        ),
      ));
    for (const view of views.values()) view.panel.setBusy(false);
    if (!batches?.every(Boolean)) {
      // What was not answered is asked again at the next occasion.
      stale = true;
      return;
    }
    models.forEach((name, i) => {
      const view = views.get(name);
      if (!view) return;
      const batch = /** @type {Batch} */ (batches[i]);
      view.batch = batch;
      view.sharpness = batch.pixels.map((_, frame) => sharpnessOf(name, batch, frame));
      view.realness = null;
      view.judge = judge;
      view.strip.show(batch);
      tellRealness(view);
    });
    root.dataset.loaded = JSON.stringify(wanted);
    player.load(wanted.frames, wanted.kind === "loop");
    scrub.max = String(wanted.frames - 1);
    showFrame(player.frame);
    if (playWhenLoaded) player.play();
    playWhenLoaded = false;
  });

  /** @param {View} view */
  async function tellRealness(view) {
    const { batch } = view;
    if (!batch) return;
    const said = await source.realness(batch);
    // Another walk may have come meanwhile.
    if (view.batch !== batch) return;
    view.realness = said;
    view.panel.setRealness(said?.[player.frame] ?? null, view.judge);
    root.dataset.judged = view.panel.name;
  }

  /** @param {number} frame */
  function showFrame(frame) {
    for (const view of views.values()) {
      if (!view.batch || frame >= view.batch.pixels.length) continue;
      paintPicture(view.canvas, view.batch, frame);
      fitInto(view.canvas, view.main);
      view.panel.setSharpness(view.sharpness[frame], 1);
      view.panel.setRealness(view.realness?.[frame] ?? null, view.judge);
      view.strip.mark(frame);
    }
    const { count } = player;
    scrub.value = String(frame);
    scrub.style.setProperty("--gx-at", String(count > 1 ? frame / (count - 1) : 0));
    scrub.setAttribute(
      "aria-valuetext",
      worded(wording.explore.frameOf, { frame: frame + 1, count }),
    );
    find(".gx-frame").textContent = worded(wording.explore.frameOf, { frame: frame + 1, count });
    root.dataset.frame = String(frame);
  }

  function place() {
    for (const view of views.values()) {
      fitInto(view.canvas, view.main);
      view.strip.resize(store.isPhone() ? SHORT_STRIP : STRIP);
      view.strip.mark(player.frame);
    }
  }

  /** @param {Map<string, Panel>} panels */
  function showPanels(panels) {
    const former = new Map(views);
    views.clear();
    for (const [name, panel] of panels) views.set(name, former.get(name) ?? makeView(name, panel));
    find(".gx-strips").replaceChildren(...[...views.values()].map((view) => view.strip.root));
    place();
  }

  /** @param {string} name @param {Panel} panel @returns {View} */
  function makeView(name, panel) {
    const family = config.models[name].family.toUpperCase();
    const canvas = make("canvas", "gx-canvas gx-picture", {
      role: "img",
      "aria-label": worded(wording.explore.theThatTheDrawsAt2, {
        name: subjectOf(name),
        family,
        name2: name,
      }),
    });
    const strip = new Filmstrip(config.models[name].family, (frame) => {
      player.pause();
      player.seek(frame);
    });
    const main = make("div", "gx-main", {}, canvas);
    panel.stage.replaceChildren(main);
    return { panel, canvas, main, strip, batch: null, sharpness: [], realness: null, judge: null };
  }

  /** @param {HTMLButtonElement} button */
  async function download(button) {
    const format = button.dataset.export;
    const data = { ...request(), file_format: format, fps: player.fps, frame: player.frame };
    button.disabled = true;
    const file = await ask(server.export(data));
    button.disabled = false;
    if (file) save(new Blob([bytesOf(file.data)], { type: file.media }), file.filename);
  }

  /** @param {Blob} blob @param {string} filename */
  function save(blob, filename) {
    const link = make("a", "", { href: URL.createObjectURL(blob), download: filename });
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** @param {HTMLButtonElement} button @param {any} kind */
  async function record(button, kind) {
    // The film is of what is here, which another walk that was asked for may not have replaced yet.
    if (!root.dataset.loaded) return;
    const { models, kind: walked, seed, starts } = JSON.parse(root.dataset.loaded);
    const batches = models.map((/** @type {string} */ name) => views.get(name)?.batch);
    if (!batches.every(Boolean)) return;
    button.disabled = true;
    try {
      const film = await recordFilm(kind, batches, player.fps, (done, total) => {
        button.textContent = `${Math.round((100 * done) / total)} %`;
      });
      const from = Object.keys(starts).length ? "own" : `seed-${seed}`;
      save(film, `ganvae-${walked}-${models.join("-")}-${from}.${kind.ending}`);
    } catch {
      toast(wording.explore.thisBrowserCouldNotRecord);
    }
    button.disabled = false;
    button.textContent = kind.label;
  }

  function showSpeed() {
    player.fps = Number(speed.value);
    find(".gx-fps").textContent = worded(wording.explore.fps, { fps: player.fps });
  }

  function showKind() {
    const needsTo = store.get().walk !== "perturbation";
    toField.disabled = !needsTo;
    toField.parentElement?.classList.toggle("gx-off", !needsTo);
  }

  find("[data-do=play]").addEventListener("click", () => player.toggle());
  scrub.addEventListener("input", () => {
    player.pause();
    player.seek(Number(scrub.value));
  });
  speed.addEventListener("input", showSpeed);
  find(".gx-repeat").addEventListener("change", (event) => {
    player.repeat = fieldOf(event).checked;
  });
  for (const button of /** @type {HTMLButtonElement[]} */ (all(root, "[data-export]"))) {
    button.addEventListener("click", () => download(button));
  }
  const film = filmKind();
  if (film) {
    /** @type {HTMLButtonElement} */
    const button = find("[data-do=record]");
    button.textContent = film.label;
    button.hidden = false;
    button.addEventListener("click", () => record(button, film));
  }
  find("[data-do=reroll]").addEventListener("click", store.reroll);

  const showDrawer = showEngine(find(".gx-engine"), () => [...views.keys()]);
  whenJudged(
    () => judgeOf([...views.keys()]),
    () => {
      for (const view of views.values()) if (view.batch && !view.realness) tellRealness(view);
    },
  );

  const active = () => store.get().tab === "walk";
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !active() || !isVisible(root)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof Element && event.target.closest(OTHERS)) return;
    event.preventDefault();
    player.toggle();
  });
  /** Play, or as soon as the walk that the state describes is here. */
  function start() {
    if (!store.wantsPlay()) return;
    if (root.dataset.loaded === JSON.stringify(request())) player.play();
    else playWhenLoaded = true;
  }
  window.addEventListener("ganvae:play", start);

  /** @type {(keyof State)[]} */
  const LOADS = [
    "pair",
    "vae",
    "gan",
    "seed",
    "pick",
    "temperature",
    "fitted",
    "walk",
    "to",
    "frames",
    "starts",
    "ends",
  ];
  /** @param {(keyof State)[]} changed */
  function follow(changed) {
    showFields();
    showOwn();
    showKind();
    stale ||= store.touches(changed, LOADS);
    if (!active()) {
      playWhenLoaded = false;
      player.pause();
      return;
    }
    if (!stale) return;
    stale = false;
    load();
  }
  window.addEventListener("online", () => follow([]));

  stageRow(find(".gv-stage-row"), showPanels);
  store.subscribe((_, changed) => follow(changed));
  new ResizeObserver(place).observe(find(".gv-stage-row"));
  player.onPlaying(false);
  showSpeed();
  showFrame(0);
  start();
  follow([]);
}
