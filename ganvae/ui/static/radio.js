// Buttons of which one is chosen, as a group of radio buttons has it: one stop of the Tab key, arrow
// keys go round.

/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * Make buttons with `data-value` such a group.
 *
 * @param {HTMLButtonElement[]} options
 * @param {(value: string) => void} choose
 * @returns {(value: string | null) => void} shows which one is chosen
 */
export function radioGroup(options, choose) {
  const valueOf = (/** @type {HTMLButtonElement} */ option) => option.dataset.value ?? "";
  for (const option of options) {
    option.addEventListener("click", () => choose(valueOf(option)));
    option.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const open = options.filter((one) => !one.disabled && !one.hidden);
      const next = open[(open.indexOf(option) + step + open.length) % open.length];
      choose(valueOf(next));
      next.focus();
    });
  }
  return (value) => {
    for (const option of options) {
      const on = valueOf(option) === value;
      option.setAttribute("aria-checked", String(on));
      option.tabIndex = on ? 0 : -1;
    }
  };
}
