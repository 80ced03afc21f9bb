// Keeps the pictures, the slider and the curve in step with the state.

const { ganvae } = window;
const find = (selector) => element.querySelector(selector);
const root = find(".br");
const fold = find(".br-fold");
const [narrow, wide] = props.value.widths;
const stops = new Stops(server);
const stage = makeStage(root);
const slider = makeSlider(root, (position) => ganvae.set({ position }));
const curve = makeCurve(root, (at) => ganvae.set({ position: at }));
const dock = makeDock(root);
const measured = new Map();
let placed = null;
// What is being shown, so that a stop whose pictures are here can be shown at once.
let current = null;

const active = () => ganvae.get().tab === "bridge";
const last = (bridge) => bridge.stops.length - 1;
const positionOf = (bridge) => Math.min(ganvae.get().position, last(bridge));
// Between two stops the nearest one draws.
const nearest = (bridge) => Math.round(positionOf(bridge));
const showDrawer = ganvae.showEngine(find(".br-engine"), () => {
  const bridge = ganvae.bridge();
  return bridge ? [bridge.stops[nearest(bridge)]] : [];
});

function place(bridge) {
  placed = bridge;
  slider.place(bridge);
  fold.dataset.note = bridge.note;
  ganvae.noteData();
}

/** All that needs no answer from anybody. */
function refresh(bridge) {
  if (placed !== bridge) place(bridge);
  const at = nearest(bridge);
  dock.refresh(ganvae.get());
  slider.show(bridge, positionOf(bridge), at);
  root.style.setProperty("--share", at / last(bridge));
  const told = measured.get(bridge.key);
  if (told) curve.show(bridge, at, told);
  showDrawer();
}

function paint(bridge, at, view, batch) {
  stage.show(bridge, at, view, batch);
  root.dataset.shown = `${view.key}/${bridge.stops[at]}`;
}

/** The stop's own decoder first, then those beside it: so many bytes as are likely to be used. */
async function loadDecoders(bridge, at) {
  await ganvae.engine.start([bridge.stops[at]]);
  await ganvae.engine.start([at - 1, at + 1].map((place) => bridge.stops[place]).filter(Boolean));
}

async function drawAhead(bridge, at, view) {
  await loadDecoders(bridge, at);
  for (const near of [at + 1, at - 1]) {
    if (bridge.stops[near] && current?.view === view) await stops.draw(view, bridge.stops[near], true);
  }
}

const draw = ganvae.latest(async () => {
  const bridge = ganvae.bridge();
  if (!active() || !bridge) return;
  const { seed, index } = ganvae.get();
  const count = ganvae.isPhone() ? bridge.phone_count : bridge.count;
  stage.setBusy(true);
  const view = await stops.view(bridge, seed, count, index);
  // The hand may have moved on meanwhile.
  const at = nearest(bridge);
  const batch = view && (await stops.draw(view, bridge.stops[at]));
  stage.setBusy(false);
  if (!batch || ganvae.bridge() !== bridge) return;
  current = { bridge, view, seed, index };
  dock.showNumber(view.original);
  if (nearest(bridge) === at) paint(bridge, at, view, batch);
  drawAhead(bridge, at, view);
});

const measure = ganvae.latest(async () => {
  const bridge = ganvae.bridge();
  if (!active() || !bridge || measured.has(bridge.key)) return;
  const width = ganvae.isPhone() ? narrow : wide;
  const told = await ganvae.ask(server.figures({ bridge: bridge.key, width }));
  if (told) measured.set(bridge.key, told);
  showCurve();
});

let drawnCurve = null;
function showCurve() {
  const bridge = ganvae.bridge();
  const told = bridge && measured.get(bridge.key);
  if (!told) return;
  if (drawnCurve !== told) curve.draw(told);
  drawnCurve = told;
  curve.show(bridge, nearest(bridge), told);
  root.dataset.measured = bridge.key;
}

/** Show the stop at once if its pictures are here. */
function showHere(bridge) {
  const { seed, index } = ganvae.get();
  const same = current?.bridge === bridge && current.seed === seed && current.index === index;
  const at = nearest(bridge);
  const batch = same && stops.here(current.view, bridge.stops[at]);
  if (batch) paint(bridge, at, current.view, batch);
  return Boolean(batch);
}

function change() {
  const bridge = ganvae.bridge();
  if (!active() || !bridge) return;
  refresh(bridge);
  showHere(bridge);
  draw();
  measure();
  showCurve();
}

ganvae.subscribe((_, changed) => {
  if (["tab", "bridge", "position", "seed", "index"].some((key) => changed.includes(key))) change();
  // The tab's content is laid out after the change.
  if (changed.includes("tab")) window.requestAnimationFrame(stage.fit);
});
window.addEventListener("online", change);
change();
