// Places in latent space as texts, short enough for an address: two bytes a dimension in base64url,
// in steps of 1/1024. No model's picture shows so small a step.
//
//   __g_placeText(z: Float32Array) -> text
//   __g_placeOf(text) -> Float32Array

const STEPS = 1024;
const [LOWEST, HIGHEST] = [-32768, 32767];

/** @param {Float32Array} z */
export function placeText(z) {
  let bytes = "";
  for (const value of z) {
    const step = Math.min(HIGHEST, Math.max(LOWEST, Math.round(value * STEPS))) & 0xffff;
    bytes += String.fromCharCode(step & 0xff, step >> 8);
  }
  return window.btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text */
export function placeOf(text) {
  const bytes = window.atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const z = new Float32Array(bytes.length / 2);
  for (let i = 0; i < z.length; i++) {
    const step = bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8);
    z[i] = (step > HIGHEST ? step - 0x10000 : step) / STEPS;
  }
  return z;
}
