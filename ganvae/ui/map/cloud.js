// A model's map in the browser: where its points are in latent space and in the three dimensions of
// the map, and where those are on the screen.

import { bytesOf, floatsOf } from "../static/bytes.js";

export class Cloud {
  /** @param {any} told the server's reply to `cloud` */
  constructor(told) {
    /** @type {string} */
    this.model = told.model;
    /** @type {number} */
    this.count = told.count;
    /** @type {number} */
    this.size = told.latent;
    /** @type {"coordinates" | "discriminant" | "principal" | "response"} */
    this.kind = told.kind;
    /** @type {boolean} */
    this.sampled = told.sampled;
    this.steps = bytesOf(told.steps);
    this.lowest = floatsOf(told.lowest);
    this.scale = floatsOf(told.scale);
    this.projection = floatsOf(told.projection);
    this.offset = floatsOf(told.offset);
    /** @type {Uint8Array | null} */
    this.classes = told.classes && bytesOf(told.classes);
    /** @type {Uint8ClampedArray | null} */
    this.colours = told.colours && vivid(bytesOf(told.colours));
    this.middle = [0, 0, 0];
    this.radius = 1;
    this.places = new Float32Array();
    this.place();
  }

  /** z of a point: in float32 all the way, as Python has it. @param {number} index */
  z(index) {
    const z = new Float32Array(this.size);
    for (let i = 0; i < this.size; i++) {
      z[i] = this.lowest[i] + Math.fround(this.scale[i] * this.steps[index * this.size + i]);
    }
    return z;
  }

  /**
   * Where any z lies on the map, [x, y, z] around its middle; the points reach to about 1.
   *
   * @param {Float32Array} z
   */
  placeOf(z) {
    return [0, 1, 2].map((row) => {
      let sum = this.offset[row];
      for (let i = 0; i < this.size; i++) sum += this.projection[row * this.size + i] * z[i];
      return (sum - this.middle[row]) / this.radius;
    });
  }

  /** Place all points. The middle is their mean; nearly all lie within a radius of 1 around it. */
  place() {
    const { count, size } = this;
    this.middle = [0, 0, 0];
    this.radius = 1;
    const raw = new Float64Array(3 * count);
    const means = [0, 0, 0];
    // What of a row does not depend on the point, and what a step of each dimension adds.
    for (let row = 0; row < 3; row++) {
      let start = this.offset[row];
      const by = new Float64Array(size);
      for (let i = 0; i < size; i++) {
        const weight = this.projection[row * size + i];
        start += weight * this.lowest[i];
        by[i] = weight * this.scale[i];
      }
      for (let point = 0; point < count; point++) {
        let sum = start;
        for (let i = 0, from = point * size; i < size; i++) sum += by[i] * this.steps[from + i];
        raw[3 * point + row] = sum;
        means[row] += sum / count;
      }
    }
    const distances = new Float64Array(count);
    for (let point = 0; point < count; point++) {
      for (let row = 0; row < 3; row++) raw[3 * point + row] -= means[row];
      distances[point] = Math.hypot(raw[3 * point], raw[3 * point + 1], raw[3 * point + 2]);
    }
    distances.sort();
    this.middle = means;
    // All of them are in view, or a few that lie far outside would make the others small.
    this.radius =
      Math.max(distances[Math.floor(0.995 * (count - 1))], distances[count - 1] / FARTHEST) || 1;
    this.places = Float32Array.from(raw, (value) => value / this.radius);
  }

  /** How many points have each class. */
  counts() {
    const counts = new Array(CLASSES).fill(0);
    this.classes?.forEach((one) => (counts[one] += 1));
    return counts;
  }
}

/**
 * Mean colours of photographs are dim and much alike: spread them, all by the same measure.
 *
 * @param {Uint8Array} colours
 */
function vivid(colours) {
  const brightest = Uint8Array.from(colours).sort()[Math.floor(0.99 * (colours.length - 1))] || 1;
  const made = new Uint8ClampedArray(colours.length);
  for (let i = 0; i < colours.length; i += 3) {
    const grey = (colours[i] + colours[i + 1] + colours[i + 2]) / 3;
    for (let j = i; j < i + 3; j++) {
      made[j] = ((grey + SATURATION * (colours[j] - grey)) * 255) / brightest;
    }
  }
  return made;
}

const SATURATION = 2;
const CLASSES = 10;
// No point lies farther out, in radii.
const FARTHEST = 1.16;
// How far the eye is from the middle, in radii, and the share of half the canvas that a radius is.
export const [EYE, FILL] = [4.5, 0.86];

/** From where the cloud is seen: a rotation, row by row, and a magnification. */
export class Camera {
  constructor() {
    this.rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    this.zoom = 1;
  }

  reset() {
    this.rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    this.zoom = 1;
  }

  moved() {
    return this.zoom !== 1 || this.rotation.some((value, i) => value !== (i % 4 ? 0 : 1));
  }

  /**
   * Turn by angles in radians: to the right around the vertical of the screen, downwards around its
   * horizontal, and around the line of sight.
   *
   * @param {number} right
   * @param {number} down
   */
  turn(right, down, around = 0) {
    const [a, b, c] = [right, down, around].map((angle) => [Math.cos(angle), Math.sin(angle)]);
    this.apply([a[0], 0, a[1], 0, 1, 0, -a[1], 0, a[0]]);
    this.apply([1, 0, 0, 0, b[0], -b[1], 0, b[1], b[0]]);
    this.apply([c[0], -c[1], 0, c[1], c[0], 0, 0, 0, 1]);
    this.straighten();
  }

  /** @param {number[]} by */
  apply(by) {
    const old = this.rotation;
    this.rotation = old.map((_, at) => {
      const [row, column] = [Math.floor(at / 3), at % 3];
      return (
        by[3 * row] * old[column] +
        by[3 * row + 1] * old[3 + column] +
        by[3 * row + 2] * old[6 + column]
      );
    });
  }

  /** Many small turns must not add up to a skewed cloud: make the rows orthonormal again. */
  straighten() {
    const [a, b] = [this.rotation.slice(0, 3), this.rotation.slice(3, 6)];
    /** @param {number[]} v */
    const unit = (v) => v.map((value) => value / Math.hypot(...v));
    const x = unit(a);
    const along = x[0] * b[0] + x[1] * b[1] + x[2] * b[2];
    const y = unit(b.map((value, i) => value - along * x[i]));
    const z = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
    this.rotation = [...x, ...y, ...z];
  }

  /**
   * Where a place on the map is on a square canvas of `side` pixels: [x, y, depth, magnified]. The
   * depth grows towards the eye.
   *
   * @param {number[]} place
   * @param {number} side
   */
  seen(place, side) {
    const r = this.rotation;
    const [x, y, z] = place;
    const depth = r[6] * x + r[7] * y + r[8] * z;
    const scale = (EYE / (EYE - Math.min(depth, EYE / 2))) * this.zoom * FILL * (side / 2);
    return [
      side / 2 + scale * (r[0] * x + r[1] * y + r[2] * z),
      side / 2 - scale * (r[3] * x + r[4] * y + r[5] * z),
      depth,
      scale / (FILL * (side / 2)),
    ];
  }
}
