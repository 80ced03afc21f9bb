// Where a component of Gradio's becomes one of ours.

import { config } from "./config.js";

/** @import { Given } from "./types.js" */

/**
 * Bring a component to life by a module that exports `mount`.
 *
 * @param {string} path of the module, below `ui/`
 * @param {Given} given what Gradio hands to a component's script
 */
export async function mount(path, { element, props, server }) {
  const part = await import(`../${path}`);
  // A page that is open goes on with the models it was made of, whatever the server shows since.
  const same = new Proxy(server, {
    get: (all, name) => (/** @type {object} */ data) =>
      all[String(name)]({ ...data, weights: config.weights }),
  });
  part.mount({ element, props, server: same });
}
