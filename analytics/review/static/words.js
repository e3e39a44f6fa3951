// @ts-check
// How labels and states are said. The words themselves come with the page, from analytics/words.py. They are read from
// the document, so modules that unit tests reach must not import this one.

import { byId } from "./draw.js";
import { stands } from "./nights.js";

/** @import { Flag, Group, Words } from "./types.js" */

/** @type {Words} */
export const WORDS = JSON.parse(byId("words", HTMLElement).textContent);

/** Colour class, what the legend calls it, and the labels in it. What a movement is was decided when it was scored. */
export const GROUPS = WORDS.groups;
const GROUP_OF = new Map(GROUPS.flatMap((group) => group.labels.map((label) => [label, group.name])));
/** @param {string} label */
export const groupOf = (label) => GROUP_OF.get(label) ?? "other";

/**
 * How a movement is drawn: by its group, but what is periodic and not asleep counts nowhere and looks awake.
 * @param {string} label @param {string} sleepState
 */
export const lookOf = (label, sleepState) =>
  label === "periodic" && sleepState !== "sleep" ? "awake" : groupOf(label);
/** Looks of a group, the one in front last. @param {Group} group */
export const looksOf = ({ name }) => (name === "periodic" ? ["awake", name] : [name]);

/** @param {string} name */
export const label = (name) => WORDS.labels[name] ?? name.replaceAll("_", " ");
/** @param {string} name */
export const flag = (name) => WORDS.flags[name] ?? name.replaceAll("_", " ");
/**
 * What stands behind the name of a flag on its night: one state, and where no more than an answer is missing, that.
 * @param {Pick<Flag, "state" | "lacks_answer">} found
 */
export const flagState = ({ state, lacks_answer }) => (lacks_answer ? WORDS.unasked_state : WORDS.flag_states[state]);
/**
 * The verdict on a night or movement as it stands; null for none.
 * @param {string | null | undefined} name
 */
export const verdict = (name) => (stands(name) ? (WORDS.verdicts[name] ?? name) : null);
/** @param {string} kind */
export const blank = (kind) => WORDS.blanks[kind] ?? kind;

/** @param {string} text */
export const capital = (text) => text[0].toUpperCase() + text.slice(1);
