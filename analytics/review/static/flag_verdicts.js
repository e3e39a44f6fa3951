// @ts-check
// The verdicts on top: one row a flag, the keys on the buttons of the one in focus.

import { action, el } from "./draw.js";
import { WORDS, flag, flagState, verdict } from "./words.js";

/** @import { Flag, NightShown, Review } from "./types.js" */

/** What the keys give. @type {[string, string][]} */
export const VERDICT_KEYS = [
  ["confirm", "C"],
  ["dismiss", "X"],
  ["unsure", "U"],
];

/** Flags that can be judged. @param {NightShown} data */
export const toJudge = (data) => data.flags.filter((found) => found.raised).map((found) => found.name);

/**
 * The flag that is in focus: the one that was, else the first without a verdict, else the first; null for none.
 * @param {NightShown} data
 * @param {string | null} was
 */
export const inFocus = (data, was) => {
  const flags = toJudge(data);
  if (was !== null && flags.includes(was)) return was;
  return flags.find((name) => !verdict(data.review.flags[name])) ?? flags[0] ?? null;
};

/** The flag after another, round about. @param {NightShown} data @param {string | null} here */
export const nextFlag = (data, here) => {
  const flags = toJudge(data);
  return flags.length ? flags[(flags.indexOf(here ?? "") + 1) % flags.length] : null;
};

/** @param {Review} review @param {string} name */
const judgedBy = (review, name) =>
  review.log.findLast((entry) => entry.flag === name && entry.verdict !== "note")?.reviewer;

/**
 * @param {NightShown} data @param {Flag} found
 * @returns {string} the state, and after edits what it became
 */
const stateOf = (data, found) => {
  const now = data.edited.flags.find((one) => one.flag === found.name)?.state_as_reviewed ?? found.state;
  const dismissed = data.review.flags[found.name] === "dismiss";
  const changed = now !== found.state && !dismissed;
  return `${flagState(found)}${changed ? `; ${WORDS.as_reviewed}: ${WORDS.flag_states[now]}` : ""}`;
};

/** The rest stands with the criteria. @param {string} text */
const firstSentence = (text) => /^.*?[.?!](?=\s|$)/s.exec(text)?.[0] ?? text;

/** @param {Flag} found */
const nameOf = (found) =>
  el("span", { class: `flag ${found.raised ? found.name : `none ${found.state}`}` }, flag(found.name));

/**
 * @typedef {{ focus: string | null, judge: (name: string, word: string) => unknown,
 *   focusOn: (name: string) => unknown }} Judging
 */

/**
 * @param {NightShown} data @param {Flag} found
 * @param {Judging} judging
 */
const row = (data, found, { focus, judge, focusOn }) => {
  const said = data.review.flags[found.name];
  const isFocus = found.name === focus;
  const buttons = VERDICT_KEYS.map(([word, key]) =>
    action(WORDS.verdicts_to_give[word], isFocus ? key : undefined, () => judge(found.name, word), said === word),
  );
  return el(
    "li",
    {
      class: `flag-row${isFocus ? " in-focus" : ""}`,
      "data-flag": found.name,
      "aria-current": isFocus ? "true" : null,
      onclick: () => found.raised && !isFocus && focusOn(found.name),
    },
    nameOf(found),
    el("span", { class: "flag-state" }, stateOf(data, found)),
    el("span", { class: "flag-why" }, found.lacks_answer ? WORDS.ask_the_urge : firstSentence(found.reason)),
    el(
      "span",
      { class: "flag-said" },
      verdict(said) && [
        el("span", { class: "reviewed" }, verdict(said)),
        el("span", { class: "muted" }, " by ", el("bdi", {}, judgedBy(data.review, found.name) ?? "a night's verdict")),
      ],
    ),
    found.raised &&
      el("span", { class: "actions", role: "group", "aria-label": `Verdict on ${flag(found.name)}` }, buttons),
  );
};

/**
 * The rows, and what the keys are about.
 * @param {NightShown} data
 * @param {Judging} judging
 */
export const flagRows = (data, judging) => {
  const several = toJudge(data).length > 1;
  return [
    el(
      "ul",
      { class: "flag-rows", "aria-label": "Flags" },
      data.flags.map((found) => row(data, found, judging)),
    ),
    several &&
      el(
        "p",
        { class: "muted small" },
        el("kbd", {}, "F"),
        " goes to the next flag; a verdict holds for the tinted one.",
      ),
  ];
};
