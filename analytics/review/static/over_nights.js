// @ts-check
// Over nights of one person: jerks above PLMS on one axis of dates, the journal below, changes through all of it, and
// beside it the ranges, the calendar and what could be tried. What a range holds, the server tells.

import { calendar } from "./calendar.js";
import { el, fill, hatching, hiddenTable, picture, svg } from "./draw.js";
import { messageOf, number, shortDate } from "./formats.js";
import { axisOf, even, lettered, named, rowsFor } from "./over_nights_axis.js";
import { Ranges } from "./ranges.js";
import { get } from "./server.js";
import { WORDS } from "./words.js";

/** @import { Child, OverNights, OverNight, OverWeek } from "./types.js" */

const ROW = 17;
const LETTER = 6.4;
/** Of what a change is called, which is bold. */
const BOLD_LETTER = 7.6;
/** Narrower pictures have the names of rows above them, for beside them there is no room. */
const NARROW = 600;
const MOST_LEFT = 250;
const MOST_CHANGE_ROWS = 3;
/** Narrower nights have no question marks and no outlines. */
const WIDE = 9;

/** @typedef {ReturnType<typeof axisOf>} Axis */
/** @typedef {{ name: "jerks" | "index", css: string, top: number, base: number, most: number }} Lane */

/** @param {Lane} lane */
const scale =
  ({ top, base, most }) =>
  (/** @type {number} */ value) =>
    base - ((base - top) * value) / most;

/** @param {string} text @param {number} width @param {number} [letter] */
const cut = (text, width, letter = LETTER) => {
  const letters = Math.floor(width / letter);
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
};

/** @param {Axis} axis @param {Lane} lane @param {string} iso */
const hatched = (axis, lane, iso) =>
  svg("rect", {
    x: axis.at(iso),
    y: lane.top,
    width: axis.slot,
    height: lane.base - lane.top,
    fill: "url(#over-hatch)",
    class: "over-unknown",
  });

/**
 * One night in one lane: a bar of jerks or a dot of an index with its interval; in doubt it is dashed over hatching.
 * @param {Axis} axis @param {Lane} lane @param {OverNight} night
 */
const mark = (axis, lane, night) => {
  const value = night[lane.name];
  if (value === null) return [hatched(axis, lane, night.day)];
  const sure = night[`${lane.name}_sure`];
  const [low, high] = [night[`${lane.name}_low`], night[`${lane.name}_high`]];
  const y = scale(lane);
  const middle = axis.at(night.day) + axis.slot / 2;
  const width = Math.max(1, Math.min(14, axis.slot * 0.62));
  const top = Math.min(y(value), lane.base - 1.5);
  const shape =
    lane.name === "jerks"
      ? svg("rect", { x: middle - width / 2, y: top, width, height: lane.base - top, class: "over-bar" })
      : svg("circle", {
          cx: middle,
          cy: y(value),
          r: Math.max(1.2, Math.min(3.6, axis.slot * 0.3)),
          class: "over-dot",
        });
  const whisker =
    low !== null &&
    high !== null &&
    high > low &&
    svg("line", { x1: middle, x2: middle, y1: y(low), y2: y(Math.min(high, lane.most)), class: "over-whisker" });
  return [
    !sure && hatched(axis, lane, night.day),
    svg(
      "g",
      { class: `${lane.css}${sure ? "" : " doubted"}` },
      ...(lane.name === "jerks" ? [shape, whisker] : [whisker, shape]),
    ),
  ];
};

/**
 * Weeks in one lane: a line through their means, with the lowest and the highest night.
 * @param {Axis} axis @param {Lane} lane @param {OverNights} told
 */
