// Sheets of pictures: fetched once, a few at a time, and cut into tiles on a canvas.

const MAX_KEPT = 600;

// load(model, kind, places) resolves to one { image, sharpness } a place, null where the file is
// not whole. What is on its way is not asked for again.
function sheetCache(server, most) {
  const kept = new Map();

  async function decoded(sheet) {
    if (!sheet) return null;
    const image = new Image();
    image.src = sheet.url;
    await image.decode();
    return { image, sharpness: sheet.sharpness };
  }

  function fetchSome(model, kind, places) {
    const reply = ganvae.ask(server.sheets({ model, kind, moments: places }));
    places.forEach((place, at) => {
      const key = `${model}/${kind}/${place}`;
      const sheet = reply.then((answer) => {
        if (answer?.problem) ganvae.toast(answer.problem);
        // An answer that never came may be asked for again.
        if (!answer) kept.delete(key);
        return decoded(answer?.sheets[at]);
      });
      kept.set(key, sheet.catch(() => null));
    });
  }

  function load(model, kind, places) {
    if (kept.size > MAX_KEPT) kept.clear();
    const missing = places.filter((place) => !kept.has(`${model}/${kind}/${place}`));
    for (let first = 0; first < missing.length; first += most) {
      fetchSome(model, kind, missing.slice(first, first + most));
    }
    return Promise.all(places.map((place) => kept.get(`${model}/${kind}/${place}`)));
  }

  return { load };
}

// Tiles of one sheet on a canvas, or, with originals, pairs of original and reconstruction. Gaps
// are in pixels of the pictures; the canvas is scaled by its style.
function drawTiles(canvas, index, columns, image, originals = null) {
  const [height, width] = index.tile;
  const gap = Math.max(2, Math.round(width / 16));
  const total = index.columns * index.rows;
  const rows = total / columns;
  canvas.width = columns * (width + gap) - gap;
  canvas.height = rows * (height + gap) - gap;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  for (let place = 0; place < total; place += 1) {
    const [source, tile] = originals
      ? [place % 2 ? image : originals, Math.floor(place / 2)]
      : [image, place];
    // The two of a pair touch; pairs are apart.
    const nudge = originals ? (place % 2 ? -gap / 2 : gap / 2) : 0;
    context.drawImage(
      source,
      (tile % index.columns) * width,
      Math.floor(tile / index.columns) * height,
      width,
      height,
      (place % columns) * (width + gap) + nudge,
      Math.floor(place / columns) * (height + gap),
      width,
      height,
    );
  }
}
