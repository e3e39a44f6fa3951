// @ts-check
// When the wearer went to bed, fell asleep and woke, as numbers that can be changed, and as handles on the lane of
// sleep that can be dragged.

import { el, svg } from "./draw.js";
import { momentNear, tenths } from "./edge_drag.js";
import { SLEEP_SAYS } from "./edits.js";

/** @import { SleepKind } from "./edits.js" */
/** @import { Band, Child, Clock, EditedNight, Ms, TimeScale } from "./types.js" */

const KINDS = /** @type {SleepKind[]} */ (["in_bed", "sleep_onset", "wake"]);
const RADIUS = 5;
const CATCH = 9;

/** When each was, as reviewed. @param {EditedNight} night @returns {[SleepKind, Ms | null][]} */
export const sleepTimes = (night) => {
  const us = { in_bed: night.in_bed_us, sleep_onset: night.sleep_onset_us, wake: night.wake_us };
  return KINDS.map((kind) => [kind, us[kind] === null ? null : us[kind] / 1000]);
};

/** @param {Clock} clock @param {Ms | null} at */
const written = (clock, at) => (at === null ? "" : tenths(clock, at).replace(/\.\d$/, ""));

/**
 * Three fields with what holds; one that was changed and cannot be read says so.
 * @param {Clock} clock
 * @param {EditedNight} night
 * @param {(kind: SleepKind, at: Ms) => unknown} set
 */
export const sleepForm = (clock, night, set) => {
  const fields = sleepTimes(night).map(([kind, at]) => {
    const value = written(clock, at);
    const field = el("input", { name: kind, size: 8, autocomplete: "off", value, disabled: at === null });
    field.addEventListener("input", () => field.setCustomValidity(""));
    return { kind, at, field };
  });
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const changed = fields.filter(({ field }) => field.value !== field.defaultValue);
    const read = changed.map((one) => ({ ...one, to: momentNear(clock, one.field.value, one.at ?? 0) }));
    for (const { field, to } of read) field.setCustomValidity(to === null ? "Write a time such as 23:15:00" : "");
    if (read.some(({ field }) => !field.reportValidity())) return;
    for (const { kind, to } of read) if (to !== null) await set(kind, to);
  };
  const isKnown = fields.some(({ at }) => at !== null);
  return el(
    "form",
    { class: "tools sleep-form", "aria-label": "Sleep", onsubmit: submit },
    fields.map(({ kind, field }) => el("label", {}, `${SLEEP_SAYS[kind]} `, field)),
    isKnown && el("button", { type: "submit" }, "Set"),
  );
};

/** Which handle lies under a point; null for none. */
/** @param {EditedNight} night @param {TimeScale} x @param {Band} lane @param {{ px: number, py: number }} point */
export const handleAt = (night, x, lane, { px, py }) => {
  if (py < lane.top - 6 || py > lane.bottom + 2 * RADIUS + 4) return null;
  const near = sleepTimes(night).filter(([, at]) => at !== null && Math.abs(x(at) - px) <= CATCH);
  near.sort(([, a], [, b]) => Math.abs(x(a ?? 0) - px) - Math.abs(x(b ?? 0) - px));
  return near[0]?.[0] ?? null;
};

/**
 * The handles; one that is dragged where it is.
 * @param {EditedNight} night
 * @param {TimeScale} x
 * @param {Band} lane
 * @param {{ kind: SleepKind, at: Ms } | null} dragged
 * @returns {Child}
 */
export const drawHandles = (night, x, lane, dragged) =>
  sleepTimes(night).map(([kind, was]) => {
    const at = dragged?.kind === kind ? dragged.at : was;
    if (at === null || at < x.from || at > x.to) return null;
    const place = { cx: x(at), cy: lane.bottom, r: RADIUS };
    const look = `sleep-handle${dragged?.kind === kind ? " dragged" : ""}`;
    return [
      svg("line", { x1: x(at), x2: x(at), y1: lane.top, y2: lane.bottom, class: "sleep-edge" }),
      svg("circle", { ...place, class: look, "data-handle": kind }, svg("title", {}, SLEEP_SAYS[kind])),
    ];
  });
