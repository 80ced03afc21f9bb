// A panel shows one model: its name, a square stage for pictures, and the same facts everywhere.

import * as store from "./store.js";
import { config } from "./config.js";
import { make } from "./make.js";
import { sharpnessMeter, writeRealness } from "./meter.js";
import { radioGroup } from "./radio.js";
import { noteData } from "./told.js";
import { worded } from "./worded.js";
import { wording } from "#words";

/** @import { Facts, Family } from "./types.js" */

/**
 * @typedef {ReturnType<typeof makePanel>} Panel
 */

const LATENT = wording.shared.latentSizeHowManyNumbers;
const FAMILY = {
  vae: wording.shared.vaeVariationalAutoencoderLearnsTo,
  gan: wording.shared.ganGenerativeAdversarialNetworkLearns,
};

/** A large number in three digits. @param {number} value */
function short(value) {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))} k`;
  return String(value);
}

/** @param {number} minutes */
function duration(minutes) {
  if (minutes < 1) return `${Math.max(1, Math.round(minutes * 60))} s`;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return `${Number((minutes / 60).toPrecision(2))} h`;
}

/** @param {Family} family @param {string[]} names @param {boolean} single */
function switchOf(family, names, single) {
  // With "all" on elsewhere, a tab of one VAE chooses among them without turning that off.
  const key = () => (single && store.get()[family] === "all" ? "compared" : family);
  const group = make("span", "gv-switch", {
    role: "radiogroup",
    "aria-label": worded(wording.shared.latentSizeOfThe, { family: family.toUpperCase() }),
  });
  const values = family === "vae" && !single ? [...names, "all"] : names;
  const options = values.map((name) => {
    const label = name === "all" ? "all" : String(config.models[name].latent);
    const title =
      name === "all"
        ? wording.shared.allOfThemSideBy
        : worded(wording.shared.showLatentSize, { name, label });
    const attributes = { type: "button", role: "radio", title, "data-value": name };
    return make("button", "gv-option", attributes, label);
  });
  group.append(...options);
  const show = radioGroup(options, (name) => store.set({ [key()]: name }));
  const refresh = () => show(store.get()[key()]);
  refresh();
  return { group, refresh };
}

/** @param {Facts} model */
function cost(model) {
  const told = wording.shared.trainableParametersTheNumbersThat;
  const size = `${short(model.parameters)} ${store.isPhone() ? "param." : "parameters"}`;
  /** @type {(Node | string)[]} */
  const parts = [make("span", "", { title: told }, size)];
  if (model.minutes !== null) {
    const where = model.hardware ? ` on ${model.hardware}` : "";
    const title = worded(wording.shared.trainingTimeWallClock, { where });
    parts.push(" · ", make("span", "", { title }, duration(model.minutes)));
  }
  return make("div", "gv-cost", {}, ...parts);
}

/** @param {Family} family @param {...Node} inside */
function frame(family, ...inside) {
  return make("section", "gv-panel", { "data-family": family }, ...inside);
}

/**
 * The panel of a model, with an empty stage.
 *
 * @param {string} name
 * @param {boolean} [single] the tab shows one VAE at a time, so its switch offers no "all"
 */
export function makePanel(name, single = false) {
  const model = config.models[name];
  const { family } = model;
  const pair = config.pairs.find((entry) => [...entry.vaes, ...entry.gans].includes(name));
  const names = pair?.[`${family}s`] ?? [];
  const title = make("span", "gv-panel-name", { title: FAMILY[family] }, family.toUpperCase());
  const latent = make("span", "gv-latent", { title: LATENT });
  const head = make("header", "gv-panel-head", {}, title, latent);
  const stage = make("div", "gv-stage");
  const progress = make("i", "gv-progress");
  const meter = sharpnessMeter();
  const note = make("div", "gv-note");
  const facts = make("div", "gv-facts", {}, meter.root, cost(model), note);
  const root = frame(family, head, make("div", "gv-stage-frame", {}, stage, progress), facts);
  root.dataset.model = name;
  root.dataset.colour = String(model.image_shape[0] === 3);
  root.setAttribute(
    "aria-label",
    worded(wording.shared.withLatentSize, { family: family.toUpperCase(), latent: model.latent }),
  );

  const choice = names.length > 1 ? switchOf(family, names, single) : null;
  const refresh = () => {
    const state = store.get();
    // Beside its brothers only the first carries the switch; the others say what they are.
    const among = state.vae === "all" && family === "vae" && !single;
    const carries = choice && !(among && name !== names[0]);
    title.textContent = among
      ? worded(wording.shared.vae, { latent: model.latent })
      : family.toUpperCase();
    latent.textContent = among
      ? ""
      : worded(wording.shared.latent, { carries: carries ? "" : model.latent });
    if (carries) {
      // Only where it isn't there yet: moved, it would lose the focus.
      if (choice.group.parentNode !== head) head.append(choice.group);
      choice.refresh();
    } else {
      choice?.group.remove();
    }
  };
  refresh();

  return {
    name,
    root,
    stage,
    facts,
    note,
    refresh,
    setSharpness: meter.set,
    /** @param {boolean} flag */
    setBusy(flag) {
      root.classList.toggle("busy", flag);
      root.setAttribute("aria-busy", String(flag));
    },
    /** @param {string} text */
    setNote(text) {
      note.textContent = text;
    },
    /** @param {number | null | undefined} value @param {string | null | undefined} gan */
    setRealness(value, gan) {
      writeRealness(note, value, gan);
    },
  };
}

/** The panel of a picture that no model drew, in the grey of real data. */
export function realPanel() {
  const title = make("span", "gv-panel-name", {}, wording.shared.original);
  const stage = make("div", "gv-stage");
  const meter = sharpnessMeter();
  const facts = make("div", "gv-facts", {}, meter.root);
  const root = make(
    "section",
    "gv-panel",
    { "data-family": "real", "aria-label": wording.shared.theOriginal },
    make("header", "gv-panel-head", {}, title),
    make("div", "gv-stage-frame", {}, stage),
    facts,
  );
  return {
    root,
    stage,
    facts,
    setSharpness: meter.set,
    /** @param {string} name @param {boolean} isColour */
    setWhat(name, isColour) {
      title.textContent = name;
      root.dataset.colour = String(isColour);
    },
  };
}

/** The panel of what a pair has not. @param {Family} family */
export function emptyPanel(family) {
  const title = make("span", "gv-panel-name", {}, family.toUpperCase());
  const sentence = worded(wording.shared.thereIsNoOfThis, { family: family.toUpperCase() });
  const stage = make("div", "gv-stage gv-empty", {}, sentence);
  return frame(
    family,
    make("header", "gv-panel-head", {}, title),
    make("div", "gv-stage-frame", {}, stage),
    make("div", "gv-facts"),
  );
}

/**
 * Fill a holder of panels. Where the one whose switch has the focus goes, the switch of the one in
 * its place takes the focus: arrow keys go on.
 *
 * @param {HTMLElement} holder
 * @param {...HTMLElement} roots
 */
export function fillPanels(holder, ...roots) {
  const held = holder.contains(document.activeElement) ? document.activeElement : null;
  /** @type {HTMLElement | null | undefined} */
  const panel = held?.closest(".gv-switch") && held.closest(".gv-panel");
  holder.replaceChildren(...roots);
  if (panel) {
    const chosen = `[data-family=${panel.dataset.family}] .gv-switch [aria-checked=true]`;
    /** @type {HTMLElement | null} */
    const button = holder.querySelector(chosen);
    button?.focus({ preventScroll: true });
  }
}

/**
 * Keep a row of panels in step with the models shown. A panel of a model that stays is kept, with
 * what was drawn on it.
 *
 * @param {HTMLElement} row
 * @param {(panels: Map<string, Panel>) => void} onPanels called at once and whenever other models
 *     are shown
 */
export function stageRow(row, onPanels) {
  /** @type {Map<string, Panel>} */
  let panels = new Map();
  const build = () => {
    const state = store.get();
    const pair = store.pair();
    const names = store.members();
    panels = new Map(names.map((name) => [name, panels.get(name) ?? makePanel(name)]));
    const roots = [...panels.values()].map((panel) => panel.root);
    if (pair && !pair.vaes.length) roots.unshift(emptyPanel("vae"));
    if (pair && !pair.gans.length) roots.push(emptyPanel("gan"));
    for (const panel of panels.values()) panel.refresh();
    fillPanels(row, ...roots);
    row.dataset.panels = String(roots.length);
    row.classList.toggle("gv-many", state.vae === "all");
    noteData();
    onPanels(panels);
  };
  build();
  return store.subscribe((_, changed) => {
    if (["pair", "vae", "gan"].some((key) => changed.includes(/** @type {any} */ (key)))) build();
  });
}
