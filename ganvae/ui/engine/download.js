// Fetches files and accepts them only if their digest is the one asked for.

/** @import { File } from "../static/types.js" */

/** @type {Record<string, string>} */
const DIGESTS = { sha256: "SHA-256", sha384: "SHA-384" };

/** @param {Uint8Array} bytes */
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {Uint8Array<ArrayBuffer>} bytes @param {string} integrity */
async function matches(bytes, integrity) {
  const [algorithm, wanted] = integrity.split(/-(.*)/);
  const name = DIGESTS[algorithm];
  return base64(new Uint8Array(await window.crypto.subtle.digest(name, bytes))) === wanted;
}

/**
 * The bytes of a file; `onBytes` hears how many have come so far.
 * The browser's own check of `integrity` gives nothing out before the end, so where it can be
 * checked by hand that is done instead. Throws what went wrong.
 *
 * @param {File} file
 * @param {(come: number) => void} [onBytes]
 * @returns {Promise<ArrayBuffer>}
 */
export async function download({ url, bytes: size, integrity }, onBytes = () => {}) {
  // Without a secure connection browsers lock `crypto.subtle` away.
  const byHand = Boolean(window.crypto?.subtle);
  const response = await fetch(url, { credentials: "omit", ...(byHand ? {} : { integrity }) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const content = new Uint8Array(size);
  let come = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (come + value.length > size) {
      reader.cancel();
      throw new Error(`${url} is too long`);
    }
    content.set(value, come);
    come += value.length;
    onBytes(come);
  }
  if (come !== size || (byHand && !(await matches(content, integrity)))) {
    throw new Error(`${url} is not the file it should be`);
  }
  return content.buffer;
}
