// @ts-check
// What a reviewer says: sent to the server, which only ever adds it. And how it is shown.

import { byId, el, words } from "./draw.js";
import { instant, number, percent } from "./formats.js";
import { post } from "./server.js";
import { WORDS, capital, flag, verdict } from "./words.js";

/** @import { Clock, Measures, Ms, NightKey, Review, ReviewEntry, Said } from "./types.js" */

/** @typedef {{ about: string, note: string }} Note */

const dialog = byId("note", HTMLDialogElement);
const field = byId("note-text", HTMLTextAreaElement);
const movementName = byId("note-movement", HTMLElement);
/** The two things that a note may be about. */
const choices = [...dialog.querySelectorAll("input")];

/**
 * Ask for words; null where the reviewer thought better of it.
 * @param {string | null} movement what the chosen movement is called; null for none
 * @returns {Promise<Note | null>}
 */
export const askNote = (movement) =>
  new Promise((resolve) => {
    for (const choice of choices) {
      choice.disabled = choice.value === "movement" && movement === null;
      choice.checked = choice.value === "night";
    }
    movementName.textContent = movement === null ? "this movement (there is none)" : movement;
    field.value = "";
    /** @type {Note | null} */
    let answer = null;
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (!field.value.trim()) return field.focus();
      answer = { about: choices.find((choice) => choice.checked)?.value ?? "night", note: field.value };
      return dialog.close();
    };
    const closed = () => {
      dialog.removeEventListener("submit", submit);
      resolve(answer);
    };
    dialog.addEventListener("submit", submit);
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
    field.focus();
  });

/**
 * Send what was said of a night; what holds of it then.
 * @param {NightKey} night
 * @param {Said} said
 */
export const send = (night, said) => post({ subject: night.subject, night: night.night_date, ...said });

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
  ["plms_rate", (of) => between(of.plms_rate_low, of.plms_rate_high) || "–"],
  ["plms_index_sure", (of) => number(of.plms_index_sure)],
  ["n_plms", (of) => number(of.n_plms, 0)],
  ["n_clm", (of) => number(of.n_clm, 0)],
  ["n_series_in_sleep", (of) => number(of.n_series_in_sleep, 0)],
  ["periodicity_index_share", (of) => percent(of.periodicity_index_share)],
  ["median_imi_s", (of) => inUnit(of.median_imi_s, "s")],
  ["median_peak_mg", (of) => inUnit(of.median_peak_mg, "mg", 0)],
  ["tst_h", (of) => inUnit(of.tst_h, "h")],
];

/**
 * @param {string} name
 * @param {Measures} measures
 * @param {string} mark
 */
const measuresRow = (name, measures, mark) =>
  el(
    "tr",
    { class: mark },
    el("th", { scope: "row" }, name),
    MEASURES.map(([, say], i) => el("td", { class: i ? "" : "main" }, say(measures))),
  );

/** @param {Review} review */
const asReviewed = (review) =>
  review.reviewed
    ? measuresRow(WORDS.as_reviewed, review.reviewed, "as-reviewed")
    : el(
        "tr",
        {},
        el("th", { scope: "row" }, WORDS.as_reviewed),
        el("td", { colspan: MEASURES.length, class: "muted" }, review.why_not ?? WORDS.same_as_reviewed),
      );

/**
 * "As detected" and "as reviewed" side by side.
 * @param {Review} review
 */
export const sideBySide = (review) =>
  el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Measures" },
    el(
      "table",
      { class: "measures" },
      el("caption", { class: "visually-hidden" }, `Measures ${WORDS.as_detected} and ${WORDS.as_reviewed}`),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("td", {}),
          MEASURES.map(([key]) => el("th", { scope: "col" }, WORDS.measures[key])),
        ),
      ),
      el("tbody", {}, measuresRow(WORDS.as_detected, review.detected, "detected"), asReviewed(review)),
    ),
  );

/**
 * What an entry is about.
 * @param {ReviewEntry} entry
 * @param {Clock} clock
 */
const thing = (entry, clock) => {
  if (entry.start !== null && entry.end !== null) return `${clock.hms(entry.start)} to ${clock.hms(entry.end)}`;
  if (entry.flag !== null) return flag(entry.flag);
  return entry.onset === null ? "the night" : `the movement at ${clock.hms(entry.onset)}`;
};

/**
 * @param {ReviewEntry} entry
 * @param {Clock} clock
 */
const logEntry = (entry, clock) =>
  el(
    "li",
    {},
    el("bdi", { class: "strong" }, entry.reviewer),
    ` ${WORDS.verdicts_between[entry.verdict] ?? entry.verdict} ${thing(entry, clock)}`,
    el("span", { class: "muted" }, ` · ${instant(entry.at)}`),
    entry.note && words(entry.note, "note"),
  );

/**
 * Everything that was said, newest first; nothing is ever taken out of it.
 * @param {Review} review
 * @param {Clock} clock
 * @param {(start: Ms, end: Ms) => unknown} takeBack
 */
export const log = (review, clock, takeBack) =>
  el(
    "section",
    { class: "card", "aria-label": "Reviews" },
    el("h2", {}, "Reviews"),
    review.spans.length > 0 &&
      el(
        "ul",
        { class: "plain" },
        review.spans.map(([start, end]) =>
          el(
            "li",
            {},
            `${capital(WORDS.verdicts.exclude)}: ${clock.hms(start)} to ${clock.hms(end)} `,
            el("button", { type: "button", onclick: () => takeBack(start, end) }, WORDS.verdicts_to_give.undo),
          ),
        ),
      ),
    review.unmatched > 0 &&
      el("p", { class: "note" }, `${review.unmatched} ${WORDS.not_found_again}; they stay in the list.`),
    review.log.length
      ? el(
          "ol",
          { class: "log" },
          [...review.log].reverse().map((entry) => logEntry(entry, clock)),
        )
      : el("p", { class: "muted" }, `${capital(WORDS.not_reviewed)}.`),
  );

/** @param {Review} review */
export const nightState = (review) => {
  const said = verdict(review.night);
  const by = review.log.findLast(
    (entry) => entry.onset === null && entry.start === null && entry.flag === null && entry.verdict !== "note",
  );
  return said
    ? el("span", { class: "reviewed" }, said, by && el("span", { class: "muted" }, " by ", el("bdi", {}, by.reviewer)))
    : el("span", { class: "muted" }, WORDS.not_reviewed);
};
