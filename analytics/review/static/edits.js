// @ts-check
// What each edit is called, and how it is sent. Without the document and without the words that come with the page.

import { tenths } from "./edge_drag.js";

/** @import { Clock, Ms, NightKey, ShownEvents, Span } from "./types.js" */
/** @import { Act } from "./reviewing.js" */

/** The digit that gives each label. Which movements are periodic the rules decide. */
export const LABEL_KEYS = Object.freeze({
  1: "periodic",
  2: "hypnic_jerk",
  3: "isolated",
  4: "wake",
  5: "posture_change",
  6: "rhythmic",
  0: "not_a_leg_movement",
});

/** Labels that the rules give, whatever a reviewer asks for: a reviewer only says that it is a leg movement. */
export const BY_RULES = new Set(["periodic", "isolated", "short_interval", "wake"]);

/** @param {ShownEvents} events @param {number[]} which @param {Clock} clock */
export const called = (events, which, clock) =>
  which.length === 1 ? `movement at ${clock.hms(events.onset[which[0]])}` : `${which.length} movements`;

/** @typedef {Omit<Act, "night">} Wanted */

/** @param {Span} span */
export const spanUs = ([from, to]) => ({ from_us: Math.round(1000 * from), to_us: Math.round(1000 * to) });

/** @param {string} kind @param {string} says @param {Record<string, unknown>} body @returns {Wanted} */
const edit = (kind, says, body) => ({ path: "/api/edits", kind, says, body: { kind, ...body } });

/** @param {ShownEvents} events @param {number[]} which */
const onsets = (events, which) => which.map((i) => events.onset_us[i]);

/**
 * @param {ShownEvents} events @param {number[]} which
 * @param {string} name
 * @param {string} says what the label is called
 * @param {Clock} clock
 */
export const relabelled = (events, which, name, says, clock) =>
  edit("relabel", `${called(events, which, clock)}: ${says}`, { onsets: onsets(events, which), name });

/** @param {ShownEvents} events @param {number[]} which @param {Clock} clock */
export const deleted = (events, which, clock) =>
  edit("delete", `${called(events, which, clock)} deleted`, { onsets: onsets(events, which) });

/** @param {ShownEvents} events @param {number} i @param {number} next @param {Clock} clock */
export const joined = (events, i, next, clock) =>
  edit("join", `${called(events, [i], clock)} joined with the next`, { onsets: onsets(events, [i, next]) });

/** @param {ShownEvents} events @param {number} i @param {Ms} at @param {Clock} clock */
export const split = (events, i, at, clock) =>
  edit("split", `${called(events, [i], clock)} split at ${tenths(clock, at)}`, {
    onsets: onsets(events, [i]),
    from_us: Math.round(1000 * at),
  });

/** @param {ShownEvents} events @param {number} i @param {Span} to @param {Clock} clock */
export const moved = (events, i, to, clock) => {
  const span = spanUs(to);
  const edges = [
    span.from_us !== events.onset_us[i] && `starts ${tenths(clock, to[0])}`,
    span.to_us !== events.offset_us[i] && `ends ${tenths(clock, to[1])}`,
  ].filter(Boolean);
  return edit("move", `${called(events, [i], clock)} ${edges.join(", ")}`, { onsets: onsets(events, [i]), ...span });
};

/** @param {Span} span @param {string} leg @param {Clock} clock */
export const added = ([from, to], leg, clock) =>
  edit("add", `movement added at ${clock.hms(from)}, ${leg}, ${((to - from) / 1000).toFixed(1)} s`, {
    ...spanUs([from, to]),
    leg,
  });

/** What the edits of the sleep are called. @type {Record<SleepKind, string>} */
export const SLEEP_SAYS = { in_bed: "in bed", sleep_onset: "asleep from", wake: "awake from" };
/** @typedef {"in_bed" | "sleep_onset" | "wake"} SleepKind */

/** @param {SleepKind} kind @param {Ms} at @param {Clock} clock */
export const slept = (kind, at, clock) =>
  edit(kind, `${SLEEP_SAYS[kind]} ${clock.hms(at)}`, { from_us: Math.round(1000 * at) });

/** @param {Span} span @param {string} name sleep or wake @param {string | null} note @param {Clock} clock */
export const bout = ([from, to], name, note, clock) =>
  edit("bout", `${name === "wake" ? "awake" : "asleep"} ${clock.hms(from)} to ${clock.hms(to)}`, {
    ...spanUs([from, to]),
    name,
    ...(note === null ? {} : { note }),
  });

/** Which legs a movement can be added to. @param {string} legs that were recorded @returns {string[]} */
export const legsToAdd = (legs) => {
  if (legs === "none") return [];
  return legs === "both" ? ["left", "right", "both"] : [legs];
};

/** An act that keeps its night. @param {NightKey} night @param {Wanted} wanted @returns {Act} */
export const ofNight = (night, wanted) => ({
  night: { subject: night.subject, night_date: night.night_date },
  ...wanted,
});
