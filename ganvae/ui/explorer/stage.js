// What the two tabs share of the stage and the dock.

const { Source, judgeOf, showEngine, whenJudged, imageData, sharpnessOf } = ganvae;
const { context, resize, paint, paintSheet, fitInto } = ganvae;

// Room for a square picture and something as large beside it makes a panel wide.
const WIDE_PANEL = 430;

/** Is there room in a panel for something beside the picture? */
function isWide(root) {
  const row = root.querySelector(".gv-stage-row");
  const panels = row.children.length || 1;
  return !row.classList.contains("gv-many") && row.clientWidth / panels >= WIDE_PANEL;
}

/** What a picture of a model shows, in a word: digit, face, or picture. */
const subjectOf = (name) => ganvae.config.models[name].subject[0];

/** Number fields and choices that are one key of the state: they show it and set it. Returns the
 *  function that shows them as the state has them. */
function bindFields(root) {
  const fields = [...root.querySelectorAll("[data-state]")];
  const show = (force = false) => {
    const state = ganvae.get();
    for (const field of fields) {
      const value = String(state[field.dataset.state]);
      if (field.value !== value && (force || field !== document.activeElement)) field.value = value;
    }
  };
  for (const field of fields) {
    const key = field.dataset.state;
    const number = field.type === "number";
    field.addEventListener("change", () => {
      const before = ganvae.get()[key];
      const value = number ? Number(field.value) : field.value;
      if (field.value !== "") ganvae.set({ [key]: value });
      const refused = number && (field.value === "" || (value !== before && ganvae.get()[key] !== value));
      if (refused) ganvae.toast(`This must be a whole number from ${field.min} to ${field.max}.`);
      show(true);
    });
  }
  return show;
}

/** Buttons that give up a place of one's own for the seed's. Returns the function that shows those
 *  that there is a use for. */
function bindOwn(root) {
  const buttons = [...root.querySelectorAll("[data-own]")];
  for (const button of buttons) {
    button.addEventListener("click", () => ganvae.set({ [button.dataset.own]: {} }));
  }
  return () => {
    const state = ganvae.get();
    for (const button of buttons) {
      button.hidden = !Object.keys(state[button.dataset.own]).some((name) => ganvae.members().includes(name));
    }
  };
}
