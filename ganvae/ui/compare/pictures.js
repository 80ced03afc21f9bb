// Pictures on canvases: whole, cut in two, and magnified. All places are shares of the picture.

// At least so many pixels of a picture are magnified, or a sixth of its width.
const [CROP_LEAST, CROP_SHARE] = [8, 1 / 6];

// What the server told of a picture, with its pixels on a canvas of the picture's own size.
async function decoded(told) {
  const image = new Image();
  image.src = told.image;
  await image.decode();
  const pixels = document.createElement("canvas");
  pixels.width = image.naturalWidth;
  pixels.height = image.naturalHeight;
  pixels.getContext("2d").drawImage(image, 0, 0);
  return { ...told, pixels };
}

// Give a canvas as many pixels as the screen has there; its context, or null before it is laid out.
function prepared(canvas, smooth) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) =>
    Math.round(side * ratio),
  );
  if (!width || !height) return null;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  return context;
}

// Where a picture goes on a canvas, in the canvas's pixels. Every hard pixel is the same whole
// number of screen pixels, unless that would waste much room.
function areaOn(canvas, pixels, smooth) {
  const most = Math.min(canvas.width / pixels.width, canvas.height / pixels.height);
  const scale = !smooth && most >= 4 ? Math.floor(most) : most;
  const [width, height] = [pixels.width * scale, pixels.height * scale];
  const x = Math.floor((canvas.width - width) / 2);
  const y = Math.floor((canvas.height - height) / 2);
  return { x, y, width, height };
}

// The part of a picture that is magnified around a spot, in whole pixels of the picture.
function regionAt(pixels, spot) {
  const side = Math.min(
    Math.max(CROP_LEAST, Math.round(pixels.width * CROP_SHARE)),
    pixels.width,
    pixels.height,
  );
  const start = (share, whole) =>
    Math.min(Math.max(Math.round(share * whole - side / 2), 0), whole - side);
  return { x: start(spot.x, pixels.width), y: start(spot.y, pixels.height), side };
}

function drawWhole(canvas, pixels, smooth) {
  const context = prepared(canvas, smooth);
  if (!context || !pixels) return null;
  const area = areaOn(canvas, pixels, smooth);
  context.drawImage(pixels, area.x, area.y, area.width, area.height);
  return area;
}

// The left picture up to a share of the width, the right one from there on.
function drawSplit(canvas, left, right, share, smooth) {
  const context = prepared(canvas, smooth);
  const any = left ?? right;
  if (!context || !any) return null;
  const area = areaOn(canvas, any, smooth);
  const cut = Math.round(area.x + share * area.width);
  const half = (pixels, from, to) => {
    if (!pixels || to <= from) return;
    context.save();
    context.beginPath();
    context.rect(from, area.y, to - from, area.height);
    context.clip();
    context.drawImage(pixels, area.x, area.y, area.width, area.height);
    context.restore();
  };
  half(left, Math.floor(area.x), cut);
  half(right, cut, Math.ceil(area.x + area.width));
  return area;
}

function drawCrop(canvas, pixels, spot, smooth) {
  const context = prepared(canvas, smooth);
  if (!context || !pixels) return;
  const { x, y, side } = regionAt(pixels, spot);
  context.drawImage(pixels, x, y, side, side, 0, 0, canvas.width, canvas.height);
}

// Put a frame around the magnified region; `frame` lies over the canvas.
function placeFrame(frame, canvas, area, pixels, spot) {
  frame.hidden = !area || !pixels;
  if (frame.hidden) return;
  const ratio = canvas.width / canvas.clientWidth;
  const scale = area.width / pixels.width;
  const { x, y, side } = regionAt(pixels, spot);
  const css = (value) => `${value / ratio}px`;
  frame.style.left = css(area.x + x * scale);
  frame.style.top = css(area.y + y * scale);
  frame.style.width = frame.style.height = css(side * scale);
}
