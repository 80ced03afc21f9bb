// The Walk tab: all frames of a walk come in one batch, and are played from there in step.

// As many as study A's strip has; on narrow panels a few of them.
const [STRIP, SHORT_STRIP] = [21, 11];

function startWalk(root, server) {
  const find = (selector) => root.querySelector(selector);
  const views = new Map();
  const showFields = bindFields(root);
  let stale = true;
  let playWhenLoaded = false;

  const player = new Player(showFrame, (playing) => {
    find("[data-do=play]").textContent = playing ? "❚❚ Pause" : "▶ Play";
    find("[data-do=play]").setAttribute("aria-pressed", String(playing));
  });

  /** What the server is asked for: the walk as the state has it. */
  function request() {
    const { walk, seed, pick, to, frames, temperature, fitted } = ganvae.get();
    return { models: [...views.keys()], kind: walk, seed, pick, to, frames, temperature, fitted };
  }

  const load = ganvae.latest(async () => {
    const wanted = request();
    if (!wanted.models.length) return;
    for (const view of views.values()) view.panel.setBusy(true);
    const reply = await ganvae.ask(server.walk(wanted));
    for (const view of views.values()) view.panel.setBusy(false);
    if (!reply) {
      // What was not answered is asked again at the next occasion.
      stale = true;
      return;
    }
    for (const sent of reply.pictures) {
      const view = views.get(sent.model);
      if (!view) continue;
      view.batch = unpacked(sent);
      view.sharpness = view.batch.pixels.map((_, i) => sharpnessOf(sent.model, view.batch, i));
      view.strip.show(view.batch);
    }
    root.dataset.loaded = JSON.stringify(wanted);
    player.load(wanted.frames, wanted.kind === "loop");
    find(".gx-scrub").max = wanted.frames - 1;
    showFrame(player.frame);
    if (playWhenLoaded) player.play();
    playWhenLoaded = false;
  });

  function showFrame(frame) {
    for (const view of views.values()) {
      if (!view.batch || frame >= view.batch.pixels.length) continue;
      paint(view.canvas, view.batch, frame);
      fitInto(view.canvas, view.main);
      view.panel.setSharpness(view.sharpness[frame], 1);
      view.strip.mark(frame);
    }
    const { count } = player;
    const scrub = find(".gx-scrub");
    scrub.value = frame;
    scrub.style.setProperty("--gx-at", count > 1 ? frame / (count - 1) : 0);
    scrub.setAttribute("aria-valuetext", `frame ${frame + 1} of ${count}`);
    find(".gx-frame").textContent = `frame ${frame + 1} of ${count}`;
    root.dataset.frame = frame;
  }

  function place() {
    for (const view of views.values()) {
      fitInto(view.canvas, view.main);
      view.strip.resize(ganvae.isPhone() ? SHORT_STRIP : STRIP);
      view.strip.mark(player.frame);
    }
  }

  function showPanels(panels) {
    const former = new Map(views);
    views.clear();
    for (const [name, panel] of panels) views.set(name, former.get(name) ?? makeView(name, panel));
    find(".gx-strips").replaceChildren(...[...views.values()].map((view) => view.strip.root));
    place();
  }

  function makeView(name, panel) {
    const family = ganvae.config.models[name].family.toUpperCase();
    const canvas = ganvae.make("canvas", "gx-canvas gx-picture", {
      role: "img",
      "aria-label": `The ${subjectOf(name)} that the ${family} ${name} draws at this frame of the walk`,
    });
    const strip = new Filmstrip(ganvae.config.models[name].family, (frame) => {
      player.pause();
      player.seek(frame);
    });
    const main = ganvae.make("div", "gx-main", {}, canvas);
    panel.stage.replaceChildren(main);
    return { panel, canvas, main, strip, batch: null, sharpness: [] };
  }

  async function download(button) {
    const format = button.dataset.export;
    const data = { ...request(), file_format: format, fps: player.fps, frame: player.frame };
    button.disabled = true;
    const file = await ganvae.ask(server.export(data));
    button.disabled = false;
    if (!file) return;
    const blob = new Blob([bytesOf(file.data)], { type: file.media });
    const link = ganvae.make("a", "", { href: URL.createObjectURL(blob), download: file.filename });
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  function showSpeed() {
    player.fps = Number(find(".gx-speed").value);
    find(".gx-fps").textContent = `${player.fps} fps`;
  }

  function showKind() {
    const needsTo = ganvae.get().walk !== "perturbation";
    const field = find("[data-state=to]");
    field.disabled = !needsTo;
    field.parentElement.classList.toggle("gx-off", !needsTo);
  }

  find("[data-do=play]").addEventListener("click", () => player.toggle());
  find(".gx-scrub").addEventListener("input", (event) => {
    player.pause();
    player.seek(Number(event.target.value));
  });
  find(".gx-speed").addEventListener("input", showSpeed);
  find(".gx-repeat").addEventListener("change", (event) => {
    player.repeat = event.target.checked;
  });
  for (const button of root.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => download(button));
  }

  const active = () => ganvae.get().tab === "walk";
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !active() || !ganvae.visible(root)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    // Space has a meaning of its own on these; on a slider it has none.
    if (event.target.closest("button, select, summary, a, input:not([type=range])")) return;
    event.preventDefault();
    player.toggle();
  });
  /** Play, or as soon as the walk that the state describes is here. */
  function start() {
    if (!ganvae.wantsPlay()) return;
    if (root.dataset.loaded === JSON.stringify(request())) player.play();
    else playWhenLoaded = true;
  }
  window.addEventListener("ganvae:play", start);

  const LOADS = ["pair", "vae", "gan", "seed", "pick", "temperature", "fitted", "walk", "to", "frames"];
  function follow(changed) {
    showFields();
    showKind();
    stale ||= LOADS.some((key) => changed.includes(key));
    if (!active()) {
      playWhenLoaded = false;
      player.pause();
      return;
    }
    if (!stale) return;
    stale = false;
    load();
  }

  ganvae.stageRow(find(".gv-stage-row"), showPanels);
  ganvae.subscribe((_, changed) => follow(changed));
  new ResizeObserver(place).observe(find(".gv-stage-row"));
  player.onPlaying(false);
  showSpeed();
  showFrame(0);
  start();
  follow([]);
}
