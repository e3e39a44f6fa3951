// The small pictures of a night: strip of nights, intervals between movements, bars per clock hour.

import { el, hiddenTable, linear, picture, roundStep, svg } from "./draw.js";
import { WORDS, day, longDay, number, verdict } from "./words.js";

const NARROWEST_BAR = 12;

/** A stretch of nights round the present one, as many as fit. */
const around = (nights, here, fits) => {
  if (nights.length <= fits) return nights;
  const first = Math.max(0, Math.min(nights.length - fits, here - Math.floor(fits / 2)));
  return nights.slice(first, first + fits);
};

export const strip = (nights, present, threshold, width, open) => {
  const all = nights.filter((night) => night.subject === present.subject).reverse();
  const here = all.findIndex((night) => night.night_date === present.night_date);
  const some = around(all, here, Math.floor((width - 60) / NARROWEST_BAR));
  const step = Math.min(44, (width - 60) / Math.max(1, some.length));
  const top = Math.max(1.25 * (threshold ?? 15), ...some.map((night) => night.plms_index ?? 0));
  const y = linear(0, top, 58, 8);
  const bars = some.map((night, i) => {
    const x = i * step;
    const known = night.assessable && night.plms_index !== null;
    const shade = !known ? "unknown" : night.review === "dismiss" ? "weak" : night.flags.includes("possible_plmd") ? "high" : "low";
    const name = step >= 30 || i % Math.ceil(30 / step) === 0 ? String(Number(night.night_date.slice(8))) : "";
    return svg("g", { class: "bar", onclick: () => open(night) },
      svg("title", {}, `${day(night.night_date)}: ${known ? `${number(night.plms_index)} per hour` : WORDS.not_assessable}${verdict(night.review) ? `, ${verdict(night.review)}` : ""}`),
      svg("rect", { x, y: 0, width: step, height: 80, class: night === all[here] ? "here" : "hit" }),
      svg("rect", { x: x + step * 0.15, y: known ? Math.min(56, y(night.plms_index)) : 48, width: step * 0.7, height: known ? 58 - Math.min(56, y(night.plms_index)) : 10, class: `bar-${shade}` }),
      verdict(night.review) && svg("circle", { cx: x + step / 2, cy: 63, r: 2, class: "dot" }),
      name && svg("text", { x: x + step / 2, y: 76, class: night === all[here] ? "axis middle strong" : "axis middle" }, name));
  });
  const right = some.length * step;
  return el("div", { class: "strip" },
    picture(width, 80, `Periodic movements per hour of sleep on ${some.length} of ${all.length} nights; a table follows.`, bars,
      threshold !== null && [svg("line", { x1: 0, x2: right, y1: y(threshold), y2: y(threshold), class: "threshold" }),
        svg("text", { x: right + 6, y: y(threshold) + 4, class: "axis" }, `${threshold}/h`)]),
    some.length < all.length && el("p", { class: "muted small" }, `Nights ${all.indexOf(some[0]) + 1} to ${all.indexOf(some.at(-1)) + 1} of ${all.length}.`),
    hiddenTable("Periodic movements per hour of sleep", ["night", "per hour", "review"],
      some.map((night) => [longDay(night.night_date), number(night.plms_index), verdict(night.review) ?? "none"])));
};

/** Edges of the histogram's bins, seconds: an eighth of a doubling each. */
const EDGES = Array.from({ length: 73 }, (_, i) => 1 * 2 ** (i / 8)).filter((edge) => edge <= 520);

