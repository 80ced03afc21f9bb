// The panels beside the big picture: each model's picture whole and magnified, and its facts.

const ERROR_TOLD =
  "Root mean square difference of the pixels from the original's, in per cent of black to white.";

// A picture and its magnified part, in the stage of a panel.
function makePair(stage, subject) {
  const { make } = ganvae;
  const whole = make("canvas", "", { role: "img", "aria-label": subject });
  const crop = make("canvas", "", { role: "img", "aria-label": `${subject}, a part magnified` });
  const frame = make("i", "compare-frame");
  const top = make("div", "compare-whole", {}, whole, frame);
  stage.replaceChildren(top, make("div", "compare-crop", {}, crop));
  let [picture, smooth, spot] = [null, false, { x: 0.5, y: 0.5 }];
  // Where something else takes the place of the whole picture, it is shown in that of its part.
  let covered = false;

  function draw() {
    const area = ganvae.drawWhole(covered ? crop : whole, picture?.pixels, smooth);
    if (!covered) drawCrop(crop, picture?.pixels, spot, smooth);
    placeFrame(frame, whole, covered ? null : area, picture?.pixels, spot);
  }
  return {
    draw,
    cover(node) {
      covered = Boolean(node);
      top.replaceChildren(...(node ? [node] : [whole, frame]));
      draw();
    },
    show(next, isSmooth) {
      [picture, smooth] = [next, isSmooth];
      draw();
    },
    moveTo(next) {
      spot = next;
      draw();
    },
  };
}

// Two lines under the sharpness: what the discriminator says, and the difference from the original.
function makeLines(facts) {
  const { make } = ganvae;
  const realness = make("div", "compare-line");
  const error = make("div", "compare-line");
  facts.append(realness, error);
  return (picture, gan) => {
    ganvae.writeRealness(realness, picture?.realness, gan);
    const off = typeof picture?.error === "number" ? ganvae.percent(picture.error) : "";
    error.title = off && ERROR_TOLD;
    error.replaceChildren(...(off ? [make("span", "gv-term", {}, "off by"), " ", make("b", "", {}, off)] : []));
  };
}

// The panel of a model of the pair.
function modelPanel(name) {
  const panel = ganvae.panel(name, true);
  const { family } = ganvae.config.models[name];
  const pair = makePair(panel.stage, `The picture of the ${family.toUpperCase()}`);
  const tell = makeLines(panel.root.querySelector(".gv-facts"));
  return {
    root: panel.root,
    refresh: panel.refresh,
    setBusy: panel.setBusy,
    pair,
    show(picture, smooth, gan, note) {
      pair.show(picture, smooth);
      // Nothing is said of a picture that is not there.
      panel.setSharpness(picture ? picture.sharpness : undefined, 1);
      panel.setNote(note);
      tell(picture, gan);
    },
  };
}

// The panel of what both models are asked to redraw, in the grey of real data.
function originalPanel() {
  const { make } = ganvae;
  const name = make("span", "gv-panel-name", {}, "Original");
  const stage = make("div", "gv-stage", {});
  const meter = ganvae.sharpnessMeter();
  const facts = make("div", "gv-facts", {}, meter.root);
  const root = make(
    "section",
    "gv-panel",
    { "data-family": "real", "aria-label": "The original" },
    make("header", "gv-panel-head", {}, name),
    make("div", "gv-stage-frame", {}, stage),
    facts,
  );
  const pair = makePair(stage, "The original");
  const tell = makeLines(facts);
  return {
    root,
    pair,
    show(picture, smooth, gan, title) {
      name.textContent = title;
      root.dataset.colour = String(smooth);
      pair.show(picture, smooth);
      meter.set(picture ? picture.sharpness : undefined, 1);
      tell(picture, gan);
    },
  };
}
