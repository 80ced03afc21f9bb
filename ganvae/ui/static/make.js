// ganvae.make(tag, className, attributes, ...children): an element, for every script of a page.
window.ganvae = Object.assign(window.ganvae ?? {}, {
  make(tag, className, attributes = {}, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  },
});
