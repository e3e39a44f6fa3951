// @ts-check
// What the lanes of the night's picture draw: stages, sleep and how likely it was, movements of each leg, envelope of
// each sensor, heart rate, temperature of each sensor.

import { svg } from "./draw.js";
import { area, boxes, linear, shownPart, strokes } from "./geometry.js";
import { LOOKS } from "./looks.js";
import { envelopeTop, onLeg } from "./movements.js";
import { GROUPS, WORDS, lookOf, looksOf } from "./words.js";

/** @import { Attributes, Band, Child, Envelope, Lane, LikelySleep, Ms, NamedSpan, Night } from "./types.js" */
/** @import { NightAnswer, Scale, Span, TimeScale, Warmth } from "./types.js" */

/** Room for the lanes' names, pixels. */
export const LEFT = 84;
const STAGES = ["wake", "rem", "light", "deep"];

/**
 * A name on the left.
 * @param {number} y
 * @param {string} text
 */
const named = (y, text) => svg("text", { x: LEFT - 8, y, class: "axis end" }, text);

/**
 * The name of a lane, in lines round its middle.
 * @param {Band} lane
 * @param {string[]} lines
 */
const laneName = (lane, ...lines) =>
  lines.map((text, i) => named((lane.top + lane.bottom) / 2 + 4 + 13 * (i - (lines.length - 1) / 2), text));

/** The name of a lane that the report names alike. @param {Lane} lane */
const rowName = (lane) => laneName(lane, ...(LOOKS.rows.find((row) => row.name === lane.row)?.says ?? []));

/**
 * A line through the whole lane.
 * @param {TimeScale} x
 * @param {number} y
 */
const gridLine = (x, y) => svg("line", { x1: LEFT, x2: x(x.to), y1: y, y2: y, class: "grid" });

/**
 * The part of a span that is in view, as a rectangle; null for none.
 * @param {TimeScale} x
 * @param {Band} band
 * @param {Span} span
 * @param {Attributes} attributes
 * @param {string} [title]
 */
export const spanRect = (x, band, span, attributes, title) => {
  const part = shownPart(x, span, 0.7);
  if (part === null) return null;
  const place = { x: part.x, y: band.top, width: part.width, height: band.bottom - band.top };
  return svg("rect", { ...place, ...attributes }, title !== undefined && svg("title", {}, title));
};

/** @param {NamedSpan} span @returns {Span} */
const times = ([start, end]) => [start, end];

/**
 * One path through the stages; stages that do not touch begin anew.
 * @param {NamedSpan[]} stages
 * @param {TimeScale} x
 * @param {Scale} y
 */
const hypnogram = (stages, x, y) => {
  let path = "";
  /** @type {Ms | null} */
  let last = null;
  for (const [start, end, stage] of stages) {
    const [a, b, at] = [x(Math.max(start, x.from)), x(Math.min(end, x.to)), y(STAGES.indexOf(stage))];
    path += `${last !== null && Math.abs(last - start) < 1000 ? "L" : "M"}${a.toFixed(1)} ${at}H${b.toFixed(1)}`;
    last = end;
  }
  return svg("path", { d: path, class: "hypnogram" });
};

/**
 * @param {Band} lane
 * @param {TimeScale} x
 * @param {NamedSpan[]} stages
 */
const drawStages = (lane, x, stages) => {
  const y = linear(0, STAGES.length - 1, lane.top + 6, lane.bottom - 6);
  const known = stages.filter(([start, end, stage]) => STAGES.includes(stage) && end > x.from && start < x.to);
  const rem = { top: y(1) - 2, bottom: y(1) + 2 };
  return [
    STAGES.map((stage, i) => [gridLine(x, y(i)), named(y(i) + 4, stage === "rem" ? "REM" : stage)]),
    hypnogram(known, x, y),
    known.filter(([, , stage]) => stage === "rem").map((span) => spanRect(x, rem, times(span), { class: "rem" })),
  ];
};

/**
 * @param {Lane} lane
 * @param {TimeScale} x
 * @param {NamedSpan[]} bouts
 */
const drawSleep = (lane, x, bouts) => [
  rowName(lane),
  bouts.map((bout) =>
    spanRect(x, lane, times(bout), bout[2] === "unknown" ? { fill: "url(#hatch)" } : { class: `bout-${bout[2]}` }),
  ),
];

/**
 * How likely sleep was: a shade each step, doubt dotted, what is not known hatched.
 * @param {Lane & { likely: LikelySleep }} lane
 * @param {TimeScale} x
 */
const drawLikely = (lane, x) => {
  const path = (/** @type {(step: string) => boolean} */ wanted) =>
    boxes(lane.likely.runs.filter(([, , step]) => wanted(step)).map(times), x, lane);
  const inDoubt = new Set(LOOKS.likely.filter((one) => one.in_doubt).map((one) => one.step));
  return [
    rowName(lane),
    LOOKS.likely.map(({ step, look }) =>
      svg("path", {
        d: path((one) => one === step),
        ...(look === "hatched" ? { fill: "url(#hatch)" } : { class: look }),
      }),
    ),
    svg("path", { d: path((one) => inDoubt.has(one)), fill: "url(#doubt)" }),
    spanRect(x, lane, [x.from, x.to], { class: "likely-frame" }, WORDS.measures.p_sleep),
  ];
};

/**
 * Movements of one leg as strokes, as high as they were strong.
 * @param {Band & { leg: string }} lane
 * @param {TimeScale} x
 * @param {NightAnswer} data
 * @param {{ shown: Set<string>, legs: number }} chosen
 */
