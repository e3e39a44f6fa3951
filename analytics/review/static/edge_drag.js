// @ts-check
// Edges of movements: how far one may be moved, where a movement may be split, how an instant is written and read to a
// tenth of a second. Without the document.

/** @import { Clock, Ms, Span } from "./types.js" */

/** @typedef {"onset" | "offset"} Edge */

/** A movement keeps at least this length, ms. */
export const SHORTEST_MS = 100;
/** An edge is caught from this near, pixels. */
const CATCH = 8;
const HALF_DAY_MS = 43_200_000;

/**
 * A movement with one edge moved, inside what may be seen, and never turned round.
 * @param {Span} movement
 * @param {Edge} edge
 * @param {Ms} to where it was dragged
 * @param {Span} bounds
 * @returns {Span}
 */
export const withEdge = ([onset, offset], edge, to, [first, last]) =>
  edge === "onset"
    ? [Math.max(Math.min(to, offset - SHORTEST_MS), Math.min(first, onset)), offset]
    : [onset, Math.min(Math.max(to, onset + SHORTEST_MS), Math.max(last, offset))];

/**
 * Which edge of a movement lies under a pixel; of two the nearer; null for none.
 * @param {Span} movement
 * @param {(ms: Ms) => number} x
 * @param {number} px
 * @returns {Edge | null}
 */
export const edgeAt = ([onset, offset], x, px) => {
  const [before, after] = [Math.abs(x(onset) - px), Math.abs(x(offset) - px)];
  if (Math.min(before, after) > CATCH) return null;
  return before < after || (before === after && px < x(onset)) ? "onset" : "offset";
};

/**
 * A span from where a drag began to where it is, inside bounds.
 * @param {Ms} from @param {Ms} to
 * @param {Span} bounds
 * @returns {Span}
 */
export const spanOf = (from, to, [first, last]) => [
  Math.max(first, Math.min(from, to)),
  Math.min(last, Math.max(from, to)),
];

/** An instant to a tenth of a second on the wearer's clock. @param {Clock} clock @param {Ms} ms */
export const tenths = (clock, ms) => {
  const rounded = Math.round(ms / 100) * 100;
  return `${clock.hms(rounded)}.${Math.floor((((rounded % 1000) + 1000) % 1000) / 100)}`;
};

/**
 * The instant at a time hh:mm[:ss[.s]] that lies within half a day of another; null for anything else.
 * @param {Clock} clock
 * @param {string} text
 * @param {Ms} near
 */
export const momentNear = (clock, text, near) => {
  const parts = /^\s*(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (!parts || (parts[2] && parts[1].split(":").length < 3)) return null;
  const whole = clock.moment(parts[1], near - HALF_DAY_MS);
  return whole === null ? null : whole + Number(`0.${parts[2] ?? 0}`) * 1000;
};
