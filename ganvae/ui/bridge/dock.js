// The controls below the slider: which bridge, which seed, which picture.

function makeDock(root) {
  const { make } = ganvae;
  const find = (selector) => root.querySelector(selector);
  const { bridges } = ganvae.config;
  const choice = find(".br-bridges");
  const seed = find(".br-seed");
  let total = 0;

  const options = bridges.map((bridge) => {
    const option = make("button", "gv-option", { type: "button", role: "radio", title: bridge.hint }, bridge.title);
    option.dataset.value = bridge.key;
    option.addEventListener("click", () => ganvae.set({ bridge: bridge.key }));
    option.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const next = options[(options.indexOf(option) + by + options.length) % options.length];
      ganvae.set({ bridge: next.dataset.value });
      next.focus();
    });
    return option;
  });
  choice.append(...options);
  choice.hidden = bridges.length < 2;

  seed.addEventListener("change", () => {
    const value = Number(seed.value);
    ganvae.set({ seed: value });
    if (seed.value === "" || ganvae.get().seed !== value) {
      ganvae.toast(`The seed must be a whole number from ${seed.min} to ${seed.max}.`);
    }
    seed.value = ganvae.get().seed;
  });
  find("[data-do=reroll]").addEventListener("click", ganvae.reroll);
  const turn = (by) => total && ganvae.set({ index: ((ganvae.get().index % total) + by + total) % total });
  find("[data-do=back]").addEventListener("click", () => turn(-1));
  find("[data-do=on]").addEventListener("click", () => turn(1));

  return {
    refresh(state) {
      if (document.activeElement !== seed) seed.value = state.seed;
      for (const option of options) {
        const on = option.dataset.value === state.bridge;
        option.setAttribute("aria-checked", String(on));
        option.tabIndex = on ? 0 : -1;
      }
    },
    showNumber(original) {
      total = original.total;
      find(".br-number").textContent = `${original.index + 1} of ${total.toLocaleString("en-US")}`;
    },
  };
}
