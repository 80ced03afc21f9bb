// The one way into the scripts of the page of a training, `import("ganvae")`: Gradio's own snippet
// needs `mount` (see ui/component.py).

export { mount } from "../static/mount.js";
