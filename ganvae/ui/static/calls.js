// Calls to the server: one at a time, and what goes wrong told in a sentence.

import { toast } from "./toast.js";
import { wording } from "#words";

/**
 * fn gets called with the latest argument only, and never twice at once: for drags.
 *
 * @template [Argument=void]
 * @param {(argument: Argument) => Promise<unknown>} fn
 * @returns {(argument: Argument) => Promise<void>}
 */
export function latest(fn) {
  let busy = false;
  /** @type {[Argument] | null} */
  let next = null;
  return async function call(argument) {
    if (busy) {
      next = [argument];
      return;
    }
    busy = true;
    try {
      await fn(argument);
    } finally {
      busy = false;
      if (next) {
        const [again] = next;
        next = null;
        call(again);
      }
    }
  };
}

/**
 * What a server function answers, or null after its error was shown.
 *
 * @param {Promise<any>} promise
 * @returns {Promise<any>}
 */
export async function ask(promise) {
  const answer = await Promise.resolve(promise).catch(() => null);
  if (answer && !answer.error) return answer;
  // Without the network Gradio's promise may end with nothing.
  toast(answer?.error ?? wording.shared.theServerDoesNotAnswer);
  return null;
}
