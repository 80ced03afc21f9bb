// The one way into the page's scripts from outside, `import("ganvae")`. Gradio's own snippets need
// `mount` (of a component, see ui/component.py) and `show` (when a tab is chosen, see ui/page.py);
// the rest is for whoever drives the page from the console, tests and benchmarks among them.

import * as engine from "./engine/engine.js";
import { config } from "./static/config.js";
import { listen } from "./static/hands.js";
import { mount } from "./static/mount.js";
import { get, link, members, pair, play, set, subscribe } from "./static/store.js";
import { follow } from "./static/tabs.js";
import { setTheme } from "./static/theme.js";
import { toast } from "./static/toast.js";

/** Show a tab. @param {string} tab */
export const show = (tab) => set({ tab });

export { config, engine, get, link, members, mount, pair, play, set, setTheme, subscribe, toast };

follow();
listen();
