// The sliders: eight at a time, one set for all models shown, each standing for a dial (dials.js).

import { restriction } from "./dials.js";
import { make } from "../static/make.js";
import { worded } from "../static/worded.js";
import { wording } from "#words";

/** @import { Dial, Member } from "./dials.js" */

export const PAGE = 8;
export const [LOWEST, HIGHEST] = [-3, 3];
export const KEY_STEP = 0.1;

/** @param {number} value */
export const clamped = (value) => Math.min(HIGHEST, Math.max(LOWEST, value));

/** A number with its sign and two decimals, as wide whatever it is. @param {number} value */
export function signed(value) {
  const text = Math.abs(value).toFixed(2);
  return `${value < 0 && text !== "0.00" ? "−" : "+"}${text}`;
}

let made = 0;

export class Sliders {
  /**
   * @param {(id: string | number, value: number | null) => void} onMove null puts the dial of that id back
   * @param {HTMLElement} root
   */
  constructor(root, onMove) {
    this.rows = Array.from({ length: PAGE }, () => this.row(onMove));
    /** @type {Member[]} */
    this.members = [];
    root.replaceChildren(...this.rows.map((row) => row.root));
  }

  /** @param {(id: string | number, value: number | null) => void} onMove */
  row(onMove) {
    const id = `gx-axis-${++made}`;
    const label = make("label", "gx-axis-name", { for: id });
    const only = make("span", "gx-only");
    const value = make("output", "gx-value", { for: id });
    const input = make("input", "gx-range", { type: "range", id, min: LOWEST, max: HIGHEST });
    input.step = "0.01";
    input.value = "0";
    input.disabled = true;
    const marks = make("span", "gx-marks", { "aria-hidden": "true" });
    const track = make("div", "gx-track", {}, input, marks);
    const head = make("div", "gx-axis-head", {}, label, only, value);
    /** @type {any} */
    const row = { root: make("div", "gx-axis", {}, head, track), label, only, value, input, marks };
    /** @param {number | null} position */
    const move = (position) => row.id !== undefined && onMove(row.id, position);
    input.addEventListener("input", () => move(Number(input.value)));
    // A finger that lands here to scroll the page has moved the slider before anyone can know.
    /** @type {number | null} */
    let before = null;
    input.addEventListener("pointerdown", () => {
      before = row.moved ?? null;
    });
    input.addEventListener("pointercancel", () => move(before));
    // The browser's own step would be 0.01 or a tenth of the range.
    input.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const next = Math.round((Number(input.value) + step * KEY_STEP) * 100) / 100;
      move(clamped(next));
    });
    row.root.addEventListener("dblclick", () => move(null));
    return row;
  }

  /** @param {Dial[]} dials at most eight
   *  @param {Member[]} members with z as the seed has it
   *  @param {Object<string, number>} values the sliders that were moved */
  show(dials, members, values) {
    const same =
      members.length === this.members.length &&
      members.every(({ name, z }, i) => name === this.members[i].name && z === this.members[i].z);
    this.members = members;
    this.rows.forEach((row, place) => {
      const dial = dials[place];
      const moved = dial && values[dial.id];
      // A drag moves one of them: the others need not be written again.
      if (same && row.id === dial?.id && row.moved === moved) return;
      const drives = dial ? members.filter(dial.has) : [];
      row.id = dial?.id;
      row.moved = moved;
      row.root.classList.toggle("gx-absent", !drives.length);
      row.input.disabled = !drives.length;
      if (drives.length) this.fill(row, dial, drives, members);
    });
  }

  /**
   * @param {any} row
   * @param {Dial} dial
   * @param {Member[]} drives
   * @param {Member[]} members
   */
  fill(row, dial, drives, members) {
    const moved = row.moved !== undefined;
    const shown = moved ? row.moved : dial.rest(drives[0]);
    const families = new Set(drives.map((member) => member.family));
    const shared = drives.length === members.length || families.size > 1;
    row.root.dataset.drives = shared ? "both" : drives[0].family;
    row.root.classList.toggle("gx-moved", moved);
    row.label.textContent = dial.text;
    // What was measured stands in the tooltip; a finger asks the name for it.
    row.label.classList.toggle("gv-term", dial.named);
    row.only.textContent = restriction(members, dial);
    row.root.title = worded(wording.explore.doubleClickToPutIt, {
      drives: drives.map(dial.about).join("\n"),
    });
    row.input.value = clamped(shown);
    row.input.setAttribute(
      "aria-valuetext",
      worded(wording.explore.standardDeviations, { shown: signed(shown) }),
    );
    row.value.textContent = signed(shown);
    row.root.style.setProperty("--gx-at", (clamped(shown) - LOWEST) / (HIGHEST - LOWEST));
    // Of a meaning every model starts at 0.
    const marks = (dial.named ? [] : drives).map((member) => {
      const mark = make("i", "", { "data-family": member.family });
      const at = clamped(dial.rest(member));
      mark.style.setProperty("--gx-at", String((at - LOWEST) / (HIGHEST - LOWEST)));
      return mark;
    });
    row.marks.replaceChildren(...marks);
  }
}
