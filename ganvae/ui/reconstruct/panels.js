// The three panels: the original, and each model's picture with eight small ones and its facts.

const TOLD = {
  error: "Root mean square difference of the pixels from the original's, in per cent of black to white.",
  distance:
    "Distance from the original in the features of a classifier of digits: small where both are the " +
    "same digit in the same hand, whatever single pixels do.",
  spread:
    "How sure the encoder is: the standard deviation of the places it holds possible, mean over all " +
    "dimensions. The prior's is 1; near 0 the place is certain.",
  work: "What it took to find the place in latent space: steps, and seconds of work on the server.",
};

// A large picture over a row of small ones, in the stage of a panel.
function pictureStage(stage, subject, count, rowTold) {
  const { make } = ganvae;
  const main = make("canvas", "", { role: "img", "aria-label": subject });
  const top = make("div", "rc-main", {}, main);
  const small = Array.from({ length: count }, () => make("canvas", "rc-small", { "aria-hidden": "true" }));
  const row = make("div", "rc-row", { role: "img", "aria-label": rowTold, title: rowTold }, ...small);
  stage.replaceChildren(top, row);
  let [picture, others, smooth] = [null, [], false];

  function draw() {
    ganvae.drawWhole(main, picture, smooth);
    small.forEach((canvas, at) => ganvae.drawWhole(canvas, others[at], smooth));
  }
  return {
    draw,
    cover(node) {
      const wanted = node ?? main;
      if (top.firstChild !== wanted) top.replaceChildren(wanted);
    },
    show(pixels, more, isSmooth) {
      [picture, others, smooth] = [pixels, more, isSmooth];
      draw();
    },
  };
}

// Lines of facts: a term, and its value or nothing. Their number never changes.
function factLines(facts, keys) {
  const { make } = ganvae;
  const lines = new Map(keys.map(([key, term]) => [key, { term, root: make("div", "rc-line", {}) }]));
  facts.append(...[...lines.values()].map((line) => line.root));
  return (values) => {
    for (const [key, { term, root }] of lines) {
      const value = values[key];
      root.title = value ? TOLD[key] : "";
      root.replaceChildren(
        ...(value ? [make("span", "gv-term", {}, term), make("b", "", {}, value)] : []),
      );
    }
  };
}

const three = (value) => Number(value.toPrecision(3)).toString();
const seconds = (value) => (value < 0.1 ? "< 0.1 s" : `${value.toFixed(1)} s`);

function modelPanel(name, samples, onExplore) {
  const { make } = ganvae;
  const panel = ganvae.panel(name, true);
  const { family, dataset } = ganvae.config.models[name];
  const isVae = family === "vae";
  const told = isVae
    ? "Eight pictures of places drawn at random from the encoder's spread"
    : "Eight moments of the search, from its start to its end";
  const stage = pictureStage(panel.stage, `The ${family.toUpperCase()}'s reconstruction`, samples, told);
  const facts = panel.root.querySelector(".gv-facts");
  const tell = factLines(facts, [
    ["error", "pixel error"],
    ["distance", "feature distance"],
    ["work", "found in"],
    ["spread", "spread"],
  ].filter(([key]) => (key !== "spread" || isVae) && (key !== "distance" || dataset === "mnist")));
  // Both panels are as high, so that nothing moves between them.
  if (!isVae) facts.append(make("div", "rc-line"));
  const explore = make("button", "gv-button rc-explore", {
    type: "button",
    title: "Put its place in latent space on the sliders of Explore",
  }, "To Explore");
  explore.addEventListener("click", onExplore);
  facts.append(explore);

  return {
    name,
    root: panel.root,
    refresh: panel.refresh,
    setBusy: panel.setBusy,
    draw: stage.draw,
    explore,
    show(picture, more, judge, work) {
      stage.show(picture?.pixels, more, ganvae.config.models[name].image_shape[0] === 3);
      panel.setSharpness(picture ? picture.sharpness : undefined, 1);
      panel.setRealness(picture?.realness, judge);
      tell({
        error: typeof picture?.error === "number" ? ganvae.percent(picture.error) : "",
        distance: typeof picture?.distance === "number" ? three(picture.distance) : "",
        spread: typeof picture?.spread === "number" ? three(picture.spread) : "",
        work,
      });
      explore.disabled = !picture?.z;
    },
  };
}

// The panel of what is reconstructed, in the grey of real data.
function originalPanel() {
  const { make } = ganvae;
  const title = make("span", "gv-panel-name", {}, "Original");
  const stage = make("div", "gv-stage", {});
  const meter = ganvae.sharpnessMeter();
  const note = make("div", "gv-note");
  const facts = make("div", "gv-facts", {}, meter.root, note);
  const pictures = pictureStage(stage, "The original", 1, "Your picture as the models get it");
  stage.querySelector(".rc-row").append(make("span", "rc-caption", {}, "as the models get it"));
  const root = make(
    "section",
    "gv-panel",
    { "data-family": "real", "aria-label": "The original" },
    make("header", "gv-panel-head", {}, title),
    make("div", "gv-stage-frame", {}, stage),
    facts,
  );
  return {
    root,
    draw: pictures.draw,
    cover: pictures.cover,
    show(picture, name, judge, smooth) {
      title.textContent = name;
      root.dataset.colour = String(smooth);
      pictures.show(picture?.pixels, [picture?.pixels], smooth);
      meter.set(picture ? picture.sharpness : undefined, 1);
      ganvae.writeRealness(note, picture?.realness, judge);
    },
  };
}