const byWeek = (axis, lane, { first, weeks }) => {
  const y = scale(lane);
  /** @type {string[]} */
  const path = [];
  let open = false;
  const marks = weeks.flatMap((week) => {
    const value = week[lane.name];
    if (value === null) {
      open = false;
      return [];
    }
    const x = Math.max(axis.at(first), Math.min(axis.end, axis.at(week.monday) + axis.slot * 3.5));
    path.push(`${open ? "L" : "M"}${x.toFixed(1)} ${y(value).toFixed(1)}`);
    open = true;
    const [low, high] = [week[`${lane.name}_low`] ?? value, week[`${lane.name}_high`] ?? value];
    return [
      svg("line", { x1: x, x2: x, y1: y(low), y2: y(Math.min(high, lane.most)), class: "over-whisker thin" }),
      svg("circle", { cx: x, cy: y(value), r: 2.6, class: "over-dot" }),
    ];
  });
  return svg("g", { class: lane.css }, svg("path", { d: path.join(""), class: "over-line" }), ...marks);
};

/**
 * What stands left of a lane, and its grid.
 * @param {Axis} axis @param {Lane} lane @param {number} left @param {[string, string]} words @param {number[]} ticks
 */
const frame = (axis, lane, left, [name, unit], ticks) => {
  const y = scale(lane);
  const middle = (lane.top + lane.base) / 2;
  return [
    svg("text", { x: 0, y: middle - 2, class: "axis strong" }, name),
    svg("text", { x: 0, y: middle + 13, class: "axis" }, cut(unit, left - 26)),
    ticks.map((tick) => [
      svg("line", { x1: left, x2: axis.end, y1: y(tick), y2: y(tick), class: tick ? "grid" : "over-base" }),
      svg("text", { x: left - 6, y: y(tick) + 4, class: "axis end" }, String(tick)),
    ]),
  ];
};

/** Room left of the nights, for the longest name of a row. @param {OverNights} told @param {number} width */
const leftOf = (told, width) => {
  if (width < NARROW) return 92;
  const longest = Math.max(0, ...told.rows.map((row) => row.says.length));
  return Math.min(MOST_LEFT, Math.max(158, longest * LETTER + 12));
};

/** @param {number} width of the picture: of one that is narrow, a row has a line more for its name */
const pitchOf = (width) => (width < NARROW ? 2 * ROW - 2 : ROW);

/** @param {Axis} axis @param {OverNights} told @param {number} width @param {[number, number]} place left and top */
const squares = (axis, told, width, [left, top]) =>
  told.rows.map((row, i) => {
    const y = top + i * pitchOf(width);
    const [up, room] = width < NARROW ? [14, width - 8] : [0, left - 8];
    const size = Math.max(1, Math.min(11, axis.slot - 1));
    const days = Object.entries(row.days).map(([iso, had]) =>
      svg("rect", {
        x: axis.at(iso) + (axis.slot - size) / 2,
        y: y - 10,
        width: size,
        height: 11,
        class: `over-square ${had ? "had" : axis.slot >= WIDE ? "not" : "thin"}`,
      }),
    );
    const asked = told.nights
      .filter((night) => axis.slot >= WIDE && !(night.day in row.days))
      .map((night) => svg("text", { x: axis.at(night.day) + axis.slot / 2, y, class: "axis middle" }, "?"));
    const name = svg("text", { x: 0, y: y - up, class: "axis" }, svg("title", {}, row.says), cut(row.says, room));
    return [name, days, asked];
  });

/** @param {Axis} axis @param {OverNights} told @param {number} right @param {number} bottom */
const changes = (axis, told, right, bottom) => {
  const inside = told.changes.filter((change) => change.day >= told.first && change.day <= told.last);
  const marks = inside.map((change) => {
    const room = inside.length === 1 ? Math.max(270, right - axis.at(change.day)) : 270;
    const says = cut(`◆ ${change.words}`, Math.min(room, right - 8), BOLD_LETTER);
    const width = says.length * BOLD_LETTER;
    return { says, x: axis.at(change.day), at: Math.max(0, Math.min(axis.at(change.day) - 4, right - width)), width };
  });
  const rows = rowsFor(marks, MOST_CHANGE_ROWS);
  const used = Math.max(0, ...rows.map((row) => (row ?? 0) + 1));
  const drawn = marks.map(({ says, x, at }, i) => {
    const row = rows[i];
    return [
      svg("line", { x1: x, x2: x, y1: 16 + ROW * (row ?? used), y2: bottom, class: "over-change" }),
      row === null
        ? svg("text", { x: x - 4, y: 12 + ROW * used, class: "over-words" }, "◆")
        : svg("text", { x: at, y: 12 + ROW * row, class: "over-words" }, says),
    ];
  });
  return { drawn, height: used ? ROW * used + 6 + ROW * Number(rows.includes(null)) : 4 };
};

