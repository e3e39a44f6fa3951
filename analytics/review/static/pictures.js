// @ts-check
// The strip of nights above a night.

import { el, hiddenTable, picture, svg } from "./draw.js";
import { day, longDay, number, shortDate } from "./formats.js";
import { linear } from "./geometry.js";
import { around } from "./nights.js";
import { WORDS, flag, verdict } from "./words.js";

/** @import { App, FlagState, Night, NightRow, Scale } from "./types.js" */

const NARROWEST_BAR = 12;
/** So many changes of the strip are said in words. */
const MOST_CHANGES = 3;

/** @param {NightRow} night */
const shadeOf = (night) => {
  if (!night.assessable || night.plms_index === null) return "unknown";
  if (night.flags_as_reviewed.includes("possible_plmd")) return "high";
  if (night.flags_untold.includes("possible_plmd")) return "untold";
  return night.flags.length > night.flags_as_reviewed.length ? "weak" : "low";
};

/** Whether the flag of the index stands as reviewed. @param {NightRow} night @returns {FlagState} */
const stateOf = (night) => {
  if (night.flags_as_reviewed.includes("possible_plmd")) return "raised";
  return night.flags_untold.includes("possible_plmd") ? "cannot_tell" : "not_raised";
};

/** What a bar is called. @param {NightRow} night */
const barTitle = (night) => {
  const known = night.assessable && night.plms_index !== null;
  const said = verdict(night.review);
  const unknown = night.assessable ? WORDS.not_known : WORDS.not_assessable;
  const index = known ? `${number(night.plms_index)} per hour` : unknown;
  const untold = known && shadeOf(night) === "untold" ? `, ${flag("possible_plmd")}: ${WORDS.cannot_tell}` : "";
  return `${day(night.night_date)}: ${index}${untold}${said ? `, ${said}` : ""}`;
};

/**
 * One night of the strip.
 * @param {NightRow} night
 * @param {{ x: number, step: number, y: Scale, isHere: boolean, isNamed: boolean, open: App["open"] }} at
 */
const bar = (night, { x, step, y, isHere, isNamed, open }) => {
  const top = night.assessable && night.plms_index !== null ? Math.min(56, y(night.plms_index)) : null;
  return svg(
    "g",
    { class: "bar", onclick: () => open(night) },
    svg("title", {}, barTitle(night)),
    svg("rect", { x, y: 0, width: step, height: 80, class: isHere ? "here" : "hit" }),
    svg("rect", {
      x: x + step * 0.15,
      y: top ?? 48,
      width: step * 0.7,
      height: top === null ? 10 : 58 - top,
      class: `bar-${shadeOf(night)}`,
    }),
    verdict(night.review) && svg("circle", { cx: x + step / 2, cy: 63, r: 2, class: "dot" }),
    isNamed &&
      svg(
        "text",
        { x: x + step / 2, y: 76, class: isHere ? "axis middle strong" : "axis middle" },
        String(Number(night.night_date.slice(8))),
      ),
  );
};

/**
 * What an index had to exceed, as a line over the bars.
 * @param {number} threshold @param {number} at @param {number} right
 */
const thresholdLine = (threshold, at, right) => [
  svg("line", { x1: 0, x2: right, y1: at, y2: at, class: "threshold" }),
  svg("text", { x: right + 6, y: at + 4, class: "axis" }, `${threshold}/h`),
];

/**
 * What changed, as lines before the first night with it.
 * @param {NightRow[]} some @param {number} step
 */
const changeLines = (some, step) =>
  some.flatMap((night, i) =>
    night.changes.length
      ? [
          svg("line", { x1: i * step, x2: i * step, y1: 4, y2: 58, class: "over-change" }),
          svg("text", { x: Math.max(0, i * step - 4), y: 12, class: "over-words" }, "◆"),
        ]
      : [],
  );

/** The same in words below, the newest first. @param {NightRow[]} some */
const changeWords = (some) => {
  const all = some.flatMap((night) => night.changes).reverse();
  const more = all.length - MOST_CHANGES;
  return (
    all.length > 0 &&
    el(
      "p",
      { class: "small strip-changes" },
      all
        .slice(0, MOST_CHANGES)
        .map(({ day: from, words }, i) => [
          i > 0 && " · ",
          el("span", {}, "◆ ", el("bdi", {}, words), `, from ${shortDate(from)} on`),
        ]),
      more > 0 && ` · and ${more} before`,
    )
  );
};

/**
 * The index of the nights round the present one.
 * @param {NightRow[]} nights of all persons, newest first
 * @param {Night} present
 * @param {number} width
 * @param {App["open"]} open
 */
export const strip = (nights, present, width, open) => {
  const all = nights.filter((night) => night.subject === present.subject).reverse();
  const here = all.findIndex((night) => night.night_date === present.night_date);
  const threshold = all[here]?.threshold ?? null; // by which the present one was judged
  const some = around(all, here, Math.floor((width - 60) / NARROWEST_BAR));
  const step = Math.min(44, (width - 60) / Math.max(1, some.length));
  const top = Math.max(1.25 * (threshold ?? 15), ...some.map((night) => night.plms_index ?? 0));
  const y = linear(0, top, 58, 8);
  const bars = some.map((night, i) => {
    const isNamed = step >= 30 || i % Math.ceil(30 / step) === 0;
    return bar(night, { x: i * step, step, y, isHere: night === all[here], isNamed, open });
  });
  const first = all.indexOf(some[0]) + 1;
  return el(
    "div",
    { class: "strip" },
    picture(
      width,
      80,
      `Periodic movements per hour of sleep on ${some.length} of ${all.length} nights; a table follows.`,
      bars,
      threshold !== null && thresholdLine(threshold, y(threshold), some.length * step),
      changeLines(some, step),
    ),
    changeWords(some),
    some.length < all.length &&
      el("p", { class: "muted small" }, `Nights ${first} to ${first + some.length - 1} of ${all.length}.`),
    hiddenTable(
      "Periodic movements per hour of sleep",
      ["night", "per hour", flag("possible_plmd"), "review", "changed"],
      some.map((night) => [
        longDay(night.night_date),
        number(night.plms_index),
        WORDS.flag_states[stateOf(night)],
        verdict(night.review) ?? "none",
        night.changes.map((change) => change.words).join("; "),
      ]),
    ),
  );
};
