// The charts: SVG from the server, and over it a line at the moment of the pictures or under the
// pointer, with the curves' values at that moment above.

import { make } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * The point of a curve nearest to so many images, [x, y]; null before its first point.
 *
 * @param {any} line
 * @param {number} images
 */
function pointAt(line, images) {
  /** @param {number} x */
  const far = (x) => Math.abs(Math.log(x / images));
  if (images < line.x[0] / 1.5) return null;
  let best = 0;
  line.x.forEach((/** @type {number} */ x, /** @type {number} */ place) => {
    if (far(x) < far(line.x[best])) best = place;
  });
  return [line.x[best], line.y[best]];
}

/** At most three digits, as on the axes. @param {number | null} value */
function shortNumber(value) {
  if (value === null) return "–";
  const size = Math.abs(value);
  if (size >= 999.5e3) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (size >= 999.5) return `${Number((value / 1e3).toPrecision(3))} k`;
  const places = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3;
  // Zeros at the end stay: a number that changes its width would make the others jump.
  return value.toFixed(places);
}

/** @param {any} chart */
function makeChart(chart) {
  const readout = make("div", "training-values");
  const plot = make("div", "training-plot");
  const root = make(
    "figure",
    "training-chart",
    {},
    make("figcaption", "", {}, make("h3", "", {}, chart.title), make("p", "", {}, chart.note)),
  );
  root.dataset.key = chart.key;
  root.dataset.group = chart.group;
  if (!chart.svg) {
    root.append(make("p", "training-missing", {}, chart.missing));
    return { root, mark() {}, plot: null };
  }
  root.append(readout, plot);
  plot.innerHTML = chart.svg;
  const { frame } = chart;
  const told = chart.lines.filter((/** @type {any} */ line) => line.told);
  // All that lies over the picture is placed in shares of its size.
  const over = make("div", "training-over");
  plot.append(over);
  const cursor = make("i", "training-cursor");
  cursor.style.top = `${(frame.top / frame.height) * 100}%`;
  cursor.style.height = `${((frame.bottom - frame.top) / frame.height) * 100}%`;
  over.append(cursor);
  const entries = told.map((/** @type {any} */ line) => {
    const value = make("b");
    const key = make("i", "training-key");
    key.style.borderTopColor = line.colour;
    key.style.borderTopStyle = line.style;
    const dot = make("i", "training-dot");
    dot.style.background = line.colour;
    over.append(dot);
    readout.append(make("span", "", {}, key, `${line.label} `, value));
    return { line, value, dot };
  });
  const when = make("span", "training-when");
  when.style.top = `${((frame.height - 20) / frame.height) * 100}%`;
  over.append(when);

  const [low, high] = frame.x.map(Math.log);
  /** @param {number} images */
  const across = (images) =>
    (frame.left + ((Math.log(images) - low) / (high - low)) * (frame.right - frame.left)) /
    frame.width;
  const scale = frame.log_y ? Math.log : (/** @type {number} */ value) => value;
  const [bottom, top] = frame.y.map(scale);
  /** @param {number} value */
  const down = (value) =>
    (frame.bottom - ((scale(value) - bottom) / (top - bottom)) * (frame.bottom - frame.top)) /
    frame.height;

  /** Shows the values at so many images, null or 0 for none. @param {number | null} images */
  function mark(images) {
    const at = images ?? 0;
    const inside = at > 0 && at >= frame.x[0] / 1.001 && at <= frame.x[1] * 1.001;
    cursor.hidden = when.hidden = !inside;
    if (inside) {
      cursor.style.left = `${across(at) * 100}%`;
      // Near an end the words stay within the picture.
      when.style.left = `clamp(0px, ${across(at) * 100}%, calc(100% - 48px))`;
      when.textContent = worded(wording.training.images, {
        at: shortNumber(at).replace(/\.0+(?= |$)/, ""),
      });
    }
    for (const { line, value, dot } of entries) {
      const point = at > 0 ? pointAt(line, at) : null;
      value.textContent = shortNumber(point?.[1] ?? null);
      dot.hidden = !inside || !point;
      if (!point || dot.hidden) continue;
      dot.style.left = `${across(point[0]) * 100}%`;
      dot.style.top = `${down(point[1]) * 100}%`;
    }
  }

  /**
   * How many images the place under the pointer stands for; null outside the curves.
   *
   * @param {PointerEvent} event
   */
  function imagesAt(event) {
    const box = plot.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * frame.width;
    const share = (place - frame.left) / (frame.right - frame.left);
    return share < -0.02 || share > 1.02 ? null : Math.exp(low + share * (high - low));
  }

  return { root, mark, plot, imagesAt };
}

/** @param {{ holder: HTMLElement, onPick: (images: number) => void }} given */
export function makeCharts({ holder, onPick }) {
  /** @type {ReturnType<typeof makeChart>[]} */
  let charts = [];
  /** @type {number | null} */
  let moment = null;

  /** @param {number | null} images */
  const markAll = (images) => charts.forEach((chart) => chart.mark(images));

  /** @param {any} list */
  function draw(list) {
    charts = list.map(makeChart);
    /** @param {string} group */
    const has = (group) => list.some((/** @type {any} */ chart) => chart.group === group);
    holder.classList.toggle("paired", has("vae") && has("gan"));
    holder.replaceChildren(...charts.map((chart) => chart.root));
    for (const { plot, imagesAt } of charts) {
      if (!plot) continue;
      plot.addEventListener("pointermove", (event) => markAll(imagesAt(event) ?? moment));
      plot.addEventListener("pointerleave", () => markAll(moment));
      plot.addEventListener("click", (event) => {
        const images = imagesAt(event);
        if (images !== null) onPick(images);
      });
    }
    markAll(moment);
  }

  return {
    draw,
    /** @param {number | null} images */
    setMoment(images) {
      moment = images;
      markAll(images);
    },
  };
}
