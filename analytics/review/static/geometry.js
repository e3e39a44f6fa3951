// @ts-check
// Scales, ticks and paths: from numbers to pixels and to what an SVG path wants. Without the document.

/** @import { Ms, Scale, Series, Span, TimeScale } from "./types.js" */

/**
 * From [a, b] to [p, q]; `back` goes the other way.
 * @param {number} a @param {number} b @param {number} p @param {number} q
 * @returns {Scale}
 */
export const linear = (a, b, p, q) => {
  const slope = (q - p) / (b - a || 1);
  return Object.assign((/** @type {number} */ value) => p + (value - a) * slope, {
    back: (/** @type {number} */ at) => a + (at - p) / slope,
  });
};

/**
 * From the moments [from, to] to the pixels [p, q].
 * @param {Ms} from @param {Ms} to @param {number} p @param {number} q
 * @returns {TimeScale}
 */
export const timeScale = (from, to, p, q) => Object.assign(linear(from, to, p, q), { from, to });

/**
 * The part of a span that a scale shows, as left edge and width; null where it shows none of it.
 * @param {TimeScale} x
 * @param {Span} span
 * @param {number} narrowest
 */
export const shownPart = (x, [start, end], narrowest) => {
  const [from, to] = [Math.max(x.from, start), Math.min(x.to, end)];
  return to > from ? { x: x(from), width: Math.max(narrowest, x(to) - x(from)) } : null;
};

/**
 * The stretch of `whole` that is as long as [from, to], but neither shorter than `narrowest` nor longer than the
 * whole, round the same middle as far as the ends allow.
 * @param {Span} whole @param {Ms} from @param {Ms} to @param {number} narrowest
 * @returns {Span}
 */
export const zoomed = (whole, from, to, narrowest) => {
  const span = Math.min(whole[1] - whole[0], Math.max(narrowest, to - from));
  const start = Math.max(whole[0], Math.min(whole[1] - span, from + (to - from - span) / 2));
  return [start, start + span];
};

/**
 * Vertical strokes as one path.
 * @param {number[]} xs
 * @param {number | number[]} tops of all strokes, or of each
 * @param {number} bottom
 */
export const strokes = (xs, tops, bottom) =>
  xs.map((x, i) => `M${x.toFixed(1)} ${bottom}V${(typeof tops === "number" ? tops : tops[i]).toFixed(1)}`).join("");

/**
 * The parts of spans that a scale shows, as rectangles in one path.
 * @param {Span[]} spans
 * @param {TimeScale} x
 * @param {{ top: number, bottom: number }} band
 */
export const boxes = (spans, x, { top, bottom }) =>
  spans
    .map((span) => shownPart(x, span, 0))
    .map((part) => part && `M${part.x.toFixed(1)} ${top}h${part.width.toFixed(1)}V${bottom}h-${part.width.toFixed(1)}z`)
    .filter(Boolean)
    .join("");

/**
 * Points joined by a line.
 * @param {number[]} xs @param {number[]} ys
 */
export const line = (xs, ys) => xs.map((x, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${ys[i].toFixed(1)}`).join("");

const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

/**
 * Moments at round local times between two moments, about `wanted` of them, and the step between them.
 * @param {Ms} from @param {Ms} to
 * @param {number} wanted
 * @param {number} aheadMs how far the local clock is ahead of UTC
 */
export const timeTicks = (from, to, wanted, aheadMs) => {
  const step = 1000 * (TIME_STEPS_S.find((s) => (to - from) / 1000 / s <= wanted) ?? 14400);
  const first = Math.ceil((from + aheadMs) / step) * step - aheadMs;
  const found = [];
  for (let at = first; at <= to; at += step) found.push(at);
  return { step, found };
};

/**
 * The highest of some values; null where none is known.
 * @param {(number | null)[]} values
 */
const highest = (values) => {
  let high = null;
  for (const value of values) if (value !== null && value > (high ?? -1)) high = value;
  return high;
};

/**
 * The highest value of each pixel column; gaps (null) break the line. One closed path per unbroken stretch.
 * @param {Series} series
 * @param {TimeScale} x
 * @param {(value: number) => number} y
 * @param {number} columns
 */
export const area = ({ values, start, stepMs }, x, y, columns) => {
  const first = Math.max(0, Math.floor((x.from - start) / stepMs));
  const last = Math.min(values.length, Math.ceil((x.to - start) / stepMs) + 1);
  const per = Math.max(1, Math.floor((last - first) / columns));
  const floor = y(0).toFixed(1);
  const at = (/** @type {number} */ i) => x(start + i * stepMs).toFixed(1);
  let path = "";
  let open = false;
  for (let i = first; i < last; i += per) {
    const next = Math.min(i + per, last);
    const high = highest(values.slice(i, next));
    if (high !== null) {
      if (!open) path += `M${at(i)} ${floor}`;
      path += `L${at(i)} ${y(high).toFixed(1)}L${at(next)} ${y(high).toFixed(1)}`;
    } else if (open) path += `V${floor}Z`;
    open = high !== null;
  }
  return open ? `${path}V${floor}Z` : path;
};
