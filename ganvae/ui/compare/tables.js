// The table of all figures, and the claims of the studies. Whatever comes from a file is text.

import { make } from "../static/make.js";

/** @type {Record<string, [string, string]>} */
const VERDICTS = {
  supported: ["✓", "What was measured here agrees with the claim."],
  refuted: ["✗", "What was measured here contradicts the claim."],
  depends: ["±", "True for some of the models and not for others."],
  definition: ["=", "True by how the models are built; there is nothing to measure."],
};

// What the small print under a model's name stands for.
/** @type {Record<string, string>} */
const NOTES = {
  "N(0, I)":
    "The prior: samples are drawn from plain random numbers, the bell curve that the training pulls the VAE's codes towards.",
  fitted: "Samples are drawn from where the VAE's encoder really puts the training images.",
  "against real": "Real pictures against other real pictures: as good as a model can get.",
};

/** @param {HTMLElement} holder @param {any} table */
export function drawTable(holder, table) {
  holder.replaceChildren();
  if (!table.rows.length) return;
  const head = make("tr", "", {}, make("td"));
  for (const column of table.columns) {
    const cell = make("th", "", { scope: "col", "data-family": column.family }, column.label);
    if (column.note) {
      cell.append(
        make(
          "small",
          NOTES[column.note] ? "gv-term" : "",
          { title: NOTES[column.note] ?? "" },
          column.note,
        ),
      );
    }
    head.append(cell);
  }
  const body = make("tbody");
  for (const row of table.rows) {
    const term = make("span", "gv-term", { title: row.told }, row.label);
    const line = make("tr", "", {}, make("th", "", { scope: "row" }, term));
    for (const cell of row.cells) {
      const shown = make("td", "", {}, cell?.text ?? "–");
      if (cell?.title) shown.title = cell.title;
      line.append(shown);
    }
    body.append(line);
  }
  const grid = make("table", "", {}, make("thead", "", {}, head), body);
  const box = make(
    "div",
    "compare-scroll gv-focus",
    { tabindex: "0", role: "region", "aria-label": "All figures" },
    grid,
  );
  holder.append(make("h3", "", {}, "All figures"), box);
  if (table.caption) holder.append(make("p", "compare-about", {}, table.caption));
}

/** @param {any} claim */
function verdictOf(claim) {
  const [sign, told] = VERDICTS[claim.verdict];
  return make(
    "span",
    "compare-verdict",
    { "data-verdict": claim.verdict, title: told },
    make("i", "", { "aria-hidden": "true" }, sign),
    ` ${claim.verdict}`,
  );
}

/** @param {HTMLElement} holder @param {any} claims */
export function drawClaims(holder, claims) {
  holder.replaceChildren();
  if (!claims.length) return;
  holder.append(
    make("h3", "", {}, "Claims"),
    make("p", "compare-about", {}, "What the studies say, and what the models here show."),
  );
  for (const claim of claims) {
    const many = claim.studies.length > 1;
    const studies = claim.studies.length
      ? make(
          "span",
          "compare-studies",
          {},
          `${many ? "studies" : "study"} ${claim.studies.join(", ")}`,
        )
      : "";
    const card = make(
      "article",
      "compare-claim",
      {},
      make("div", "compare-claim-head", {}, verdictOf(claim), studies),
      make("h4", "", {}, claim.claim),
      make("p", "", {}, claim.measurement),
    );
    const lines = [
      ...claim.figures,
      ...claim.sources.map((/** @type {string} */ source) => `from ${source}`),
    ];
    if (lines.length) {
      const list = make("ul", "", {}, ...lines.map((line) => make("li", "", {}, line)));
      card.append(
        make("details", "", {}, make("summary", "gv-focus", {}, "figures and sources"), list),
      );
    }
    holder.append(card);
  }
}
