// Keeps the original, the VAE's answer and the GAN's search in step with the state.

import { makeDock } from "./dock.js";
import { makeMorph } from "./morph.js";
import { modelPanel, originalPanel, seconds } from "./panels.js";
import { photoFrame } from "./photo.js";
import { makeSearch } from "./search.js";
import { ask, latest } from "../static/calls.js";
import { decoded } from "../static/canvas.js";
import { config } from "../static/config.js";
import { finder, isVisible, make } from "../static/make.js";
import { emptyPanel, fillPanels } from "../static/panel.js";
import { placeText } from "../static/places.js";
import { sketchpad } from "../static/sketch.js";
import * as store from "../static/store.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Given, Picture } from "../static/types.js" */

const FAMILIES = /** @type {const} */ (["vae", "gan"]);

/** @param {Given} given */
export function mount({ element, props, server }) {
  const find = finder(element);
  /** @param {string} name */
  const slot = (name) => find(`[data-slot=${name}]`);
  const stage = find(".rc-stage");
  const { drawing_side: drawingSide, photo_side: photoSide, samples } = props.value;

  const original = originalPanel();
  const pad = sketchpad(drawingSide, () => refresh());
  const photo = photoFrame(photoSide, () => refresh());
  const morph = makeMorph(find(".rc-morph"));
  const search = makeSearch(server, showLine, showFound, ended);
  const dock = makeDock(find(".rc-dock"), {
    clear() {
      pad.clear();
      refresh();
    },
    both: () => explore(Object.keys(places)),
    take: (file) => takeFile(file),
    zoom: photo.zoomTo,
    turn: photo.turnTo,
  });
  /** What takes the original's place while it is made. @type {Record<string, HTMLElement>} */
  const covers = { drawing: pad.root, photo: photo.root };
  const stopButton = make(
    "button",
    "gv-button rc-stop",
    { type: "button" },
    wording.reconstruct.stop,
  );
  slot("original").append(original.root);

  /** @typedef {ReturnType<typeof modelPanel>} ModelPanel */
  /** @type {{ vae: ModelPanel | null, gan: ModelPanel | null }} */
  const panels = { vae: null, gan: null };
  /** @type {Map<string, ModelPanel>} */
  const made = new Map();
  /** @type {Map<string, any>} */
  const offers = new Map();
  // The requests that the stage answers, and the places {model: text} that were found for them.
  let keys = { vae: "", gan: "" };
  /** @type {Record<string, string>} */
  let places = {};
  /** @type {{ original?: Picture }} */
  let shown = {};
  /** @type {any} */
  let wantedNow = null;
  let note = "";

  /** @param {string} model */
  async function offerOf(model) {
    if (!offers.has(model)) offers.set(model, await ask(server.offers({ model })));
    const offer = offers.get(model);
    if (!offer) offers.delete(model);
    return offer ?? { test: 0, drawing: false, note: "" };
  }

  /** @param {ReturnType<typeof store.couple>} names */
  function placePanels(names) {
    for (const family of FAMILIES) {
      const name = names[family];
      if (name && !made.has(name)) {
        made.set(
          name,
          modelPanel(name, samples, () => explore([name])),
        );
      }
      panels[family] = (name && made.get(name)) || null;
      panels[family]?.refresh();
      const root = panels[family]?.root ?? emptyPanel(family);
      if (slot(family).firstChild !== root) fillPanels(slot(family), root);
    }
    panels.gan?.root.querySelector(".gv-panel-head")?.append(stopButton);
  }

  /**
   * What is at hand of what was asked for: a link may name what this server or pair has not.
   *
   * @param {any} offer
   */
  function sourceOf(offer) {
    /** @type {Record<string, boolean>} */
    const offered = { drawing: offer.drawing, photo: true, test: offer.test > 0 };
    const asked = store.get().original;
    if (offered[asked]) return asked;
    return ["drawing", "test"].find((source) => offered[source]) ?? "photo";
  }

  /** @param {string} source */
  function content(source) {
    if (source === "drawing") return pad.content();
    if (source === "photo") return photo.content();
    return dock.testIndex();
  }

  /**
   * A 3, so that there is something to see at once: two bows, one over the other.
   *
   * @param {number} y
   * @param {number} radius
   * @param {number} from
   * @param {number} to
   */
  const bow = (y, radius, from, to) =>
    Array.from({ length: 16 }, (_, at) => {
      const angle = ((from + ((to - from) * at) / 15) * Math.PI) / 180;
      return /** @type {[number, number]} */ ([
        0.47 + radius * Math.cos(angle),
        y + radius * Math.sin(angle),
      ]);
    });
  /** @type {[number, number][]} */
  const EXAMPLE = [...bow(0.335, 0.165, -155, 80), ...bow(0.67, 0.185, -85, 155)];

  /** @type {Record<string, string>} */
  const EMPTY = {
    drawing: wording.reconstruct.drawADigitInThe,
    photo: wording.reconstruct.chooseAPhotoPasteIt2,
  };
  /** @type {Record<string, string>} */
  const NOTES = {
    drawing: wording.reconstruct.yourDrawingIsMovedAnd,
    photo: wording.reconstruct.dragThePhotoZoomAnd,
    test: wording.reconstruct.aRealPictureThatNeither,
  };
  const FACE_NOTE = wording.reconstruct.bringTheEyesIntoThe;
  const DIGIT_NOTE = wording.reconstruct.whatIsWrittenOnIt;

  /** @param {string} source @param {boolean} isFace @param {boolean} isDigit */
  function noteOf(source, isFace, isDigit) {
    if (source === "drawing" && pad.isExample()) {
      return wording.reconstruct.anExampleDrawYourOwn;
    }
    if (source !== "photo") return NOTES[source];
    return NOTES.photo + (isFace ? FACE_NOTE : isDigit ? DIGIT_NOTE : "");
  }

  /** @param {string} source @param {boolean} smooth */
  function clearStage(source, smooth) {
    search.drop();
    [keys, places, shown] = [{ vae: "", gan: "" }, {}, {}];
    stage.dataset.shown = stage.dataset.found = "";
    original.show(null, TITLES[source], null, smooth);
    panels.vae?.show(null, [], null, "");
    panels.gan?.show(null, [], null, "");
    for (const family of FAMILIES) panels[family]?.setBusy(false);
    showActions();
  }

  /** @type {Record<string, string>} */
  const TITLES = { drawing: "Yours", photo: "Yours", test: "Real" };

  /** Buttons that need places, and the one that ends the search. */
  function showActions() {
    const names = Object.values(store.couple()).filter((name) => name !== null);
    dock.both.disabled = !names.length || names.some((name) => !places[name]);
    const some = Object.keys(places).length > 0 ? shown.original : null;
    morph.offer(
      some && !dock.both.disabled ? { places: { ...places }, pixels: some.pixels } : null,
    );
    stopButton.hidden = !keys.gan;
    stopButton.textContent = search.running()
      ? wording.reconstruct.stop
      : wording.reconstruct.again;
    stopButton.title = search.running()
      ? wording.reconstruct.endTheSearchAndKeep
      : wording.reconstruct.startTheSearchAnew;
  }

  /** @param {string[]} names */
  function explore(names) {
    const starts = { ...store.get().starts };
    for (const name of names) starts[name] = places[name];
    store.set({ starts, tab: "explore" });
  }

  /** @param {number} ahead */
  function showLine(ahead) {
    const many = worded(wording.reconstruct.otherSearch, {
      ahead,
      ahead2: ahead === 1 ? " is" : wording.reconstruct.esAre,
    });
    find(".rc-note").textContent = worded(wording.reconstruct.beforeYoursWhichThenBegins, { many });
  }

  /** @param {any} told */
  async function showFound(told) {
    const judge = store.couple().gan;
    const [picture, ...course] = await Promise.all(
      [told.gan, ...told.course.map((/** @type {string} */ image) => ({ image }))].map(decoded),
    );
    if (!panels.gan || !judge || panels.gan.name !== judge) return;
    const steps = told.done ? `${told.step} steps` : `${told.step} of ${told.steps}`;
    const work = `${steps}, ${seconds(told.seconds)}`;
    panels.gan.show(
      picture,
      course.map((one) => one.pixels),
      judge,
      work,
    );
    places[judge] = placeText(Float32Array.from(told.gan.z));
    const turns = worded(wording.reconstruct.theServerAlsoSearchesFor, {
      others: told.others,
      others2: told.others === 1 ? "" : "s",
    });
    find(".rc-note").textContent = told.others && !told.done ? turns : note;
    stage.dataset.step = told.step;
    showActions();
  }

  /** @param {boolean} whole */
  function ended(whole) {
    panels.gan?.setBusy(false);
    stage.dataset.found = whole ? keys.gan : "stopped";
    showActions();
  }

  function startSearch() {
    delete places[wantedNow.gan];
    stage.dataset.found = "";
    search.start(wantedNow);
    panels.gan?.setBusy(true);
    showActions();
  }

  const refresh = latest(async () => {
    const state = store.get();
    if (state.tab !== "reconstruct" || !store.pair()) return;
    const names = store.couple();
    const any = names.vae ?? names.gan;
    if (!any) return;
    const offer = await offerOf(any);
    const source = sourceOf(offer);
    const smooth = config.models[any].image_shape[0] === 3;
    const isFace = config.models[any].dataset === "celeba";
    placePanels(names);
    dock.refresh({ ...offer, source });
    stage.dataset.source = source;
    photo.guide(isFace);
    original.cover(covers[source]);
    const value = content(source);
    const empty = value === null;
    note = empty ? EMPTY[source] : noteOf(source, isFace, offer.drawing);
    find(".rc-note").textContent = note;
    if (empty) return clearStage(source, smooth);

    const wanted = { ...names, original: source, [source]: value, seed: state.seed };
    const key = JSON.stringify(wanted);
    // The GAN's search does not depend on the seed of the VAE's samples, nor on the VAE.
    const ganKey = JSON.stringify({ ...wanted, vae: null, seed: null });
    const [stale, staleGan] = [key !== keys.vae, ganKey !== keys.gan];
    if (!stale && !staleGan) return;
    if (staleGan) {
      search.drop();
      if (names.gan) delete places[names.gan];
    }
    panels.vae?.setBusy(true);
    const answer = await ask(server.encode(wanted));
    panels.vae?.setBusy(false);
    if (!answer) return clearStage(source, smooth);
    keys = { vae: key, gan: names.gan ? ganKey : "" };
    const judge = names.gan;
    shown = { original: await decoded(answer.original) };
    original.show(shown.original ?? null, TITLES[source], judge, smooth);
    places = Object.fromEntries(Object.entries(places).filter(([name]) => name === judge));
    if (answer.vae) {
      const pictures = [
        answer.vae,
        ...answer.samples.map((/** @type {string} */ image) => ({ image })),
      ];
      const [picture, ...more] = await Promise.all(pictures.map(decoded));
      const work = `1 step, ${seconds(answer.vae.seconds)}`;
      panels.vae?.show(
        picture,
        more.map((one) => one.pixels),
        judge,
        work,
      );
      places[names.vae ?? ""] = placeText(Float32Array.from(answer.vae.z));
    }
    stage.dataset.shown = key;
    wantedNow = wanted;
    if (staleGan && names.gan) startSearch();
    showActions();
  });

  /** @param {File} file */
  function takeFile(file) {
    store.set({ original: "photo" });
    photo.take(file);
  }

  stopButton.addEventListener("click", () => {
    if (search.running()) search.stop();
    else if (wantedNow) startSearch();
  });
  photo.root.addEventListener("zoomed", () => dock.showPlace(photo.place()));

  const active = () => store.get().tab === "reconstruct" && isVisible(element);
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (!active() || !file) return;
    event.preventDefault();
    takeFile(file);
  });
  for (const name of /** @type {const} */ (["dragover", "drop"])) {
    stage.addEventListener(name, (event) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      const dropped = event.dataTransfer?.files[0];
      if (name === "drop" && dropped) takeFile(dropped);
    });
  }

  function redraw() {
    for (const panel of [original, panels.vae, panels.gan]) panel?.draw();
  }

  pad.example(EXAMPLE);
  let pairShown = store.get().pair;
  store.subscribe((state, changed) => {
    if (changed.includes("pair") && state.pair !== pairShown) {
      pairShown = state.pair;
      morph.clear();
    }
    if (state.tab !== "reconstruct") {
      // Nobody looks: an unfinished search begins anew when the tab is opened again.
      if (search.running()) {
        search.drop();
        keys.gan = "";
      }
      return;
    }
    refresh();
    // The tab's content is laid out after the change.
    window.requestAnimationFrame(redraw);
  });
  new ResizeObserver(() => isVisible(element) && redraw()).observe(stage);
  refresh();
}
