// @ts-check
// A night's movements as its page shows them: as reviewed, and among them those that reviews left out, so that a
// verdict can be taken back. Without the document: nothing is judged here, the server has.

/** @import { EditedAnswer, Events, NightAnswer, NightShown, Review, ShownEvents } from "./types.js" */

/** @param {Events} detected */
const numbered = (detected) => new Map(detected.onset_us.map((us, i) => [us, i]));

/**
 * The detected movement that overlaps a stretch, the first of several; -1 for none.
 * @param {Events} detected @param {number} onset @param {number} offset
 */
const overlapping = (detected, onset, offset) =>
  detected.onset.findIndex((at, i) => at < offset && detected.offset[i] > onset);

/** @typedef {Record<string, any>} Row one movement of ShownEvents */

/** @param {Events} detected @param {EditedAnswer} edited @returns {Row[]} */
const reviewedRows = (detected, { events }) => {
  const known = numbered(detected);
  return events.onset_us.map((onset_us, i) => {
    const [onset, offset] = [onset_us / 1000, events.offset_us[i] / 1000];
    const isAdded = events.origin[i] === "added";
    const k = isAdded ? -1 : (known.get(onset_us) ?? overlapping(detected, onset, offset));
    return {
      ...Object.fromEntries(Object.entries(events).map(([name, column]) => [name, column[i]])),
      movement_no: detected.movement_no[k] ?? 0,
      detected_no: detected.movement_no[k] ?? null,
      detected_us: detected.onset_us[k] ?? null,
      onset,
      offset,
      peak_mg: events.peak_mg[i] === null || Number.isNaN(events.peak_mg[i]) ? null : events.peak_mg[i],
      threshold_mg: detected.threshold_mg[k] ?? null,
      left_out: false,
    };
  });
};

/** @param {Events} detected @param {(k: number) => boolean} wanted @param {boolean} leftOut @returns {Row[]} */
const detectedRows = (detected, wanted, leftOut) =>
  [...detected.onset.keys()].filter(wanted).map((k) => ({
    ...Object.fromEntries(Object.entries(detected).map(([name, column]) => [name, column[k]])),
    detected_no: detected.movement_no[k],
    detected_us: detected.onset_us[k],
    offset_us: Math.round(1000 * detected.offset[k]),
    series_no: null,
    origin: "detected",
    left_out: leftOut,
  }));

const COLUMNS = /** @type {const} */ ([
  ...["movement_no", "onset", "offset", "onset_us", "leg", "label", "sleep_state", "p_sleep", "imi_s", "is_plm"],
  ...["peak_mg", "threshold_mg", "offset_us", "series_no", "origin", "detected_no", "detected_us", "left_out"],
]);

/**
 * Movements to show. Where the night cannot be scored with its reviews, those that were detected.
 * @param {Events} detected
 * @param {EditedAnswer} edited
 * @param {Pick<Review, "movements" | "spans">} review
 * @returns {ShownEvents}
 */
export const shownEvents = (detected, edited, { movements, spans }) => {
  const cannot = edited.night.is_changed && edited.night.why_not !== null;
  const rows = cannot ? [] : reviewedRows(detected, edited);
  const here = new Set(rows.map((row) => row.detected_us));
  const inSpan = (/** @type {number} */ k) =>
    spans.some(([from, to]) => detected.onset[k] < to && detected.offset[k] > from);
  const isOut = (/** @type {number} */ k) =>
    cannot || (!here.has(detected.onset_us[k]) && (movements[detected.movement_no[k]] === "dismiss" || inSpan(k)));
  const every = [...rows, ...detectedRows(detected, isOut, !cannot)];
  every.sort((a, b) => a.onset_us - b.onset_us);
  return /** @type {any} */ (Object.fromEntries(COLUMNS.map((name) => [name, every.map((row) => row[name])])));
};

/**
 * A night's answer as its page shows it.
 * @param {NightAnswer} data
 * @param {EditedAnswer} edited
 * @returns {NightShown}
 */
export const shownNight = (data, edited) => ({
  ...data,
  edited,
  events: shownEvents(data.events, edited, data.review),
  review: withMeasures(data.review, edited),
});

/** The review with the numbers that an edit's answer brought. @param {Review} review @param {EditedAnswer} edited */
export const withMeasures = (review, { night }) => ({
  ...review,
  reviewed: night.is_changed && night.why_not === null ? night : null,
  why_not: night.is_changed ? night.why_not : null,
});

/**
 * Which movement begins nearest to an instant; null where there is none at all.
 * @param {ShownEvents} events @param {number} onset_us
 */
export const nearestTo = (events, onset_us) => {
  let best = null;
  for (const [i, at] of events.onset_us.entries()) {
    if (best === null || Math.abs(at - onset_us) < Math.abs(events.onset_us[best] - onset_us)) best = i;
  }
  return best;
};

/**
 * All movements of the series that one is in; none where it is in no series.
 * @param {ShownEvents} events @param {number} i
 */
export const seriesOf = (events, i) => {
  const number = events.series_no[i];
  return number === null ? [] : [...events.onset.keys()].filter((k) => events.series_no[k] === number);
};

/** @typedef {{ will: number[], wont: [number, string][] }} Touched which of those marked an act is about, and not */

/**
 * What an act on marked movements touches, and what not, with the reason.
 * @param {ShownEvents} events
 * @param {number[]} marked
 * @returns {Touched}
 */
export const touched = (events, marked) => ({
  will: marked.filter((i) => !events.left_out[i]),
  wont: marked.filter((i) => events.left_out[i]).map((i) => [i, "dismissed or in an excluded span"]),
});

/**
 * The same for a dismissal: what was edited is deleted instead, for its edits would no longer fit.
 * @param {ShownEvents} events
 * @param {number[]} marked
 * @returns {Touched}
 */
export const dismissable = (events, marked) => ({
  will: marked.filter((i) => events.origin[i] === "detected" && !events.left_out[i]),
  wont: marked
    .filter((i) => events.origin[i] !== "detected" || events.left_out[i])
    .map((i) => [i, events.left_out[i] ? "dismissed or in an excluded span" : "edited: delete it instead"]),
});
