// @ts-check
// What is counted, picked and put in order of a night's movements. Without the document; what a movement is was decided
// when it was scored.

/** @import { Clock, EditedFlag, Envelope, Events, Group, Lane, Looks } from "./types.js" */
/** @import { Ms, NightAnswer, RowName, Shows } from "./types.js" */

/** @param {Events} events @param {Envelope[]} envelopes */
export const legsOf = (events, envelopes) => {
  const legs = [...new Set(envelopes.map((sensor) => sensor.leg))];
  if (legs.length > 1) return legs;
  return [...new Set([...legs, ...events.leg.filter((leg) => leg !== "both")])].sort();
};

/**
 * What a row of the night's picture consists of: a lane, one each leg or sensor, or none.
 * @param {Pick<NightAnswer, "stages" | "likely_sleep" | "events" | "envelopes" | "heart" | "temperature">} data
 * @returns {Record<RowName, Shows[]>}
 */
const shownIn = ({ stages, likely_sleep: likely, events, envelopes, heart, temperature }) => ({
  stages: stages.length ? [{ kind: "stages" }] : [],
  sleep: [{ kind: "sleep" }],
  p_sleep: likely ? [{ kind: "p_sleep", likely }] : [],
  movements: legsOf(events, envelopes).map((leg) => ({ kind: "raster", leg })),
  envelope: envelopes.map((sensor) => ({ kind: "envelope", sensor })),
  heart: heart.length ? [{ kind: "heart" }] : [],
  temperature: temperature.map((sensor) => ({ kind: "temperature", sensor })),
});

/**
 * Lanes of the night's picture from top to bottom, and where they end.
 * @param {Pick<NightAnswer, "stages" | "likely_sleep" | "events" | "envelopes" | "heart" | "temperature">} data
 * @param {Pick<Looks, "rows" | "between">} looks
 */
export const lanesOf = (data, { rows, between }) => {
  /** @type {Lane[]} */
  const lanes = [];
  let top = 10;
  const shown = shownIn(data);
  for (const { name, height } of rows) {
    for (const one of shown[name]) {
      lanes.push({ ...one, row: name, top, bottom: top + height, height });
      top += height + between;
    }
  }
  return { lanes, bottom: top - between / 2 };
};

/**
 * The highest value that the envelopes' lanes show: above nine in ten movements, so that one does not flatten the rest.
 * @param {Events} events
 */
export const envelopeTop = (events) => {
  const peaks = events.peak_mg.filter((peak) => peak !== null).sort((a, b) => a - b);
  return Math.max(50, 1.6 * (peaks[Math.floor(0.9 * peaks.length)] ?? 50));
};

/**
 * Movements of a leg between two moments; of all legs where there is but one.
 * @param {Events} events
 * @param {{ from: Ms, to: Ms }} view
 * @param {string} leg
 * @param {number} legs
 */
export const onLeg = (events, { from, to }, leg, legs) => {
  const isHere = (/** @type {number} */ i) => legs < 2 || [leg, "both", "unknown"].includes(events.leg[i]);
  return [...events.onset.keys()].filter((i) => events.onset[i] >= from && events.onset[i] <= to && isHere(i));
};

/**
 * Movements of which a part lies between two moments.
 * @param {Events} events @param {Ms} from @param {Ms} to
 */
export const inWindow = (events, from, to) =>
  [...events.onset.keys()].filter((i) => events.onset[i] < to && events.offset[i] > from);

/**
 * The movement that is drawn nearest to a pixel, at most `reach` away; null for none.
 * @param {Events} events
 * @param {(ms: Ms) => number} x
 * @param {number} px
 * @param {number} reach
 * @param {(i: number) => boolean} isShown
 */
export const nearest = (events, x, px, reach, isShown) => {
  /** @type {{ i: number, away: number } | null} */
  let best = null;
  for (const [i, ms] of events.onset.entries()) {
    const away = Math.abs(x(ms) - px);
    if (away <= reach && (best === null || away < best.away) && isShown(i)) best = { i, away };
  }
  return best === null ? null : best.i;
};

/**
 * The next movement that is shown, `by` steps of one before or after; null after the last.
 * @param {number} length
 * @param {number} here
 * @param {number} by 1 or -1
 * @param {(i: number) => boolean} isShown
 */
export const nextShown = (length, here, by, isShown) => {
  for (let i = here + by; i >= 0 && i < length; i += by) if (isShown(i)) return i;
  return null;
};

/** Whether a movement counts: in a periodic series, asleep. @param {Events} events @param {number} i */
const counts = (events, i) => events.is_plm[i] && events.sleep_state[i] === "sleep";

/**
 * The label that a night is opened for: jerks where they are its flag as reviewed and kicks are not; null for none.
 * @param {Pick<EditedFlag, "flag" | "state_as_reviewed">[]} flags
 */
export const opensOn = (flags) => {
  const isRaised = (/** @type {string} */ name) =>
    flags.some((one) => one.flag === name && one.state_as_reviewed === "raised");
  return isRaised("frequent_hypnic_jerks") && !isRaised("possible_plmd") ? "hypnic_jerk" : null;
};

/**
 * The movement that a page opens with: the one that was asked for, else the first of the label that the night is opened
 * for, else the first that counts, else the first of any series, else the first.
 * @param {Events & { left_out?: boolean[] }} events
 * @param {number | null} wanted
 * @param {string | null} [label]
 */
export const firstToShow = (events, wanted, label = null) => {
  if (wanted !== null) return Math.max(0, events.movement_no.indexOf(wanted));
  const labelled = events.label.findIndex((name, i) => name === label && !events.left_out?.[i]);
  if (labelled >= 0) return labelled;
  const counted = events.is_plm.findIndex((_, i) => counts(events, i));
  return Math.max(0, counted >= 0 ? counted : events.is_plm.indexOf(true));
};

/**
 * The next movement that is like it, of those that are shown; after the last the first again. Null where there is none,
 * or no other one.
 * @param {number} length
 * @param {number | null} here
 * @param {(i: number) => boolean} isWanted
 */
export const nextRound = (length, here, isWanted) => {
  const next = nextShown(length, here ?? -1, 1, isWanted) ?? nextShown(length, -1, 1, isWanted);
  return next === here ? null : next;
};

const HOUR_MS = 3_600_000;

/**
 * Stretches of one hour of the wearer's clock that cover a night.
 * @param {Ms} from @param {Ms} to
 * @param {Clock} clock
 */
export const hourRows = (from, to, clock) => {
  const into = (((from + clock.aheadMs(from)) % HOUR_MS) + HOUR_MS) % HOUR_MS;
  const rows = [];
  for (let at = from - into; at < to; at += HOUR_MS) rows.push({ from: at, to: at + HOUR_MS });
  return rows;
};

/**
 * Movements by clock hour and group: rows of the hour, then the counts of the groups in their order.
 * @param {Events} events
 * @param {Clock} clock
 * @param {Group[]} groups
 * @param {(label: string) => string} groupOf
 */
export const hourly = (events, clock, groups, groupOf) => {
  /** @type {Map<number, number[]>} */
  const rows = new Map();
  for (const [i, at] of events.onset.entries()) {
    const hour = clock.hour(at);
    const row = rows.get(hour) ?? groups.map(() => 0);
    row[groups.findIndex((group) => group.name === groupOf(events.label[i]))] += 1;
    rows.set(hour, row);
  }
  return [...rows].sort(([a], [b]) => a - b).map(([hour, found]) => [`${hour % 24}:00`, ...found]);
};
