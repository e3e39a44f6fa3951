// Numbers, times and days as the page writes them.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  address,
  clockOf,
  day,
  duration,
  longDay,
  number,
  percent,
  together,
} from "../../analytics/review/static/formats.js";

const HOUR = 3_600_000;
const at = (text) => Date.parse(text);
const berlin = clockOf([
  [null, 3600],
  [at("2026-03-29T01:00Z"), 7200],
]);
const from = at("2026-03-28T21:00Z"); // 22:00 there

test("what is not known is a dash, and zero is not", () => {
  assert.deepEqual([number(null), number(undefined), percent(null)], ["–", "–", "–"]);
  assert.deepEqual([number(0), number(1.25, 2), percent(0.456)], ["0.0", "1.25", "46 %"]);
});

for (const [seconds, text] of [
  [0, "0 s"],
  [89.4, "89 s"],
  [90, "2 min"],
  [5399, "90 min"],
  [5400, "1.5 h"],
]) {
  test(`${seconds} s are ${text}`, () => assert.equal(duration(seconds), text));
}

test("the clock shows the wearer's time before and after it was set forward", () => {
  assert.equal(berlin.hms(at("2026-03-29T00:59:59Z")), "01:59:59");
  assert.equal(berlin.hm(at("2026-03-29T01:00Z")), "03:00");
  assert.equal(berlin.hour(at("2026-03-29T01:00Z")) - berlin.hour(at("2026-03-29T00:59Z")), 2);
});

for (const [text, moment] of [
  ["23:15", "2026-03-28T22:15Z"],
  ["23:15:30", "2026-03-28T22:15:30Z"],
  [" 1:30 ", "2026-03-29T00:30Z"],
  ["03:30", "2026-03-29T01:30Z"],
  ["22:00", "2026-03-28T21:00Z"],
  ["21:59:59", "2026-03-29T19:59:59Z"],
]) {
  test(`${text} typed at ten in the evening is ${moment}`, () =>
    assert.equal(new Date(berlin.moment(text, from)).getTime(), at(moment)));
}

for (const text of ["", "24:00", "12:60", "12:00:60", "12", "1:2", "noon", "-1:00", "12:00 pm"]) {
  test(`${JSON.stringify(text)} is no time`, () => assert.equal(berlin.moment(text, from), null));
}

test("a fraction of a second does not push a time typed to the second into the next day", () => {
  const clock = clockOf([[null, 0]]);
  assert.equal(clock.moment("00:00:05", 5_400), 5_000);
  assert.equal(clock.moment("00:00:04", 5_400), 24 * HOUR + 4_000);
});

test("days are named alike in every zone", () => {
  assert.match(day("2026-03-02"), /^Mon,? 2 Mar$/); // with a comma or not, as the browser has it
  assert.match(longDay("2026-03-02"), /^Monday,? 2 March 2026$/);
});

test("an address can hold any name", () => {
  assert.equal(address({ subject: "a&b=c ü", night_date: "2026-03-02" }), "/night/2026-03-02?subject=a%26b%3Dc+%C3%BC");
});

for (const [text, lines] of [
  ["on average (95 %: 0.4 to 1.8), more", ["on", "average", "(95_%:_0.4_to_1.8),", "more"]],
  ["36.9 to 51.4", ["36.9_to_51.4"]],
  ["0.6 (0.3 to 1.0)", ["0.6", "(0.3_to_1.0)"]],
  ["1 of 9 (2 to 40 %)", ["1", "of", "9", "(2_to_40_%)"]],
  ["12 (95 % interval 10-20).", ["12", "(95_%_interval_10-20)."]],
  ["change (-1.5 to +0.2)", ["change", "(-1.5_to_+0.2)"]],
  ["line: 95 %. Hatched", ["line:", "95_%.", "Hatched"]],
  ["from 3 to 9 (one leg)", ["from", "3", "to", "9", "(one", "leg)"]],
]) {
  test(`no line ends inside an interval: ${text}`, () =>
    assert.deepEqual(together(text).replaceAll("\u00a0", "_").split(" "), lines));
}
