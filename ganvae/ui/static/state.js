// What the page's state may be, and how it stands in an address. Nothing here knows a page.

/** @import { Config, State } from "./types.js" */

/**
 * @typedef {keyof State} Key
 */

/**
 * A key of the state: its name in the address, a check of a value (undefined for what makes no
 * sense), text to value, value to text.
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {(value: any, state: State) => any} check
 * @property {(text: string) => any} [read]
 * @property {(value: any) => string} [write]
 */

const WALKS = ["perturbation", "straight", "spherical", "loop"];
const PANELS = ["axes", "meanings"];
const ORIGINALS = ["drawing", "photo", "test"];
const SOURCES = ["sample", "test", "drawing"];
const MAX_SEED = 4294967295;
// A name that JavaScript takes for a number would lose its place among the others.
const MEANING = /^[a-z][a-z0-9-]{0,39}$/;
const MOST_MEANINGS = 64;
const MOST_STOPS = 99;

/** @param {number} low @param {number} high */
const whole = (low, high) => (/** @type {unknown} */ value) =>
  typeof value === "number" && Number.isInteger(value) && value >= low && value <= high
    ? value
    : undefined;
/** @param {number} low @param {number} high */
const decimal = (low, high) => (/** @type {unknown} */ value) =>
  typeof value === "number" && value >= low && value <= high
    ? Math.round(value * 100) / 100
    : undefined;
/** @param {string[]} options */
const oneOf = (options) => (/** @type {any} */ value) =>
  options.includes(value) ? value : undefined;
const flag = (/** @type {unknown} */ value) => (typeof value === "boolean" ? value : undefined);
const isMap = (/** @type {unknown} */ value) =>
  Boolean(value) && typeof value === "object" && !Array.isArray(value);

const sameValues = (/** @type {unknown} */ one, /** @type {unknown} */ other) =>
  JSON.stringify(one) === JSON.stringify(other);

const asNumber = (/** @type {string} */ text) => (text.trim() === "" ? undefined : Number(text));
const onOff = {
  read: (/** @type {string} */ text) => text === "1",
  write: (/** @type {boolean} */ on) => (on ? "1" : "0"),
};

/** @param {Record<string, unknown>} value */
function checkSliders(value) {
  if (!isMap(value)) return undefined;
  const entries = Object.entries(value).map(([axis, position]) => [
    whole(0, 1023)(Number(axis)),
    decimal(-3, 3)(position),
  ]);
  if (entries.some((entry) => entry.includes(undefined))) return undefined;
  return Object.fromEntries(entries);
}

/** @param {string} text */
function readSliders(text) {
  return Object.fromEntries(text.split(",").map((part) => part.split(":").map(Number)));
}

/** @param {Record<string, unknown>} value */
function checkMeanings(value) {
  if (!isMap(value)) return undefined;
  const entries = Object.entries(value).map(([key, steps]) => ({
    key,
    steps: decimal(-3, 3)(steps),
  }));
  const fine = entries.every(({ key, steps }) => MEANING.test(key) && steps !== undefined);
  if (entries.length > MOST_MEANINGS || !fine) return undefined;
  return Object.fromEntries(entries.map(({ key, steps }) => [key, steps]));
}

/** @param {string} text */
function readMeanings(text) {
  const parts = text.split(",").map((part) => part.split(":"));
  return Object.fromEntries(parts.map(([key, steps]) => [key, Number(steps)]));
}

/** @param {string} text */
const readPlaces = (text) => Object.fromEntries(text.split(",").map((part) => part.split(":")));

/** @param {Record<string, string | number>} values */
function writePairs(values) {
  return Object.entries(values)
    .map(([key, value]) => `${key}:${value}`)
    .join(",");
}

/**
 * The rules for one page.
 *
 * @param {Pick<Config, "pairs" | "bridges" | "models" | "default_pair" | "default_seed">} config
 * @param {() => boolean} isPhone
 */
