// @ts-check
// A calendar of one person's nights with their numbers: a week a row, each night a link.

import { el, svg } from "./draw.js";
import { address, longDay, number, shortDate } from "./formats.js";
import { dayNumber, isoOf } from "./over_nights_axis.js";
import { WORDS } from "./words.js";

/** @import { OverNight, OverNights } from "./types.js" */

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/** 1970-01-01 was a Thursday. @param {number} day */
const mondayOf = (day) => day - ((((day + 3) % 7) + 7) % 7);

/** @param {OverNight} night */
const numbers = (night) => {
  const jerks = night.jerks === null ? "?" : String(night.jerks);
  const index = night.index === null ? "?" : `${number(night.index, 0)}/h`;
  return [el("b", {}, jerks), " ", el("span", {}, index)];
};

/** @param {OverNight} night */
const says = (night) => {
  const jerks = night.jerks === null ? "jerks cannot be told" : `${night.jerks} jerks`;
  const index = night.index === null ? "PLMS cannot be told" : `${number(night.index)} PLMS an hour`;
  const doubt = night.jerks_sure && night.index_sure ? "" : ", in doubt";
  return `${longDay(night.day)}: ${jerks}, ${index}${doubt}`;
};

/** @param {number} share per cent */
const bar = (share) =>
  svg(
    "svg",
    { class: "calendar-bar", viewBox: "0 0 100 3", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { width: share, height: 3, class: "fill-jerk" }),
  );

/**
 * @param {OverNights} told
 * @param {string} iso
 * @param {OverNight | undefined} night
 * @param {number} most jerks of any night
 */
const cell = (told, iso, night, most) => {
  const change = told.changes.find((one) => one.day === iso);
  const diamond = change && [
    el("span", { class: "calendar-change", "aria-hidden": "true" }, "◆"),
    el("span", { class: "visually-hidden" }, `change: ${change.words}`),
  ];
  if (!night) {
    const lost = told.not_assessable.includes(iso);
    return el(
      "td",
      { class: lost ? "calendar-lost" : "calendar-none" },
      lost && el("span", { class: "visually-hidden" }, WORDS.not_assessable),
      diamond,
    );
  }
  const doubted = night.jerks === null || night.index === null || !night.jerks_sure || !night.index_sure;
  const share = most ? Math.round((100 * (night.jerks ?? 0)) / most) : 0;
  return el(
    "td",
    { class: doubted ? "calendar-doubt" : null },
    el(
      "a",
      { href: address({ subject: told.subject, night_date: iso }), "aria-label": says(night), title: says(night) },
      numbers(night),
    ),
    diamond,
    bar(share),
  );
};

/** @param {OverNights} told */
const weeksOf = (told) => {
  const nights = new Map(told.nights.map((night) => [night.day, night]));
  const most = Math.max(0, ...told.nights.map((night) => night.jerks ?? 0));
  const [first, last] = [dayNumber(told.first), dayNumber(told.last)];
  /** @type {Element[]} */
  const weeks = [];
  for (let monday = mondayOf(first); monday <= last; monday += 7) {
    const days = WEEKDAYS.map((_, i) => monday + i);
    const name = shortDate(isoOf(monday));
    weeks.push(
      el(
        "tr",
        {},
        el("th", { scope: "row" }, weeks.length && !isoOf(monday).includes("-01-0") ? name.slice(0, -5) : name),
        days.map((day) =>
          day < first || day > last
            ? el("td", { class: "calendar-out" })
            : cell(told, isoOf(day), nights.get(isoOf(day)), most),
        ),
      ),
    );
  }
  return weeks;
};

/** @param {OverNights} told */
const boxOf = (told) =>
  el(
    "div",
    { class: "calendar-box", tabindex: 0, role: "group", "aria-label": "Calendar of nights" },
    el(
      "table",
      { class: "calendar" },
      el("caption", { class: "visually-hidden" }, "Jerks and periodic leg movements per hour of sleep of each night"),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col" }, el("span", { class: "visually-hidden" }, "week of")),
          WEEKDAYS.map((day) => el("th", { scope: "col" }, day)),
        ),
      ),
      el("tbody", {}, weeksOf(told)),
    ),
  );

/** @param {OverNights} told */
export const calendar = (told) => {
  const box = boxOf(told);
  requestAnimationFrame(() => {
    box.scrollTop = box.scrollHeight;
  });
  return el(
    "section",
    { class: "card", "aria-labelledby": "calendar-title" },
    el(
      "div",
      { class: "head" },
      el("h2", { id: "calendar-title" }, "Calendar"),
      el(
        "span",
        { class: "muted small" },
        `jerks · PLMS/h · ◆ a change begins · hatched: ${WORDS.not_assessable}, in doubt`,
      ),
    ),
    box,
  );
};
