// The controls: which kind of picture, which one of them, and what is done with it.

function makeDock(root, actions) {
  const find = (selector) => root.querySelector(selector);
  const options = [...root.querySelectorAll(".gv-option")];
  const titles = new Map(options.map((option) => [option, option.title]));
  const file = find(".rc-file");
  // What is offered now: { source, test, drawing, note }, see `refresh`.
  let offer = { source: "drawing", test: 0, drawing: false };

  const step = (value, by, total) => (value + by + total) % total;
  // A link may name an image that this server does not have.
  const testIndex = (state) => (offer.test ? state.index % offer.test : 0);
  const turn = (by) => ganvae.set({ index: step(testIndex(ganvae.get()), by, offer.test) });

  for (const option of options) {
    option.addEventListener("click", () => ganvae.set({ original: option.dataset.value }));
    option.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const open = options.filter((one) => !one.disabled && !one.hidden);
      const next = open[step(open.indexOf(option), by, open.length)];
      ganvae.set({ original: next.dataset.value });
      next.focus();
    });
  }
  find("[data-do=back]").addEventListener("click", () => turn(-1));
  find("[data-do=on]").addEventListener("click", () => turn(1));
  find("[data-do=reroll]").addEventListener("click", () =>
    ganvae.set({ index: Math.floor(Math.random() * offer.test) }),
  );
  find("[data-do=clear]").addEventListener("click", actions.clear);
  find("[data-do=both]").addEventListener("click", actions.both);
  find("[data-do=choose]").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    if (file.files[0]) actions.take(file.files[0]);
    // The same file may be chosen again.
    file.value = "";
  });
  find(".rc-zoom").addEventListener("input", (event) => actions.zoom(Number(event.target.value)));
  find(".rc-turn").addEventListener("input", (event) => actions.turn(Number(event.target.value)));

  return {
    testIndex,
    both: find("[data-do=both]"),
    showPlace({ zoom, turn: degrees }) {
      find(".rc-zoom").value = zoom;
      find(".rc-turn").value = degrees;
    },
    refresh(next) {
      offer = next;
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
      const at = testIndex(ganvae.get()) + 1;
      find(".rc-which").textContent = `${at} of ${offer.test.toLocaleString("en-US")}`;
    },
  };
}
