// Elements: made, found, seen.

/**
 * An element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = "", attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/**
 * The one element that a selector finds below another; throws where there is none, as then a
 * template and its script have come apart.
 *
 * @template {Element} [Found=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {Found}
 */
export function one(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`Nothing here is ${selector}`);
  return /** @type {Found} */ (/** @type {unknown} */ (found));
}

/**
 * `one` below always the same element.
 *
 * @param {ParentNode} root
 */
export function finder(root) {
  /**
   * @template {Element} [Found=HTMLElement]
   * @param {string} selector
   * @returns {Found}
   */
  const find = (selector) => one(root, selector);
  return find;
}

/**
 * All elements that a selector finds below another.
 *
 * @template {Element} [Found=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {Found[]}
 */
export function all(root, selector) {
  return /** @type {Found[]} */ (/** @type {unknown} */ ([...root.querySelectorAll(selector)]));
}

/** The field that an event comes from. @param {Event} event */
export const fieldOf = (event) => /** @type {HTMLInputElement} */ (event.target);

/**
 * The drawing context of a canvas; every browser that can show the page has one.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 */
export function drawingOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/**
 * Whether an element is laid out.
 *
 * @param {HTMLElement} element
 */
export const isVisible = (element) => element.offsetParent !== null;

/**
 * The value of a colour of the style sheets, as it is where an element stands.
 *
 * @param {string} name
 * @param {Element} [element]
 */
export const colourOf = (name, element = document.body) =>
  window.getComputedStyle(element).getPropertyValue(name).trim();
