// A page without a browser: what the modules ask of one when they are imported.

export const MODEL = {
  family: "vae",
  latent: 4,
  image_shape: [1, 5, 6],
  real_laplacian_variance: 0.5,
  engine: {},
};

/** Two pairs, of which one lacks its VAE, and a bridge. */
export const CONFIG = {
  pairs: [
    {
      key: "digits",
      vaes: ["vae-4", "vae-9"],
      gans: ["gan-4"],
      vae: "vae-4",
      gan: "gan-4",
      fitted: false,
      bridge: "bridge-digits",
      count: 64,
      phone_count: 16,
    },
    {
      key: "small",
      vaes: [],
      gans: ["mini-gan"],
      vae: null,
      gan: "mini-gan",
      fitted: true,
      bridge: "bridge-digits",
      count: 100,
      phone_count: 9,
    },
  ],
  models: {
    "vae-4": MODEL,
    "vae-9": { ...MODEL, latent: 9 },
    "gan-4": { ...MODEL, family: "gan", real_laplacian_variance: null },
    "mini-gan": { ...MODEL, family: "gan", image_shape: [3, 5, 6] },
  },
  bridges: [{ key: "bridge-digits", stops: ["vae-4", "vae-9"], weights: [0, 1] }],
  engine: null,
  default_pair: "digits",
  default_seed: 42,
  problems: [],
  weights: "w1",
  space: null,
};

/** What the modules have done to the page: addresses that were set, frames and moments waited for. */
export const done = { addresses: [], frames: [], timers: [] };

/** Let modules that are imported after this believe to be in a page at an address. */
export function pretend(search = "", config = CONFIG) {
  globalThis.document = {
    getElementById: (id) =>
      id === "ganvae-config" ? { textContent: JSON.stringify(config) } : null,
  };
  globalThis.window = {
    location: { search, origin: "https://example.org", pathname: "/", hash: "" },
    history: { state: null, replaceState: (_, __, path) => done.addresses.push(path) },
    matchMedia: () => ({ matches: false }),
    setTimeout: (fn) => done.timers.push(fn),
    clearTimeout() {},
    requestAnimationFrame: (fn) => done.frames.push(fn),
    dispatchEvent() {},
    atob,
    btoa,
  };
}
