// @ts-check
// The filters of the queue: each value with how many nights it would leave, and a chip for each that is set.

import { el } from "./draw.js";
import { shortDate } from "./formats.js";
import { changed, cleared, filterOf, toggled } from "./queue_address.js";
import { WORDS, flag } from "./words.js";

/** @import { QueueCounts } from "./types.js" */

/** @typedef {(change: (now: URLSearchParams) => URLSearchParams) => unknown} Apply change the queue as it is by then */

const VERDICTS = ["to_review", "partly", "confirm", "dismiss", "unsure"];
const TO_REVIEW = new Map([
  ["to_review", "to review"],
  ["partly", "partly reviewed"],
]);
const LEGS = new Map([
  ["left", "left leg"],
  ["right", "right leg"],
  ["both", "both legs"],
  ["unknown", "which leg: not known"],
  ["none", "not on a leg"],
]);

/** @param {string} verdict */
export const verdictWords = (verdict) => TO_REVIEW.get(verdict) ?? WORDS.verdicts[verdict] ?? verdict;
/** @param {string} legs */
export const legsWords = (legs) => LEGS.get(legs) ?? legs;

/** @type {[string, string][]} */
const STATES = [...Object.entries(WORDS.flag_states), ["not_asked", "not asked"]];
/** A filter of values: its title, the values that are always shown, and how each is written. */
const LISTS = [
  { name: "flag", title: "Flag", values: Object.keys(WORDS.flags), says: flag },
  {
    name: "state",
    title: "State of the flag",
    values: STATES.map(([name]) => name),
    says: (/** @type {string} */ value) => STATES.find(([name]) => name === value)?.[1] ?? value,
  },
  { name: "verdict", title: "Verdict", values: VERDICTS, says: verdictWords },
  { name: "site", title: "Site", values: [], says: (/** @type {string} */ value) => value },
  { name: "legs", title: "Legs", values: [], says: legsWords },
  {
    name: "reviewer",
    title: "Reviewer",
    values: [],
    says: (/** @type {string} */ value) => value || "no one yet",
  },
  {
    name: "assessable",
    title: "Assessable",
    values: ["yes", "no"],
    says: (/** @type {string} */ value) => (value === "no" ? WORDS.not_assessable : "assessable"),
  },
];
/** A filter from and to: its title, the two parameters, and the kind of field. */
const RANGES = [
  { title: "Evening of", names: ["since", "until"], kind: "date", step: "1" },
  { title: "PLMS/h", names: ["index_from", "index_to"], kind: "number", step: "any" },
  { title: "Jerks a night", names: ["jerks_from", "jerks_to"], kind: "number", step: "1" },
];

/** A value as a chip says it. @param {string} name @param {string} value */
const said = (name, value) => {
  const list = LISTS.find((one) => one.name === name);
  if (list) return name === "reviewer" ? `reviewer: ${list.says(value)}` : list.says(value);
  if (name === "q") return `“${value}”`;
  const range = RANGES.find((one) => one.names.includes(name));
  if (!range) return `${name}: ${value}`;
  const shown = range.kind === "date" && /^\d{4}-\d\d-\d\d$/.test(value) ? shortDate(value) : value;
  return `${range.title} ${range.names[0] === name ? "from" : "to"} ${shown}`;
};

/**
 * A chip for every value that is set, and one that undoes all.
 * @param {URLSearchParams} queue @param {Apply} apply
 */
export const chips = (queue, apply) => {
  const set = [...filterOf(queue)];
  const chip = (/** @type {string} */ name, /** @type {string} */ value) =>
    el(
      "button",
      {
        type: "button",
        class: "queue-chip",
        "aria-label": `Take away: ${said(name, value)}`,
        onclick: () => apply((now) => toggled(now, name, value, false)),
      },
      el("bdi", {}, said(name, value)),
      el("span", { "aria-hidden": "true" }, " ×"),
    );
  return [
    set.map(([name, value]) => chip(name, value)),
    set.length > 1 &&
      el("button", { type: "button", class: "queue-clear", onclick: () => apply(cleared) }, "clear all"),
  ];
};

/**
 * @param {(typeof LISTS)[number]} list
 * @param {URLSearchParams} queue
 * @param {QueueCounts} counts
 * @param {Apply} apply
 */
const values = ({ name, title, values: always, says }, queue, counts, apply) => {
  const found = counts[name] ?? {};
  const chosen = queue.getAll(name);
  const others = [...new Set([...Object.keys(found), ...chosen])].filter((one) => !always.includes(one)).sort();
  const all = [...always, ...others];
  const row = (/** @type {string} */ value) => {
    const isOn = chosen.includes(value);
    const box = el("input", { type: "checkbox", id: `filter-${name}-${value}`, checked: isOn });
    box.addEventListener("change", () =>
      apply((now) =>
        name === "assessable" ? changed(now, name, box.checked ? [value] : []) : toggled(now, name, value, box.checked),
      ),
    );
    return el(
      "label",
      { class: "queue-value" },
      box,
      el("bdi", { class: "queue-word" }, says(value)),
      el("span", { class: "muted queue-count" }, (found[value] ?? 0).toLocaleString("en-GB")),
    );
  };
  return el("fieldset", { class: "queue-facet" }, el("legend", {}, title), all.map(row));
};

/**
 * @param {(typeof RANGES)[number]} range
 * @param {URLSearchParams} queue
 * @param {Apply} apply
 */
const range = ({ title, names, kind, step }, queue, apply) =>
  el(
    "fieldset",
    { class: "queue-facet queue-range" },
    el("legend", {}, title),
    names.map((name, i) => {
      const field = el("input", {
        id: `filter-${name}`,
        type: kind,
        step,
        min: kind === "number" ? 0 : null,
        value: queue.get(name) ?? "",
        "aria-label": `${title} ${i ? "to" : "from"}`,
        placeholder: i ? "any" : "0",
      });
      field.addEventListener("change", () => {
        if (field.validity.valid) apply((now) => changed(now, name, field.value ? [field.value] : []));
        else field.reportValidity();
      });
      return [i > 0 && el("span", { class: "muted" }, "to"), field];
    }),
  );

/**
 * All filters.
 * @param {URLSearchParams} queue
 * @param {QueueCounts} counts
 * @param {Apply} apply
 */
export const filters = (queue, counts, apply) => [
  LISTS.map((list) => values(list, queue, counts, apply)),
  RANGES.map((one) => range(one, queue, apply)),
];
