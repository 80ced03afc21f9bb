// The fold under the stage: the chosen sample of each model, and the training image nearest to it.

import { ask, latest } from "../static/calls.js";
import { config } from "../static/config.js";
import { make, one } from "../static/make.js";
import { percent } from "../static/meter.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Server } from "../static/types.js" */

/** @type {Record<string, string>} */
const NEAREST_TOLD = {
  distance: wording.sample.distanceOfTheTwoIn,
  share: wording.sample.howManyOf100Real,
  closer: wording.sample.ofAllPicturesOfThis,
};

/** @param {HTMLDetailsElement} fold @param {Server} server */
export function makeNearest(fold, server) {
  const holder = one(fold, ".nearest-row");
  const note = one(fold, ".nearest-note");
  let shown = "";

  /** @param {string} url @param {string} subject */
  function picture(url, subject) {
    return make("img", "", { src: url, alt: subject, width: 84, height: 84 });
  }

  /** @param {string} key @param {string} term @param {string} value */
  function line(key, term, value) {
    const root = make("div", "nearest-line", { title: NEAREST_TOLD[key] });
    root.append(make("span", "gv-term", {}, term), " ", make("b", "", {}, value));
    return root;
  }

  /** @param {string} name @param {any} found */
  function entry(name, found) {
    const { family } = config.models[name];
    const pair = make(
      "div",
      "nearest-pair",
      {},
      picture(found.sample, worded(wording.sample.theSampleOf, { name })),
    );
    if (found.image) {
      pair.append(
        picture(found.image, worded(wording.sample.trainingImage, { index: found.index + 1 })),
      );
    }
    const facts = [line("distance", "distance", found.distance.toFixed(1))];
    if (found.typical !== null) {
      facts[0].append(worded(wording.sample.testImages, { typical: found.typical.toFixed(1) }));
    }
    if (found.share !== null) {
      facts.push(
        line(
          "share",
          wording.sample.nearerThan,
          worded(wording.sample.of100TestImages, { share: Math.round(100 * found.share) }),
        ),
      );
    }
    if (found.closer !== null) {
      facts.push(line("closer", wording.sample.overAllSamples, percent(found.closer)));
    }
    const title = worded(wording.sample.trainingImage2, {
      family: family.toUpperCase(),
      latent: config.models[name].latent,
      index: (found.index + 1).toLocaleString("en-US"),
    });
    return make(
      "section",
      "nearest-entry",
      {
        "data-family": family,
        "aria-label": worded(wording.sample.nearestTrainingImageOf, { name }),
      },
      make("h3", "", {}, title),
      make("div", "nearest-body", {}, pair, make("div", "nearest-facts", {}, ...facts)),
    );
  }

  const refresh = latest(async (/** @type {any} */ wanted) => {
    const digits = wanted.models.every(
      (/** @type {string} */ name) => config.models[name].dataset === "mnist",
    );
    fold.hidden = !digits || !wanted.models.length;
    if (fold.hidden || !fold.open) return;
    const text = JSON.stringify(wanted);
    if (text === shown) return;
    const answer = await ask(server.nearest(wanted));
    if (!answer) return;
    shown = text;
    holder.replaceChildren(
      ...Object.entries(answer.models).map(([name, found]) => entry(name, found)),
    );
    note.textContent = answer.note;
    fold.dataset.shown = text;
  });
  return refresh;
}
