// The time-lapse: one slider over the moments of the member that saw most images; the others show
// their own moment that is nearest to it.

import { ask, latest } from "../static/calls.js";
import { config } from "../static/config.js";
import { all, drawingOf, finder, isVisible, make } from "../static/make.js";
import { radioGroup } from "../static/radio.js";
import * as store from "../static/store.js";
import { counted } from "../static/told.js";
import { drawTiles, sheetCache } from "./sheets.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Panel } from "../static/panel.js"
 * @import { Facts, Server } from "../static/types.js"
 */

/**
 * @typedef {{ step: number, images: number }} Moment
 */

/**
 * What is known of a model's sheets of pictures.
 *
 * @typedef {object} Index
 * @property {number} columns
 * @property {number} rows
 * @property {[number, number]} tile height, width
 * @property {string[]} kinds
 * @property {Moment[]} moments
 */

/**
 * A model with sheets, and one of them as it is to be drawn.
 *
 * @typedef {{ panel: Panel, index: Index }} Member
 * @typedef {Member & { sheet: any, real: any, kind: string, moment: Moment }} Drawn
 */

const FRAME_MS = 160;
const AHEAD = 6;
const BEHIND = 2;

/** @param {number} value */
const thousands = (value) => value.toLocaleString("en-US");

/**
 * Place of the moment nearest to so many images; moments are spaced by ratios, so is nearness.
 *
 * @param {Moment[]} moments
 * @param {number} images
 */
function nearestMoment(moments, images) {
  /** @param {Moment} moment */
  const far = (moment) => Math.abs(Math.log1p(moment.images) - Math.log1p(images));
  let best = 0;
  moments.forEach((moment, place) => {
    if (far(moment) < far(moments[best])) best = place;
  });
  return best;
}

/**
 * @param {{ element: HTMLElement, server: Server, most: number, onMoment: (images: number | null) => void }} given
 */
