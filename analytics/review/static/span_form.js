// @ts-check
// The form in which a span is typed, or shown as it was marked in a picture: to exclude, to add, asleep or awake.

import { el } from "./draw.js";
import { momentNear, tenths } from "./edge_drag.js";

/** @import { Clock, Ms, Span } from "./types.js" */

const HALF_DAY_MS = 43_200_000;
const WRONG = "Write a time such as 23:15:00";

/** @param {string} name */
const timeField = (name) =>
  el("input", {
    name,
    required: true,
    placeholder: "23:15:00",
    size: 10,
    autocomplete: "off",
  });

/**
 * @typedef {{ name: string, does: string, why: boolean, choose?: { label: string, options: [string, string][] },
 *   hint?: string }} Looks what the form is called, what its button says, whether it asks why, and what else is chosen
 */

/** @param {Looks["choose"]} choose */
const choice = (choose) =>
  choose &&
  el(
    "select",
    { name: "choice" },
    choose.options.map(([value, says]) => el("option", { value }, says)),
  );

/**
 * What stands in two fields as a span; the first that is wrong says so.
 * @param {Clock} clock
 * @param {[HTMLInputElement, HTMLInputElement]} fields
 * @param {Ms} earliest
 * @returns {Span | null}
 */
const spanIn = (clock, [from, to], earliest) => {
  const start = momentNear(clock, from.value, earliest + HALF_DAY_MS);
  const end = start === null ? null : momentNear(clock, to.value, start + HALF_DAY_MS);
  from.setCustomValidity(start === null ? WRONG : "");
  const isTurned = start !== null && end !== null && end <= start;
  to.setCustomValidity(start !== null && end === null ? WRONG : isTurned ? "The end comes after the start" : "");
  if (!from.reportValidity() || !to.reportValidity()) return null;
  return start !== null && end !== null ? [start, end] : null;
};

/**
 * The form, how to fill it, and how to put the cursor into it.
 * @param {Clock} clock
 * @param {Ms} earliest from which on a time is looked for
 * @param {{ save: (span: Span, why: string | null, choice: string) => unknown, cancel: () => void }} then
 * @param {Looks} looks
 */
export const spanForm = (clock, earliest, { save, cancel }, looks) => {
  const [from, to] = [timeField("from"), timeField("to")];
  const why = el("input", { name: "why", size: 22, maxlength: 2000, autocomplete: "off", placeholder: "not needed" });
  const chosen = choice(looks.choose);
  for (const field of [from, to]) field.addEventListener("input", () => field.setCustomValidity(""));
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const span = spanIn(clock, [from, to], earliest);
    if (span) save(span, why.value.trim() || null, chosen?.value ?? "");
  };
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") cancel();
  };
  const node = el(
    "form",
    { class: "span-form", "aria-label": looks.name, onkeydown: escape, onsubmit: submit },
    el("span", {}, looks.hint ?? "Drag over the night, or type: "),
    el("label", {}, "from ", from),
    el("label", {}, "to ", to),
    chosen && el("label", {}, `${looks.choose?.label} `, chosen),
    looks.why && el("label", {}, "why ", why),
    el("button", { type: "submit", class: "primary" }, looks.does),
    el("button", { type: "button", onclick: cancel }, "Cancel"),
  );
  return {
    node,
    focus: () => from.focus(),
    fill: (/** @type {Ms} */ start, /** @type {Ms} */ end) => {
      from.value = tenths(clock, start).replace(/\.0$/, "");
      to.value = tenths(clock, end).replace(/\.0$/, "");
    },
  };
};
