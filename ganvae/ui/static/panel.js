// A panel shows one model: its name, a square stage for pictures, and the same facts everywhere.
//
//   ganvae.panel(name, single) -> { root, stage, setSharpness(ratio | null), setBusy(flag), setNote(text),
//                           setRealness(value | null, gan) }
//       single: the tab shows one VAE at a time, so its switch offers no "all"
//   ganvae.realness(value, gan) -> { term, text, real, told }   what its discriminator says, in words;
//       real is what real pictures get, "" where that is not known
//   ganvae.writeRealness(line, value | null, gan)   the same as the content of an element
//   ganvae.percent(share) -> text   three digits at most
//   ganvae.sharpnessMeter() -> { root, set(ratio | null, count) }   the bar alone
//   ganvae.stageRow(row, onPanels)   keeps a row of panels in step with the models shown
(() => {
  const { ganvae } = window;
  const { make } = ganvae;
  const LATENT =
    "Latent size: how many numbers the model makes a picture from. All the pictures it can draw " +
    "lie in a space of so many dimensions.";
  const FAMILY = {
    vae: "VAE, variational autoencoder: learns to compress real pictures and to draw them again.",
    gan: "GAN, generative adversarial network: learns to draw what a second network takes for real.",
  };
  // Below the first a picture looks blurred, above the second its detail is noise.
  const [BLUR, NOISE] = [0.9, 1.15];
  const BAR_END = 2;

  const short = (value) => {
    if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
    if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))} k`;
    return String(value);
  };

  function duration(minutes) {
    if (minutes < 1) return `${Math.max(1, Math.round(minutes * 60))} s`;
    if (minutes < 120) return `${Math.round(minutes)} min`;
    return `${Number((minutes / 60).toPrecision(2))} h`;
  }

  function switchOf(family, names, single) {
    // With "all" on elsewhere, a tab of one VAE chooses among them without turning that off.
    const key = () => (single && ganvae.get()[family] === "all" ? "compared" : family);
    const group = make("span", "gv-switch", {
      role: "radiogroup",
      "aria-label": `Latent size of the ${family.toUpperCase()}`,
    });
    const options = family === "vae" && !single ? [...names, "all"] : names;
    for (const name of options) {
      const label = name === "all" ? "all" : String(ganvae.config.models[name].latent);
      const title =
        name === "all" ? "All of them side by side" : `Show ${name}, latent size ${label}`;
      const button = make("button", "gv-option", { type: "button", role: "radio", title }, label);
      button.dataset.value = name;
      button.addEventListener("click", () => ganvae.set({ [key()]: name }));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const at = options.indexOf(ganvae.get()[key()]);
        ganvae.set({ [key()]: options[(at + step + options.length) % options.length] });
        group.querySelector("[aria-checked=true]")?.focus();
      });
      group.append(button);
    }
    const refresh = () => {
      const chosen = ganvae.get()[key()];
      for (const button of group.children) {
        const on = button.dataset.value === chosen;
        button.setAttribute("aria-checked", String(on));
        button.tabIndex = on ? 0 : -1;
      }
    };
    refresh();
    return { group, refresh };
  }

  function sharpnessMeter() {
    const fill = make("i", "gv-meter-fill");
    const bar = make("span", "gv-meter", {}, fill, make("i", "gv-meter-real"));
    const value = make("span", "gv-meter-value");
    const root = make("div", "gv-sharpness", {}, make("span", "gv-term", {}, "sharpness"), bar, value);
    const set = (ratio, count) => {
      const known = typeof ratio === "number" && Number.isFinite(ratio);
      root.classList.toggle("unknown", !known);
      if (!known) {
        fill.style.width = "0";
        // Nothing is said before anything is shown.
        value.textContent = ratio === undefined ? "" : "not measured";
        root.title = "Sharpness needs to know real pictures; nothing was measured for this model.";
        return;
      }
      const percent = Math.round(ratio * 100);
      const word = ratio < BLUR ? "blur" : ratio > NOISE ? "noise" : "like real";
      root.dataset.verdict = word;
      fill.style.width = `${(Math.min(ratio, BAR_END) / BAR_END) * 100}%`;
      value.replaceChildren(
        make("b", "", {}, percent > 999 ? "over 999 %" : `${percent} %`),
        make("span", "gv-of-real", {}, " of real"),
        make("span", "gv-dot", {}, " ·"),
        ` ${word}`,
      );
      const over = count ? `the ${count === 1 ? "picture" : `${count} pictures`} shown` : "the pictures shown";
      root.title =
        `Sharpness: the variance of the Laplacian (how strongly pixels differ from their ` +
        `neighbours), mean over ${over}, as a share of that of real test pictures. The grey mark ` +
        `is real. Under 90 % is blur; over 115 % is noise, not sharpness.`;
    };
    set(undefined);
    return { root, set };
  }

  const REALNESS = {
    probability:
      "How sure the GAN's discriminator is that this picture is real: a probability. It was trained " +
      "to tell the GAN's pictures from real ones, and never saw a VAE's.",
    score:
      "The score that the GAN's discriminator gives this picture: 1 stands for real, 0 for " +
      "generated. It was trained on the GAN's pictures and real ones, and never saw a VAE's.",
  };

  function percent(share) {
    const value = 100 * share;
    if (value > 0 && value < 0.1) return "under 0.1 %";
    if (value < 100 && value > 99.9) return "over 99.9 %";
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
  }

  function realness(value, gan) {
    const { scale, real, generated } = ganvae.config.models[gan].realness;
    const text = scale === "score" ? (number) => number.toFixed(2) : percent;
    const means =
      real === null || generated === null
        ? ""
        : ` On average real test pictures get ${text(real)}, the GAN's own ${text(generated)}.`;
    return {
      term: scale === "score" ? "realness score" : "realness",
      text: text(value),
      real: real === null ? "" : text(real),
      told: REALNESS[scale] + means,
    };
  }

  function writeRealness(line, value, gan) {
    const said = typeof value === "number" ? realness(value, gan) : null;
    line.title = said?.told ?? "";
    const words = said ? [make("span", "gv-term", {}, said.term), " ", make("b", "", {}, said.text)] : [];
    if (said?.real) words.push(make("span", "gv-real-ones", {}, " · real ones ", said.real));
    line.replaceChildren(...words);
  }

  function cost(model) {
    const parts = [
      make(
        "span",
        "",
        { title: "Trainable parameters: the numbers that training sets, in all networks of the model." },
        `${short(model.parameters)} ${ganvae.isPhone() ? "param." : "parameters"}`,
      ),
    ];
    if (model.minutes !== null) {
      const where = model.hardware ? ` on ${model.hardware}` : "";
      parts.push(
        " · ",
        make("span", "", { title: `Training time, wall clock${where}.` }, duration(model.minutes)),
      );
    }
    return make("div", "gv-cost", {}, ...parts);
  }

  function frame(family, ...inside) {
    return make("section", "gv-panel", { "data-family": family }, ...inside);
  }

  function panel(name, single = false) {
    const model = ganvae.config.models[name];
    const family = model.family;
    const pair = ganvae.config.pairs.find((entry) => [...entry.vaes, ...entry.gans].includes(name));
    const names = pair[`${family}s`];
    const title = make("span", "gv-panel-name", { title: FAMILY[family] }, family.toUpperCase());
    const latent = make("span", "gv-latent", { title: LATENT });
    const head = make("header", "gv-panel-head", {}, title, latent);
    const stage = make("div", "gv-stage", {});
    const progress = make("i", "gv-progress");
    const meter = sharpnessMeter();
    const note = make("div", "gv-note");
    const facts = make("div", "gv-facts", {}, meter.root, cost(model), note);
    const root = frame(family, head, make("div", "gv-stage-frame", {}, stage, progress), facts);
    root.dataset.model = name;
    root.dataset.colour = String(model.image_shape[0] === 3);
    root.setAttribute("aria-label", `${family.toUpperCase()} with latent size ${model.latent}`);

    const choice = names.length > 1 ? switchOf(family, names, single) : null;
    const refresh = () => {
      const state = ganvae.get();
      // Beside its brothers only the first carries the switch; the others say what they are.
      const among = state.vae === "all" && family === "vae" && !single;
      const carries = choice && !(among && name !== names[0]);
      title.textContent = among ? `VAE ${model.latent}` : family.toUpperCase();
      latent.textContent = among ? "" : `latent ${carries ? "" : model.latent}`;
      if (carries) {
        // Only where it isn't there yet: moved, it would lose the focus.
        if (choice.group.parentNode !== head) head.append(choice.group);
        choice.refresh();
      } else {
        choice?.group.remove();
      }
    };
    refresh();

    return {
      name,
      root,
      stage,
      refresh,
      setSharpness: meter.set,
      setBusy(flag) {
        root.classList.toggle("busy", flag);
        root.setAttribute("aria-busy", String(flag));
      },
      setNote(text) {
        note.textContent = text ?? "";
      },
      setRealness(value, gan) {
        writeRealness(note, value, gan);
      },
    };
  }

  function emptyPanel(family) {
    const stage = make("div", "gv-stage gv-empty", {}, `There is no ${family.toUpperCase()} of this pair here.`);
    const head = make("header", "gv-panel-head", {}, make("span", "gv-panel-name", {}, family.toUpperCase()));
    return frame(family, head, make("div", "gv-stage-frame", {}, stage), make("div", "gv-facts"));
  }

  // Fills a holder of panels. Where the one whose switch has the focus goes, the switch of the one in
  // its place takes the focus: arrow keys go on.
  function place(holder, ...roots) {
    const held = holder.contains(document.activeElement) ? document.activeElement : null;
    const family = held?.closest(".gv-switch") && held.closest(".gv-panel")?.dataset.family;
    holder.replaceChildren(...roots);
    if (family) {
      holder.querySelector(`[data-family=${family}] .gv-switch [aria-checked=true]`)?.focus({ preventScroll: true });
    }
  }

  // Calls onPanels(Map name -> panel) at once and whenever other models are shown. A panel of a
  // model that stays is kept, with what was drawn on it.
  function stageRow(row, onPanels) {
    let panels = new Map();
    const build = () => {
      const state = ganvae.get();
      const pair = ganvae.pair();
      const names = ganvae.members();
      const next = new Map(names.map((name) => [name, panels.get(name) ?? panel(name)]));
      panels = next;
      const roots = names.map((name) => next.get(name).root);
      if (pair && !pair.vaes.length) roots.unshift(emptyPanel("vae"));
      if (pair && !pair.gans.length) roots.push(emptyPanel("gan"));
      for (const one of next.values()) one.refresh();
      place(row, ...roots);
      row.dataset.panels = String(roots.length);
      row.classList.toggle("gv-many", state.vae === "all");
      ganvae.noteData();
      onPanels(next);
    };
    build();
    return ganvae.subscribe((_, changed) => {
      if (["pair", "vae", "gan"].some((key) => changed.includes(key))) build();
    });
  }

  Object.assign(ganvae, { panel, percent, emptyPanel, place, realness, writeRealness, sharpnessMeter, stageRow, short, duration });
})();
