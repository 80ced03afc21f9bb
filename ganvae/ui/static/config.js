// What the page knows of the models before it asks the server anything: it stands in the page.

/** @import { Config } from "./types.js" */

const place = document.getElementById("ganvae-config");

/** @type {Config} */
export const config = JSON.parse(place?.textContent ?? "{}");
