// @ts-check
// What a reviewer says of a night, and what that makes of its numbers: how it is shown.

import { el } from "./draw.js";
import { number, percent } from "./formats.js";
import { heading } from "./terms.js";
import { WORDS, flag, verdict } from "./words.js";

/** @import { Clock, Measures, Review, ReviewEntry } from "./types.js" */

/** @typedef {number | null} Value */

/** @param {Value} value @param {string} unit @param {number} digits */
const inUnit = (value, unit, digits = 1) => (value === null ? "–" : `${number(value, digits)} ${unit}`);

/** @param {Value} low @param {Value} high */
const between = (low, high) => (low === null || high === null ? "" : `${number(low)} to ${number(high)}`);

/** The index with the interval of this night. @param {Measures} measures */
const index = ({ plms_index: value, plms_index_low: low, plms_index_high: high }) =>
  [number(value), between(low, high) && `(${between(low, high)})`].filter(Boolean).join(" ");

/**
 * What each column is called, and what it says of the measures.
 * @type {[string, (measures: Measures) => string][]}
 */
const MEASURES = [
  ["plms_index", index],
  ["n_plms", (of) => number(of.n_plms, 0)],
  ["n_clm", (of) => number(of.n_clm, 0)],
  ["n_series_in_sleep", (of) => number(of.n_series_in_sleep, 0)],
  ["periodicity_index_share", (of) => percent(of.periodicity_index_share)],
  ["median_imi_s", (of) => inUnit(of.median_imi_s, "s")],
  ["median_peak_mg", (of) => inUnit(of.median_peak_mg, "mg", 0)],
  ["tst_h", (of) => inUnit(of.tst_h, "h")],
  ["plms_rate", (of) => between(of.plms_rate_low, of.plms_rate_high) || "–"],
  ["plms_index_sure", (of) => number(of.plms_index_sure)],
];

/** The index that flags go by, and other readings of it, which come last and smaller. @type {Record<string, string>} */
const LOOK = { plms_index: "main", plms_rate: "less", plms_index_sure: "less" };

/**
 * @param {string} name
 * @param {Measures} measures
 * @param {string} mark
 */
const measuresRow = (name, measures, mark) =>
  el(
    "tr",
    { class: mark, role: "row" },
    el("th", { scope: "row", role: "rowheader" }, name),
    MEASURES.map(([key, say]) => el("td", { class: LOOK[key], role: "cell" }, say(measures))),
  );

/** Instead of numbers as reviewed, where nothing that was done changes one. */
const SAME = "the same; no movement or sleep was changed, none dismissed and no span excluded";

/** @param {Review} review */
const asReviewed = (review) =>
  review.reviewed
    ? measuresRow(WORDS.as_reviewed, review.reviewed, "as-reviewed")
    : el(
        "tr",
        { role: "row" },
        el("th", { scope: "row", role: "rowheader" }, WORDS.as_reviewed),
        el("td", { colspan: MEASURES.length, class: "muted", role: "cell" }, review.why_not ?? SAME),
      );

/**
 * "As detected" and "as reviewed" side by side. On a narrow screen measures stand below each other, for which the
 * style makes a grid of the table: roles say that it is a table all the same.
 * @param {Review} review
 */
export const sideBySide = (review) =>
  el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Measures" },
    el(
      "table",
      { class: "measures", role: "table" },
      el("caption", { class: "visually-hidden" }, `Measures ${WORDS.as_detected} and ${WORDS.as_reviewed}`),
      el(
        "thead",
        { role: "rowgroup" },
        el(
          "tr",
          { role: "row" },
          el("td", { role: "cell" }),
          MEASURES.map(([key]) =>
            el("th", { scope: "col", role: "columnheader", class: LOOK[key] }, heading(key, WORDS.measures[key])),
          ),
        ),
      ),
      el(
        "tbody",
        { role: "rowgroup" },
        measuresRow(WORDS.as_detected, review.detected, "detected"),
        asReviewed(review),
      ),
    ),
  );

/**
 * What an entry is about.
 * @param {ReviewEntry} entry
 * @param {Clock} clock
 */
export const thing = (entry, clock) => {
  if (entry.start !== null && entry.end !== null) return `${clock.hms(entry.start)} to ${clock.hms(entry.end)}`;
  if (entry.flag !== null) return flag(entry.flag);
  return entry.onset === null ? "the night" : `the movement at ${clock.hms(entry.onset)}`;
};

/**
 * What stands of the night: the verdict on it, else the one that all of its flags have, else whether each has one.
 * @param {Review} review
 * @param {string[]} flags that were raised
 */
const standing = (review, flags) => {
  const given = flags.map((name) => verdict(review.flags[name]));
  if (!given.length || given.includes(null)) return verdict(review.night);
  return given.every((one) => one === given[0]) ? given[0] : WORDS.flags_judged;
};

/** @param {Review} review @param {string[]} flags that were raised */
export const nightState = (review, flags) => {
  const words = standing(review, flags);
  const by = review.log.findLast((entry) => entry.onset === null && entry.start === null && entry.verdict !== "note");
  return words
    ? el("span", { class: "reviewed" }, words, by && el("span", { class: "muted" }, " by ", el("bdi", {}, by.reviewer)))
    : el("span", { class: "muted" }, WORDS.not_reviewed);
};
