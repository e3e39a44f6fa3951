// @ts-check
// What a night's page tells beside its pictures: the reasons of its flags, the journal, how it was recorded.

import { action, el, termed, words } from "./draw.js";
import { number } from "./formats.js";
import { heading } from "./terms.js";
import { WORDS, flag, flagState, verdict } from "./words.js";

/** @import { Child, Clock, Criterion, Flag, JournalEntry, Night, NightAnswer, NightKey, Sensor } from "./types.js" */

/**
 * A card with a remark beside its title.
 * @param {string} title
 * @param {string} remark
 * @param {Node} content
 */
export const remarked = (title, remark, content) =>
  el(
    "section",
    { class: "card", "aria-label": title },
    el("div", { class: "head" }, el("h2", {}, title), el("span", { class: "muted small" }, remark)),
    content,
  );

/**
 * What is unusual of a night, in a line; where that leaves some out, all of it opens below. Nothing where nothing is.
 * @param {Night} night
 */
export const unusual = ({ unusual: found, unusual_line: line }) => {
  if (!found.length) return null;
  const says = [el("span", { class: "strong" }, `${WORDS.unusual}: `), line];
  if (line === found.join("; ")) return el("p", { class: "unusual" }, says);
  return el(
    "details",
    { class: "unusual" },
    el("summary", {}, says),
    el(
      "ul",
      {},
      found.map((one) => el("li", {}, one)),
    ),
  );
};

/** @type {Record<Criterion["state"], string>} */
const MARKS = { met: "✓", "not met": "✗", "not measurable": "?" };
const STATES = /** @type {Criterion["state"][]} */ (Object.keys(MARKS));

/** @param {Criterion} criterion */
const measured = ({ value }) => {
  if (value === null) return "";
  return `measured ${typeof value === "number" ? Number(value.toPrecision(3)) : value} · `;
};

/** What stands over a flag's criteria. @param {Flag} found */
const headline = (found) => `${flag(found.name)}: ${flagState(found)}`;

/** @param {Criterion} one */
const criterion = (one) =>
  el(
    "li",
    { class: one.state.replaceAll(" ", "-") },
    el("span", { class: "mark", "aria-hidden": "true" }, MARKS[one.state]),
    el(
      "span",
      {},
      el("span", { class: "strong" }, one.name),
      el("span", { class: "visually-hidden" }, ` (${WORDS.criterion_states[one.state]})`),
      el("br"),
      el("span", { class: "muted" }, `${WORDS.criterion_states[one.state]} · ${measured(one)}${one.says}`),
    ),
  );

/** @param {Flag} found @param {Criterion["state"]} state */
const countOf = (found, state) => found.criteria.filter((one) => one.state === state).length;

/**
 * Why a flag was raised or not; where it was, with the buttons for a verdict on it.
 * @param {Flag} found
 * @param {string | undefined} said the verdict that holds
 * @param {(word: string) => unknown} judge
 */
export const reasons = (found, said, judge) =>
  el(
    "section",
    { class: found.raised ? "card reasons raised" : "card reasons", "aria-label": flag(found.name) },
    el("h2", {}, el("span", { class: `flag ${found.raised ? found.name : `none ${found.state}`}` }, headline(found))),
    (found.raised || said) &&
      el(
        "p",
        { class: "judging" },
        said
          ? el("span", { class: "reviewed" }, `${verdict(said)} `)
          : el("span", { class: "muted" }, `${WORDS.not_reviewed} `),
        found.raised &&
          ["confirm", "dismiss", "unsure"].map((word) =>
            action(WORDS.verdicts_to_give[word], undefined, () => judge(word), said === word),
          ),
      ),
    el("p", {}, found.reason),
    found.stands_on !== null && el("p", { class: "muted" }, found.stands_on),
    el(
      "p",
      { class: "muted small" },
      STATES.map((state) => `${countOf(found, state)} ${WORDS.criterion_states[state]}`).join(" · "),
    ),
    el("ul", { class: "criteria" }, found.criteria.map(criterion)),
  );

