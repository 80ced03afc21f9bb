// How sharp a decoded picture is: the same measure as on the server (metrics/sharpness.py), so that
// one decoded here has it too.

import { config } from "./config.js";

/** @import { Batch } from "./types.js" */

/**
 * Variance of the Laplacian of one picture of a batch, its pixels in 0 to 1 and colours averaged
 * to grey: the same measure as on the server, so that a picture decoded here has one too.
 *
 * @param {Batch} batch
 */
function laplacianVariance(batch, index = 0) {
  const { width, height, channels } = batch;
  const pixels = batch.pixels[index];
  const grey = new Float64Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    grey[Math.floor(i / channels)] += pixels[i] / (255 * channels);
  }
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const value =
        grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at];
      sum += value;
      squares += value * value;
    }
  }
  const count = (width - 2) * (height - 2);
  return squares / count - (sum / count) ** 2;
}

/**
 * Sharpness of one picture as a share of real data's, or null where that is not known.
 *
 * @param {string} model
 * @param {Batch} batch
 */
export function sharpnessOf(model, batch, index = 0) {
  const real = config.models[model].real_laplacian_variance;
  return real ? laplacianVariance(batch, index) / real : null;
}
