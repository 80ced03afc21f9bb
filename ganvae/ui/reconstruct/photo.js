// A photo under a square frame that stays: drag moves the photo, zoom and turn do what they say.
// The file never leaves the browser, only what lies in the frame, made small.

import { drawingOf, make } from "../static/make.js";
import { toast } from "../static/toast.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

const MEBIBYTE = 2 ** 20;
const [MOST_BYTES, MOST_PIXELS, LEAST_SIDE] = [20 * MEBIBYTE, 25e6, 16];
const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/avif"];
const FRAME_PIXELS = 384;
// The photo is kept no larger than this: a phone's memory is small.
const KEPT_SIDE = 1536;
const MOST_ZOOM = 8;
// Where the eyes and the mouth of an aligned CelebA face lie, as shares of the square.
const FACE = {
  eyes: [
    [0.367, 0.515],
    [0.627, 0.515],
  ],
  mouth: [
    [0.39, 0.79],
    [0.61, 0.79],
  ],
};

/**
 * What is wrong with a file before anything of it is read; nothing where it may be a picture.
 *
 * @param {File} file
 */
function fileProblem(file) {
  if (!TYPES.includes(file.type)) {
    return wording.reconstruct.thisIsNoPictureThat;
  }
  if (!file.size) return wording.reconstruct.thisFileIsEmpty;
  const size = (file.size / MEBIBYTE).toFixed(0);
  if (file.size > MOST_BYTES) {
    return worded(wording.reconstruct.thisFileHasMbUp, { size, mostBytes: MOST_BYTES / MEBIBYTE });
  }
  return "";
}

/**
 * The picture of a file, no larger than it is kept. Throws an Error with a sentence.
 *
 * @param {File} file
 */
async function readPhoto(file) {
  const problem = fileProblem(file);
  if (problem) throw new Error(problem);
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    // This reads the file's head only; the pixels are decoded when they are drawn.
    await new Promise((resolve, reject) => {
      image.addEventListener("load", resolve);
      image.addEventListener("error", () =>
        reject(new Error(wording.reconstruct.thisFileIsDamagedOr)),
      );
      image.src = url;
    });
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width * height > MOST_PIXELS) {
      const many = ((width * height) / 1e6).toFixed(0);
      throw new Error(
        worded(wording.reconstruct.thisPictureHasMegapixelsUp, {
          many,
          mostPixels: MOST_PIXELS / 1e6,
        }),
      );
    }
    if (Math.min(width, height) < LEAST_SIDE) {
      throw new Error(
        worded(wording.reconstruct.thisPictureHasByPixels, {
          width,
          height,
          leastSide: LEAST_SIDE,
        }),
      );
    }
    // An <img> would show what there is of a file that is cut short; this refuses it.
    const bitmap = await createImageBitmap(file).catch(() => {
      throw new Error(wording.reconstruct.thisFileIsDamagedOr);
    });
    const scale = Math.min(1, KEPT_SIDE / Math.max(width, height));
    const kept = document.createElement("canvas");
    kept.width = Math.max(1, Math.round(width * scale));
    kept.height = Math.max(1, Math.round(height * scale));
    const context = drawingOf(kept);
    // What is transparent stands on white, as it would on a page.
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, kept.width, kept.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, kept.width, kept.height);
    bitmap.close();
    return kept;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * onMove: while the hand moves the photo; onRest: when it lets go, and after a new photo.
 *
 * @param {number} side
 * @param {() => void} onRest
 */