/** @param {JournalEntry} entry */
const noted = (entry) => [entry.value, entry.text].filter((part) => part !== null).join(" ") || WORDS.verdicts.undo;

/** @param {JournalEntry[]} entries @param {NightKey} night */
export const journal = (entries, night) =>
  el(
    "section",
    { class: "card", "aria-label": "Journal" },
    el("h2", {}, "Journal of that day"),
    entries.length
      ? el(
          "dl",
          { class: "journal" },
          entries.map((entry) => [
            el("dt", {}, el("bdi", {}, entry.says)),
            el("dd", {}, words(noted(entry), "journal entry")),
          ]),
        )
      : el(
          "p",
          { class: "muted" },
          "Nothing was noted. ",
          el("code", {}, "nightkick journal template"),
          " starts a journal.",
        ),
    el(
      "p",
      {},
      el(
        "a",
        { href: `/journal/${night.night_date}?subject=${encodeURIComponent(night.subject)}` },
        "Write or change this day",
      ),
    ),
  );

/**
 * From when to when the wearer slept.
 * @param {Night} night
 * @param {Clock} clock
 */
const sleepOf = (night, clock) => {
  const naps = night.naps.map(([start, end]) => `${clock.hm(start)} to ${clock.hm(end)}`).join(", ");
  const beside = naps && `; ${WORDS.naps} ${naps}`;
  if (night.sleep_onset_at === null) return WORDS.not_known + beside;
  const onset = `${clock.hm(night.sleep_onset_at)}${night.onset_doubt}`;
  const wake = night.wake_at === null ? "?" : clock.hm(night.wake_at);
  return `${onset}, to ${wake}, told by ${WORDS.sleep_sources[night.sleep_source]}${beside}`;
};

/** @param {string[]} warnings */
const remarks = (warnings) =>
  warnings.length > 0 &&
  el(
    "details",
    {},
    el("summary", {}, `${warnings.length} remark${warnings.length === 1 ? "" : "s"}`),
    el(
      "ul",
      {},
      warnings.map((text) => el("li", {}, text)),
    ),
  );

/** @param {Sensor} sensor @returns {[string, Child]} */
const sensorTerm = (sensor) => [
  sensor.side === "unknown" ? sensor.site : `${sensor.side} ${sensor.site}`,
  [
    el("bdi", {}, sensor.device?.trim() || sensor.format),
    sensor.rate_hz_true ? ` at ${number(sensor.rate_hz_true, 0)} Hz` : "",
    el("br"),
    el("bdi", { class: "muted file" }, sensor.path.split(/[\\/]/).at(-1)),
    sensor.clock && [el("br"), el("span", { class: "muted" }, `clock: ${sensor.clock}`)],
    remarks(sensor.warnings),
  ],
];

/**
 * How the night was recorded.
 * @param {NightAnswer} data
 * @param {Clock} clock
 */
export const recorded = ({ night, sensors }, clock) => {
  const blind = night.blind_below_mg === null ? WORDS.not_known : `${number(night.blind_below_mg, 0)} mg`;
  return el(
    "section",
    { class: "card", "aria-label": "Recording" },
    el("h2", {}, "Recording"),
    el(
      "dl",
      { class: "journal" },
      termed([["asleep", sleepOf(night, clock)]]),
      night.assessable && termed([[heading("tier", WORDS.night_facts.tier), `${night.tier} (${WORDS.tiers})`]]),
      termed([
        [heading("blind_below_mg", WORDS.night_facts.blind_below_mg), blind],
        [WORDS.night_facts.tz, night.tz],
        ...night.doubts,
      ]),
      night.other_rules !== null && termed([[WORDS.night_facts.ruleset, night.other_rules]]),
      termed(sensors.map(sensorTerm)),
    ),
  );
};
