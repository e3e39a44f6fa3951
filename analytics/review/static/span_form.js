// @ts-check
// The form in which a span to exclude is typed, or shown as it was marked in the picture.

import { el } from "./draw.js";
import { WORDS } from "./words.js";

/** @import { Clock, Ms, Span } from "./types.js" */

/** @param {string} name */
const timeField = (name) =>
  el("input", {
    name,
    required: true,
    pattern: "\\d{1,2}:\\d\\d(:\\d\\d)?",
    placeholder: "23:15:00",
    size: 8,
    autocomplete: "off",
  });

/**
 * The form, how to fill it, and how to put the cursor into it.
 * @param {Clock} clock
 * @param {Ms} earliest from which on a time is looked for
 * @param {{ save: (span: Span, why: string | null) => unknown, cancel: () => void }} then
 */
export const spanForm = (clock, earliest, { save, cancel }) => {
  const [from, to] = [timeField("from"), timeField("to")];
  const why = el("input", { name: "why", size: 22, maxlength: 2000, autocomplete: "off", placeholder: "not needed" });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const start = clock.moment(from.value, earliest);
    const end = clock.moment(to.value, start ?? earliest);
    if (start !== null && end !== null && end > start) save([start, end], why.value.trim() || null);
  };
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") cancel();
  };
  const node = el(
    "form",
    { class: "span-form", "aria-label": "Span to exclude", onkeydown: escape, onsubmit: submit },
    el("span", {}, "Drag over the night, or type: "),
    el("label", {}, "from ", from),
    el("label", {}, "to ", to),
    el("label", {}, "why ", why),
    el("button", { type: "submit", class: "primary" }, WORDS.verdicts_to_give.exclude),
    el("button", { type: "button", onclick: cancel }, "Cancel"),
  );
  return {
    node,
    focus: () => from.focus(),
    fill: (/** @type {Ms} */ start, /** @type {Ms} */ end) => {
      from.value = clock.hms(start);
      to.value = clock.hms(end);
    },
  };
};
