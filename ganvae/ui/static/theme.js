// Dark or light, as the visitor has chosen.

const THEME = "ganvae-theme";

/** @param {boolean} dark */
export function setTheme(dark) {
  document.body.classList.toggle("dark", dark);
  try {
    window.localStorage.setItem(THEME, dark ? "dark" : "light");
  } catch {
    // Storage may be closed to a frame; the choice then lasts as long as the page.
  }
  window.dispatchEvent(new Event("ganvae:theme"));
}

/** @returns {string | null} */
export function storedTheme() {
  try {
    return window.localStorage.getItem(THEME);
  } catch {
    return null;
  }
}
