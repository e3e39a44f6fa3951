// @ts-check
// The small pictures of a night: strip of nights, intervals between movements, bars per clock hour.

import { el, headingRow, hiddenTable, picture, svg } from "./draw.js";
import { day, longDay, number, two } from "./formats.js";
import { linear, roundStep } from "./geometry.js";
import { EDGES, clockHours, intervalCounts } from "./movements.js";
import { around } from "./nights.js";
import { WORDS, verdict } from "./words.js";

/** @import { App, Clock, Events, Night, NightRow, Scale } from "./types.js" */

const NARROWEST_BAR = 12;

/** @param {NightRow} night */
const shadeOf = (night) => {
  if (!night.assessable || night.plms_index === null) return "unknown";
  if (night.review === "dismiss") return "weak";
  return night.flags.includes("possible_plmd") ? "high" : "low";
};

/** What a bar is called. @param {NightRow} night */
const barTitle = (night) => {
  const known = night.assessable && night.plms_index !== null;
  const said = verdict(night.review);
  const index = known ? `${number(night.plms_index)} per hour` : WORDS.not_assessable;
  return `${day(night.night_date)}: ${index}${said ? `, ${said}` : ""}`;
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
 * The index of the nights round the present one.
 * @param {NightRow[]} nights of all persons, newest first
 * @param {Night} present
 * @param {number | null} threshold
 * @param {number} width
 * @param {App["open"]} open
 */
export const strip = (nights, present, threshold, width, open) => {
  const all = nights.filter((night) => night.subject === present.subject).reverse();
  const here = all.findIndex((night) => night.night_date === present.night_date);
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
    ),
    some.length < all.length &&
      el("p", { class: "muted small" }, `Nights ${first} to ${first + some.length - 1} of ${all.length}.`),
    hiddenTable(
      "Periodic movements per hour of sleep",
      ["night", "per hour", "review"],
      some.map((night) => [longDay(night.night_date), number(night.plms_index), verdict(night.review) ?? "none"]),
    ),
  );
};

const HEIGHT = 210;
const [LEFT, BOTTOM, TOP] = [34, HEIGHT - 24, 12];

/**
 * The histogram's bars: in a periodic series below, others on top.
 * @param {number[][]} counts
 * @param {(seconds: number) => number} at
 * @param {Scale} y
 */
const intervalBars = (counts, at, y) =>
  counts.map(([periodic, other], i) => {
    const [x, width] = [at(EDGES[i]), at(EDGES[i + 1]) - at(EDGES[i]) - 0.5];
    const [middle, top] = [y(periodic), y(periodic + other)];
    return [
      periodic > 0 && svg("rect", { x, width, y: middle, height: BOTTOM - middle, class: "fill-periodic" }),
      other > 0 && svg("rect", { x, width, y: top, height: middle - top, class: "fill-single" }),
    ];
  });

/**
 * @param {number[][]} counts
 * @param {number} width
 */
const histogram = (counts, width) => {
  const x = linear(0, Math.log(EDGES[EDGES.length - 1]), LEFT, width - 8);
  const at = (/** @type {number} */ seconds) => x(Math.log(seconds));
  const most = Math.max(4, ...counts.map(([a, b]) => a + b));
  const y = linear(0, most, BOTTOM, TOP);
  const step = Math.max(1, roundStep(most, 4));
  const marks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  const isDropped = (/** @type {number} */ seconds) => width < 300 && [5, 20].includes(seconds);
  return picture(
    width,
    HEIGHT,
    "Histogram of the time between leg movements on a logarithmic scale; a table follows.",
    svg("rect", { x: at(20), width: at(40) - at(20), y: TOP, height: BOTTOM - TOP, class: "tint" }),
    marks.map((count) => [
      svg("line", { x1: LEFT, x2: width - 8, y1: y(count), y2: y(count), class: "grid" }),
      svg("text", { x: LEFT - 6, y: y(count) + 4, class: "axis end" }, String(count)),
    ]),
    intervalBars(counts, at, y),
    [10, 90].map((seconds) => svg("line", { x1: at(seconds), x2: at(seconds), y1: TOP, y2: BOTTOM, class: "limit" })),
    [2, 5, 10, 20, 40, 90, 300].map((seconds) =>
      svg("text", { x: at(seconds), y: BOTTOM + 16, class: "axis middle" }, isDropped(seconds) ? "" : `${seconds} s`),
    ),
  );
};

/**
 * Time between movements.
 * @param {Events} events
 * @param {number} width
 */
export const intervals = (events, width) => {
  const counts = intervalCounts(events);
  return el(
    "div",
    {},
    histogram(counts, width),
    el(
      "ul",
      { class: "legend small" },
      el("li", {}, el("span", { class: "swatch fill-periodic" }), "in a periodic series"),
      el("li", {}, el("span", { class: "swatch fill-single" }), "outside"),
      el("li", {}, el("span", { class: "swatch tint-swatch" }), "20-40 s"),
    ),
    hiddenTable(
      "Time since the leg movement before",
      ["seconds", "in a periodic series", "outside"],
      counts
        .map(([a, b], i) => ({ a, b, name: `${EDGES[i].toFixed(1)} to ${EDGES[i + 1].toFixed(1)}` }))
        .filter(({ a, b }) => a + b > 0)
        .map(({ a, b, name }) => [name, a, b]),
    ),
  );
};

/**
 * A bar of the table of hours: periodic in sleep, and all others after it.
 * @param {number} plms @param {number} other both per cent of the widest
 */
const hourBar = (plms, other) =>
  svg(
    "svg",
    { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { width: 100, height: 10, class: "track" }),
    svg("rect", { width: plms, height: 10, class: "fill-periodic" }),
    svg("rect", { x: plms, width: other, height: 10, class: "fill-other" }),
  );

/**
 * Movements per clock hour.
 * @param {Night} night
 * @param {Events} events
 * @param {Clock} clock
 */
export const hours = (night, events, clock) => {
  const rows = clockHours(night, events, clock);
  const most = Math.max(1, ...rows.map((row) => row.plms + row.other));
  return el(
    "table",
    { class: "hourly" },
    el("caption", { class: "visually-hidden" }, "Movements per clock hour"),
    el("thead", { class: "visually-hidden" }, headingRow(["hour", "share", "periodic in sleep", "all"])),
    el(
      "tbody",
      {},
      rows.map((row) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, `${two(row.hour % 24)}:00`),
          el("td", { class: "wide" }, hourBar((100 * row.plms) / most, (100 * row.other) / most)),
          el("td", { class: "number strong" }, String(row.plms)),
          el("td", { class: "number muted" }, `of ${row.plms + row.other}`),
        ),
      ),
    ),
  );
};