const drawRaster = (lane, x, { events }, { shown, legs }) => {
  const height = linear(0, Math.log10(1000), lane.bottom - 6, lane.top);
  const here = onLeg(events, x, lane.leg, legs);
  const leg = `${lane.leg} leg`;
  const name = lane.leg === "unknown" ? ["movements"] : legs > 1 ? [leg] : ["movements", leg];
  const ticks = (/** @type {string} */ look) => {
    const at = here.filter((i) => lookOf(events.label[i], events.sleep_state[i]) === look);
    const tops = at.map((i) => height(Math.log10(Math.max(2, Math.min(1000, events.peak_mg[i] ?? 2)))));
    const xs = at.map((i) => x(events.onset[i]));
    return svg("path", { d: strokes(xs, tops, lane.bottom), class: `tick stroke-${look}` });
  };
  const groups = [...GROUPS].reverse().filter((group) => shown.has(group.name));
  return [laneName(lane, ...name), gridLine(x, lane.bottom), groups.flatMap(looksOf).map(ticks)];
};

/**
 * @param {Band & { sensor: Envelope }} lane
 * @param {TimeScale} x
 * @param {NightAnswer} data
 */
const drawEnvelope = (lane, x, data) => {
  const { top, bottom, sensor } = lane;
  const most = envelopeTop(data.events);
  const y = linear(0, most, bottom, top);
  const clipped = (/** @type {number} */ value) => y(Math.min(most, value));
  const half = Number((most / 2).toPrecision(1));
  const series = { values: sensor.max_mg, start: sensor.start, stepMs: 1000 * sensor.step_s };
  return [
    [0, half].map((mg) => [gridLine(x, y(mg)), named(y(mg) + 4, mg ? `${mg} mg` : "0")]),
    named(top + 9, data.envelopes.length > 1 ? sensor.leg : "envelope"),
    svg("path", { d: area(series, x, clipped, x(x.to) - LEFT), class: "envelope" }),
  ];
};

/** No line is drawn over a longer pause between two minutes. */
const PAUSE_MS = 150_000;

/**
 * A value by minute as a line, on an axis of whole steps.
 * @param {Band} lane
 * @param {TimeScale} x
 * @param {[Ms, number][]} minutes
 * @param {{ step: number, unit: string, look: string, names: string[] }} how
 */
const drawByMinute = (lane, x, minutes, { step, unit, look, names }) => {
  const values = minutes.map(([, value]) => value);
  const low = Math.floor(Math.min(...values) / step) * step;
  const high = Math.max(low + step, Math.ceil(Math.max(...values) / step) * step);
  const y = linear(low, high, lane.bottom, lane.top);
  const here = minutes.filter(([at]) => at >= x.from && at <= x.to);
  const path = here.map(
    ([at, value], i) => `${i && at - here[i - 1][0] < PAUSE_MS ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`,
  );
  return [
    [low, high].map((value) => [gridLine(x, y(value)), named(y(value) + 4, `${value} ${unit}`)]),
    laneName(lane, ...names),
    svg("path", { d: path.join(""), class: look }),
  ];
};

/** @param {Lane} lane @param {TimeScale} x @param {NightAnswer["heart"]} heart */
const drawHeart = (lane, x, heart) =>
  drawByMinute(lane, x, heart, { step: 10, unit: "bpm", look: "heart", names: ["heart"] });

/** @param {Lane & { sensor: Warmth }} lane @param {TimeScale} x @param {NightAnswer} data */
const drawWarmth = (lane, x, { temperature }) => {
  const said = LOOKS.rows.find((row) => row.name === lane.row)?.says ?? [];
  const names = temperature.length > 1 ? [lane.sensor.leg] : said;
  return drawByMinute(lane, x, lane.sensor.minutes, { step: 1, unit: "°C", look: "warmth", names });
};

/**
 * What a lane shows.
 * @param {Lane} lane
 * @param {TimeScale} x
 * @param {NightAnswer} data
 * @param {{ shown: Set<string>, legs: number }} chosen groups that are shown, and how many legs there are
 * @returns {Child}
 */
export const drawLane = (lane, x, data, chosen) => {
  if (lane.kind === "stages") return drawStages(lane, x, data.stages);
  if (lane.kind === "sleep") return drawSleep(lane, x, data.bouts);
  if (lane.kind === "p_sleep") return drawLikely(lane, x);
  if (lane.kind === "raster") return drawRaster(lane, x, data, chosen);
  if (lane.kind === "envelope") return drawEnvelope(lane, x, data);
  if (lane.kind === "temperature") return drawWarmth(lane, x, data);
  return drawHeart(lane, x, data.heart);
};

/**
 * Sleep onset through all lanes, and how sure it is above the lane of sleep: by a reviewer's word it is.
 * @param {Pick<Night, "sleep_onset_at" | "onset_span">} night
 * @param {TimeScale} x
 * @param {number} bottom
 * @param {Band | undefined} lane of sleep
 * @returns {Child}
 */
export const drawOnset = (night, x, bottom, lane) => {
  if (night.sleep_onset_at === null || lane === undefined) return null;
  const at = x(night.sleep_onset_at);
  const inView = night.sleep_onset_at >= x.from && night.sleep_onset_at <= x.to;
  const band = { top: lane.top - 6, bottom: lane.top - 1 };
  return [
    night.onset_span && spanRect(x, band, night.onset_span, { class: "onset-spread" }),
    inView && svg("line", { x1: at, x2: at, y1: 4, y2: bottom, class: "onset" }),
  ];
};
