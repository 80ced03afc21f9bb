// What every tab needs besides the state: calls to the server, messages, colours, visibility.
(() => {
  const { ganvae } = window;

  // fn gets called with the latest argument only, and never twice at once: for drags.
  function latest(fn) {
    let busy = false;
    let next = null;
    return async function call(argument) {
      if (busy) {
        next = [argument];
        return;
      }
      busy = true;
      try {
        await fn(argument);
      } finally {
        busy = false;
        if (next) {
          const [again] = next;
          next = null;
          call(again);
        }
      }
    };
  }

  // What a server function answers, or null after its error was shown.
  async function ask(promise) {
    const answer = await Promise.resolve(promise).catch(() => null);
    if (answer && !answer.error) return answer;
    // Without the network Gradio's promise may end with nothing.
    toast(answer?.error ?? "The server does not answer; what you see stays as it is.");
    return null;
  }

  let toastTimer = 0;
  function toast(sentence) {
    let box = document.querySelector(".gv-toast");
    if (!box) {
      box = document.createElement("div");
      box.className = "gv-toast";
      box.setAttribute("role", "alert");
      document.body.append(box);
    }
    box.textContent = sentence;
    box.classList.add("shown");
    window.clearTimeout(toastTimer);
    toastTimer = window.setTimeout(() => box.classList.remove("shown"), 6000);
  }

  // A finger can't hover: a tap on a term tells what its tooltip would.
  document.addEventListener("click", (event) => {
    const term = event.target.closest?.(".gv-term, .gv-panel-name, .gv-latent");
    const told = term?.closest("[title]")?.title;
    if (!told || !window.matchMedia("(hover: none)").matches) return;
    // A question should not open a field's keyboard; but a switch is there to be switched.
    if (!term.closest("label")?.querySelector("[type=checkbox]")) event.preventDefault();
    toast(told);
  });

  // R rolls the dice of the tab in view, unless it is a letter of what somebody writes.
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "r" || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target.isContentEditable || target.closest?.("input:not([type=range], [type=checkbox]), select, textarea")) {
      return;
    }
    const dice = [...document.querySelectorAll("[data-reroll]")].find(ganvae.visible);
    dice?.click();
  });

  // "36 samples of faces", "1 sample of a face"; what it shows only where that has a name.
  function counted(model, count, what) {
    const [one, many] = ganvae.config.models[model].subject;
    const single = count === 1;
    const of = one === "picture" ? "" : ` of ${single ? `a ${one}` : many}`;
    return `${count} ${single ? what.replace(/s$/, "") : what}${of}`;
  }

  // What must be said of the data that the models learnt from, under each "What am I seeing?". One
  // of other models than the pair's has a note of its own.
  function noteData() {
    for (const fold of document.querySelectorAll(".gv-fold")) {
      let line = fold.querySelector(".gv-data-note");
      if (!line) {
        line = document.createElement("p");
        line.className = "gv-data-note";
        fold.append(line);
      }
      line.textContent = fold.dataset.note ?? ganvae.pair()?.note ?? "";
      line.hidden = !line.textContent;
    }
  }

  const THEME = "ganvae-theme";
  function setTheme(dark) {
    document.body.classList.toggle("dark", dark);
    try {
      window.localStorage.setItem(THEME, dark ? "dark" : "light");
    } catch {
      // Storage may be closed to a frame; the choice then lasts as long as the page.
    }
    window.dispatchEvent(new Event("ganvae:theme"));
  }
  function storedTheme() {
    try {
      return window.localStorage.getItem(THEME);
    } catch {
      return null;
    }
  }

  Object.assign(ganvae, {
    latest,
    ask,
    toast,
    counted,
    noteData,
    setTheme,
    storedTheme,
    visible: (element) => element.offsetParent !== null,
    color: (name, element = document.body) =>
      window.getComputedStyle(element).getPropertyValue(name).trim(),
  });
})();
