// A model's latent space in the browser. It knows the axes that Python found and moves a z along
// them; it never draws a z of its own.

import { floatsOf } from "../static/bytes.js";

/**
 * A direction with a meaning.
 *
 * @typedef {object} Meaning
 * @property {string} key
 * @property {string} label
 * @property {string} measured
 * @property {number} low
 * @property {number} high
 * @property {number} effect
 * @property {Float32Array} vector
 */

export class LatentSpace {
  /** @param {any} axes the server's reply to find_axes */
  constructor(axes) {
    this.size = axes.latent;
    this.std = axes.prior_std;
    this.labels = axes.labels;
    this.strengths = axes.strengths;
    this.directions = floatsOf(axes.directions);
    // By key, those of the largest effect first: {key, label, measured, low, high, effect, vector}.
    /** @type {Map<string, Meaning>} */
    this.meanings = new Map(
      axes.meanings.map((/** @type {any} */ one) => [
        one.key,
        { ...one, vector: floatsOf(one.vector) },
      ]),
    );
  }

  /** @param {number} axis */
  has(axis) {
    return axis < this.size;
  }

  /** @param {string} key */
  means(key) {
    return this.meanings.has(key);
  }

  /**
   * Where z stands along an axis, in standard deviations of the prior.
   *
   * @param {Float32Array} z
   * @param {number} axis
   */
  coordinate(z, axis) {
    let sum = 0;
    const from = axis * this.size;
    for (let i = 0; i < this.size; i++) sum += z[i] * this.directions[from + i];
    return sum / this.std;
  }

  /**
   * z after steps {axis: standard deviations of the prior}; axes it does not have do nothing.
   *
   * @param {Float32Array} z
   * @param {Record<string, number>} steps
   */
  shifted(z, steps) {
    const sums = Float64Array.from(z);
    for (const [axis, step] of Object.entries(steps)) {
      if (!this.has(Number(axis))) continue;
      const from = Number(axis) * this.size;
      for (let i = 0; i < this.size; i++) sums[i] += step * this.std * this.directions[from + i];
    }
    return Float32Array.from(sums);
  }

  /**
   * z with its coordinates along some axes put to {axis: value}. The axes are orthogonal, so
   * their order does not matter.
   *
   * @param {Float32Array} z
   * @param {Record<string, number>} values
   */
  placed(z, values) {
    /** @type {Record<string, number>} */
    const steps = {};
    for (const [axis, value] of Object.entries(values)) {
      if (this.has(Number(axis))) steps[axis] = value - this.coordinate(z, Number(axis));
    }
    return this.shifted(z, steps);
  }

  /**
   * z after so many standard deviations of the prior along directions with a meaning, {key: steps};
   * those it does not have do nothing. They are not orthogonal: each adds to the others.
   *
   * @param {Float32Array} z
   * @param {Record<string, number>} values
   */
  steered(z, values) {
    const keys = Object.keys(values).filter((key) => this.means(key));
    if (!keys.length) return z;
    const sums = Float64Array.from(z);
    for (const key of keys) {
      const vector = this.meanings.get(key)?.vector ?? new Float32Array(this.size);
      const step = values[key] * this.std;
      for (let i = 0; i < this.size; i++) sums[i] += step * vector[i];
    }
    return Float32Array.from(sums);
  }

  /**
   * The z of "one sample with variations": whole steps -2 to 2, row by row. Each is measured from
   * the z in the middle, so that steps never add up.
   *
   * @param {Float32Array} z
   * @param {number} rowAxis
   * @param {number} columnAxis
   */
  variations(z, rowAxis, columnAxis) {
    const zs = [];
    for (const row of VARIATION_STEPS) {
      for (const column of VARIATION_STEPS) {
        const moved = this.shifted(z, { [rowAxis]: row });
        zs.push(this.shifted(moved, { [columnAxis]: column }));
      }
    }
    return zs;
  }
}

const VARIATION_STEPS = [-2, -1, 0, 1, 2];
