// What the parts of the page hand to each other, for editors and the type checker.

/** @typedef {"vae" | "gan"} Family */

/**
 * A file of ONNX or of its runtime, accepted by its digest alone.
 *
 * @typedef {object} File
 * @property {string} url relative to the page's root, or with a host of its own
 * @property {number} bytes
 * @property {string} integrity
 */

/**
 * What is known of a model (ui/config.py); null stands for what was not measured.
 *
 * @typedef {object} Facts
 * @property {Family} family
 * @property {number} latent
 * @property {number} prior_std
 * @property {boolean} fitted_prior
 * @property {[number, number, number]} image_shape channels, height, width
 * @property {number} parameters
 * @property {number | null} minutes
 * @property {string | null} hardware
 * @property {number | null} real_laplacian_variance
 * @property {{ scale: "probability" | "score", real: number | null, generated: number | null } | null} realness
 * @property {string} dataset
 * @property {[string, string]} subject one picture of it, and several, in words
 * @property {Record<string, File>} engine by part: decoder, discriminator
 */

/**
 * @typedef {object} Pair
 * @property {string} key
 * @property {string} title
 * @property {string} hint
 * @property {string} note
 * @property {string[]} vaes
 * @property {string[]} gans
 * @property {string | null} vae shown first
 * @property {string | null} gan
 * @property {boolean} fitted whether it opens with the fitted prior
 * @property {string | null} bridge
 * @property {number} count
 * @property {number} phone_count
 */

/**
 * @typedef {object} Bridge
 * @property {string} key
 * @property {string} title
 * @property {string} hint
 * @property {string} note
 * @property {string[]} stops names of models, the VAE's end first
 * @property {number[]} weights
 * @property {number} count
 * @property {number} phone_count
 */

/**
 * @typedef {object} Config
 * @property {Pair[]} pairs
 * @property {Record<string, Facts>} models
 * @property {Bridge[]} bridges
 * @property {{ runtime: File[] } | null} engine
 * @property {string | null} default_pair
 * @property {number} default_seed
 * @property {string[]} problems
 * @property {string | null} weights the version of these models, which calls name
 * @property {string | null} space
 */

/**
 * @typedef {object} State
 * @property {string | null} pair
 * @property {string | null} vae a name or "all"
 * @property {string | null} compared
 * @property {string | null} gan
 * @property {string} tab
 * @property {number} seed
 * @property {number} pick
 * @property {number} temperature
 * @property {number} count
 * @property {boolean} matched
 * @property {boolean} fitted
 * @property {Record<string, number>} sliders
 * @property {string} steer
 * @property {Record<string, number>} meanings
 * @property {number} axes_page
 * @property {Record<string, string>} starts
 * @property {Record<string, string>} ends
 * @property {string} walk
 * @property {number} to
 * @property {number} frames
 * @property {string} original
 * @property {string} source
 * @property {number} index
 * @property {string | null} bridge
 * @property {number} position
 */

/**
 * Decoded pictures of one size; bytes row by row, the colours of a pixel side by side.
 *
 * @typedef {object} Batch
 * @property {number} width
 * @property {number} height
 * @property {number} channels
 * @property {Uint8ClampedArray[]} pixels one array a picture
 * @property {number[] | null} [realness]
 * @property {string | null} [judge] the GAN that can be asked about them
 */

/**
 * Functions of the server, by name; each answers what its Python says, or `{error}`.
 *
 * @typedef {Record<string, (data: object) => Promise<any>>} Server
 */

/**
 * What Gradio hands to a component's script.
 *
 * @typedef {object} Given
 * @property {HTMLElement} element
 * @property {{ value: any }} props
 * @property {Server} server
 */

/**
 * A picture of the server's with its pixels, and what was measured of it.
 *
 * @typedef {object} Picture
 * @property {HTMLCanvasElement} pixels
 * @property {number | null} [sharpness]
 * @property {number | null} [realness]
 * @property {number | null} [error]
 * @property {number | null} [distance]
 * @property {number | null} [spread]
 * @property {unknown} [z]
 * @property {number} [seconds]
 */

export {};
