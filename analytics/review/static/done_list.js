// @ts-check
// "What was done": each act on a night in a line, newest first; edits that no longer fit; acts that are not sent.

import { whyNotBack } from "./acts.js";
import { action, el, fill, words } from "./draw.js";
import { instant } from "./formats.js";
import { same } from "./nights.js";
import { stack, unsent } from "./reviewing.js";
import { thing } from "./verdicts.js";
import { WORDS, capital } from "./words.js";

/** @import { DoneAct } from "./acts.js" */
/** @import { Child, Clock, MadeEdit, Ms, NightShown, ReviewEntry, UnfitEdit } from "./types.js" */

/**
 * @typedef {{ at: Ms, who: string, says: Child, note: string | null, act: DoneAct | undefined,
 *   isBack?: boolean }} Line
 */

/**
 * @typedef {{ undo: () => unknown, redo: () => unknown, takeBack: (act: number) => unknown,
 *   include: (start: Ms, end: Ms) => unknown }} Doing
 */

/** Who reviews here. */
const reviewer = () => document.querySelector("footer bdi")?.textContent ?? "";

/** The act of this window at a moment of the server's clock. @param {Ms} at */
const actAt = (at) => [...stack.done, ...stack.undone].find((act) => act.kind === "verdict" && act.at === at);

/** @param {ReviewEntry} entry @param {Clock} clock @returns {Line} */
const verdictLine = (entry, clock) => ({
  at: entry.at,
  who: entry.reviewer,
  says: ` ${WORDS.verdicts_between[entry.verdict] ?? entry.verdict} ${thing(entry, clock)}`,
  note: entry.note,
  act: actAt(entry.at),
});

/** @param {DoneAct} act @returns {Line} */
const editLine = (act) => ({ at: act.at, who: reviewer(), says: ` · ${act.says}`, note: null, act });

/** What an edit was, by its kind. @type {Record<string, string>} */
const KINDS = {
  relabel: "a new label",
  add: "an added movement",
  move: "moved edges",
  delete: "a deletion",
  join: "a joining",
  split: "a split",
  sleep_onset: "falling asleep",
  wake: "waking",
  in_bed: "going to bed",
  bout: "a stretch asleep or awake",
};

/** An edit of before, or of another window. @param {MadeEdit} made @param {Clock} clock @returns {Line} */
const madeLine = (made, clock) => ({
  at: made.at,
  who: made.reviewer,
  says: [
    ` · ${KINDS[made.edit] ?? made.edit}`,
    made.name !== null && `: ${WORDS.labels[made.name] ?? made.name}`,
    made.n > 1 && `, ${made.n} movements`,
    made.about !== null && ` at ${clock.hms(made.about)}`,
  ],
  note: made.note,
  act: undefined,
  isBack: made.is_taken_back,
});

/**
 * @param {Line} line
 * @param {boolean} isNext whether it would be taken back next
 * @param {Doing} doing
 */
const listed = (line, isNext, doing) => {
  const isBack = line.isBack || (line.act !== undefined && stack.undone.includes(line.act));
  return el(
    "li",
    { class: isNext ? "latest" : isBack ? "taken-back" : null },
    el("bdi", { class: "strong" }, line.who),
    line.says,
    el("span", { class: "muted" }, ` · ${instant(line.at)} `),
    isBack && el("span", { class: "muted" }, `(${WORDS.verdicts.undo})`),
    isNext && action(WORDS.verdicts_to_give.undo, undefined, doing.undo),
    line.note && words(line.note, "note"),
  );
};

/**
 * Lines of the night: verdicts and edits as the server keeps them, and the edits of this window as it called them.
 * @param {NightShown} data @param {Clock} clock
 */
const linesOf = (data, clock) => {
  const mine = [...stack.done, ...stack.undone].filter((act) => same(act.night, data.night));
  const edits = mine.filter((act) => act.kind !== "verdict");
  const named = new Set(edits.map((act) => act.act));
  const lines = [
    ...data.review.log.map((entry) => verdictLine(entry, clock)),
    ...edits.map(editLine),
    ...data.edited.edits.filter((made) => !named.has(made.act_no)).map((made) => madeLine(made, clock)),
  ];
  return lines.sort((a, b) => b.at - a.at);
};

