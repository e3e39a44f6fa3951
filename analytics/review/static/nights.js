// @ts-check
// Which nights are shown, in which order, and which comes next. Without the document.

import { linear } from "./geometry.js";

/** @import { MarkedChange, NightKey, NightRow } from "./types.js" */

const HOUR = 3_600_000;

/** @param {NightKey} a @param {NightKey | undefined} b */
export const same = (a, b) => a.subject === b?.subject && a.night_date === b.night_date;

/**
 * Whether a verdict stands: taken back is as good as none.
 * @param {string | null | undefined} verdict
 * @returns {verdict is string}
 */
export const stands = (verdict) => Boolean(verdict) && verdict !== "undo";

/** @param {NightRow} night */
export const isToReview = (night) => night.flags_to_review.length > 0;

/**
 * The nights that an address asks for.
 * @param {NightRow[]} nights
 * @param {URLSearchParams} wanted
 */
export const filtered = (nights, wanted) =>
  nights.filter(
    (night) =>
      (!wanted.get("subject") || night.subject === wanted.get("subject")) &&
      (!wanted.has("flagged") || night.flags_as_reviewed.length > 0) &&
      (!wanted.has("unreviewed") || !night.is_reviewed),
  );

/**
 * The changes at each night that is shown; those of a night that a filter hides stand at the next one after it.
 * @param {NightRow[]} nights newest first
 * @param {NightRow[]} shown some of them
 */
export const changesAt = (nights, shown) => {
  const visible = new Set(shown);
  /** @type {Map<NightRow, MarkedChange[]>} */
  const found = new Map();
  /** @type {MarkedChange[]} */
  let open = [];
  for (const night of [...nights].reverse()) {
    open = [...open, ...night.changes];
    if (!visible.has(night)) continue;
    found.set(night, open);
    open = [];
  }
  return found;
};

/**
 * The next night that is flagged and not reviewed; after the last one the search begins again with the first.
 * @param {NightRow[]} nights
 * @param {NightKey | undefined} here
 */
export const nextToReview = (nights, here) => {
  const at = nights.findIndex((night) => same(night, here));
  return [...nights.slice(at + 1), ...nights.slice(0, Math.max(0, at))].find(isToReview);
};

/**
 * A stretch of nights round the one at `here`, as many as fit.
 * @param {NightRow[]} nights @param {number} here @param {number} fits
 */
export const around = (nights, here, fits) => {
  if (nights.length <= fits) return nights;
  const first = Math.max(0, Math.min(nights.length - fits, here - Math.floor(fits / 2)));
  return nights.slice(first, first + fits);
};

/** @typedef {Pick<NightRow, "night_date" | "ahead_s" | "recorded_from" | "recorded_to">} Placed */

/** @param {Placed} night */
const midnightAfter = (night) => Date.parse(`${night.night_date}T00:00Z`) + 24 * HOUR - 1000 * night.ahead_s;

/** Where the shared clock ends: those who sleep by day get up in the afternoon. */
const LAST_HOUR = 18;

/**
 * Hours of the shared clock, counted from midnight after the evening; whole hours that hold every night shown.
 * @param {Placed[]} nights
 * @returns {[number, number]}
 */
export const clockRange = (nights) => {
  const hours = nights.flatMap((night) =>
    [night.recorded_from, night.recorded_to].map((ms) => (ms - midnightAfter(night)) / HOUR),
  );
  return [Math.max(-12, Math.floor(Math.min(...hours))), Math.min(LAST_HOUR, Math.ceil(Math.max(...hours)))];
};

/**
 * From a night's moments to a row of so many pixels that shows those hours.
 * @param {Placed} night
 * @param {[number, number]} range
 * @param {number} width
 */
export const placed = (night, [first, last], width) => {
  const midnight = midnightAfter(night);
  return linear(midnight + first * HOUR, midnight + last * HOUR, 0, width);
};

/**
 * Which nights of a person are asked ahead: of who leafs from night to night at once the next two, so that the second
 * is made while the first is drawn, and later the one behind; else those on both sides.
 * @param {NightKey[]} mine the nights of one person, in order
 * @param {NightKey} shown
 * @param {NightKey | undefined} before what was shown before it
 */
export const aheadOf = (mine, shown, before) => {
  const here = mine.findIndex((one) => same(one, shown));
  const came = mine.findIndex((one) => same(one, before));
  const step = came < 0 ? 0 : here - came;
  const at = (/** @type {number[]} */ places) => places.map((place) => mine[here + place]).filter(Boolean);
  return Math.abs(step) === 1 ? { soon: at([step, 2 * step]), later: at([-step]) } : { soon: at([-1, 1]), later: [] };
};
