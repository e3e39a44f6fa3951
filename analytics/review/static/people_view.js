// @ts-check
// The people of the queue: the same filters, a row a person, with what holds of them over all their nights.

import { el, hiddenTable, picture, svg } from "./draw.js";
import { day, number, shortDate } from "./formats.js";
import { sortable } from "./queue_rows.js";
import { changed, homeOf } from "./queue_address.js";
import { WORDS, flag } from "./words.js";

/** @import { QueuePeople, QueuePerson } from "./types.js" */

const HEIGHT = 26;
const BAR = 8;
/** Room above the bars for the marks of changes. */
const ABOVE = 8;
const MARKS = new Map([
  ["nothing_against_harmless", "✓"],
  ["see_a_clinician", "!"],
  ["cannot_tell_yet", "?"],
]);

/**
 * What changed, as lines before the first night with it.
 * @param {QueuePerson} person
 */
const changeLines = ({ nights, changes }) =>
  [...new Set(changes.map((one) => one.night))].map((night) => {
    const x = Math.max(4, nights.findIndex(([evening]) => evening === night) * BAR);
    return [
      svg("line", { x1: x, x2: x, y1: ABOVE, y2: ABOVE + HEIGHT, class: "over-change" }),
      svg("path", { d: `M${x} 0l4 4-4 4-4-4Z`, class: "queue-change-mark" }),
    ];
  });

/** The newest change in words, and how many are marked before it. @param {QueuePerson} person */
const changeWords = ({ changes }) => {
  const newest = changes.at(-1);
  return (
    newest && [
      el(
        "div",
        { class: "queue-change", title: newest.words },
        `◆ from ${shortDate(newest.day)} on: `,
        el("bdi", {}, newest.words),
      ),
      changes.length > 1 && el("div", { class: "queue-change-more" }, `and ${changes.length - 1} before`),
    ]
  );
};

/**
 * The index of every night as a bar, the threshold dashed, a night without an index as a hollow one, changes marked.
 * @param {QueuePerson} person
 */
const bars = (person) => {
  const { nights, threshold, changes } = person;
  const top = Math.max(2 * (threshold ?? 15), ...nights.map(([, index]) => index ?? 0));
  const above = changes.length ? ABOVE : 0;
  const y = (/** @type {number} */ index) => above + HEIGHT - (HEIGHT - 2) * (index / top);
  const bottom = above + HEIGHT;
  const bar = (/** @type {[string, number | null]} */ [, index], /** @type {number} */ i) => {
    const known = index !== null;
    const high = known && threshold !== null && index > threshold;
    const from = known ? Math.min(y(index), bottom - 1) : above + 4;
    const name = known ? (high ? "bar-high" : "bar-low") : "bar-unknown";
    return svg("rect", { x: i * BAR + 1, width: BAR - 2, y: from, height: bottom - from, class: name });
  };
  const line =
    threshold !== null && svg("path", { d: `M0 ${y(threshold)}H${nights.length * BAR}`, class: "threshold" });
  const ofNight = (/** @type {string} */ evening) =>
    changes.filter(({ night }) => night === evening).map(({ day: from, words }) => `${words}, from ${shortDate(from)}`);
  return [
    picture(
      nights.length * BAR,
      bottom,
      `PLMS per hour of sleep of the newest ${nights.length} nights${changes.length ? ", with what changed" : ""}`,
      nights.map(bar),
      line,
      changeLines(person),
    ),
    changeWords(person),
    hiddenTable(
      "PLMS per hour of sleep, by evening",
      ["evening", "PLMS/h", ...(changes.length ? ["changed"] : [])],
      nights.map(([evening, index]) => [
        shortDate(evening),
        index === null ? WORDS.not_known : number(index),
        ...(changes.length ? [ofNight(evening).join("; ")] : []),
      ]),
    ),
  ];
};

/** The answer, and what was found, over all nights. @param {QueuePerson} person */
const overNights = (person) => [
  el(
    "td",
    { class: "queue-answer" },
    el("span", { class: `answer-mark ${person.answer}`, "aria-hidden": "true" }, MARKS.get(person.answer)),
    el("span", {}, person.headline),
  ),
  el(
    "td",
    { class: "queue-found" },
    person.found.length
      ? person.found.map((one) => el("div", {}, el("strong", {}, flag(one.flag)), ` ${one.finding}`))
      : el("span", { class: "muted" }, "no flag"),
  ),
];

/** @param {QueuePerson} person @param {URLSearchParams} queue */
const row = (person, queue) =>
  el(
    "tr",
    {},
    el(
      "th",
      { scope: "row", class: "queue-who" },
      el("a", { href: `/?${new URLSearchParams({ subject: person.subject })}` }, el("bdi", {}, person.subject)),
    ),
    el(
      "td",
      { class: "queue-day" },
      el(
        "a",
        { href: homeOf(changed(changed(queue, "view", ["nights"]), "person", [person.subject])) },
        `${person.n_nights} of ${person.n_all}`,
        el("span", { class: "visually-hidden" }, " nights of ", el("bdi", {}, person.subject), " fit"),
      ),
      el("span", { class: "muted small queue-judged" }, ` ${person.n_judged} assessable`),
    ),
    el("td", { class: "queue-bars" }, bars(person)),
    overNights(person),
    el("td", { class: "queue-number queue-open" }, `${person.n_open}`),
    el("td", { class: "queue-number queue-flagged" }, `${person.n_flagged}`),
    el("td", { class: "queue-day" }, day(person.last_night)),
    el(
      "td",
      { class: "queue-reviewers muted" },
      person.reviewers.length ? el("bdi", {}, person.reviewers.join(", ")) : "–",
    ),
  );

/**
 * @param {QueuePeople} page
 * @param {URLSearchParams} queue
 * @param {(sort: string) => unknown} apply
 */
export const peopleTable = (page, queue, apply) => {
  const sort = queue.get("people_sort") ?? "-open";
  const one = (/** @type {string} */ column, /** @type {string} */ title, descends = true, name = "") =>
    sortable([{ column, title, descends }], sort, apply, name);
  const plain = (/** @type {string} */ title) => el("th", { scope: "col" }, title);
  return el(
    "table",
    { class: "queue-table queue-people" },
    el("caption", { class: "visually-hidden" }, "People with nights that fit the filters"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        one("person", "person", false),
        one("nights", "nights"),
        plain("newest nights, PLMS/h"),
        plain("answer"),
        plain("over all nights"),
        one("open", "open flags", true, "queue-number"),
        one("flagged", "flagged nights", true, "queue-number"),
        one("evening", "last"),
        plain("reviewer"),
      ),
    ),
    el(
      "tbody",
      {},
      page.people.map((person) => row(person, queue)),
    ),
  );
};
