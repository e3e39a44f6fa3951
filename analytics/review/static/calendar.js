// @ts-check
// A calendar of one person's nights with their numbers: a week a row, each night a link.

import { el, svg } from "./draw.js";
import { address, longDay, number, shortDate } from "./formats.js";
import { dayNumber, isoOf } from "./over_nights_axis.js";
import { inPauses } from "./pauses.js";
import { WORDS } from "./words.js";

/** @import { OverNight, OverNights } from "./types.js" */

/** Weeks that are made together: the newest at once, older ones in pauses. */
const CHUNK = 26;
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

/**
 * Weeks by their number, oldest first: how many, and their rows.
 * @param {OverNights} told
 */
const weeksOf = (told) => {
  const nights = new Map(told.nights.map((night) => [night.day, night]));
  const most = told.nights.reduce((found, night) => Math.max(found, night.jerks ?? 0), 0);
  const [first, last] = [dayNumber(told.first), dayNumber(told.last)];
  const rowOf = (/** @type {number} */ week) => {
    const monday = mondayOf(first) + 7 * week;
    const name = shortDate(isoOf(monday));
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, week && !isoOf(monday).includes("-01-0") ? name.slice(0, -5) : name),
      WEEKDAYS.map((_, i) => monday + i).map((day) =>
        day < first || day > last
          ? el("td", { class: "calendar-out" })
          : cell(told, isoOf(day), nights.get(isoOf(day)), most),
      ),
    );
  };
  return { n: (mondayOf(last) - mondayOf(first)) / 7 + 1, rowOf };
};

/**
 * The weeks, the newest at once; the older come above them, and what is seen stays where it is.
 * @param {OverNights} told
 * @param {() => HTMLElement} box that scrolls
 */
const bodyOf = (told, box) => {
  const { n, rowOf } = weeksOf(told);
  const rows = (/** @type {number} */ chunk) => {
    const [from, to] = [Math.max(0, n - (chunk + 1) * CHUNK), n - chunk * CHUNK];
    return Array.from({ length: to - from }, (_, i) => rowOf(from + i));
  };
  const body = el("tbody", {}, rows(0));
  inPauses(Math.ceil(n / CHUNK) - 1, (i) => {
    const { scrollTop, scrollHeight } = box();
    body.prepend(...rows(i + 1));
    box().scrollTop = scrollTop + box().scrollHeight - scrollHeight;
  });
  return body;
};

/** @param {OverNights} told */
const boxOf = (told) => {
  /** @type {HTMLElement} */
  const box = el(
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
      bodyOf(told, () => box),
    ),
  );
  return box;
};

/** @param {OverNights} told */
export const calendar = (told) => {
  const box = boxOf(told);
  // Once it has a size, and before it is seen: the newest week is at the bottom.
  const sized = new ResizeObserver(() => {
    if (!box.clientHeight) return;
    box.scrollTop = box.scrollHeight;
    sized.disconnect();
  });
  sized.observe(box);
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
