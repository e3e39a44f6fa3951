// @ts-check
// What the page of a night consists of, and how its parts are drawn; what they do, the page itself knows.

import { dismissable, touched } from "./as_edited.js";
import { journal, reasons, recorded, remarked, unusual } from "./cards.js";
import { doneList, unfitList } from "./done_list.js";
import { action, drawn, el, fill } from "./draw.js";
import { flagRows, inFocus, toJudge } from "./flag_verdicts.js";
import { longDay, number } from "./formats.js";
import { barSays } from "./marks.js";
import { question } from "./reviewing.js";
import { untoldChip } from "./rows.js";
import { nightState, sideBySide } from "./verdicts.js";
import { WORDS, capital, flag, flagState } from "./words.js";

/** @import { NightPage } from "./night.js" */

/** Edits that no longer fit and are kept, by night and act: asked about once in a window. @type {Set<string>} */
const kept = new Set();

/** Of a night without a flag that could be judged. */
const nightButtons = (/** @type {NightPage} */ page) => {
  const said = page.data.review.night;
  return [
    ["confirm", "C"],
    ["dismiss", "X"],
    ["unsure", "U"],
  ].map(([word, key]) => action(WORDS.verdicts_to_give[word], key, () => page.acts.judgeNight(word), said === word));
};

/** The page, put together. */
export const put = (/** @type {NightPage} */ page) => {
  const { data, parts, clock } = page;
  return el(
    "div",
    { class: "page-night" },
    parts.strip,
    el(
      "section",
      { class: "card on-top", "aria-label": "Verdicts" },
      title(page),
      warnings(page),
      unusual(data.night),
      parts.verdicts,
      parts.numbers,
    ),
    parts.unsent,
    parts.unfit,
    timelineCard(page),
    el("div", { class: "columns beside" }, page.near.node, el("div", { class: "aside" }, parts.done, page.list.node)),
    el(
      "div",
      { class: "columns even" },
      remarked("Time between movements", `log scale, ${WORDS.as_detected}`, page.seeing.intervals.node),
      remarked("Per clock hour", `all movements, ${WORDS.as_detected}`, page.seeing.hours.node),
      journal(data.journal, data.night),
      drawn(data.pictures.patterns),
    ),
    parts.flags,
    recorded(data, clock),
  );
};

const warnings = (/** @type {NightPage} */ page) => {
  const { night } = page.data;
  const warn = (/** @type {string} */ words) => el("p", { class: "warning", role: "note" }, words);
  return [
    !night.assessable && warn(`${capital(WORDS.not_assessable)}: ${night.not_assessable_reason} ${WORDS.counts_only}`),
    night.long_sleep && warn(capital(night.long_sleep)),
  ];
};

const title = (/** @type {NightPage} */ page) => {
  const { app, data, clock } = page;
  const { night } = data;
  const { several } = page.all;
  const turn = (/** @type {string} */ label, /** @type {number} */ direction, /** @type {string} */ sign) =>
    el("button", { type: "button", class: "turn", "aria-label": label, onclick: () => app.step(direction) }, sign);
  return el(
    "div",
    { class: "title" },
    turn("Night before", -1, "‹"),
    el("h1", {}, longDay(night.night_date)),
    turn("Night after", 1, "›"),
    el(
      "div",
      { class: "about" },
      el(
        "span",
        { class: "muted" },
        several && [el("bdi", {}, night.subject), " · "],
        `${clock.hm(night.recorded_from)} to ${clock.hm(night.recorded_to)} · ` +
          `${number(night.recorded_h)} h recorded`,
      ),
      night.assessable &&
        data.flags
          .filter((found) => found.state === "cannot_tell")
          .map((found) =>
            untoldChip(found.name, found.reason, found.lacks_answer && `${flag(found.name)}: ${flagState(found)}`),
          ),
      page.parts.state,
    ),
    el(
      "button",
      { type: "button", class: "next-to-review", onclick: () => app.toReview() },
      "Next to review ",
      el("kbd", {}, "Shift"),
      " ",
      el("kbd", {}, "→"),
    ),
  );
};

const timelineCard = (/** @type {NightPage} */ page) => {
  const help =
    "Drag to zoom, double-click for the whole night, click a movement to see it from near. " +
    "Drag ○ to move going to bed, falling asleep or waking.";
  return el(
    "section",
    { class: "card", "aria-label": "The night" },
    page.long.node,
    page.seeing.rows.node,
    el(
      "div",
      { class: "bar-of-actions" },
      el("span", { class: "muted small" }, help),
      page.parts.sleep,
      el("span", { class: "tools" }, page.seeing.rows.button, page.forms.buttons),
    ),
    page.parts.form,
  );
};

/** Verdicts on top, numbers, and why each flag was raised. */
export const drawVerdicts = (/** @type {NightPage} */ page) => {
  const { data, parts } = page;
  page.focus = inFocus(data, page.focus);
  const flags = toJudge(data);
  fill(
    parts.state,
    nightState(data.review, flags),
    !flags.length && nightButtons(page),
    action(WORDS.verdicts_to_give.note, "N", () => page.note()),
  );
  const focusOn = (/** @type {string} */ name) => {
    page.focus = name;
    drawVerdicts(page);
  };
  const judge = (/** @type {string} */ name, /** @type {string} */ word) => {
    page.focus = name;
    return page.acts.judgeFlag(name, word);
  };
  fill(parts.verdicts, flagRows(data, { focus: page.focus, judge, focusOn }));
  fill(parts.numbers, sideBySide(data.review));
  fill(
    parts.flags,
    data.flags.map((found) =>
      reasons(found, data.review.flags[found.name], (word) => page.acts.judgeFlag(found.name, word)),
    ),
  );
};

/** What was done, and what no longer fits. */
export const drawDone = (/** @type {NightPage} */ page) => {
  const { data, parts, clock, acts } = page;
  const doing = {
    undo: () => acts.turn("undo"),
    redo: () => acts.turn("redo"),
    takeBack: (/** @type {number} */ act) => acts.takeBack(act),
    include: (/** @type {number} */ start, /** @type {number} */ end) => acts.include(start, end),
  };
  fill(parts.done, doneList(data, clock, doing));
  const keyOf = (/** @type {number} */ act) => JSON.stringify([question(data.night), act]);
  const keep = (/** @type {number} */ act) => {
    kept.add(keyOf(act));
    drawDone(page);
  };
  const open = data.edited.unfit.filter((one) => !kept.has(keyOf(one.act_no)));
  const next = data.edited.undo;
  fill(parts.unfit, unfitList(open, { clock, next, keep, takeBack: doing.takeBack }));
};

/** Movements that are marked, and what an act on them leaves alone. */
export const drawMarked = (/** @type {NightPage} */ page) => {
  const which = [...page.list.marked].sort((a, b) => a - b);
  const { events } = page.data;
  page.list.draw();
  fill(
    page.list.bar,
    which.length > 0 && [
      el("span", {}, barSays(which.length, touched(events, which), dismissable(events, which))),
      action("Dismiss", "D", () => page.acts.judgeMovements("dismiss")),
      action("Delete", "Del", () => page.acts.remove()),
      action("Clear", "Esc", () => page.list.clear()),
    ],
  );
};
