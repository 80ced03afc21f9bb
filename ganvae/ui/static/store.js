// The one state that all tabs share, and its copy in the page's address.
//
// A subscriber is called with (state, changedKeys) after a change.

import { config } from "./config.js";
import { makeRules } from "./state.js";

/** @import { State } from "./types.js" */

/**
 * @typedef {(state: State, changed: (keyof State)[]) => void} Listener
 */

const PHONE = "(max-width: 640px)";
// Browsers allow about 100 address changes in 30 s; a drag makes more.
const ADDRESS_AFTER_MS = 200;
const HUB = "https://huggingface.co";

export const isPhone = () => window.matchMedia(PHONE).matches;

const rules = makeRules(config, isPhone);
let state = rules.fromAddress(window.location.search);
/** @type {Set<Listener>} */
const listeners = new Set();

/** A copy of the state. @returns {State} */
export function get() {
  const { sliders, meanings, starts, ends } = state;
  return {
    ...state,
    sliders: { ...sliders },
    meanings: { ...meanings },
    starts: { ...starts },
    ends: { ...ends },
  };
}

/**
 * Change the state; values that make no sense are dropped.
 *
 * @param {Partial<Record<keyof State, unknown>>} patch
 */
export function set(patch) {
  const next = rules.patched(state, patch);
  const changed = rules.changes(next, state);
  if (!changed.length) return;
  state = next;
  writeAddress();
  for (const listener of [...listeners]) {
    try {
      listener(get(), changed);
    } catch (error) {
      console.error(error);
    }
  }
}

/**
 * @param {Listener} listener
 * @returns {() => void} ends it
 */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @type {number | null} */
let waiting = null;
function writeAddress() {
  waiting ??= window.setTimeout(() => {
    waiting = null;
    const query = rules.toQuery(state, window.location.search);
    const path = window.location.pathname + (query ? `?${query}` : "") + window.location.hash;
    window.history.replaceState(window.history.state, "", path);
    if (config.space && window.parent !== window) {
      window.parent.postMessage({ queryString: rules.toQuery(state) }, HUB);
    }
  }, ADDRESS_AFTER_MS);
}

/**
 * Whether any of some keys is among those that have changed.
 *
 * @param {(keyof State)[]} changed
 * @param {(keyof State)[]} keys
 */
export const touches = (changed, keys) => keys.some((key) => changed.includes(key));

/** The address of exactly this view, for somebody else. */
export function link() {
  const base = config.space
    ? `${HUB}/spaces/${config.space}`
    : window.location.origin + window.location.pathname;
  const query = rules.toQuery(state);
  return query ? `${base}?${query}` : base;
}

/** The names of all models shown, VAEs first. @returns {string[]} */
export function members() {
  const shown = pair();
  if (!shown) return [];
  const vaes = state.vae === "all" ? shown.vaes : [state.vae];
  return [...vaes, state.gan].filter((name) => name !== null);
}

/** The VAE and the GAN of a tab that shows one of each: of all the VAEs one. */
export function couple() {
  return { vae: state.vae === "all" ? state.compared : state.vae, gan: state.gan };
}

export const pair = () => rules.pairOf(state) ?? null;
export const bridge = () => rules.bridgeOf(state.bridge) ?? null;

// Short seeds are easier to read out than ten digits; any other can be typed.
export const reroll = () => set({ seed: Math.floor(Math.random() * 10000) });

// The Walk tab may only come into being by this: it asks wantsPlay() then, and at the event.
let playWanted = false;

/** Open the Walk tab and play it. */
export function play() {
  playWanted = true;
  set({ tab: "walk" });
  window.dispatchEvent(new Event("ganvae:play"));
}

/** Whether somebody has asked for that since this was asked last. */
export function wantsPlay() {
  const wanted = playWanted;
  playWanted = false;
  return wanted;
}
