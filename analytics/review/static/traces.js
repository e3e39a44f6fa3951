// @ts-check
// What the picture of one movement draws: the trace of every sensor, its axes below, neighbours tinted behind.

import { svg } from "./draw.js";
import { area, line, linear, shownPart } from "./geometry.js";

/** @import { Child, NightAnswer, Points, Scale, Series, TimeScale, WindowAnswer } from "./types.js" */

/**
 * What is shown of one sensor: raw samples with their axes, or the stored envelope where they are gone.
 * @typedef {{ leg: string, points: Points[], axes?: Record<string, Points>, series?: Series }} Lane
 */

/** Room for the names, pixels. */
export const LEFT = 58;
const RIGHT = 10;
const LANE = 118;
const AXES = 54;

/** The right edge of a picture of that width. @param {number} width */
export const rightOf = (width) => width - RIGHT;

/** How high a lane is; all are as high as the highest. @param {Lane[]} lanes */
export const laneHeight = (lanes) => LANE + (lanes.some((lane) => lane.axes) ? AXES + 16 : 0);

/**
 * Lanes from raw samples, or from the stored envelope where they are gone, and a note on what is missing.
 * @param {WindowAnswer} answer
 * @param {NightAnswer} data
 * @returns {{ lanes: Lane[], note: string | null }}
 */
export const lanesIn = (answer, data) => {
  const lost = answer.lost[0];
  if (answer.traces.length) {
    const lanes = answer.traces.map(({ leg, movement, axes }) => ({ leg, points: movement, axes }));
    return { lanes, note: lost ? `Some samples cannot be shown: ${lost}` : null };
  }
  return {
    lanes: data.envelopes.map(({ leg, start, step_s, max_mg }) => {
      return { leg, points: [], series: { values: max_mg, start, stepMs: 1000 * step_s } };
    }),
    note: lost
      ? `From the stored envelope, second by second: the samples cannot be read (${lost}).`
      : "No samples here.",
  };
};

/**
 * @param {Points} points
 * @param {TimeScale} x
 * @param {Scale} y
 * @param {string} name
 */
const trace = ([times, values], x, y, name) => {
  const xs = times.map((ms) => x(x.from + ms));
  return svg("path", { d: line(xs, values.map(y)), class: name });
};

/**
 * The raw axes, all on the scale of the one that moved most.
 * @param {Record<string, Points>} axes
 * @param {TimeScale} x
 * @param {number} top
 */
const axisTraces = (axes, x, top) => {
  const range = Math.max(20, ...Object.values(axes).flatMap(([, values]) => values.map(Math.abs)));
  return Object.entries(axes).map(([name, points], k) => {
    const centre = top + k * (AXES / 3) + AXES / 6;
    const z = linear(-range, range, centre + AXES / 6, centre - AXES / 6);
    return [svg("text", { x: LEFT - 6, y: centre + 4, class: "axis end" }, name), trace(points, x, z, "raw")];
  });
};

/**
 * One sensor.
 * @param {Lane} lane
 * @param {TimeScale} x
 * @param {{ top: number, width: number, threshold: number | null, isNamed: boolean }} at what the movement had to
 *   exceed, and whether there is more than one sensor, so that lanes need names
 * @returns {Child}
 */
export const drawTrace = ({ leg, points, axes, series }, x, { top, width, threshold, isNamed }) => {
  const right = rightOf(width);
  const values = [...points.flatMap((part) => part[1]), ...(series?.values ?? []).filter((value) => value !== null)];
  const peak = Math.max(3 * (threshold ?? 10), ...values);
  const y = linear(0, peak * 1.08, top + LANE, top + 6);
  const half = Number((peak / 2).toPrecision(1));
  return [
    [0, half].map((mg) => [
      svg("line", { x1: LEFT, x2: right, y1: y(mg), y2: y(mg), class: "grid" }),
      svg("text", { x: LEFT - 6, y: y(mg) + 4, class: "axis end" }, mg ? `${mg} mg` : "0"),
    ]),
    isNamed && svg("text", { x: LEFT - 6, y: top + 12, class: "axis end" }, leg),
    series
      ? svg("path", { d: area(series, x, y, width), class: "envelope" })
      : points.map((part) => trace(part, x, y, "trace")),
    threshold !== null && [
      svg("line", { x1: LEFT, x2: right, y1: y(threshold), y2: y(threshold), class: "threshold" }),
      svg("text", { x: width - 12, y: y(threshold) - 4, class: "axis end" }, "threshold"),
    ],
    axes && axisTraces(axes, x, top + LANE + 14),
  ];
};

/**
 * The part of a span that is in view, through all lanes; null for none.
 * @param {TimeScale} x
 * @param {number} bottom
 * @param {number} start @param {number} end
 * @param {Record<string, string>} attributes
 */
export const block = (x, bottom, start, end, attributes) => {
  const part = shownPart(x, [start, end], 1);
  return part && svg("rect", { x: part.x, width: part.width, y: 4, height: bottom - 8, ...attributes });
};
