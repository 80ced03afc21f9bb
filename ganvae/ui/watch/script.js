// Asks the server again and again how far the run is, and shows what is new.

import { finder, make } from "../static/make.js";
import { makeCharts } from "../training_tab/charts.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Given } from "../static/types.js" */

/** @param {Given} given */
export function mount({ element, props, server }) {
  const find = finder(element);
  const [NARROW, WIDE] = props.value.widths;
  const STACKED = 700;
  const holder = find(".training-charts");
  const charts = makeCharts({ holder, onPick() {} });

  find(".watch-name").textContent = props.value.name;
  find(".watch-name").dataset.family = props.value.family;
  document.title = worded(wording.watch.ganvae, { name: props.value.name });

  /** @type {string | null} */
  let have = null;

  function chartWidth() {
    const stacked = holder.clientWidth < STACKED;
    holder.classList.toggle("stacked", stacked);
    return (stacked ? holder.clientWidth : holder.clientWidth / 2) < 450 ? NARROW : WIDE;
  }

  /** @param {{ kind: string, url: string, images: number }} sheet */
  function drawSheet({ kind, url, images }) {
    const picture = make("img", "", {
      src: url,
      alt: worded(wording.watch.theNewestOfTheRun, { kind }),
    });
    return make(
      "figure",
      "",
      {},
      picture,
      make("figcaption", "", {}, worded(wording.watch.afterImages, { kind, images })),
    );
  }

  /** @param {any} answer */
  function show(answer) {
    find(".watch-state").textContent = answer.error ?? answer.state;
    if (answer.error) return;
    const percent = Math.floor(100 * answer.share);
    find(".watch-bar").setAttribute("aria-valuenow", String(percent));
    find(".watch-bar i").style.width = `${100 * answer.share}%`;
    document.title = worded(wording.watch.ganvae2, { percent, name: props.value.name });
    const facts = answer.facts.map((/** @type {number[]} */ [name, value]) =>
      make("div", "", {}, make("dt", "", {}, String(name)), make("dd", "", {}, String(value))),
    );
    find(".watch-facts").replaceChildren(...facts);
    if (!answer.charts) return;
    have = answer.version;
    find(".watch-sheets").replaceChildren(...answer.sheets.map(drawSheet));
    charts.draw(answer.charts);
    const latest = answer.charts.flatMap((/** @type {any} */ chart) =>
      chart.lines.flatMap((/** @type {any} */ line) => line.x),
    );
    charts.setMoment(latest.length ? Math.max(...latest) : null);
  }

  async function look() {
    const silent = { error: wording.watch.thePageSServerDoes };
    const answer = document.hidden
      ? null
      : await Promise.resolve(server.look({ width: chartWidth(), have })).catch(() => silent);
    // Gradio's promise may end with nothing where the network is away.
    if (!document.hidden) show(answer ?? silent);
    window.setTimeout(look, 1000 * props.value.every);
  }

  look();
}
