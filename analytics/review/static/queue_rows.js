// @ts-check
// The nights of the queue as a table: one row a night on a shared clock, each flag with its verdict.

import { el } from "./draw.js";
import { day, number } from "./formats.js";
import { clockRange, placed, same } from "./nights.js";
import { nightAddress, sortedBy } from "./queue_address.js";
import { legsWords, verdictWords } from "./queue_filters.js";
import { axis, drawTicks, groundOf, WIDTH } from "./rows.js";
import { WORDS, flag } from "./words.js";

/** @import { QueueFlag, QueueNight, QueueNights } from "./types.js" */

/** @typedef {{ column: string, title: string, descends: boolean }} Sortable */

/**
 * The heading of a column, with a button for each way to sort by it.
 * @param {Sortable[]} columns
 * @param {string} sort
 * @param {(sort: string) => unknown} apply
 * @param {string} [name] class
 */
export const sortable = (columns, sort, apply, name) => {
  const here = columns.find(({ column }) => column === sort.replace(/^-/, ""));
  const order = sort.startsWith("-") ? "descending" : "ascending";
  return el(
    "th",
    { scope: "col", class: name, "aria-sort": here ? order : null },
    columns.map(({ column, title, descends }) =>
      el(
        "button",
        {
          type: "button",
          id: `sort-${column}`,
          class: "queue-sort",
          onclick: () => apply(sortedBy(sort, column, descends)),
        },
        title,
        here?.column === column && el("span", { "aria-hidden": "true" }, order === "descending" ? " ▾" : " ▴"),
      ),
    ),
  );
};

/** @param {QueueFlag} found */
const flagOf = (found) => {
  if (found.state === "raised") {
    const word = found.review ?? "to_review";
    const isOut = found.state_as_reviewed !== "raised";
    return el(
      "span",
      { class: "queue-flag" },
      el("span", { class: isOut ? "flag none dismissed" : `flag ${found.name}` }, flag(found.name)),
      el("span", { class: `queue-verdict ${word}` }, ` ${verdictWords(word)}`),
    );
  }
  return el(
    "span",
    { class: "flag none cannot_tell", title: found.reason },
    `${flag(found.name)}: ${WORDS.cannot_tell}`,
    el("span", { class: "visually-hidden" }, ` (${found.reason})`),
  );
};

/**
 * Raised flags, and those that a sensor could not tell; what the person was not asked stands on the night's page.
 * @param {QueueNight} night
 */
const flagsOf = (night) => {
  if (!night.assessable) {
    const why = night.not_assessable_reason ?? "";
    return el("span", { class: "flag none cannot_tell", title: why }, WORDS.not_assessable);
  }
  const shown = night.flags.filter(({ state, unasked }) => state === "raised" || (state === "cannot_tell" && !unasked));
  return shown.length ? shown.map(flagOf) : el("span", { class: "muted" }, "no flag");
};

/** @param {QueueNight} night */
const indexOf = (night) => {
  if (night.plms_index === null) return el("span", { class: "muted" }, night.assessable ? WORDS.not_known : "–");
  const high = night.flags.some(({ name, state }) => name === "possible_plmd" && state === "raised");
  const { plms_index_low: low, plms_index_high: top } = night;
  return [
    el("span", { class: high ? "index high" : "index" }, number(night.plms_index)),
    low !== null && top !== null && el("span", { class: "muted small" }, ` ${number(low, 0)}–${number(top, 0)}`),
  ];
};

/**
 * @param {QueueNight} night
 * @param {[number, number]} range
 * @param {QueueNights} page
 * @param {URLSearchParams} queue
 */
const row = (night, range, page, queue) => {
  const x = placed(night, range, WIDTH);
  const ground = groundOf(night, x);
  drawTicks(
    { ground, night, x },
    page.ticks.filter((part) => same(part, night)),
  );
  return el(
    "tr",
    {},
    el(
      "th",
      { scope: "row", class: "queue-who" },
      el("a", { href: `/?${new URLSearchParams({ subject: night.subject })}` }, el("bdi", {}, night.subject)),
    ),
    el(
      "td",
      { class: "queue-day" },
      el(
        "a",
        { class: "queue-link", href: nightAddress(night, queue) },
        `${day(night.night_date)} `,
        el("span", { class: "muted year" }, night.night_date.slice(0, 4)),
        el("span", { class: "visually-hidden" }, " of ", el("bdi", {}, night.subject)),
      ),
    ),
    el("td", { class: "queue-ticks" }, ground),
    el("td", { class: "queue-number queue-index" }, indexOf(night)),
    el("td", { class: "queue-number queue-jerks" }, String(night.n_hypnic_jerks)),
    el("td", { class: "queue-flags" }, flagsOf(night)),
    el("td", { class: "queue-measured muted" }, `${legsWords(night.legs)}, ${night.site.replaceAll("+", " + ")}`),
  );
};

/**
 * @param {string} sort
 * @param {[number, number]} range
 * @param {(sort: string) => unknown} apply
 */
const headings = (sort, range, apply) => {
  const one = (/** @type {string} */ column, /** @type {string} */ title, descends = false, name = "") =>
    sortable([{ column, title, descends }], sort, apply, name);
  return el(
    "tr",
    {},
    one("person", "person"),
    one("evening", "evening", true),
    el(
      "th",
      { scope: "col", class: "queue-ticks" },
      el("span", { class: "visually-hidden" }, "movements"),
      axis(range),
    ),
    one("index", "PLMS/h", true, "queue-number"),
    one("jerks", "jerks", true, "queue-number"),
    sortable(
      [
        { column: "flags", title: "flags", descends: true },
        { column: "open", title: "to review", descends: true },
      ],
      sort,
      apply,
    ),
    sortable(
      [
        { column: "legs", title: "legs", descends: false },
        { column: "site", title: "site", descends: false },
      ],
      sort,
      apply,
    ),
  );
};

/**
 * @param {QueueNights} page
 * @param {URLSearchParams} queue
 * @param {(sort: string) => unknown} apply
 */
export const nightsTable = (page, queue, apply) => {
  const sort = queue.get("sort") ?? "-evening";
  const range = clockRange(page.nights);
  return el(
    "table",
    { class: "queue-table" },
    el("caption", { class: "visually-hidden" }, "Nights that fit the filters"),
    el("thead", {}, headings(sort, range, apply)),
    el(
      "tbody",
      {},
      page.nights.map((night) => row(night, range, page, queue)),
    ),
  );
};
