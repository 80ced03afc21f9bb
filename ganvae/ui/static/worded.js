// Texts with gaps.

/**
 * A text of `#words` with what belongs into its braces.
 *
 * @param {string} text
 * @param {Record<string, unknown>} values by name
 */
export const worded = (text, values) =>
  text.replace(/\{(\w+)\}/g, (brace, name) => (name in values ? String(values[name]) : brace));
