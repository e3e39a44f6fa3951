// @ts-check
// How numbers, times and days are written, on the wearer's clock. Without the document and without words.

/** @import { Clock, ClockOffset, Ms, NightKey } from "./types.js" */

/** @typedef {number | null | undefined} Unsure what may be not known */

/** @param {Unsure} value */
export const number = (value, digits = 1) => (value === null || value === undefined ? "–" : value.toFixed(digits));
/** @param {Unsure} value */
export const percent = (value) => (value === null || value === undefined ? "–" : `${Math.round(100 * value)} %`);

/** @param {number} seconds */
export const duration = (seconds) => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
};

/** @param {number} value */
export const two = (value) => String(value).padStart(2, "0");

const DAY_MS = 86_400_000;

/**
 * Milliseconds from midnight to a time hh:mm[:ss]; null for anything else.
 * @param {string} text
 */
const timeOfDay = (text) => {
  const match = /^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(text);
  if (!match) return null;
  const [h, m, s] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  return h > 23 || m > 59 || s > 59 ? null : 1000 * (3600 * h + 60 * m + s);
};

/**
 * The wearer's wall clock.
 * @param {ClockOffset[]} offsets
 * @returns {Clock}
 */
export const clockOf = (offsets) => {
  const aheadMs = (/** @type {Ms} */ ms) => 1000 * (offsets.findLast(([from]) => from <= ms) ?? offsets[0])[1];
  const parts = (/** @type {Ms} */ ms) => new Date(ms + aheadMs(ms));
  const hm = (/** @type {Ms} */ ms) => `${two(parts(ms).getUTCHours())}:${two(parts(ms).getUTCMinutes())}`;
  return {
    aheadMs,
    hm,
    hms: (ms) => `${hm(ms)}:${two(parts(ms).getUTCSeconds())}`,
    hour: (ms) => Math.floor((ms + aheadMs(ms)) / 3_600_000),
    moment: (text, from) => {
      const after = timeOfDay(text);
      if (after === null) return null;
      const here = from + aheadMs(from);
      const today = Math.floor(here / DAY_MS) * DAY_MS + after;
      const wall = today < Math.floor(here / 1000) * 1000 ? today + DAY_MS : today;
      return wall - aheadMs(wall - aheadMs(from));
    },
  };
};

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const LONG_DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
/** @param {string} iso */
export const day = (iso) => DAY.format(new Date(`${iso}T00:00Z`));
/** @param {string} iso */
export const longDay = (iso) => LONG_DAY.format(new Date(`${iso}T00:00Z`));
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
/** @param {string} iso */
export const shortDate = (iso) => DATE.format(new Date(`${iso}T00:00Z`)).replaceAll(" ", "\u00a0");
/** @param {Ms} ms */
export const instant = (ms) => new Date(ms).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

/**
 * Where the page of a night is.
 * @param {NightKey} night
 */
export const address = (night) => `/night/${night.night_date}?${new URLSearchParams({ subject: night.subject })}`;

/** What went wrong, in words. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** An interval in brackets or alone, and a number with its percent sign. */
const UNBROKEN = /^[\d.]+ to [\d.]+$|\((?:95 %(?: interval)?:? )?[-+−]?[\d.]+(?: to |-|–)[-+−]?[\d.]+(?: %)?\)|\d %/g;
/** A text of which no line ends inside an interval or before a percent sign. @param {string} text */
export const together = (text) => text.replaceAll(UNBROKEN, (part) => part.replaceAll(" ", "\u00a0"));