export function makeRules(config, isPhone) {
  const bridge = config.bridges.length ? ["bridge"] : [];
  const tabs = [
    "sample",
    "explore",
    "walk",
    "map",
    "compare",
    ...bridge,
    "reconstruct",
    "training",
  ];
  const byKey = Object.fromEntries(config.pairs.map((pair) => [pair.key, pair]));

  const pairOf = (/** @type {Pick<State, "pair">} */ state) =>
    Object.hasOwn(byKey, state.pair ?? "") ? byKey[state.pair ?? ""] : undefined;
  const bridgeOf = (/** @type {string | null} */ key) =>
    config.bridges.find((one) => one.key === key);

  /** @param {unknown} value @param {string[] | undefined} names @param {boolean} all */
  function member(value, names, all) {
    if (!names) return undefined;
    if (!names.length) return value === null ? null : undefined;
    if (typeof value !== "string") return undefined;
    const fine = names.includes(value) || (all && value === "all" && names.length > 1);
    return fine ? value : undefined;
  }

  // A place is two bytes a dimension in base64url.
  /** @param {[string, unknown]} entry */
  function isPlace([name, text]) {
    if (!Object.hasOwn(config.models, name) || typeof text !== "string") return false;
    const length = Math.ceil((config.models[name].latent * 8) / 3);
    return text.length === length && /^[\w-]+$/.test(text);
  }

  /** @param {Record<string, unknown>} value */
  function checkPlaces(value) {
    if (!isMap(value)) return undefined;
    return Object.entries(value).every(isPlace) ? { ...value } : undefined;
  }

  /** @type {Record<Key, Entry>} */
  const keys = {
    pair: { name: "pair", check: (value) => (pairOf({ pair: value }) ? value : undefined) },
    vae: { name: "vae", check: (value, state) => member(value, pairOf(state)?.vaes, true) },
    // The VAE of a tab that shows only one of them while `vae` is "all".
    compared: { name: "with", check: (value, state) => member(value, pairOf(state)?.vaes, false) },
    gan: { name: "gan", check: (value, state) => member(value, pairOf(state)?.gans, false) },
    tab: { name: "tab", check: oneOf(tabs) },
    seed: { name: "seed", check: whole(0, MAX_SEED), read: asNumber },
    pick: { name: "pick", check: whole(0, 99), read: asNumber },
    temperature: { name: "t", check: decimal(0, 2), read: asNumber },
    count: { name: "n", check: whole(1, 100), read: asNumber },
    matched: { name: "matched", check: flag, ...onOff },
    fitted: { name: "fitted", check: flag, ...onOff },
    sliders: { name: "x", check: checkSliders, read: readSliders, write: writePairs },
    // What the sliders of Explore stand for, and how far along the directions with a meaning.
    steer: { name: "by", check: oneOf(PANELS) },
    meanings: { name: "m", check: checkMeanings, read: readMeanings, write: writePairs },
    axes_page: { name: "axes", check: whole(0, 999), read: asNumber },
    // Places of their own in latent space where models start, and where a walk ends: see places.js.
    starts: { name: "z", check: checkPlaces, read: readPlaces, write: writePairs },
    ends: { name: "z2", check: checkPlaces, read: readPlaces, write: writePairs },
    walk: { name: "walk", check: oneOf(WALKS) },
    to: { name: "to", check: whole(0, MAX_SEED), read: asNumber },
    frames: { name: "frames", check: whole(21, 120), read: asNumber },
    original: { name: "original", check: oneOf(ORIGINALS) },
    source: { name: "source", check: oneOf(SOURCES) },
    index: { name: "index", check: whole(0, 9999), read: asNumber },
    // Which bridge, and where its slider is: whole numbers are stops, the VAE's end is 0.
    bridge: { name: "bridge", check: (value) => (bridgeOf(value) ? value : undefined) },
    position: { name: "at", check: decimal(0, MOST_STOPS), read: asNumber },
  };
  const all = /** @type {[Key, Entry][]} */ (Object.entries(keys));

  /**
   * The state of a page on which nothing was chosen but its pair.
   *
   * @param {string | null} key
   * @returns {State}
   */
  function defaults(key) {
    const pair = pairOf({ pair: key });
    return {
      pair: key,
      vae: pair?.vae ?? null,
      compared: pair?.vae ?? null,
      gan: pair?.gan ?? null,
      tab: "sample",
      seed: config.default_seed,
      pick: 0,
      temperature: 1,
      count: (isPhone() ? pair?.phone_count : pair?.count) ?? 64,
      matched: false,
      fitted: pair?.fitted ?? false,
      sliders: {},
      steer: "axes",
      meanings: {},
      axes_page: 0,
      starts: {},
      ends: {},
      walk: "perturbation",
      to: config.default_seed + 1,
      frames: 21,
      original: "drawing",
      source: "sample",
      index: 0,
      bridge: pair?.bridge ?? config.bridges[0]?.key ?? null,
      position: 0,
    };
  }

  /**
   * The state that an address stands for. Values that make no sense are dropped: a link typed by
   * hand may hold anything.
   *
   * @param {string} search
   * @returns {State}
   */
  function fromAddress(search) {
    const query = new URLSearchParams(search);
    const state = defaults(
      keys.pair.check(query.get("pair"), defaults(null)) ?? config.default_pair,
    );
    for (const [key, { name, check, read }] of all) {
      const text = query.get(name);
      if (key === "pair" || text === null) continue;
      const value = check(read ? read(text) : text, state);
      if (value !== undefined) Object.assign(state, { [key]: value });
    }
    return state;
  }

  /**
   * The query that stands for a state: what is as usual is left out.
   *
   * @param {State} state
   * @param {string} [former] the address's query until now; what is not ours in it, such as
   *     Gradio's __theme, stays
   */
  function toQuery(state, former = "") {
    const query = new URLSearchParams(former);
    for (const [, { name }] of all) query.delete(name);
    const usual = { ...defaults(state.pair), pair: config.default_pair };
    for (const [key, { name, write }] of all) {
      if (state[key] === null || sameValues(state[key], usual[key])) continue;
      query.set(name, write ? write(state[key]) : String(state[key]));
    }
    // Colons and commas may stand in a query as they are, and read better.
    return query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  }

  /**
   * The state after a patch, of which values that make no sense are dropped.
   *
   * @param {State} state
   * @param {Partial<Record<Key, unknown>>} patch
   * @returns {State}
   */
  function patched(state, patch) {
    const next = { ...state };
    const { pair } = patch;
    if (typeof pair === "string" && pair !== state.pair && pairOf({ pair })) {
      const [former, usual] = [defaults(state.pair), defaults(pair)];
      next.pair = pair;
      next.vae = usual.vae;
      next.compared = usual.vae;
      next.gan = usual.gan;
      next.axes_page = 0;
      if (state.count === former.count) next.count = usual.count;
      if (state.fitted === former.fitted) next.fitted = usual.fitted;
      if (state.bridge === former.bridge) next.bridge = usual.bridge;
    }
    for (const [key, { check }] of all) {
      if (key === "pair" || !(key in patch)) continue;
      const checked = check(patch[key], next);
      if (checked !== undefined) Object.assign(next, { [key]: checked });
    }
    if (next.vae !== "all") next.compared = defaults(next.pair).vae;
    const differs = (/** @type {Key} */ key) => !sameValues(next[key], state[key]);
    // A seed stands for a place of its own, and another pair has other models.
    const elsewhere = /** @type {Key[]} */ (["pair", "seed", "pick"]).some(differs);
    if (elsewhere && !("starts" in patch)) next.starts = {};
    if (/** @type {Key[]} */ (["pair", "to"]).some(differs) && !("ends" in patch)) next.ends = {};
    if (elsewhere || /** @type {Key[]} */ (["fitted", "starts"]).some(differs)) {
      if (!("sliders" in patch)) next.sliders = {};
      if (!("meanings" in patch)) next.meanings = {};
    }
    return next;
  }

  /** Keys by which two states differ. @param {State} one @param {State} other */
  function changes(one, other) {
    return all.map(([key]) => key).filter((key) => !sameValues(one[key], other[key]));
  }

  return { pairOf, bridgeOf, defaults, fromAddress, toQuery, patched, changes };
}
