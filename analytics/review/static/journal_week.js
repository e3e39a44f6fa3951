// @ts-check
// Seven guided nights: what to do, how far it is, and what is missing today. All of it the server tells from what is
// stored; on home it stands as long as too few nights can be told of anything, from before the first one on.

import { el } from "./draw.js";
import { day as shortDay } from "./formats.js";
import { get } from "./server.js";

/** @import { GuidedWeek } from "./types.js" */

/** @param {GuidedWeek["days"][number]} one @param {GuidedWeek} week */
const row = (one, { subject, can_note }) =>
  el(
    "li",
    { class: one.counts ? "done" : null },
    el("span", { "aria-hidden": "true" }, one.counts ? "✓ " : "○ "),
    one.is_to_come || !can_note
      ? shortDay(one.day)
      : el("a", { href: `/journal/${one.day}?subject=${encodeURIComponent(subject)}` }, shortDay(one.day)),
    ` ${one.says}`,
  );

/**
 * The guided week of a person; nothing where enough nights can be told of something.
 * @param {string} subject empty for the usual one
 */
export const guidedWeek = async (subject) => {
  const week = await get("/api/journal-week", { subject });
  if (!week.is_asked) return false;
  return el(
    "section",
    { class: "card guided-week", "aria-label": "Seven nights" },
    el("h2", {}, "Seven nights"),
    el("p", {}, el("progress", { max: week.n_nights, value: week.n_done, "aria-label": week.says }), ` ${week.says}`),
    week.missing.map((line) => el("p", { class: "strong" }, line)),
    el(
      "ol",
      { class: "plain" },
      week.days.map((one) => row(one, week)),
    ),
    el(
      "details",
      { open: week.n_done === 0 },
      el("summary", {}, "What to do for seven nights"),
      el(
        "ol",
        {},
        week.steps.map((step) => el("li", {}, step)),
      ),
    ),
  );
};
