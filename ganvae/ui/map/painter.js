// The pixels of a cloud: discs, the far ones first and darker, written into one ImageData. Nothing of
// it needs a graphics card, and a frame of 10,000 points takes a few milliseconds.

import { EYE, FILL } from "./cloud.js";
import { drawingOf } from "../static/make.js";

/** @import { Camera, Cloud } from "./cloud.js" */

// Discs come in so many sizes and so many places within a pixel, so that a slow turn looks smooth.
const [SIZES, PLACES] = [24, 4];
// Depths from -1 to 1 in so many steps: the order of painting, and how dark what is far away gets.
const DEPTHS = 256;
const DARKEST = 0.42;
// What is not highlighted keeps so much of its light.
const FADED = 0.16;
// Radius of a disc in the middle, as a share of the canvas's side.
const DISC = 1 / 200;
const SMALLEST = 0.9;
// Around a disc a thin dark rim sets it off from those behind it.
const RIM = 0.42;
// Screens of fine pixels would cost more than anybody sees: the browser enlarges from here on.
const MOST_PIXELS = 600;

export class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = drawingOf(canvas, { alpha: false });
    this.side = 0;
    /** @type {Map<number, Int16Array>} */
    this.discs = new Map();
    this.image = new ImageData(1, 1);
    this.pixels = new Uint32Array(1);
    // Where each point is on the canvas, how much the eye's nearness magnifies it, and how deep it
    // lies; and the order of painting.
    this.x = new Float32Array();
    this.y = new Float32Array();
    this.near = new Float32Array();
    this.depth = new Float32Array();
    this.order = new Uint32Array();
  }

  /** Give the canvas as many pixels as the screen has there, as far as they can be painted 60 times a
   *  second; false before it is laid out. */
  fit() {
    const { clientWidth } = this.canvas;
    const most = Math.max(clientWidth, MOST_PIXELS);
    const side = Math.min(most, Math.round(clientWidth * (window.devicePixelRatio || 1)));
    if (!side) return false;
    if (side !== this.side) {
      this.side = this.canvas.width = this.canvas.height = side;
      this.image = this.context.createImageData(side, side);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.discs.clear();
    }
    return true;
  }

  /**
   * Where all points of a cloud are on the canvas, for painting and for picking.
   *
   * @param {Cloud} cloud
   * @param {Camera} camera
   */
  project(cloud, camera) {
    const { count, places } = cloud;
    if (this.x.length !== count) {
      for (const name of /** @type {const} */ (["x", "y", "near", "depth"])) {
        this[name] = new Float32Array(count);
      }
      this.order = new Uint32Array(count);
    }
    const r = camera.rotation;
    const half = this.side / 2;
    const scale = camera.zoom * FILL * half;
    const starts = new Uint32Array(DEPTHS + 1);
    const steps = new Uint8Array(count);
    for (let i = 0, at = 0; i < count; i++, at += 3) {
      const x = places[at];
      const y = places[at + 1];
      const z = places[at + 2];
      const depth = r[6] * x + r[7] * y + r[8] * z;
      const near = EYE / (EYE - Math.min(depth, EYE / 2));
      this.x[i] = half + scale * near * (r[0] * x + r[1] * y + r[2] * z);
      this.y[i] = half - scale * near * (r[3] * x + r[4] * y + r[5] * z);
      this.depth[i] = depth;
      this.near[i] = near;
      const step = Math.max(0, Math.min(DEPTHS - 1, Math.floor(((depth + 1) / 2) * DEPTHS)));
      steps[i] = step;
      starts[step + 1] += 1;
    }
    for (let step = 0; step < DEPTHS; step++) starts[step + 1] += starts[step];
    for (let i = 0; i < count; i++) this.order[starts[steps[i]]++] = i;
  }

  /**
   * A disc's pixels: dx, dy, how much of each it covers, and how much of that is rim.
   *
   * @param {number} size
   * @param {number} placeX
   * @param {number} placeY
   */
  disc(size, placeX, placeY) {
    const key = (size * PLACES + placeX) * PLACES + placeY;
    const known = this.discs.get(key);
    if (known) return known;
    const radius = SMALLEST + size * this.growth();
    const rim = Math.min(1.2, 0.35 * radius);
    const reach = Math.ceil(radius + rim + 1);
    const [cx, cy] = [(placeX + 0.5) / PLACES, (placeY + 0.5) / PLACES];
    const list = [];
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const distance = Math.hypot(dx + 0.5 - cx, dy + 0.5 - cy);
        const inside = Math.max(0, Math.min(1, radius + 0.5 - distance));
        const around = Math.max(0, Math.min(1, radius + rim + 0.5 - distance));
        const covered = inside + (around - inside) * RIM;
        if (covered > 0.02) {
          list.push(dx, dy, Math.round(256 * inside), Math.round(256 * (1 - covered)));
        }
      }
    }
    const made = Int16Array.from(list);
    this.discs.set(key, made);
    return made;
  }

  growth() {
    return (this.side * DISC * 3) / SIZES;
  }

  /**
   * Paint the points. colours has three bytes a point, or a class; chosen is the class that is
   * highlighted, or null.
   *
   * @param {Cloud} cloud
   * @param {Camera} camera
   * @param {Uint8Array} palette
   * @param {number | null} chosen
   */
  paint(cloud, camera, palette, chosen) {
    this.project(cloud, camera);
    this.pixels.fill(0xff000000);
    const radius = this.side * DISC * Math.sqrt(camera.zoom);
    const { classes } = cloud;
    const colours = cloud.colours ?? new Uint8ClampedArray(3 * cloud.count);
    const passes = classes && chosen !== null ? [false, true] : [null];
    for (const wanted of passes) {
      for (let at = 0; at < cloud.count; at++) {
        const i = this.order[at];
        if (wanted !== null && (classes?.[i] === chosen) !== wanted) continue;
        const light =
          (DARKEST + (1 - DARKEST) * Math.min(1, Math.max(0, (this.depth[i] + 1) / 2))) *
          (wanted === false ? FADED : 1);
        const from = 3 * (classes ? classes[i] : i);
        const colour = classes ? palette : colours;
        const size = Math.round((radius * this.near[i] - SMALLEST) / this.growth());
        this.stamp(
          this.x[i],
          this.y[i],
          Math.max(0, Math.min(SIZES - 1, size)),
          colour[from] * light,
          colour[from + 1] * light,
          colour[from + 2] * light,
        );
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} size
   * @param {number} red
   * @param {number} green
   * @param {number} blue
   */
  stamp(x, y, size, red, green, blue) {
    const { side, pixels } = this;
    const data = this.image.data;
    const left = Math.floor(x);
    const top = Math.floor(y);
    const disc = this.disc(size, Math.floor((x - left) * PLACES), Math.floor((y - top) * PLACES));
    const whole = 0xff000000 | ((blue | 0) << 16) | ((green | 0) << 8) | (red | 0);
    for (let i = 0; i < disc.length; i += 4) {
      const across = left + disc[i];
      const down = top + disc[i + 1];
      if (across < 0 || down < 0 || across >= side || down >= side) continue;
      const inside = disc[i + 2];
      const at = down * side + across;
      if (inside === 256) {
        pixels[at] = whole;
        continue;
      }
      const kept = disc[i + 3];
      const byte = 4 * at;
      data[byte] = (data[byte] * kept + red * inside) >> 8;
      data[byte + 1] = (data[byte + 1] * kept + green * inside) >> 8;
      data[byte + 2] = (data[byte + 2] * kept + blue * inside) >> 8;
    }
  }

  /**
   * A ring around a place on the canvas; twice, so that it is seen on light and on dark.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {number} width
   * @param {string} colour
   */
  ring(x, y, radius, width, colour) {
    const { context } = this;
    for (const [thick, ink] of /** @type {[number, string][]} */ ([
      [width + 2, "#000000"],
      [width, colour],
    ])) {
      context.lineWidth = thick;
      context.strokeStyle = ink;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  /**
   * A thin line with a name at its end.
   *
   * @param {number[]} places
   * @param {number[]} places
   * @param {string} name
   * @param {number} ratio
   */
  axis([fromX, fromY], [toX, toY], name, ratio) {
    const { context } = this;
    context.strokeStyle = "rgb(255 255 255 / 38%)";
    context.lineWidth = ratio;
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    context.stroke();
    context.fillStyle = "#b8bec6";
    context.font = `${12 * ratio}px system-ui, sans-serif`;
    context.fillText(name, toX + 5 * ratio, toY - 5 * ratio);
  }

  /**
   * The point at a place on the canvas: the nearest to the eye of those whose disc is there, else
   * the nearest within `reach` pixels; -1 where there is none.
   *
   * @param {Cloud} cloud
   * @param {number | null} chosen
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   */
  pick(cloud, chosen, x, y, reach) {
    let best = -1;
    let least = reach * reach;
    let front = -Infinity;
    const disc = Math.max(2, this.side * DISC);
    for (let i = 0; i < cloud.count; i++) {
      if (chosen !== null && cloud.classes && cloud.classes[i] !== chosen) continue;
      const away = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
      if (away <= disc * disc) {
        if (this.depth[i] > front) [best, front] = [i, this.depth[i]];
      } else if (front === -Infinity && away < least) {
        [best, least] = [i, away];
      }
    }
    return best;
  }
}
