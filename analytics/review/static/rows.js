// @ts-check
// One row a night on a clock that all rows share, and the ticks in it.

import { el, svg } from "./draw.js";
import { day, number, two } from "./formats.js";
import { strokes } from "./geometry.js";
import { isToReview, placed, same } from "./nights.js";
import { carried, nightAddress } from "./queue_address.js";
import { get } from "./server.js";
import { GROUPS, WORDS, flag, groupOf, lookOf, verdict } from "./words.js";

/** @import { NightRow, Scale, Ticks } from "./types.js" */

/** @typedef {{ node: HTMLElement, ground: SVGElement, night: NightRow, x: Scale }} Row */
/** @typedef {Pick<NightRow, "recorded_from" | "recorded_to" | "sleep_onset_at" | "wake_at">} Drawable */

/** Rows that are made, and whose ticks are fetched, together. */
export const CHUNK = 40;
export const WIDTH = 1000;
const HEIGHT = 24;
/** How high ticks stand: the order of the groups survives without colour. @type {Record<string, number>} */
const TOP = { periodic: 5, jerk: 1, single: 9, other: 15 };

/**
 * The hours above the rows.
 * @param {[number, number]} range
 */
export const axis = ([first, last]) => {
  const step = Math.max(1, Math.ceil((last - first) / 12));
  const marks = [];
  for (let hour = first; hour <= last; hour += step) {
    const at = (100 * (hour - first)) / (last - first);
    const mark = el("span", { class: "hour" }, two(((hour % 24) + 24) % 24));
    mark.style.left = `${at}%`;
    marks.push(mark);
  }
  return el("div", { class: "hours", "aria-hidden": "true" }, marks);
};

/** @param {NightRow} night */
const state = (night) => {
  const said = verdict(night.review);
  if (said) return el("span", { class: "reviewed" }, said);
  if (isToReview(night)) return el("span", { class: "to-review" }, "to review");
  return night.is_reviewed ? el("span", { class: "reviewed" }, WORDS.flags_judged) : "";
};

/** @param {NightRow} night */
const indexOf = (night) => {
  if (night.assessable && night.plms_index === null) return el("span", { class: "muted" }, WORDS.not_known);
  if (night.plms_index === null || !night.assessable) {
    return el("span", { class: "muted", title: night.not_assessable_reason ?? "" }, WORDS.not_assessable);
  }
  const isUntold = night.flags_untold.includes("possible_plmd");
  const high = night.threshold !== null && night.plms_index > night.threshold && !isUntold;
  return el("span", { class: high ? "index high" : "index" }, number(night.plms_index));
};

/**
 * When a night was recorded and, lighter, slept; the ticks come into it.
 * @param {Drawable} night
 * @param {Scale} x
 */
export const groundOf = (night, x) => {
  const bar = (/** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ name) =>
    svg("rect", { x: x(from), width: x(to) - x(from), y: 1, height: HEIGHT - 2, class: name });
  return svg(
    "svg",
    { class: "ticks", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    bar(night.recorded_from, night.recorded_to, "recorded"),
    night.sleep_onset_at !== null && night.wake_at !== null && bar(night.sleep_onset_at, night.wake_at, "asleep"),
  );
};

/** A raised flag; crossed out where a reviewer dismissed it. @param {string} name @param {boolean} counts */
const flagChip = (name, counts) =>
  counts
    ? el("span", { class: `flag ${name}` }, flag(name))
    : el("span", { class: "flag none dismissed" }, `${flag(name)}: ${WORDS.verdicts.dismiss}`);

/**
 * A flag that could not be told, and why; a calm line where no more than an answer of the person is missing.
 * @param {string} name @param {string} [why] @param {string | false} [unasked] that line
 */
export const untoldChip = (name, why, unasked = false) =>
  unasked
    ? el("span", { class: "muted small unasked", title: why }, unasked)
    : el(
        "span",
        { class: "flag none cannot_tell", title: why },
        `${flag(name)}: ${WORDS.cannot_tell}`,
        why !== undefined && el("span", { class: "visually-hidden" }, ` (${why})`),
      );

/**
 * Below a row: why the night is not assessable, and what is unusual of it, the weightiest; all of it on hover and to
 * a screen reader. @param {NightRow} night
 */
const remark = ({ why_not_in_short: why, unusual: found, unusual_line: line }) => {
  if (!why && !line) return null;
  const more = found.slice(1).join("; ");
  return el(
    "span",
    { class: "row-remark muted small", title: more ? found.join("; ") : null },
    why,
    why && line && " · ",
    line && [el("span", { class: "visually-hidden" }, `${WORDS.unusual}: `), line],
    more && el("span", { class: "visually-hidden" }, `: ${more}`),
  );
};

/**
 * @param {NightRow} night
 * @param {[number, number]} range hours of the shared clock
 * @returns {Row}
 */
export const rowOf = (night, range) => {
  const x = placed(night, range, WIDTH);
  const ground = groundOf(night, x);
  const node = el(
    "a",
    { class: "night", href: nightAddress(night, carried(new URL(location.href))) },
    el(
      "span",
      { class: "when" },
      el("span", {}, `${day(night.night_date)} `, el("span", { class: "muted year" }, night.night_date.slice(0, 4))),
    ),
    ground,
    el(
      "span",
      { class: "value" },
      el("span", { class: "visually-hidden" }, "periodic movements per hour of sleep: "),
      indexOf(night),
    ),
    el(
      "span",
      { class: "flags" },
      night.flags.map((name) => flagChip(name, night.flags_as_reviewed.includes(name))),
      night.flags.length || !night.is_untold
        ? night.assessable &&
            night.flags_untold.map((name) =>
              untoldChip(name, night.why_untold[name], night.flags_unasked.includes(name) && WORDS.not_asked_short),
            )
        : el("span", { class: "flag none cannot_tell", title: night.not_assessable_reason }, night.unraised),
      !night.flags.length && !night.is_untold && el("span", { class: "visually-hidden" }, night.unraised),
    ),
    el("span", { class: "state" }, state(night)),
    remark(night),
  );
  return { node, ground, night, x };
};

/** @param {Ticks} part */
const lookIn = ({ label, sleep_state }) => lookOf(label, sleep_state);

/**
 * @param {{ ground: SVGElement, night: Drawable, x: Scale }} row
 * @param {Ticks[]} byLabel
 */
export const drawTicks = (row, byLabel) => {
  for (const group of [...GROUPS].reverse()) {
    const mine = byLabel.filter((part) => groupOf(part.label) === group.name);
    for (const look of new Set(mine.map(lookIn))) {
      const at = mine.filter((part) => lookIn(part) === look).flatMap((part) => part.at_s);
      const xs = at.map((s) => row.x(row.night.recorded_from + 1000 * s));
      row.ground.append(svg("path", { d: strokes(xs, TOP[group.name], HEIGHT - 1), class: `tick stroke-${look}` }));
    }
  }
};

/** Fetch and draw the ticks of the chunk in which a row lies. @param {Row[]} rows */
export const ticksFor = (rows) => {
  /** @type {Set<number>} */
  const asked = new Set();
  return async (/** @type {number} */ index) => {
    const chunk = Math.floor(index / CHUNK);
    if (asked.has(chunk)) return;
    asked.add(chunk);
    const mine = rows.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
    const dates = mine.map((row) => row.night.night_date);
    try {
      const ticks = await get("/api/ticks", { since: dates.at(-1), until: dates[0] });
      for (const row of mine)
        drawTicks(
          row,
          ticks.filter((part) => same(part, row.night)),
        );
    } catch {
      asked.delete(chunk);
    }
  };
};
