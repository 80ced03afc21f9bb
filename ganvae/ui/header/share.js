// Hands the visitor a link: into the clipboard, or where that is refused into a field to copy from.
// A page in a frame may lack the right to the clipboard, and a dialog of the browser's with it.

export function sharing(button, box) {
  const field = box.querySelector("input");
  const close = box.querySelector("button");
  const status = box.parentElement.querySelector(".status");
  const usual = button.textContent;
  let timer = null;

  function say(words) {
    window.clearTimeout(timer);
    button.textContent = words;
    status.textContent = words;
    timer = window.setTimeout(() => {
      button.textContent = usual;
      status.textContent = "";
    }, 1500);
  }

  function hide() {
    const within = box.contains(document.activeElement);
    box.hidden = true;
    if (within) button.focus();
  }

  function show(link) {
    field.value = link;
    box.hidden = false;
    field.focus();
    field.select();
  }

  field.addEventListener("focus", () => field.select());
  field.addEventListener("copy", () => say("copied"));
  close.addEventListener("click", hide);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.hidden && !box.contains(event.target) && event.target !== button) hide();
  });

  return async function share(link) {
    if (!box.hidden) return hide();
    try {
      await navigator.clipboard.writeText(link);
      say("copied");
    } catch {
      show(link);
    }
  };
}
