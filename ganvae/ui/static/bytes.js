// Numbers and bytes as texts of base64, as they travel between server and browser.
//
//   __g_bytesOf(base64) -> Uint8Array        __g_floatsOf(base64) -> Float32Array
//   __g_rowsOf(base64, rows) -> Float32Array[]   __g_base64Of(arrays) -> base64

/** Bytes of a base64 text. @param {string} base64 */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** float32 numbers of a base64 text. @param {string} base64 */
export function floatsOf(base64) {
  return new Float32Array(bytesOf(base64).buffer);
}

/**
 * The rows of a table of float32 numbers in base64.
 *
 * @param {string} base64
 * @param {number} rows
 */
export function rowsOf(base64, rows) {
  const numbers = floatsOf(base64);
  const size = numbers.length / rows;
  return Array.from({ length: rows }, (_, i) => numbers.subarray(i * size, (i + 1) * size));
}

/**
 * Base64 of float32 numbers, of several arrays one after the other.
 *
 * @param {ArrayBufferView[]} arrays
 */
export function base64Of(arrays) {
  let text = "";
  for (const array of arrays) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  }
  return btoa(text);
}
