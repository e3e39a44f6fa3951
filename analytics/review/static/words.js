// @ts-check
// How labels and states are said. The only place that groups labels into the four colours.

import { stands } from "./nights.js";

/** @import { Group } from "./types.js" */

/** @typedef {Record<string, string>} Words by name */

/**
 * Colour class, what the legend calls it, and the labels in it. What a movement is was decided when it was scored.
 * @type {Group[]}
 */
export const GROUPS = [
  { name: "periodic", says: "periodic", labels: ["periodic"] },
  { name: "jerk", says: "brief jerk near sleep onset", labels: ["hypnic_jerk"] },
  { name: "single", says: "single, asleep", labels: ["isolated", "short_interval"] },
  {
    name: "other",
    says: "awake, turning over, other",
    labels: ["wake", "posture_change", "large_movement", "rhythmic"],
  },
];
const GROUP_OF = new Map(GROUPS.flatMap((group) => group.labels.map((label) => [label, group.name])));
/** @param {string} label */
export const groupOf = (label) => GROUP_OF.get(label) ?? "other";

/** @type {Words} */
const LABELS = {
  periodic: "periodic",
  hypnic_jerk: "brief jerk near sleep onset",
  isolated: "isolated",
  short_interval: "short interval",
  wake: "awake",
  rhythmic: "rhythmic",
  posture_change: "change of posture",
  large_movement: "large movement",
};
/** @param {string} name */
export const label = (name) => LABELS[name] ?? name.replaceAll("_", " ");

/** @type {Words} */
const FLAGS = {
  possible_plmd: "possible PLMD",
  frequent_hypnic_jerks: "frequent hypnic jerks",
  possible_rls: "possible RLS",
};
/** @param {string} name */
export const flag = (name) => FLAGS[name] ?? name.replaceAll("_", " ");

/** @type {Words} */
const VERDICTS = { confirm: "confirmed", dismiss: "dismissed", unsure: "unsure" };
/**
 * The verdict on a whole night as it stands; null for none.
 * @param {string | null | undefined} name
 */
export const verdict = (name) => (stands(name) ? (VERDICTS[name] ?? name) : null);

/** @type {Words} */
const BLANKS = { gap: "not recorded", unscorable: "could not be searched", unworn: "probably not worn" };
/** @param {string} kind */
export const blank = (kind) => BLANKS[kind] ?? kind;