/** Names of days below, those that have room. @param {Axis} axis @param {string} first @param {[number, number]} end */
const dates = (axis, first, [right, y]) => {
  const names = named(first, axis.days, axis.slot);
  const widths = names.map(({ iso, says, strong }) => ({
    at: axis.at(iso),
    width: LETTER * says.length + (strong ? 8 : 0),
  }));
  const places = lettered(widths, right, 6);
  return names.map(({ says, strong }, i) => {
    const x = places[i];
    return x !== null && svg("text", { x, y, class: strong ? "axis strong" : "axis" }, says);
  });
};

/** @param {OverNights} told */
const table = (told) => {
  const span = (/** @type {number | null} */ low, /** @type {number | null} */ high, digits = 1) =>
    low === null || high === null ? "" : `${number(low, digits)} to ${number(high, digits)}`;
  const doubt = (/** @type {boolean} */ sure) => (sure ? "" : ", in doubt");
  const known = (/** @type {number | null} */ value, /** @type {boolean} */ sure, digits = 1) =>
    value === null ? "cannot tell" : `${number(value, digits)}${doubt(sure)}`;
  const changed = new Map(told.changes.map((change) => [change.day, change.words]));
  return hiddenTable(
    "Each night over time",
    ["evening of", "jerks", "jerks, 95 %", "PLMS/h", "PLMS/h, 95 %", ...told.rows.map((row) => row.says), "change"],
    told.nights.map((night) => [
      shortDate(night.day),
      known(night.jerks, night.jerks_sure, 0),
      span(night.jerks_low, night.jerks_high, 0),
      known(night.index, night.index_sure),
      span(night.index_low, night.index_high),
      ...told.rows.map((row) => (night.day in row.days ? (row.days[night.day] ? "yes" : "no") : "not noted")),
      changed.get(night.day) ?? "",
    ]),
  );
};

/** @param {(OverNight | OverWeek)[]} marks @param {"jerks" | "index"} name */
const highest = (marks, name) => Math.max(0, ...marks.map((one) => Math.max(one[name] ?? 0, one[`${name}_high`] ?? 0)));

/**
 * @param {OverNights} told
 * @param {number} width
 * @returns {{ node: Element, axis: Axis, height: number }}
 */
export const drawing = (told, width) => {
  const left = leftOf(told, width);
  const axis = axisOf(told.first, told.last, left, width - 6);
  const marks = told.weeks.length ? told.weeks : told.nights;
  const { height: above } = changes(axis, told, width, 0);
  const threshold = told.threshold;
  /** @type {Lane} */
  const jerks = {
    name: "jerks",
    css: "over-jerks",
    top: above + 8,
    base: above + 98,
    most: even(highest(marks, "jerks"), 4),
  };
  const most = even(Math.max(highest(marks, "index"), 1.4 * (threshold ?? 0)), 10);
  /** @type {Lane} */
  const index = { name: "index", css: "over-index", top: jerks.base + 18, base: jerks.base + 98, most };
  const rowsTop = index.base + 24 + pitchOf(width) - ROW;
  const bottom = told.rows.length ? rowsTop + pitchOf(width) * (told.rows.length - 1) + 6 : index.base + 4;
  const lanes = [jerks, index];
  const limit = threshold !== null && scale(index)(threshold);
  const node = picture(
    width,
    bottom + 22,
    `Jerks and periodic leg movements from ${shortDate(told.first)} to ${shortDate(told.last)}; a table is behind.`,
    svg("defs", {}, hatching("over-hatch")),
    frame(axis, jerks, left, [width < NARROW ? "jerks" : "hypnic jerks", "a night"], [0, jerks.most / 2, jerks.most]),
    frame(axis, index, left, ["PLMS/h", "asleep"], threshold === null ? [0, most / 2, most] : [0, threshold, most]),
    limit !== false && svg("line", { x1: left, x2: axis.end, y1: limit, y2: limit, class: "threshold" }),
    lanes.map((lane) =>
      told.weeks.length ? byWeek(axis, lane, told) : told.nights.map((night) => mark(axis, lane, night)),
    ),
    squares(axis, told, width, [left, rowsTop]),
    changes(axis, told, width, bottom).drawn,
    dates(axis, told.first, [width, bottom + 17]),
  );
  return { node, axis, height: bottom };
};