export function makeTimelapse({ element, server, most, onMoment }) {
  const find = finder(element);
  /** @type {HTMLInputElement} */
  const slider = find(".gv-range");
  const count = find(".training-count");
  /** @type {HTMLButtonElement} */
  const play = find(".training-play");
  const [kindBox, note] = [find(".training-kind"), find(".training-note")];
  const showKind = radioGroup(all(kindBox, ".gv-option"), setKind);
  const cache = sheetCache(server, most);
  const indexes = new Map();
  const originals = new Map();
  /** @type {Member[]} */
  let members = [];
  /** @type {Moment[]} */
  let timeline = [];
  let kind = "samples";
  /** @type {number | null} */
  let timer = null;
  let direction = 1;
  let shown = false;

  /**
   * Sheets lie flat: halved until they are at most twice as wide as high, on a phone as wide as high.
   *
   * @param {{ columns: number, rows: number }} sheet
   */
  function columnsOf({ columns, rows }) {
    let across = columns;
    while (across % 2 === 0 && across ** 2 > columns * rows * (store.isPhone() ? 1 : 2)) {
      across /= 2;
    }
    return across;
  }

  /**
   * All stages have the shape of the first member's sheet; before that is known, of one as we write
   * them, so that nothing moves when it comes.
   *
   * @param {string} name
   */
  function shapeStages(name) {
    const colour = config.models[name].image_shape[0] === 3;
    const usual = { columns: 8, rows: colour ? 2 : 4 };
    const index = members.find(({ panel }) => panel.name === name)?.index ?? usual;
    const columns = columnsOf(index);
    const shape = columns ** 2 / (index.columns * index.rows);
    const row = find(".gv-stage-row");
    row.style.setProperty("--training-shape", String(shape));
    row.classList.toggle("training-square", shape <= 1);
  }

  /** What is known of a model's snapshots; asked for once. @param {string} name */
  function indexOf(name) {
    if (!indexes.has(name)) {
      const reply = ask(server.moments({ model: name }));
      indexes.set(name, reply);
      reply.then((answer) => answer ?? indexes.delete(name));
    }
    return indexes.get(name);
  }

  /** @param {string} name */
  function originalsOf(name) {
    if (!originals.has(name)) {
      const reply = ask(server.originals({ model: name })).then(async (answer) => {
        if (!answer?.sheet) return { image: null, note: answer?.note ?? "" };
        const image = new Image();
        image.src = answer.sheet;
        await image.decode();
        return { image, note: "" };
      });
      originals.set(name, reply);
    }
    return originals.get(name);
  }

  /** @param {Member} member */
  const kindOf = (member) => (member.index.kinds.includes(kind) ? kind : "samples");
  /** @param {Member} member @param {number} position */
  const placeOf = (member, position) =>
    nearestMoment(member.index.moments, timeline[position].images);

  /** @param {Map<string, Panel>} panels */
  async function setPanels(panels) {
    stop();
    if (panels.size) shapeStages([...panels.keys()][0]);
    const found = await Promise.all(
      [...panels.values()].map(async (panel) => ({ panel, index: await indexOf(panel.name) })),
    );
    // The visitor may have gone on to other models meanwhile.
    if (found.some(({ panel }) => !panel.root.isConnected)) return;
    const wasAtEnd = !timeline.length || Number(slider.value) === timeline.length - 1;
    const images = timeline[Number(slider.value)]?.images ?? 0;
    members = found.filter(({ index }) => index?.moments.length);
    for (const { panel, index } of found) {
      if (!index?.moments.length) emptyStage(panel, index?.problem);
    }
    if (members.length) shapeStages(members[0].panel.name);
    const imagesOf = (/** @type {Member} */ { index }) =>
      index.moments[index.moments.length - 1].images;
    const longest = [...members].sort((a, b) => imagesOf(b) - imagesOf(a))[0];
    timeline = longest?.index.moments ?? [];
    slider.max = String(Math.max(timeline.length - 1, 0));
    slider.value = String(wasAtEnd ? timeline.length - 1 : nearestMoment(timeline, images));
    slider.disabled = play.disabled = timeline.length < 2;
    const reconstructs = members.some(({ index }) => index.kinds.includes("reconstructions"));
    kindBox.hidden = !reconstructs;
    if (!reconstructs) kind = "samples";
    showKind(kind);
    await show();
  }

  /** @param {Panel} panel @param {string} problem */
  function emptyStage(panel, problem) {
    const sentence = make("p", "training-empty", {}, problem ?? wording.training.nothingToShowHere);
    panel.stage.replaceChildren(sentence);
    panel.setSharpness(null);
    panel.setNote("");
  }

  // All members' pictures of the newest position asked for change in one go, or not at all.
  const render = latest(async () => {
    const position = Number(slider.value);
    const wanted = members;
    if (!timeline[position]) return;
    const sheets = await Promise.all(
      wanted.map(async (member) => {
        const place = placeOf(member, position);
        const its = kindOf(member);
        const [[sheet], real] = await Promise.all([
          cache.load(member.panel.name, its, [place]),
          its === "reconstructions" ? originalsOf(member.panel.name) : null,
        ]);
        return { ...member, sheet, real, kind: its, moment: member.index.moments[place] };
      }),
    );
    if (wanted !== members) return;
    for (const one of sheets) paint(one);
    shown = true;
    note.textContent = remarkOn(sheets);
    prefetch(position);
  });

  /**
   * One line under the dock, always there, so that nothing moves when it changes.
   *
   * @param {any} sheets
   */
  function remarkOn(sheets) {
    const drawn = sheets.filter(
      (/** @type {{ kind: string }} */ { kind: its }) => its === "reconstructions",
    );
    if (!drawn.length) {
      const models = sheets.map(
        (/** @type {{ panel: Panel }} */ { panel }) => config.models[panel.name],
      );
      const fitted =
        store.get().fitted && models.some((/** @type {Facts} */ model) => model.fitted_prior);
      // Else they would seem to be worse than those that the visitor has just seen.
      const prior = fitted ? wording.training.pointsAreOfN0 : "";
      return worded(wording.training.eachPictureIsDrawnFrom, { prior });
    }
    if (drawn.some((/** @type {{ real: any }} */ { real }) => real?.image)) {
      const gan = drawn.length < sheets.length ? wording.training.theGanKeepsItsSamples : "";
      return worded(wording.training.inEachPairATest, { gan });
    }
    return (
      drawn.map((/** @type {{ real: any }} */ { real }) => real?.note).find(Boolean) ||
      wording.training.testImagesAsTheVae
    );
  }

  /**
   * @param {Drawn} drawn
   */
  function paint({ panel, index, sheet, real, kind: its, moment }) {
    let canvas = panel.stage.querySelector("canvas");
    if (!canvas) {
      canvas = make("canvas", "training-sheet", { role: "img" });
      panel.stage.replaceChildren(canvas);
    }
    const label = panel.root.getAttribute("aria-label");
    const when = worded(wording.training.stepImagesSeen, {
      step: thousands(moment.step),
      images: thousands(moment.images),
    });
    const pairs = its === "reconstructions" && Boolean(real?.image);
    panel.setNote(worded(wording.training.step, { step: thousands(moment.step) }));
    if (!sheet) {
      canvas.setAttribute("aria-label", worded(wording.training.thePictureOfCanT, { label, when }));
      // An old picture would lie about the moment.
      drawingOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
      panel.setSharpness(null);
      return;
    }
    const smooth = config.models[panel.name].image_shape[0] === 3;
    drawTiles(canvas, index, columnsOf(index), smooth, sheet.image, pairs ? real.image : null);
    canvas.dataset.step = String(moment.step);
    canvas.dataset.kind = its;
    const tiles = index.columns * index.rows;
    const what = pairs
      ? worded(wording.training.testImagesEachBesideIts, { tiles: tiles / 2 })
      : counted(panel.name, tiles, its);
    canvas.setAttribute("aria-label", worded(wording.training.after, { label, what, when }));
    panel.setSharpness(sheet.sharpness, tiles);
  }

  /** @param {number} position */
  function prefetch(position) {
    const [ahead, behind] = direction > 0 ? [AHEAD, BEHIND] : [BEHIND, AHEAD];
    const first = Math.max(position - behind, 0);
    const last = Math.min(position + ahead, timeline.length - 1);
    for (const member of members) {
      const places = new Set();
      for (let at = first; at <= last; at += 1) places.add(placeOf(member, at));
      cache.load(member.panel.name, kindOf(member), [...places]);
    }
  }

  // The numbers follow the hand at once, the pictures as soon as they are there.
  function show() {
    const moment = timeline[Number(slider.value)];
    count.textContent = moment ? thousands(moment.images) : "0";
    slider.setAttribute(
      "aria-valuetext",
      moment
        ? worded(wording.training.imagesSeenStep, {
            images: thousands(moment.images),
            step: thousands(moment.step),
          })
        : "",
    );
    onMoment(moment?.images ?? null);
    return render();
  }

  /** @param {number} position */
  function moveTo(position) {
    direction = position >= Number(slider.value) ? 1 : -1;
    slider.value = String(position);
    return show();
  }

  function stop() {
    window.clearTimeout(timer ?? 0);
    timer = null;
    play.textContent = wording.training.playTheTraining;
    play.setAttribute("aria-pressed", "false");
  }

  function start() {
    play.textContent = wording.training.pause;
    play.setAttribute("aria-pressed", "true");
    const tick = async () => {
      const next = Number(slider.value) + 1;
      if (next >= timeline.length || !isVisible(element)) return stop();
      await moveTo(next);
      if (timer !== null) timer = window.setTimeout(tick, FRAME_MS);
    };
    timer = window.setTimeout(tick, FRAME_MS * 3);
    const atEnd = Number(slider.value) === timeline.length - 1;
    if (atEnd) moveTo(0);
    direction = 1;
  }

  /** @param {string} value */
  function setKind(value) {
    kind = value;
    showKind(kind);
    render();
  }

  let former = 0;
  slider.addEventListener("input", () => {
    stop();
    direction = Number(slider.value) >= former ? 1 : -1;
    former = Number(slider.value);
    show();
  });
  play.addEventListener("click", () => (timer === null ? start() : stop()));
  return {
    setPanels,
    stop,
    redraw() {
      if (members.length) shapeStages(members[0].panel.name);
      return shown && render();
    },
    /** @param {number} images */
    goTo(images) {
      stop();
      if (timeline.length) moveTo(nearestMoment(timeline, images));
    },
  };
}