export const intervals = (events, width) => {
  const height = 210;
  const [left, bottom, top] = [34, height - 24, 12];
  const counts = EDGES.slice(1).map(() => [0, 0]);
  events.imi_s.forEach((imi, i) => {
    if (imi === null) return;
    const bin = EDGES.findLastIndex((edge) => edge <= imi);
    if (bin >= 0 && bin < counts.length) counts[bin][events.is_plm[i] ? 0 : 1] += 1;
  });
  const x = linear(0, Math.log(EDGES.at(-1)), left, width - 8);
  const at = (seconds) => x(Math.log(seconds));
  const most = Math.max(4, ...counts.map(([a, b]) => a + b));
  const y = linear(0, most, bottom, top);
  const step = Math.max(1, roundStep(most, 4));
  const marks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  return el("div", {},
    picture(width, height, "Histogram of the time between leg movements on a logarithmic scale; a table follows.",
      svg("rect", { x: at(20), width: at(40) - at(20), y: top, height: bottom - top, class: "tint" }),
      marks.map((count) => [svg("line", { x1: left, x2: width - 8, y1: y(count), y2: y(count), class: "grid" }),
        svg("text", { x: left - 6, y: y(count) + 4, class: "axis end" }, String(count))]),
      counts.map(([periodic, other], i) => {
        const [a, b] = [at(EDGES[i]), at(EDGES[i + 1])];
        return [
          periodic > 0 && svg("rect", { x: a, width: b - a - 0.5, y: y(periodic), height: bottom - y(periodic), class: "fill-periodic" }),
          other > 0 && svg("rect", { x: a, width: b - a - 0.5, y: y(periodic + other), height: y(periodic) - y(periodic + other), class: "fill-single" }),
        ];
      }),
      [10, 90].map((seconds) => svg("line", { x1: at(seconds), x2: at(seconds), y1: top, y2: bottom, class: "limit" })),
      [2, 5, 10, 20, 40, 90, 300].map((seconds) => svg("text", { x: at(seconds), y: bottom + 16, class: "axis middle" }, width < 300 && [5, 20].includes(seconds) ? "" : `${seconds} s`))),
    el("ul", { class: "legend small" },
      el("li", {}, el("span", { class: "swatch fill-periodic" }), "in a periodic series"),
      el("li", {}, el("span", { class: "swatch fill-single" }), "outside"),
      el("li", {}, el("span", { class: "swatch tint-swatch" }), "20-40 s")),
    hiddenTable("Time since the leg movement before", ["seconds", "in a periodic series", "outside"],
      counts.map(([a, b], i) => [`${EDGES[i].toFixed(1)} to ${EDGES[i + 1].toFixed(1)}`, a, b]).filter(([, a, b]) => a + b > 0)));
};

export const hours = (night, events, clock) => {
  // Hours that the clock showed: where it was set forward one is missing.
  const shown = new Set([clock.hour(night.recorded_to - 1)]);
  for (let ms = night.recorded_from; ms < night.recorded_to; ms += 900_000) shown.add(clock.hour(ms));
  const rows = [...shown].sort((a, b) => a - b).map((hour) => ({ hour, plms: 0, other: 0 }));
  events.onset.forEach((ms, i) => {
    const row = rows.find(({ hour }) => hour === clock.hour(ms));
    if (!row) return;
    if (events.is_plm[i] && events.sleep_state[i] === "sleep") row.plms += 1;
    else row.other += 1;
  });
  const most = Math.max(1, ...rows.map((row) => row.plms + row.other));
  return el("table", { class: "hourly" },
    el("caption", { class: "visually-hidden" }, "Movements per clock hour"),
    el("thead", { class: "visually-hidden" }, el("tr", {}, ["hour", "share", "periodic in sleep", "all"].map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, rows.map((row) => el("tr", {},
      el("th", { scope: "row" }, `${String(row.hour % 24).padStart(2, "0")}:00`),
      el("td", { class: "wide" }, svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { width: 100, height: 10, class: "track" }),
        svg("rect", { width: (100 * row.plms) / most, height: 10, class: "fill-periodic" }),
        svg("rect", { x: (100 * row.plms) / most, width: (100 * row.other) / most, height: 10, class: "fill-other" }))),
      el("td", { class: "number strong" }, String(row.plms)),
      el("td", { class: "number muted" }, `of ${row.plms + row.other}`)))));
};
