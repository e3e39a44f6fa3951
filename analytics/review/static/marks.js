// @ts-check
// Which movements are marked, and what is told of an act on them. Without the document.

/** @import { Touched } from "./as_edited.js" */

/**
 * All that are shown from one place to another, both included.
 * @param {number} from @param {number} to
 * @param {(i: number) => boolean} isShown
 */
export const between = (from, to, isShown) => {
  const found = new Set([to]);
  for (let i = Math.min(from, to); i <= Math.max(from, to); i += 1) if (isShown(i)) found.add(i);
  return found;
};

/** The same with one more, or without it. @param {Set<number>} marked @param {number} i */
export const toggled = (marked, i) => {
  const found = new Set(marked);
  if (!found.delete(i)) found.add(i);
  return found;
};

/** What is not touched, by reason. @param {Touched} about */
export const spared = ({ wont }) => {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [, why] of wont) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, n]) => `${n} ${why}`).join(", ");
};

/**
 * What the bar says of marked movements.
 * @param {number} count
 * @param {Touched} edits what a label or a deletion touches
 * @param {Touched} dismissal what a dismissal touches
 */
export const barSays = (count, edits, dismissal) => {
  const [left, kept] = [spared(edits), spared(dismissal)];
  const label = left ? `A label or a deletion leaves alone: ${left}.` : "A label or a deletion is for all of them.";
  const dismiss = kept ? `A dismissal leaves alone: ${kept}.` : "";
  return [`${count} marked.`, label, dismiss].filter(Boolean).join(" ");
};