export function photoFrame(side, onRest) {
  const canvas = make("canvas", "", {
    role: "application",
    tabindex: "0",
    "aria-label": wording.reconstruct.yourPhotoInTheFrame,
  });
  canvas.width = canvas.height = FRAME_PIXELS;
  const hint = make("span", "rc-photo-hint", {}, wording.reconstruct.chooseAPhotoPasteIt);
  const guide = faceGuide();
  const root = make("div", "rc-photo", {}, canvas, guide, hint);
  /** @type {HTMLCanvasElement | null} */
  let photo = null;
  let place = { x: 0, y: 0, zoom: 0, turn: 0 };

  // Screen pixels for a pixel of the photo: at least the frame is filled.
  const scale = () =>
    (FRAME_PIXELS / Math.min(photo?.width ?? 1, photo?.height ?? 1)) * MOST_ZOOM ** place.zoom;

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} pixels
   */
  function paint(context, pixels) {
    if (!photo) return;
    const share = pixels / FRAME_PIXELS;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, pixels, pixels);
    context.translate(pixels / 2, pixels / 2);
    context.rotate((place.turn * Math.PI) / 180);
    context.scale(scale() * share, scale() * share);
    context.imageSmoothingQuality = "high";
    context.drawImage(photo, place.x - photo.width / 2, place.y - photo.height / 2);
  }

  function draw() {
    hint.hidden = Boolean(photo);
    const context = drawingOf(canvas);
    if (photo) paint(context, FRAME_PIXELS);
    else context.clearRect(0, 0, FRAME_PIXELS, FRAME_PIXELS);
  }

  /** The middle of the frame stays on the photo. @param {number} dx @param {number} dy */
  function moveBy(dx, dy) {
    if (!photo) return;
    const [cos, sin] = [Math.cos, Math.sin].map((of) => of((place.turn * Math.PI) / 180));
    const [x, y] = [(dx * cos + dy * sin) / scale(), (dy * cos - dx * sin) / scale()];
    /** @param {number} value @param {number} length */
    const within = (value, length) => Math.min(length / 2, Math.max(-length / 2, value));
    place.x = within(place.x + x, photo.width);
    place.y = within(place.y + y, photo.height);
    draw();
  }

  const hands = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || !photo) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    hands.set(event.pointerId, [event.clientX, event.clientY]);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = hands.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const unit = FRAME_PIXELS / canvas.getBoundingClientRect().width;
    if (hands.size === 2) {
      // Two fingers: their distance is the zoom.
      const [other] = [...hands].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      /** @param {number[]} at */
      const apart = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]) || 1;
      zoomTo(place.zoom + Math.log(apart(now) / apart(before)) / Math.log(MOST_ZOOM));
    }
    moveBy(((now[0] - before[0]) * unit) / hands.size, ((now[1] - before[1]) * unit) / hands.size);
    hands.set(event.pointerId, now);
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(name, (event) => {
      if (hands.delete(event.pointerId) && !hands.size) onRest();
    });
  }
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!photo) return;
      event.preventDefault();
      zoomTo(place.zoom - event.deltaY / 2000);
      rest();
    },
    { passive: false },
  );
  const STEP = FRAME_PIXELS / 40;
  canvas.addEventListener("keydown", (event) => {
    /** @type {Record<string, [number, number]>} */
    const moves = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const move = moves[event.key];
    /** @type {Record<string, number>} */
    const zooms = { "+": 0.05, "=": 0.05, "-": -0.05 };
    const zoom = zooms[event.key] ?? 0;
    if (!photo || (!move && !zoom)) return;
    event.preventDefault();
    if (move) moveBy(...move);
    else zoomTo(place.zoom + zoom);
    rest();
  });

  // A wheel and keys have no end: they rest when nothing came for a while.
  let waiting = 0;
  function rest() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(onRest, 250);
  }

  /** @param {number} zoom */
  function zoomTo(zoom) {
    place.zoom = Math.min(1, Math.max(0, zoom));
    draw();
    root.dispatchEvent(new Event("zoomed"));
  }

  return {
    root,
    place: () => place,
    /** @param {number} zoom */
    zoomTo(zoom) {
      zoomTo(zoom);
      rest();
    },
    /** @param {number} turn */
    turnTo(turn) {
      place.turn = turn;
      draw();
      rest();
    },
    /** @param {boolean} isFace */
    guide(isFace) {
      guide.toggleAttribute("hidden", !isFace);
    },
    /**
     * Shows the photo of a file; tells what is wrong with it, and then keeps the former one.
     *
     * @param {File} file
     */
    async take(file) {
      try {
        photo = await readPhoto(file);
      } catch (error) {
        toast(/** @type {Error} */ (error).message);
        return;
      }
      place = { x: 0, y: 0, zoom: 0, turn: 0 };
      draw();
      root.dispatchEvent(new Event("zoomed"));
      onRest();
    },
    // What lies in the frame as base64 of side x side colours of three bytes; null without a photo.
    content() {
      if (!photo) return null;
      const small = document.createElement("canvas");
      small.width = small.height = side;
      const context = drawingOf(small, { willReadFrequently: true });
      // In one step a large photo would lose what lies between its pixels.
      const large = document.createElement("canvas");
      large.width = large.height = 4 * side;
      paint(drawingOf(large), 4 * side);
      context.imageSmoothingQuality = "high";
      context.drawImage(large, 0, 0, side, side);
      const { data } = context.getImageData(0, 0, side, side);
      let bytes = "";
      for (let at = 0; at < data.length; at += 4) {
        bytes += String.fromCharCode(data[at], data[at + 1], data[at + 2]);
      }
      return window.btoa(bytes);
    },
  };
}

// Two circles and a line where the faces that the models learnt from have eyes and mouth.
function faceGuide() {
  const space = "http://www.w3.org/2000/svg";
  const guide = document.createElementNS(space, "svg");
  guide.setAttribute("viewBox", "0 0 1 1");
  guide.setAttribute("class", "rc-guide");
  guide.setAttribute("aria-hidden", "true");
  /** @param {string} tag @param {Record<string, string | number>} attributes */
  const add = (tag, attributes) => {
    const shape = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, String(value));
    guide.append(shape);
  };
  for (const [cx, cy] of FACE.eyes) add("circle", { cx, cy, r: 0.05 });
  const [[x1, y1], [x2, y2]] = FACE.mouth;
  add("line", { x1, y1, x2, y2 });
  return guide;
}
