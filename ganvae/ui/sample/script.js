// The Sample tab: asks the server for sheets, shows them, and keeps the dock and the state in step.

const { ganvae } = window;
const find = (selector) => element.querySelector(selector);
const MAX_SEED = 4294967295;

const seed = find(".seed");
const count = find(".count");
const temperature = find(".temperature");
const matched = find(".matched");
const fitted = find(".fitted");

let panels = new Map();
const grids = new Map();
// What is drawn, by model: { request, sheet }.
const drawn = new Map();

function request(state) {
  return {
    models: ganvae.members(),
    seed: state.seed,
    count: state.count,
    temperature: state.temperature,
    matched: state.matched && canMatch(),
    fitted: state.fitted && canFit(state),
  };
}

// Redrawing the GAN's pictures takes no sample of the VAE, so no prior has a say then.
function canFit(state) {
  const some = ganvae.members().some((name) => ganvae.config.models[name].fitted_prior);
  return some && !(state.matched && canMatch());
}

function canMatch() {
  const models = ganvae.members().map((name) => ganvae.config.models[name]);
  const families = models.map((model) => model.family);
  // A VAE can only redraw pictures of its own size.
  const sizes = new Set(models.map((model) => model.image_shape.join()));
  return families.includes("vae") && families.includes("gan") && sizes.size === 1;
}

// A sheet of more images than are asked for holds those: row i of a seed is always the same.
function holds(entry, wanted, name) {
  if (!entry) return false;
  const has = entry.request;
  const partners = !wanted.matched || has.models.at(-1) === wanted.models.at(-1);
  return (
    has.models.includes(name) &&
    has.seed === wanted.seed &&
    has.temperature === wanted.temperature &&
    has.matched === wanted.matched &&
    (has.fitted === wanted.fitted || !ganvae.config.models[name].fitted_prior) &&
    partners &&
    has.count >= wanted.count
  );
}

async function decode(sheets) {
  const loaded = await Promise.all(
    Object.entries(sheets).map(async ([name, sheet]) => {
      const picture = new Image();
      picture.src = sheet.image;
      await picture.decode();
      const [channels, height, width] = ganvae.config.models[name].image_shape;
      return [name, { ...sheet, picture, tile: [height, width], smooth: channels === 3 }];
    }),
  );
  return new Map(loaded);
}

function show(name, state) {
  const entry = drawn.get(name);
  const grid = grids.get(name);
  const panel = panels.get(name);
  if (!entry || !grid || !panel) return;
  const shown = Math.min(state.count, entry.sheet.count);
  grid.show(entry.sheet, shown, state.pick);
  const ratios = entry.sheet.sharpness?.slice(0, shown);
  panel.setSharpness(ratios ? ratios.reduce((sum, ratio) => sum + ratio, 0) / shown : null, shown);
  const model = ganvae.config.models[name];
  const again = entry.request.matched && model.family === "vae";
  const fromFitted = entry.request.fitted && model.fitted_prior;
  panel.setNote(again ? "redraws the GAN's" : fromFitted ? "fitted prior" : "");
  const what = again
    ? `${ganvae.counted(name, shown, "reconstructions")}, from the GAN's samples,`
    : ganvae.counted(name, shown, "samples");
  const which = state.pick < shown ? ` Image ${state.pick + 1} is chosen; arrow keys choose another, Enter explores it.` : "";
  grid.canvas.setAttribute(
    "aria-label",
    `${what} by the ${model.family.toUpperCase()} with latent size ${model.latent}, seed ${entry.request.seed}.${which}`,
  );
}

const draw = ganvae.latest(async () => {
  const wanted = request(ganvae.get());
  const missing = wanted.models.filter((name) => !holds(drawn.get(name), wanted, name));
  if (missing.length) {
    // Matched pictures need the GAN even where its own are there already.
    const models = wanted.matched ? wanted.models : missing;
    for (const name of missing) panels.get(name)?.setBusy(true);
    const answer = await ganvae.ask(server.draw({ ...wanted, models }));
    for (const name of missing) panels.get(name)?.setBusy(false);
    if (!answer) return;
    for (const [name, sheet] of await decode(answer.sheets)) {
      drawn.set(name, { request: { ...wanted, models }, sheet });
    }
  }
  // All panels change in one frame: the eye compares.
  const state = ganvae.get();
  for (const name of wanted.models) show(name, state);
});

const nearest = makeNearest(find(".nearest"), server);

function showNearest() {
  const { count, ...wanted } = request(ganvae.get());
  nearest({ ...wanted, pick: ganvae.get().pick });
}
find(".nearest").addEventListener("toggle", showNearest);

function refreshDock(state) {
  if (document.activeElement !== seed) seed.value = state.seed;
  count.value = state.count;
  find(".count-value").textContent = state.count;
  temperature.value = state.temperature;
  find(".temperature-value").textContent = state.temperature.toFixed(2);
  matched.checked = state.matched && canMatch();
  matched.disabled = !canMatch();
  fitted.checked = state.fitted && canFit(state);
  fitted.disabled = !canFit(state);
  find(".chosen").textContent = matched.checked
    ? "Matched: the VAE redraws the GAN's pictures, place by place."
    : `Image ${state.pick + 1} goes with you to the other tabs; click another to choose it.`;
}

function pick(index) {
  ganvae.set({ pick: index });
}

function explore() {
  ganvae.set({ tab: "explore" });
}

const first = props.value;
const prepared = first
  ? decode(first.sheets).then((sheets) => {
      for (const [name, sheet] of sheets) drawn.set(name, { request: first.request, sheet });
    })
  : Promise.resolve();

ganvae.stageRow(find(".gv-stage-row"), (next) => {
  panels = next;
  for (const [name, panel] of panels) {
    // A model that comes back brings the pictures it had.
    if (!grids.has(name)) grids.set(name, new Grid(pick, explore));
    panel.stage.replaceChildren(grids.get(name).canvas);
  }
});

ganvae.subscribe((state, changed) => {
  refreshDock(state);
  // Gradio shows the tab a moment later; the canvases draw themselves when they get their size.
  if (state.tab !== "sample") return;
  showNearest();
  if (changed.length === 1 && changed[0] === "pick") {
    for (const name of panels.keys()) show(name, state);
  } else {
    draw();
  }
});
refreshDock(ganvae.get());
showNearest();
prepared.then(() => draw());

seed.addEventListener("change", () => {
  const value = Number(seed.value);
  if (seed.value.trim() === "" || !Number.isInteger(value) || value < 0 || value > MAX_SEED) {
    ganvae.toast(`A seed is a whole number from 0 to ${MAX_SEED}.`);
    seed.value = ganvae.get().seed;
    return;
  }
  ganvae.set({ seed: value });
});
find(".reroll").addEventListener("click", ganvae.reroll);
count.addEventListener("input", () => ganvae.set({ count: Number(count.value) }));
temperature.addEventListener("input", () => ganvae.set({ temperature: Number(temperature.value) }));
fitted.addEventListener("change", () => ganvae.set({ fitted: fitted.checked }));
matched.addEventListener("change", () => ganvae.set({ matched: matched.checked }));
find(".explore").addEventListener("click", explore);
find(".play").addEventListener("click", () => ganvae.play());
find(".download").addEventListener("click", async ({ currentTarget: button }) => {
  const wanted = request(ganvae.get());
  button.disabled = true;
  const answer = await ganvae.ask(server.download(wanted));
  button.disabled = false;
  if (!answer) return;
  const link = document.createElement("a");
  link.href = answer.image;
  link.download = `ganvae-${wanted.models.join("-")}-seed-${wanted.seed}.png`;
  link.click();
});
