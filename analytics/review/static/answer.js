// @ts-check
// The answer on top of a person's home: the sentence with its three columns. Every term
// is explained where it stands, on hover, focus and touch, and all of them once more below.

import { el } from "./draw.js";
import { shortDate } from "./formats.js";
import { termBox } from "./terms.js";
import { WORDS } from "./words.js";

/** @import { Child, PersonAnswer } from "./types.js" */

/** What stands before an answer: told apart by form as well as by colour. */
const MARKS = new Map([
  ["nothing_against_harmless", "✓"],
  ["see_a_clinician", "!"],
  ["cannot_tell_yet", "?"],
]);

/** @param {PersonAnswer} answer */
const mark = ({ answer }) => el("span", { class: `answer-mark ${answer}`, "aria-hidden": "true" }, MARKS.get(answer));

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Sentences with their terms explained; of each term the first one.
 * @returns {(text: string) => Child[]}
 */
const explaining = () => {
  const terms = Object.keys(WORDS.glossary);
  // With what stands at a term directly, so that no line ends or begins with it, and with the interval that it names.
  const any = new RegExp(`(\\(?(?:${terms.map(escaped).join("|")})(?:: [\\d.]+ to [\\d.]+\\))?[.,:;)]*)`, "i");
  /** @type {Set<string>} */
  const seen = new Set();
  return (text) =>
    text.split(any).map((part) => {
      const before = part.startsWith("(") ? "(" : "";
      const said = part.slice(before.length).replace(/(: [\d.]+ to [\d.]+\))?[.,:;)]*$/, "");
      const name = terms.find((term) => term.toLowerCase() === said.toLowerCase());
      if (!name || seen.has(name)) return part;
      seen.add(name);
      const after = part.slice(before.length + said.length);
      return termBox(said, WORDS.glossary[name], `term-${terms.indexOf(name)}`, { before, after });
    });
};

const glossary = () =>
  el(
    "details",
    {},
    el("summary", {}, WORDS.glossary_title),
    el(
      "dl",
      { class: "signs" },
      Object.entries(WORDS.glossary).map(([term, says]) => [el("dt", {}, term), el("dd", {}, says)]),
    ),
  );

/** Where missing answers are given, if they are what the answer waits for. @param {PersonAnswer} answer */
const toJournal = ({ answer, subject, missing }) =>
  answer === "cannot_tell_yet" &&
  missing.answers.length > 0 &&
  el(
    "p",
    {},
    el("a", { class: "to-journal", href: `/journal?${new URLSearchParams({ subject })}` }, WORDS.answer_in_journal),
  );

/** @param {string} text */
const withDates = (text) => text.replaceAll(/\d{4}-\d\d-\d\d/g, shortDate);

/** @param {PersonAnswer} answer */
export const answerCard = (answer) => {
  const explained = explaining();
  const columns = [answer.reasons, answer.would_change, answer.cannot_see];
  return el(
    "section",
    { class: "card answer", "aria-labelledby": "answer-says" },
    el("p", { class: "muted small" }, [
      `${WORDS.is_it_harmless} `,
      el("bdi", {}, answer.subject),
      ` · ${withDates(answer.about)}`,
    ]),
    el("div", { class: "answer-head" }, mark(answer), el("h1", { id: "answer-says" }, answer.says)),
    el(
      "div",
      { class: "answer-columns" },
      columns.map(
        (lines, i) =>
          lines.length > 0 &&
          el(
            "div",
            {},
            el("h2", {}, answer.titles[i]),
            el(
              "ul",
              {},
              lines.map((line) => el("li", {}, explained(line))),
            ),
            i === 1 && toJournal(answer),
          ),
      ),
    ),
    el("p", { class: "muted" }, answer.caveat),
    glossary(),
  );
};
