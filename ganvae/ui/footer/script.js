// As text, never as HTML: a repository's name and a server's answer are in it.

import { one } from "../static/make.js";

/** @import { Given } from "../static/types.js" */

/** @param {Given} given */
export function mount({ element, props }) {
  one(element, ".foot").textContent = props.value.note;
}
