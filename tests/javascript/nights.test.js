// Which nights are shown, and which comes next.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as nights from "../../analytics/review/static/nights.js";

const { aheadOf, around, clockRange, filtered, nextToReview, placed, same, stands } = nights;

const HOUR = 3_600_000;

const night = (day, more = {}) => ({
  subject: "me",
  night_date: `2026-03-0${day}`,
  recorded_from: Date.parse(`2026-03-0${day}T22:00Z`),
  recorded_to: Date.parse(`2026-03-0${day + 1}T06:30Z`),
  flags: [],
  flags_as_reviewed: [],
  flags_to_review: [],
  is_reviewed: false,
  review: null,
  ahead_s: 0,
  ...more,
});
const plmd = ["possible_plmd"];
const flagged = { flags: plmd, flags_as_reviewed: plmd, flags_to_review: plmd };
const judged = { ...flagged, flags_to_review: [], is_reviewed: true };
const dates = (found) => found.map((one) => Number(one.night_date.at(-1)));

test("a night is named by person and evening", () => {
  assert.ok(same(night(1), night(1)));
  assert.ok(!same(night(1), night(2)));
  assert.ok(!same(night(1), night(1, { subject: "you" })));
  assert.ok(!same(night(1), undefined));
});

test("a verdict that was taken back does not stand", () => {
  assert.deepEqual(["confirm", "unsure", "undo", "", null, undefined].map(stands), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

const four = [
  night(1),
  night(2, flagged),
  night(3, { ...judged, review: "confirm" }),
  night(4, flagged),
  night(5, { subject: "you", ...flagged }),
];

for (const [query, found] of [
  ["", [1, 2, 3, 4, 5]],
  ["flagged=1", [2, 3, 4, 5]],
  ["unreviewed=1", [1, 2, 4, 5]],
  ["subject=me&flagged=1&unreviewed=1", [2, 4]],
  ["subject=nobody", []],
]) {
  test(`the filter ${query || "that is empty"} leaves the nights ${found}`, () =>
    assert.deepEqual(dates(filtered(four, new URLSearchParams(query))), found));
}

test("a night whose only flag was dismissed is flagged no longer, and not to review", () => {
  const dismissed = night(6, { ...judged, flags_as_reviewed: [] });
  assert.deepEqual(filtered([dismissed], new URLSearchParams("flagged=1")), []);
  assert.equal(nextToReview([dismissed], undefined), undefined);
});

test("the next night to review is searched after the present one, then from the first on", () => {
  const mine = four.slice(0, 4);
  assert.equal(nextToReview(mine, night(2)), mine[3]);
  assert.equal(nextToReview(mine, night(4)), mine[1]);
  assert.equal(nextToReview(mine, undefined), mine[1]);
  assert.equal(nextToReview([night(1), night(2, flagged)], night(2)), undefined);
});

test("the strip shows as many nights as fit, the present one in their middle as far as the ends allow", () => {
  const nine = [1, 2, 3, 4, 5, 6, 7, 8].map((day) => night(day));
  assert.deepEqual(dates(around(nine, 4, 3)), [4, 5, 6]);
  assert.deepEqual(dates(around(nine, 0, 3)), [1, 2, 3]);
  assert.deepEqual(dates(around(nine, 7, 3)), [6, 7, 8]);
  assert.equal(around(nine, 4, 20), nine);
});

test("the shared clock has whole hours that hold every night", () => {
  const early = night(2, { recorded_from: Date.parse("2026-03-02T20:59Z") });
  assert.deepEqual(clockRange([night(1), early]), [-4, 7]);
});

test("the shared clock shows no more than from noon to the next afternoon", () => {
  const long = night(1, { recorded_from: 0, recorded_to: Date.parse("2026-03-09T00:00Z") });
  assert.deepEqual(clockRange([long]), [-12, 18]);
});

test("nights of other zones stand under the hours of their own clock", () => {
  const there = { ahead_s: 7200, recorded_from: Date.parse("2026-03-01T20:00Z") };
  assert.equal(placed(night(1), [-4, 8], 1200)(night(1).recorded_from), 200);
  assert.equal(placed(night(1, there), [-4, 8], 1200)(there.recorded_from), 200);
  assert.equal(placed(night(1), [-4, 8], 1200).back(400), Date.parse("2026-03-01T20:00Z") + 4 * HOUR);
});

test("who leafs on is asked ahead for the next two, and for the one behind later", () => {
  const days = [1, 2, 3, 4, 5].map((day) => night(day));
  const ahead = (shown, before) => {
    const { soon, later } = aheadOf(days, night(shown), before && night(before));
    return [dates(soon), dates(later)];
  };
  assert.deepEqual(ahead(3, 2), [[4, 5], [2]]);
  assert.deepEqual(ahead(3, 4), [[2, 1], [4]]);
  assert.deepEqual(ahead(4, 3), [[5], [3]]);
  assert.deepEqual(ahead(1, 2), [[], [2]]);
  assert.deepEqual(ahead(3, undefined), [[2, 4], []]);
  assert.deepEqual(ahead(3, 5), [[2, 4], []]); // a jump
  assert.deepEqual(ahead(3, 3), [[2, 4], []]); // loaded again
  assert.deepEqual(aheadOf(days, night(1), night(2, { subject: "you" })), { soon: [days[1]], later: [] });
});
