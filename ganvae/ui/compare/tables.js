// The table of all figures, and the claims of the studies. Whatever comes from a file is text.

import { make } from "../static/make.js";
import { wording } from "#words";

/** @type {Record<string, [string, string]>} */
const VERDICTS = {
  supported: ["✓", wording.compare.whatWasMeasuredHereAgrees],
  refuted: ["✗", wording.compare.whatWasMeasuredHereContradicts],
  depends: ["±", wording.compare.trueForSomeOfThe],
  definition: ["=", wording.compare.trueByHowTheModels],
};

// What the small print under a model's name stands for.
/** @type {Record<string, string>} */
const NOTES = {
  "N(0, I)": wording.compare.thePriorSamplesAreDrawn,
  fitted: wording.compare.samplesAreDrawnFromWhere,
  // The name that the server gives a column.
  // eslint-disable-next-line page/no-words
  "against real": wording.compare.realPicturesAgainstOtherReal,
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
    { tabindex: "0", role: "region", "aria-label": wording.compare.allFigures },
    grid,
  );
  holder.append(make("h3", "", {}, wording.compare.allFigures), box);
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
    make("h3", "", {}, wording.compare.claims),
    make("p", "compare-about", {}, wording.compare.whatTheStudiesSayAnd),
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
        make(
          "details",
          "",
          {},
          make("summary", "gv-focus", {}, wording.compare.figuresAndSources),
          list,
        ),
      );
    }
    holder.append(card);
  }
}
