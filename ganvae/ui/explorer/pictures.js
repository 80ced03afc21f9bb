// Pixels on canvases, and how sharp they are.

const context = (canvas) => canvas.getContext("2d", { willReadFrequently: true });

/** Grey or RGB bytes as the browser's RGBA. */
function imageData(batch, index) {
  const { width, height, channels } = batch;
  const pixels = batch.pixels[index];
  const image = new ImageData(width, height);
  for (let i = 0, from = 0; i < image.data.length; i += 4, from += channels) {
    image.data[i] = pixels[from];
    image.data[i + 1] = pixels[channels === 1 ? from : from + 1];
    image.data[i + 2] = pixels[channels === 1 ? from : from + 2];
    image.data[i + 3] = 255;
  }
  return image;
}

/** Give a canvas as many pixels as asked for; setting the same size again would clear it. */
function resize(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Paint one picture of a batch, pixel for pixel. */
function paint(canvas, batch, index = 0) {
  resize(canvas, batch.width, batch.height);
  canvas.dataset.colour = batch.channels === 3;
  context(canvas).putImageData(imageData(batch, index), 0, 0);
}

/** Paint pictures of a batch as a sheet with `gap` empty pixels between them. */
function paintSheet(canvas, batch, columns, gap, indices = batch.pixels.map((_, i) => i)) {
  const rows = Math.ceil(indices.length / columns);
  const { width, height } = batch;
  resize(canvas, columns * (width + gap) - gap, rows * (height + gap) - gap);
  canvas.dataset.colour = batch.channels === 3;
  indices.forEach((index, place) => {
    const x = (place % columns) * (width + gap);
    const y = Math.floor(place / columns) * (height + gap);
    context(canvas).putImageData(imageData(batch, index), x, y);
  });
}

/** Give a canvas a crisp size: as large as fits into a box with every pixel of the picture the same
 *  whole number of screen pixels. Where that would waste much room, as large as fits. */
function fitInto(canvas, box) {
  const ratio = window.devicePixelRatio || 1;
  const most = Math.min(box.clientWidth / canvas.width, box.clientHeight / canvas.height) * ratio;
  if (!most) return;
  const whole = canvas.dataset.colour !== "true" && most >= WHOLE_SCALE;
  const scale = (whole ? Math.floor(most) : most) / ratio;
  canvas.style.width = `${canvas.width * scale}px`;
  canvas.style.height = `${canvas.height * scale}px`;
}

// From here on uneven pixels are not worth the room that even ones cost.
const WHOLE_SCALE = 4;

/** Variance of the Laplacian of one picture of a batch, its pixels in 0 to 1 and colours averaged
 *  to grey: the same measure as on the server, so that a picture decoded here has one too. */
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

/** Sharpness of one picture as a share of real data's, or null where that is not known. */
function sharpnessOf(model, batch, index = 0) {
  const real = ganvae.config.models[model].real_laplacian_variance;
  return real ? laplacianVariance(batch, index) / real : null;
}
