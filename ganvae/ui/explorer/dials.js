// What a slider can stand for: a latent axis, or a direction with a meaning.

import { worded } from "../static/worded.js";
import { wording } from "#words";

/**
 * @import { Family } from "../static/types.js"
 * @import { LatentSpace } from "./latent.js"
 */

/**
 * A model that is shown: its space, and the z that its sliders start from.
 *
 * @typedef {object} Member
 * @property {string} name
 * @property {Family} family
 * @property {LatentSpace} space
 * @property {Float32Array} z
 */

/**
 * What the sliders ask of either kind.
 *
 * @typedef {object} Dial
 * @property {string | number} id its key in the state
 * @property {string} text
 * @property {(member: Member) => boolean} has
 * @property {(member: Member) => number} rest where an unmoved slider stands
 * @property {(member: Member) => string} about what it is to one model
 * @property {boolean} named whether it has a meaning
 */

/**
 * A latent axis: absolute, so that it stands where the point is.
 *
 * @param {number} axis
 * @returns {Dial}
 */
export function axisDial(axis) {
  return {
    id: axis,
    text: worded(wording.explore.axis, { axis: axis + 1 }),
    has: (member) => member.space.has(axis),
    rest: (member) => member.space.coordinate(member.z, axis),
    about: (member) => aboutAxis(member, axis),
    named: false,
  };
}

/**
 * A direction with a meaning: how far the point was taken along it, 0 where it came from.
 *
 * @param {{ key: string, label: string }} meaning
 * @returns {Dial}
 */
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

/**
 * All meanings that any of the members has, by the largest effect in one of them.
 *
 * @param {Member[]} members
 */
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

/**
 * Which of the members a dial does not drive, in few words; nothing where it drives all.
 *
 * @param {Member[]} members
 * @param {Dial} dial
 */
export function restriction(members, dial) {
  /** @param {Member} member */
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

/**
 * What an axis is to one model, and how strong.
 *
 * @param {Member} member
 * @param {number} axis
 */
function aboutAxis(member, axis) {
  const strength = Number(member.space.strengths[axis].toPrecision(3));
  const unit =
    member.family === "vae"
      ? worded(wording.explore.natsOfKl, { strength })
      : worded(wording.explore.singularValue, { strength });
  return `${member.name}: ${member.space.labels[axis]}, ${unit}`;
}

/**
 * What was measured along a direction in one model.
 *
 * @param {Member} member
 * @param {string} key
 */
function aboutMeaning(member, key) {
  const meaning = member.space.meanings.get(key);
  if (!meaning) return "";
  const { measured, low, high, effect } = meaning;
  const [from, to, spreads] = [low, high, effect].map((value) => `${Number(value.toPrecision(2))}`);
  return worded(wording.explore.atTheLeftEndAt, { name: member.name, measured, from, to, spreads });
}
