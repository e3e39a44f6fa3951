// @ts-check
// The axis of dates over nights: days by number, where they stand, and what a range of them is. Without the document.

/** @typedef {[string, string]} DaySpan first and last evening, ISO */

const DAY_MS = 86_400_000;
/** Fewer nights stand as narrow as so many. */
const LEAST_SLOTS = 14;
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });

/** @param {string} iso */
export const dayNumber = (iso) => Math.round(Date.parse(`${iso}T00:00Z`) / DAY_MS);
/** @param {number} n */
export const isoOf = (n) => new Date(n * DAY_MS).toISOString().slice(0, 10);

/**
 * Where days stand between two edges in pixels.
 * @param {string} first @param {string} last @param {number} left @param {number} right
 */
export const axisOf = (first, last, left, right) => {
  const from = dayNumber(first);
  const days = dayNumber(last) - from + 1;
  const slot = (right - left) / Math.max(LEAST_SLOTS, days);
  return {
    slot,
    days,
    end: left + slot * days,
    /** Left edge of a day. @param {string} iso */
    at: (iso) => left + slot * (dayNumber(iso) - from),
    /** The day at a place, within the axis. @param {number} x */
    day: (x) => isoOf(from + Math.max(0, Math.min(days - 1, Math.floor((x - left) / slot)))),
  };
};

/**
 * A day so many further, not beyond the ends.
 * @param {string} iso @param {number} by @param {DaySpan} within
 */
export const moved = (iso, by, [first, last]) =>
  isoOf(Math.max(dayNumber(first), Math.min(dayNumber(last), dayNumber(iso) + by)));

/**
 * Two days as a range, the earlier one first.
 * @param {string} one @param {string} other
 * @returns {DaySpan}
 */
export const spanOf = (one, other) => (one <= other ? [one, other] : [other, one]);

/**
 * Days that are named below: as many as keep apart; each first of a month that is named has its month, the first one
 * and each January the year too.
 * @param {string} first @param {number} days @param {number} slot pixels of a day
 * @returns {{ iso: string, says: string, strong: boolean }[]}
 */
export const named = (first, days, slot) => {
  const from = dayNumber(first);
  const all = Array.from({ length: days }, (_, i) => isoOf(from + i));
  const year = (/** @type {string} */ iso) => iso.slice(0, 4);
  if (days > 70) {
    const every = [1, 2, 3, 6, 12].find((n) => (slot * 30.4 * n) / 46 >= 1) ?? 12;
    return all
      .filter((iso) => iso.endsWith("-01") && (Number(iso.slice(5, 7)) - 1) % every === 0)
      .map((iso, i) => {
        const withYear = i === 0 || iso.slice(5, 7) === "01";
        return { iso, says: `${MONTH.format(Date.parse(iso))}${withYear ? ` ${year(iso)}` : ""}`, strong: withYear };
      });
  }
  const step = [1, 2, 7, 14].find((n) => slot * n >= 46) ?? 28;
  return all
    .filter((_, i) => i % step === 0)
    .map((iso, i) => ({
      iso,
      says: `${Number(iso.slice(8))} ${MONTH.format(Date.parse(iso))}${i === 0 ? ` ${year(iso)}` : ""}`,
      strong: i === 0,
    }));
};

/**
 * Where names of days begin: at their day, or before it so that they end within the picture; null without room.
 * @param {{ at: number, width: number }[]} names from left to right, with the space that each takes
 * @param {number} right @param {number} gap between two
 */
export const lettered = (names, right, gap) => {
  let end = -Infinity;
  return names.map(({ at, width }) => {
    const x = Math.min(at, right - width);
    if (x < end) return null;
    end = x + width + gap;
    return x;
  });
};

/**
 * The upper end of an axis: even, so that its half is a number too.
 * @param {number} value @param {number} least
 */
export const even = (value, least) => {
  const wanted = Math.max(value, least);
  const step = wanted <= 20 ? 2 : wanted <= 100 ? 10 : 50;
  return Math.ceil(wanted / step) * step;
};

/**
 * In which row the words of each mark stand so that none covers another; null where there is no room.
 * @param {{ at: number, width: number }[]} marks from left to right
 * @param {number} most rows
 */
export const rowsFor = (marks, most) => {
  const ends = Array.from({ length: most }, () => -Infinity);
  return marks.map(({ at, width }) => {
    const row = ends.findIndex((end) => end <= at);
    if (row < 0) return null;
    ends[row] = at + width + 8;
    return row;
  });
};
