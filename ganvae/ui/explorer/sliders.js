// The sliders on the latent axes: eight at a time, one set for all models shown.

const PAGE = 8;
const [LOWEST, HIGHEST] = [-3, 3];
const KEY_STEP = 0.1;

const clamped = (value) => Math.min(HIGHEST, Math.max(LOWEST, value));

/** A number with its sign and two decimals, as wide whatever it is. */
function signed(value) {
  const text = Math.abs(value).toFixed(2);
  return `${value < 0 && text !== "0.00" ? "−" : "+"}${text}`;
}

class AxisSliders {
  /** @param {(axis: number, value: number | null) => void} onMove null puts the axis back */
  constructor(root, onMove) {
    this.rows = Array.from({ length: PAGE }, () => this.row(onMove));
    this.members = [];
    root.replaceChildren(...this.rows.map((row) => row.root));
  }

  row(onMove) {
    const { make } = ganvae;
    const id = `gx-axis-${(AxisSliders.count = (AxisSliders.count ?? 0) + 1)}`;
    const label = make("label", "gx-axis-name", { for: id });
    const only = make("span", "gx-only");
    const value = make("output", "gx-value", { for: id });
    const input = make("input", "gx-range", { type: "range", id, min: LOWEST, max: HIGHEST });
    input.step = 0.01;
    input.value = 0;
    input.disabled = true;
    const marks = make("span", "gx-marks", { "aria-hidden": "true" });
    const track = make("div", "gx-track", {}, input, marks);
    const head = make("div", "gx-axis-head", {}, label, only, value);
    const row = { root: make("div", "gx-axis", {}, head, track), label, only, value, input, marks };
    input.addEventListener("input", () => onMove(row.axis, Number(input.value)));
    // A finger that lands here to scroll the page has moved the slider before anyone can know.
    let before = null;
    input.addEventListener("pointerdown", () => {
      before = row.moved ?? null;
    });
    input.addEventListener("pointercancel", () => onMove(row.axis, before));
    // The browser's own step would be 0.01 or a tenth of the range.
    input.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const next = Math.round((Number(input.value) + step * KEY_STEP) * 100) / 100;
      onMove(row.axis, clamped(next));
    });
    row.root.addEventListener("dblclick", () => onMove(row.axis, null));
    return row;
  }

  /** @param {{name, family, space, z}[]} members with z as the seed has it
   *  @param {number} page from 0
   *  @param {Object<number, number>} values the sliders that were moved */
  show(members, page, values) {
    const same =
      members.length === this.members.length &&
      members.every(({ name, z }, i) => name === this.members[i].name && z === this.members[i].z);
    this.members = members;
    this.rows.forEach((row, place) => {
      const axis = page * PAGE + place;
      // A drag moves one of them: the others need not be written again.
      if (same && row.axis === axis && row.moved === values[axis]) return;
      const drives = members.filter((member) => member.space.has(axis));
      row.axis = axis;
      row.moved = values[axis];
      row.root.classList.toggle("gx-absent", !drives.length);
      row.input.disabled = !drives.length;
      if (drives.length) this.fill(row, drives, members);
    });
  }

  fill(row, drives, members) {
    const { axis } = row;
    const moved = row.moved !== undefined;
    const shown = moved ? row.moved : drives[0].space.coordinate(drives[0].z, axis);
    const families = new Set(drives.map((member) => member.family));
    const shared = drives.length === members.length || families.size > 1;
    row.root.dataset.drives = shared ? "both" : drives[0].family;
    row.root.classList.toggle("gx-moved", moved);
    row.label.textContent = `axis ${axis + 1}`;
    row.only.textContent = restriction(members, axis);
    row.root.title = `${drives.map((member) => about(member, axis)).join("\n")}
Double-click to put it back.`;
    row.input.value = clamped(shown);
    row.input.setAttribute("aria-valuetext", `${signed(shown)} standard deviations`);
    row.value.textContent = signed(shown);
    row.root.style.setProperty("--gx-at", (clamped(shown) - LOWEST) / (HIGHEST - LOWEST));
    const marks = drives.map((member) => {
      const mark = ganvae.make("i", "", { "data-family": member.family });
      const at = clamped(member.space.coordinate(member.z, axis));
      mark.style.setProperty("--gx-at", (at - LOWEST) / (HIGHEST - LOWEST));
      return mark;
    });
    row.marks.replaceChildren(...marks);
  }
}

/** Which of the members an axis does not drive, in few words; nothing where it drives all. */
function restriction(members, axis) {
  const called = (member) => {
    const family = member.family.toUpperCase();
    const alone = members.filter((other) => other.family === member.family).length < 2;
    return alone ? family : `${family} ${member.space.size}`;
  };
  const has = members.filter((member) => member.space.has(axis));
  const lacks = members.filter((member) => !member.space.has(axis));
  if (!lacks.length) return "";
  if (lacks.length < has.length) return `not ${lacks.map(called).join(", ")}`;
  return `only ${has.map(called).join(", ")}`;
}

/** What an axis is to one model, and how strong. */
function about(member, axis) {
  const strength = Number(member.space.strengths[axis].toPrecision(3));
  const unit = member.family === "vae" ? `${strength} nats of KL` : `singular value ${strength}`;
  return `${member.name}: ${member.space.labels[axis]}, ${unit}`;
}
