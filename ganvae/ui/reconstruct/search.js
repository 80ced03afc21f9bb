// The search for the GAN's z: begun, looked at as often as the server says, and stopped.

import { ask } from "../static/calls.js";

/** @import { Server } from "../static/types.js" */

/**
 * @param {Server} server
 * @param {(ahead: number) => void} onLine while others come first
 * @param {(told: any) => Promise<void>} onFound after every look
 * @param {(whole: boolean) => void} onEnd at its end; not whole where it was stopped or failed
 */
export function makeSearch(server, onLine, onFound, onEnd) {
  /** @type {{ token: string | null, stopped: boolean } | null} */
  let current = null;

  /** @param {number} seconds */
  const pause = (seconds) => new Promise((resolve) => window.setTimeout(resolve, 1000 * seconds));

  /** @param {any} search @param {any} wanted */
  async function follow(search, wanted) {
    const begun = await ask(server.begin(wanted));
    search.token = begun?.token;
    // Given up while it began: nobody will look at it, and the server forgets it.
    while (begun && search === current) {
      const told = await ask(server.look({ token: search.token }));
      if (search !== current) return;
      if (!told) break;
      if (told.ahead) onLine(told.ahead);
      if (told.gan) await onFound(told);
      if (search !== current) return;
      if (told.done) {
        current = null;
        onEnd(!search.stopped);
        return;
      }
      await pause(told.wait);
    }
    if (search !== current) return;
    current = null;
    onEnd(false);
  }

  return {
    running: () => current !== null,
    /** @param {any} wanted */
    start(wanted) {
      this.drop();
      current = { token: null, stopped: false };
      follow(current, wanted);
    },
    /** End it, and keep what it found. */
    stop() {
      if (!current?.token) return;
      current.stopped = true;
      server.stop({ token: current.token });
    },
    /** Forget it: another picture is wanted. */
    drop() {
      if (current?.token) server.stop({ token: current.token });
      current = null;
    },
  };
}
