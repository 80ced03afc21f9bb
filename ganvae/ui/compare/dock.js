// The controls: which kind of picture, and which one of them.

const MAX_SEED = 4294967295;

function makeDock(root, picks, onClear) {
  const find = (selector) => root.querySelector(selector);
  const options = [...root.querySelectorAll(".gv-option")];
  const titles = new Map(options.map((option) => [option, option.title]));
  const seed = find(".compare-seed");
  // What is offered now: { source, test, drawing }, see `refresh`.
  let offer = { source: "sample", test: 0, drawing: false };

  const step = (value, by, total) => (value + by + total) % total;

  function turn(by) {
    const state = ganvae.get();
    if (offer.source === "test") ganvae.set({ index: step(testIndex(state), by, offer.test) });
    else ganvae.set({ pick: step(state.pick, by, picks) });
  }

  // A link may name an image that this server does not have.
  const testIndex = (state) => (offer.test ? state.index % offer.test : 0);

  function reroll() {
    if (offer.source === "test") ganvae.set({ index: Math.floor(Math.random() * offer.test) });
    else ganvae.reroll();
  }

  for (const option of options) {
    option.addEventListener("click", () => ganvae.set({ source: option.dataset.value }));
    option.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const open = options.filter((one) => !one.disabled && !one.hidden);
      const next = open[step(open.indexOf(option), by, open.length)];
      ganvae.set({ source: next.dataset.value });
      next.focus();
    });
  }
  find("[data-do=back]").addEventListener("click", () => turn(-1));
  find("[data-do=on]").addEventListener("click", () => turn(1));
  find("[data-do=reroll]").addEventListener("click", reroll);
  find("[data-do=clear]").addEventListener("click", onClear);
  seed.addEventListener("change", () => {
    const value = Number(seed.value);
    if (seed.value.trim() === "" || !Number.isInteger(value) || value < 0 || value > MAX_SEED) {
      ganvae.toast(`A seed is a whole number from 0 to ${MAX_SEED}.`);
      seed.value = ganvae.get().seed;
      return;
    }
    ganvae.set({ seed: value });
  });

  return {
    testIndex,
    refresh(next) {
      offer = next;
      const state = ganvae.get();
      for (const option of options) {
        const { value } = option.dataset;
        const on = value === offer.source;
        option.setAttribute("aria-checked", String(on));
        option.tabIndex = on ? 0 : -1;
        option.disabled = value === "test" && !offer.test;
        // Why it can't be chosen, where it can't.
        option.title = (option.disabled && offer.note) || titles.get(option);
        option.hidden = value === "drawing" && !offer.drawing;
      }
      for (const part of root.querySelectorAll("[data-for]")) {
        part.hidden = !part.dataset.for.split(" ").includes(offer.source);
      }
      if (document.activeElement !== seed) seed.value = state.seed;
      const [at, total] =
        offer.source === "test" ? [testIndex(state), offer.test] : [state.pick, picks];
      find(".compare-which").textContent = `${at + 1} of ${total.toLocaleString("en-US")}`;
    },
  };
}
