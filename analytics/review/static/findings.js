// @ts-check
// The findings over all nights of one person.

import { el } from "./draw.js";
import { number } from "./formats.js";
import { WORDS, capital, flag } from "./words.js";

/** @import { Person, Sign } from "./types.js" */

/** @param {Person} person */
const raisedFlags = (person) =>
  Object.entries(person.flags)
    .filter(([name, found]) => found.n_flagged > 0 || name in person.dismissed)
    .map(([name, found]) =>
      el(
        "li",
        {},
        el("strong", {}, `${flag(name)} ${found.finding}`),
        `: ${found.says}`,
        found.index_says && `; ${found.index_says}`,
      ),
    );

/** @param {Person} person */
const indexes = ({ plms_index: spread, trend }) =>
  spread &&
  el(
    "p",
    {},
    `Periodic movements per hour of sleep: median ${number(spread.median)}, ` +
      `from ${number(spread.low)} to ${number(spread.high)}.`,
    trend?.is_clear ? ` Over the newest ${trend.n_nights} nights it changes by ${number(trend.per_week)} a week.` : "",
  );

/** @param {Sign[]} signs */
const clinician = (signs) =>
  el(
    "details",
    {},
    el("summary", {}, capital(WORDS.when_to_go)),
    el(
      "dl",
      { class: "signs" },
      signs.map((sign) => [
        el(
          "dt",
          {},
          el("span", { class: `sign ${sign.state.replace(" ", "-")}` }, WORDS.sign_states[sign.state]),
          ` ${sign.name}`,
        ),
        el("dd", {}, sign.says),
      ]),
    ),
  );

/** @param {Person} person */
export const finding = (person) => {
  const lines = raisedFlags(person);
  return el(
    "section",
    { class: "finding" },
    el("ul", {}, lines.length ? lines : el("li", {}, person.no_flag)),
    indexes(person),
    person.note && el("p", { class: "note" }, `${capital(person.note)}.`),
    clinician(person.signs),
  );
};