/** @param {OverNights} told */
const about = (told) => {
  const n = told.nights.length;
  const lost = told.n_not_assessable ? ` · ${told.n_not_assessable} ${WORDS.not_assessable}, left out` : "";
  const weeks = told.weeks.length ? " · by week: mean, lowest and highest night" : "";
  const rows = told.n_rows_left_out ? ` · ${told.n_rows_left_out} more kinds in the journal` : "";
  return `${n} night${n === 1 ? "" : "s"}${lost}${weeks}${rows}`;
};

/** @param {boolean} weeks */
const legend = (weeks) =>
  el(
    "p",
    { class: "muted small over-legend" },
    weeks ? "" : "Bar or dot: found; line: 95 %. Hatched: cannot be told; dashed over it: in doubt. ",
    "■ in the journal, □ noted as none, ? not noted. ◆ dashed: a change that the journal marks. ",
    el("span", { class: "over-how" }, "Drag over nights for a range, with Shift for a second one; ← → move a grip."),
  );

/** @param {Record<string, string[]>} advice */
const suggestions = (advice) =>
  Object.keys(advice).length > 0 &&
  el(
    "section",
    { class: "card over-advice", "aria-label": "Suggestions" },
    Object.entries(advice).map(([title, lines]) => [
      el("h2", {}, title),
      el(
        "ul",
        {},
        lines.map((line) => el("li", {}, line)),
      ),
    ]),
    el("p", { class: "muted small" }, "Suggestions from this person's own nights and journal; not medical advice."),
  );

/** @param {OverNights} told */
const whole = (told) => {
  const plot = el("div", { class: "over-plot" });
  const ranges = new Ranges(told, plot);
  let drawnAt = 0;
  const draw = () => {
    const width = Math.floor(plot.clientWidth);
    if (!width || width === drawnAt) return;
    drawnAt = width;
    const { node, axis, height } = drawing(told, width);
    fill(plot, node, ranges.layer);
    ranges.place(axis, height);
  };
  new ResizeObserver(draw).observe(plot);
  return [
    el(
      "section",
      { class: "card over-nights", "aria-labelledby": "over-nights-title" },
      el(
        "div",
        { class: "head" },
        el("h2", { id: "over-nights-title" }, "Over nights"),
        el("span", { class: "muted" }, about(told)),
      ),
      plot,
      table(told),
      legend(told.weeks.length > 0),
    ),
    el("div", { class: "over-pair" }, ranges.node, calendar(told)),
    suggestions(told.advice),
  ];
};

/**
 * Everything over the nights of one person, nothing where there are none; where it cannot be had, why.
 * @param {string} subject
 * @returns {Promise<Child>}
 */
export const overNights = async (subject) => {
  try {
    const told = await get("/api/over-nights", { subject });
    return told && el("div", { class: "over" }, whole(told));
  } catch (error) {
    return el(
      "section",
      { class: "card over", role: "alert" },
      el("h2", {}, "Over nights"),
      el(
        "p",
        {},
        `This cannot be shown now: ${messageOf(error)}. The nights below are as stored; load the page again.`,
      ),
    );
  }
};
