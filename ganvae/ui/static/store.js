// The one state that all tabs share, and its copy in the page's address.
//
//   ganvae.get() -> state          ganvae.set(patch)          ganvae.subscribe(fn) -> unsubscribe
//
// A subscriber is called with (state, changedKeys) after a change. Values that make no sense are
// dropped: a link typed by hand may hold anything.
(() => {
  const config = window.ganvaeConfig;
  const BRIDGE = config.bridges.length ? ["bridge"] : [];
  const TABS = ["sample", "explore", "walk", "map", "compare", ...BRIDGE, "reconstruct", "training"];
  const WALKS = ["perturbation", "straight", "spherical", "loop"];
  const PANELS = ["axes", "meanings"];
  const ORIGINALS = ["drawing", "photo", "test"];
  const SOURCES = ["sample", "test", "drawing"];
  const MAX_SEED = 4294967295;
  // A name that JavaScript takes for a number would lose its place among the others.
  const MEANING = /^[a-z][a-z0-9-]{0,39}$/;
  const MOST_MEANINGS = 64;
  const MOST_STOPS = 99;
  const PHONE = "(max-width: 640px)";

  const byKey = Object.fromEntries(config.pairs.map((pair) => [pair.key, pair]));
  const listeners = new Set();

  const whole = (low, high) => (value) =>
    Number.isInteger(value) && value >= low && value <= high ? value : undefined;
  const decimal = (low, high) => (value) =>
    typeof value === "number" && value >= low && value <= high
      ? Math.round(value * 100) / 100
      : undefined;
  const oneOf = (options) => (value) => (options.includes(value) ? value : undefined);
  const flag = (value) => (typeof value === "boolean" ? value : undefined);

  const bridgeOf = (key) => config.bridges.find((bridge) => bridge.key === key);
  const pairOf = (state) => byKey[state.pair];
  const isPhone = () => window.matchMedia(PHONE).matches;

  // Each key: its name in the address, a check of a value, text to value, value to text.
  const asNumber = (text) => (text.trim() === "" ? undefined : Number(text));
  const keys = {
    pair: { name: "pair", check: (value) => (byKey[value] ? value : undefined) },
    vae: { name: "vae", check: (value, state) => member(value, pairOf(state)?.vaes, true) },
    // The VAE of a tab that shows only one of them while `vae` is "all".
    compared: { name: "with", check: (value, state) => member(value, pairOf(state)?.vaes, false) },
    gan: { name: "gan", check: (value, state) => member(value, pairOf(state)?.gans, false) },
    tab: { name: "tab", check: oneOf(TABS) },
    seed: { name: "seed", check: whole(0, MAX_SEED), read: asNumber },
    pick: { name: "pick", check: whole(0, 99), read: asNumber },
    temperature: { name: "t", check: decimal(0, 2), read: asNumber },
    count: { name: "n", check: whole(1, 100), read: asNumber },
    matched: { name: "matched", check: flag, read: (text) => text === "1", write: (on) => (on ? "1" : "0") },
    fitted: { name: "fitted", check: flag, read: (text) => text === "1", write: (on) => (on ? "1" : "0") },
    sliders: { name: "x", check: checkSliders, read: readSliders, write: writeSliders },
    // What the sliders of Explore stand for, and how far along the directions with a meaning.
    steer: { name: "by", check: oneOf(PANELS) },
    meanings: { name: "m", check: checkMeanings, read: readMeanings, write: writeSliders },
    axes_page: { name: "axes", check: whole(0, 999), read: asNumber },
    // Places of their own in latent space where models start, and where a walk ends: see places.js.
    starts: { name: "z", check: checkPlaces, read: readPlaces, write: writePlaces },
    ends: { name: "z2", check: checkPlaces, read: readPlaces, write: writePlaces },
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

  function member(value, names, all) {
    if (!names) return undefined;
    if (!names.length) return value === null ? null : undefined;
    return names.includes(value) || (all && value === "all" && names.length > 1) ? value : undefined;
  }

  function checkSliders(value) {
    if (!value || typeof value !== "object" || Array.isArray(value)) return undefined;
    const entries = Object.entries(value).map(([axis, position]) => [
      whole(0, 1023)(Number(axis)),
      decimal(-3, 3)(position),
    ]);
    if (entries.some((entry) => entry.includes(undefined))) return undefined;
    return Object.fromEntries(entries);
  }

  function readSliders(text) {
    return Object.fromEntries(text.split(",").map((part) => part.split(":").map(Number)));
  }

  function writeSliders(sliders) {
    return Object.entries(sliders)
      .map(([axis, position]) => `${axis}:${position}`)
      .join(",");
  }

  function checkMeanings(value) {
    if (!value || typeof value !== "object" || Array.isArray(value)) return undefined;
    const entries = Object.entries(value).map(([key, steps]) => [key, decimal(-3, 3)(steps)]);
    const fine = ([key, steps]) => MEANING.test(key) && steps !== undefined;
    if (entries.length > MOST_MEANINGS || !entries.every(fine)) return undefined;
    return Object.fromEntries(entries);
  }

  function readMeanings(text) {
    return Object.fromEntries(
      text.split(",").map((part) => part.split(":")).map(([key, steps]) => [key, Number(steps)]),
    );
  }

  // A place is two bytes a dimension in base64url.
  function isPlace([name, text]) {
    if (!Object.hasOwn(config.models, name) || typeof text !== "string") return false;
    return text.length === Math.ceil((config.models[name].latent * 8) / 3) && /^[\w-]+$/.test(text);
  }

  function checkPlaces(value) {
    if (!value || typeof value !== "object" || Array.isArray(value)) return undefined;
    return Object.entries(value).every(isPlace) ? { ...value } : undefined;
  }

  function readPlaces(text) {
    return Object.fromEntries(text.split(",").map((part) => part.split(":")));
  }

  function writePlaces(places) {
    return Object.entries(places)
      .map(([name, text]) => `${name}:${text}`)
      .join(",");
  }

  function defaults(key) {
    const pair = byKey[key];
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

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  function fromAddress(search) {
    const query = new URLSearchParams(search);
    const key = keys.pair.check(query.get("pair")) ?? config.default_pair;
    const state = defaults(key);
    for (const [key, { name, check, read }] of Object.entries(keys)) {
      if (key === "pair" || !query.has(name)) continue;
      const text = query.get(name);
      const value = check(read ? read(text) : text, state);
      if (value !== undefined) state[key] = value;
    }
    return state;
  }

  function toQuery(state, former = "") {
    // What is not ours, such as Gradio's __theme, stays.
    const query = new URLSearchParams(former);
    for (const { name } of Object.values(keys)) query.delete(name);
    const usual = { ...defaults(state.pair), pair: config.default_pair };
    for (const [key, { name, write }] of Object.entries(keys)) {
      if (state[key] === null || same(state[key], usual[key])) continue;
      query.set(name, write ? write(state[key]) : String(state[key]));
    }
    // Colons and commas may stand in a query as they are, and read better.
    return query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  }

  let state = fromAddress(window.location.search);

  function set(patch) {
    const next = { ...state };
    if (patch.pair !== undefined && patch.pair !== state.pair && byKey[patch.pair]) {
      const [former, usual] = [defaults(state.pair), defaults(patch.pair)];
      next.pair = patch.pair;
      next.vae = usual.vae;
      next.compared = usual.vae;
      next.gan = usual.gan;
      next.axes_page = 0;
      if (state.count === former.count) next.count = usual.count;
      if (state.fitted === former.fitted) next.fitted = usual.fitted;
      if (state.bridge === former.bridge) next.bridge = usual.bridge;
    }
    for (const [key, value] of Object.entries(patch)) {
      if (key === "pair" || !keys[key]) continue;
      const checked = keys[key].check(value, next);
      if (checked !== undefined) next[key] = checked;
    }
    if (next.vae !== "all") next.compared = defaults(next.pair).vae;
    const differs = (key) => !same(next[key], state[key]);
    // A seed stands for a place of its own, and another pair has other models.
    const elsewhere = ["pair", "seed", "pick"].some(differs);
    if (elsewhere && !("starts" in patch)) next.starts = {};
    if (["pair", "to"].some(differs) && !("ends" in patch)) next.ends = {};
    if (elsewhere || ["fitted", "starts"].some(differs)) {
      if (!("sliders" in patch)) next.sliders = {};
      if (!("meanings" in patch)) next.meanings = {};
    }
    const changed = Object.keys(keys).filter(differs);
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

  function get() {
    const { sliders, meanings, starts, ends } = state;
    return {
      ...state,
      sliders: { ...sliders },
      meanings: { ...meanings },
      starts: { ...starts },
      ends: { ...ends },
    };
  }

  // Browsers allow about 100 address changes in 30 s; a drag makes more.
  let waiting = null;
  function writeAddress() {
    waiting ??= window.setTimeout(() => {
      waiting = null;
      const query = toQuery(state, window.location.search);
      const path = window.location.pathname + (query ? `?${query}` : "") + window.location.hash;
      window.history.replaceState(window.history.state, "", path);
      if (config.space && window.parent !== window) {
        window.parent.postMessage({ queryString: toQuery(state) }, "https://huggingface.co");
      }
    }, 200);
  }

  function link() {
    const base = config.space
      ? `https://huggingface.co/spaces/${config.space}`
      : window.location.origin + window.location.pathname;
    const query = toQuery(state);
    return query ? `${base}?${query}` : base;
  }

  function members() {
    const pair = pairOf(state);
    if (!pair) return [];
    const vaes = state.vae === "all" ? pair.vaes : [state.vae];
    return [...vaes, state.gan].filter(Boolean);
  }

  // Gradio's tabs follow the state. They appear some time after this script has run.
  function showTab() {
    const button = document.querySelector(`[role=tab][data-tab-id="${state.tab}"]`);
    if (!button) return false;
    if (button.getAttribute("aria-selected") !== "true") button.click();
    // On a phone the tabs are a row that can be moved: the chosen one comes into its middle.
    const row = button.parentElement;
    row.scrollLeft = button.offsetLeft - (row.clientWidth - button.offsetWidth) / 2;
    window.requestAnimationFrame(() => document.documentElement.classList.remove("gv-waiting"));
    return true;
  }
  if (state.tab !== "sample") document.documentElement.classList.add("gv-waiting");
  if (!showTab()) {
    const observer = new MutationObserver(() => showTab() && observer.disconnect());
    observer.observe(document.documentElement, { childList: true, subtree: true });
  }
  listeners.add((_, changed) => changed.includes("tab") && showTab());

  // The Walk tab may only come into being by this: it asks wantsPlay() then, and at the event.
  let playWanted = false;
  function play() {
    playWanted = true;
    set({ tab: "walk" });
    window.dispatchEvent(new Event("ganvae:play"));
  }
  function wantsPlay() {
    const wanted = playWanted;
    playWanted = false;
    return wanted;
  }

  window.ganvae = {
    config,
    play,
    wantsPlay,
    get,
    set,
    link,
    members,
    isPhone,
    pair: () => pairOf(state) ?? null,
    bridge: () => bridgeOf(state.bridge) ?? null,
    // Short seeds are easier to read out than ten digits; any other can be typed.
    reroll: () => set({ seed: Math.floor(Math.random() * 10000) }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
})();