/** @param {NightShown} data @param {Clock} clock @param {Doing} doing */
const excluded = ({ review }, clock, doing) =>
  review.spans.length > 0 &&
  el(
    "ul",
    { class: "plain" },
    review.spans.map(([start, end]) =>
      el(
        "li",
        {},
        `${capital(WORDS.verdicts.exclude)}: ${clock.hms(start)} to ${clock.hms(end)} `,
        el("button", { type: "button", onclick: () => doing.include(start, end) }, "Count it again"),
      ),
    ),
  );

/**
 * Take the latest act back, also one of another window.
 * @param {NightShown} data
 * @param {Doing} doing
 */
const tools = ({ edited }, doing) => {
  const [undo, redo] = [action("Undo", "Ctrl+Z", doing.undo), action("Redo", "Ctrl+Shift+Z", doing.redo)];
  undo.disabled = !stack.toUndo;
  redo.disabled = !stack.toRedo;
  const others = edited.undo !== null && !stack.toUndo;
  const act = edited.undo ?? 0;
  return el(
    "div",
    { class: "tools" },
    undo,
    redo,
    others && action("Take the latest back", undefined, () => doing.takeBack(act)),
  );
};

/** @param {NightShown} data @param {Clock} clock @param {Doing} doing */
export const doneList = (data, clock, doing) => {
  const lines = linesOf(data, clock);
  const next = stack.toUndo;
  const isNext = (/** @type {Line} */ line) => line.act !== undefined && line.act === next;
  const { unmatched } = data.review;
  return el(
    "section",
    { class: "card done-list", "aria-label": "What was done" },
    el("div", { class: "head" }, el("h2", {}, "What was done"), tools(data, doing)),
    excluded(data, clock, doing),
    unmatched > 0 && el("p", { class: "note" }, `${unmatched} ${WORDS.not_found_again}; they stay in the list.`),
    lines.length
      ? el(
          "ol",
          { class: "log", reversed: true, tabindex: "0", "aria-label": "Acts, newest first" },
          lines.map((line) => listed(line, isNext(line), doing)),
        )
      : el("p", { class: "muted" }, `${capital(WORDS.not_reviewed)}.`),
  );
};

/**
 * Edits that no longer fit, each asked about.
 * @param {UnfitEdit[]} unfit those that were not answered yet
 * @param {{ clock: Clock, next: number | null, keep: (act: number) => unknown,
 *   takeBack: (act: number) => unknown }} how which act would be taken back next
 */
export const unfitList = (unfit, { clock, next, keep, takeBack }) => {
  if (!unfit.length) return null;
  const at = (/** @type {number | null} */ us) => (us === null ? "" : ` at ${clock.hms(us / 1000)}`);
  const row = (/** @type {UnfitEdit} */ one) => {
    const why = whyNotBack(one, next);
    return el(
      "li",
      {},
      `${capital(KINDS[one.edit] ?? one.edit)}${at(one.from_us)}: ${one.why}. `,
      action("Keep it", undefined, () => keep(one.act_no)),
      " ",
      why === null
        ? action(WORDS.verdicts_to_give.undo, undefined, () => takeBack(one.act_no))
        : el("span", { class: "muted" }, why),
    );
  };
  const count = unfit.length === 1 ? "1 edit no longer fits" : `${unfit.length} edits no longer fit`;
  return el(
    "section",
    { class: "card unfit", "aria-label": "Edits that no longer fit" },
    el("h2", {}, `? ${count}`),
    el("p", {}, "They change nothing, and are kept."),
    el("ul", { class: "plain" }, unfit.map(row)),
  );
};

/** What is not sent, in the corner; empty while everything is. @param {HTMLElement} node @param {() => unknown} now */
export const drawUnsent = (node, now) => {
  const { count, isLost } = unsent;
  node.hidden = !isLost;
  if (!isLost) return fill(node);
  return fill(
    node,
    el("strong", {}, `Not sent yet: ${count} ${count === 1 ? "act" : "acts"}. `),
    "nightkick does not answer. What you did is kept in this tab and sent again by itself; you can go on. ",
    action("Try now", undefined, now),
  );
};
