// What a slider can stand for: a latent axis, or a direction with a meaning. Of each kind the
// sliders ask the same:
//   {id, text, has(member), rest(member), about(member), named}
// `id` is its key in the state, `rest` where an unmoved slider stands, `about` what it is to one
// model, and `named` whether it has a meaning.

/** A latent axis: absolute, so that it stands where the point is. */
export function axisDial(axis) {
  return {
    id: axis,
    text: `axis ${axis + 1}`,
    has: (member) => member.space.has(axis),
    rest: (member) => member.space.coordinate(member.z, axis),
    about: (member) => aboutAxis(member, axis),
    named: false,
  };
}

/** A direction with a meaning: how far the point was taken along it, 0 where it came from. */
export function meaningDial({ key, label }) {
  return {
    id: key,
    text: label,
    has: (member) => member.space.means(key),
    rest: () => 0,
    about: (member) => aboutMeaning(member, key),
    named: true,
  };
}

/** All meanings that any of the members has, by the largest effect in one of them. */
export function meaningsOf(members) {
  const found = new Map();
  for (const { space } of members) {
    for (const [key, { label, effect }] of space.meanings) {
      const known = found.get(key);
      if (!known || known.effect < effect) found.set(key, { key, label, effect });
    }
  }
  return [...found.values()].sort((a, b) => b.effect - a.effect);
}

/** Which of the members a dial does not drive, in few words; nothing where it drives all. */
export function restriction(members, dial) {
  const called = (member) => {
    const family = member.family.toUpperCase();
    const alone = members.filter((other) => other.family === member.family).length < 2;
    return alone ? family : `${family} ${member.space.size}`;
  };
  const has = members.filter(dial.has);
  const lacks = members.filter((member) => !dial.has(member));
  if (!lacks.length) return "";
  if (lacks.length < has.length) return `not ${lacks.map(called).join(", ")}`;
  return `only ${has.map(called).join(", ")}`;
}

/** What an axis is to one model, and how strong. */
function aboutAxis(member, axis) {
  const strength = Number(member.space.strengths[axis].toPrecision(3));
  const unit = member.family === "vae" ? `${strength} nats of KL` : `singular value ${strength}`;
  return `${member.name}: ${member.space.labels[axis]}, ${unit}`;
}

/** What was measured along a direction in one model. */
function aboutMeaning(member, key) {
  const { measured, low, high, effect } = member.space.meanings.get(key);
  const [from, to, spreads] = [low, high, effect].map((value) => `${Number(value.toPrecision(2))}`);
  return `${member.name}: ${measured}: ${from} at the left end, ${to} at the right, on average; \
from -2 to +2 it changes by ${spreads} times what samples differ by`;
}
