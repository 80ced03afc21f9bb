import { sharing } from "./share.js";
import { config } from "../static/config.js";
import * as store from "../static/store.js";
import { setTheme, storedTheme } from "../static/theme.js";
import { finder } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Given } from "../static/types.js" */

/** @param {Given} given */
export function mount({ element }) {
  const find = finder(element);
  /** @type {HTMLSelectElement} */
  const select = find("select");
  const hint = find(".look");
  const theme = find(".theme");
  /** @type {HTMLButtonElement} */
  const share = find(".share");
  /** @type {HTMLAnchorElement} */
  const api = find(".api");

  select.replaceChildren(...config.pairs.map((pair) => new Option(pair.title, pair.key)));
  select.addEventListener("change", () => store.set({ pair: select.value }));

  if (config.problems.length) {
    const line = find(".problems");
    line.hidden = false;
    line.textContent = worded(wording.header.notShown, { problems: config.problems.join(" ") });
  }

  function refresh() {
    const pair = store.pair();
    const bridge = store.get().tab === "bridge" ? store.bridge() : null;
    select.value = pair?.key ?? "";
    select.disabled = Boolean(bridge);
    select.title = bridge ? wording.header.theBridgeHasModelsOf : "";
    hint.textContent = (bridge ?? pair)?.hint ?? "";
    const address = new URL(
      window.location.pathname + new URL(store.link()).search,
      window.location.origin,
    );
    address.searchParams.set("view", "api");
    api.href = address.href;
  }
  store.subscribe(refresh);
  refresh();

  function showTheme() {
    const dark = document.body.classList.contains("dark");
    theme.textContent = dark ? "☀" : "☾";
    theme.setAttribute(
      "aria-label",
      dark ? wording.header.switchToLightColours : wording.header.switchToDarkColours,
    );
  }
  theme.addEventListener("click", () => {
    setTheme(!document.body.classList.contains("dark"));
  });
  window.addEventListener("ganvae:theme", showTheme);
  // Gradio follows the system and may change its mind: then the sign must follow too.
  new MutationObserver(showTheme).observe(document.body, { attributeFilter: ["class"] });
  const stored = storedTheme();
  const asked = new URLSearchParams(window.location.search).has("__theme");
  if (stored && !asked) setTheme(stored === "dark");
  showTheme();

  // Gradio's own button, which our style hides, opens its API page over ours. A link alone does not:
  // Gradio then believes the page to be open but has not loaded it.
  function openApi() {
    /** @type {HTMLElement | null} */
    const button = document.querySelector("footer .show-api");
    if (!button || document.querySelector(".api-docs")) return false;
    if (new URLSearchParams(window.location.search).get("view") === "api") button.click();
    button.click();
    return true;
  }
  api.addEventListener("click", (event) => {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!elsewhere && openApi()) event.preventDefault();
  });
  if (new URLSearchParams(window.location.search).get("view") === "api") {
    window.setTimeout(openApi, 0);
  }

  const handOver = sharing(share, find(".link"));
  share.addEventListener("click", () => handOver(store.link()));
}
