// What a reviewer says: sent to the server, which only ever adds it. And how it is shown.

import { el, words } from "./draw.js";
import { post } from "./server.js";
import { WORDS, capital, instant, number, percent, verdict } from "./words.js";

const dialog = document.getElementById("note");
const form = dialog.querySelector("form");
const field = form.querySelector("textarea");

/** Ask for words; resolves to {about, note}, or null where the reviewer thought better of it. */
export const askNote = (movement) =>
  new Promise((resolve) => {
    const about = form.elements.about;
    for (const option of about) option.disabled = option.value === "movement" && movement === null;
    about.value = "night";
    document.getElementById("note-movement").textContent = movement === null ? "this movement (there is none)" : movement;
    field.value = "";
    let answer = null;
    const submit = (event) => {
      event.preventDefault();
      if (!field.value.trim()) return field.focus();
      answer = { about: about.value, note: field.value };
      return dialog.close();
    };
    form.addEventListener("submit", submit);
    dialog.addEventListener("close", () => { form.removeEventListener("submit", submit); resolve(answer); }, { once: true });
    dialog.showModal();
    field.focus();
  });

export const send = (night, said) => post("/api/reviews", { subject: night.subject, night: night.night_date, ...said });

const MEASURES = [
  ["plms_index", "periodic/h asleep", number], ["n_plms", "periodic asleep", (value) => number(value, 0)],
  ["n_clm", "candidates", (value) => number(value, 0)], ["n_series", "series", (value) => number(value, 0)],
  ["periodicity_index_share", "periodicity", percent], ["median_imi_s", "median interval", (value) => (value === null ? "–" : `${number(value)} s`)],
  ["tst_h", "asleep", (value) => (value === null ? "–" : `${number(value)} h`)],
];

/** "As detected" and "as reviewed" side by side. */
export const sideBySide = (review) => {
  const row = (name, measures, mark) =>
    el("tr", { class: mark }, el("th", { scope: "row" }, name), MEASURES.map(([key, , say], i) => el("td", { class: i ? "" : "main" }, say(measures[key] ?? null))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Measures" },
    el("table", { class: "measures" },
      el("caption", { class: "visually-hidden" }, `Measures ${WORDS.as_detected} and ${WORDS.as_reviewed}`),
      el("thead", {}, el("tr", {}, el("td", {}), MEASURES.map(([, heading]) => el("th", { scope: "col" }, heading)))),
      el("tbody", {}, row(WORDS.as_detected, review.detected, "detected"),
        review.reviewed ? row(WORDS.as_reviewed, review.reviewed, "as-reviewed")
          : el("tr", {}, el("th", { scope: "row" }, WORDS.as_reviewed), el("td", { colspan: MEASURES.length, class: "muted" }, review.why_not ?? WORDS.same_as_reviewed)))));
};

const thing = (entry, clock) => {
  if (entry.start !== null) return `${clock.hms(entry.start)} to ${clock.hms(entry.end)}`;
  return entry.onset === null ? "the night" : `the movement at ${clock.hms(entry.onset)}`;
};

/** Everything that was said, newest first; nothing is ever taken out of it. */
export const log = (review, clock, takeBack) =>
  el("section", { class: "card", "aria-label": "Reviews" },
    el("h2", {}, "Reviews"),
    review.spans.length > 0 && el("ul", { class: "plain" }, review.spans.map(([start, end]) =>
      el("li", {}, `${capital(WORDS.verdicts.exclude)}: ${clock.hms(start)} to ${clock.hms(end)} `, el("button", { type: "button", onclick: () => takeBack(start, end) }, WORDS.verdicts_to_give.undo)))),
    review.unmatched > 0 && el("p", { class: "note" }, `${review.unmatched} ${WORDS.not_found_again}; they stay in the list.`),
    review.log.length
      ? el("ol", { class: "log" }, [...review.log].reverse().map((entry) =>
        el("li", {}, el("bdi", { class: "strong" }, entry.reviewer), ` ${WORDS.verdicts_between[entry.verdict] ?? entry.verdict} ${thing(entry, clock)}`,
          el("span", { class: "muted" }, ` · ${instant(entry.at)}`),
          entry.note && words(entry.note, "note"))))
      : el("p", { class: "muted" }, "Nobody has reviewed this night yet."));

export const nightState = (review) => {
  const said = verdict(review.night);
  const by = review.log.findLast((entry) => entry.onset === null && entry.start === null && entry.verdict !== "note");
  return said ? el("span", { class: "reviewed" }, said, by && el("span", { class: "muted" }, " by ", el("bdi", {}, by.reviewer))) : el("span", { class: "muted" }, WORDS.not_reviewed);
};
