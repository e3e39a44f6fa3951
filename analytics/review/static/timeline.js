// The night on one axis: stages, sleep, movements of each leg, envelope of each sensor, heart rate. Drag to zoom, or to
// mark a span. It draws what it is given and decides nothing.

import { area, el, hatching, hiddenTable, linear, picture, strokes, svg, timeTicks } from "./draw.js";
import { GROUPS, WORDS, blank, groupOf } from "./words.js";

const LEFT = 84;
const RIGHT = 12;
const STAGES = ["wake", "rem", "light", "deep"];
const NARROWEST_MS = 20_000;
/** Clicks count as on a movement from this near, pixels. */
const NEAR = 12;
const DOUBLE_MS = 400;

export const legsOf = (events, envelopes) => {
  const legs = [...new Set(envelopes.map((sensor) => sensor.leg))];
  if (legs.length > 1) return legs;
  return [...new Set([...legs, ...events.leg.filter((leg) => leg !== "both")])].sort();
};

/** Lanes from top to bottom with their heights. */
const lanesOf = (data) => {
  const lanes = [];
  if (data.stages.length) lanes.push({ kind: "stages", height: 76 });
  lanes.push({ kind: "sleep", height: 18 });
  for (const leg of legsOf(data.events, data.envelopes)) lanes.push({ kind: "raster", leg, height: 44 });
  for (const sensor of data.envelopes) lanes.push({ kind: "envelope", sensor, height: 96 });
  if (data.heart.length) lanes.push({ kind: "heart", height: 54 });
  let top = 10;
  for (const lane of lanes) {
    lane.top = top;
    lane.bottom = top + lane.height;
    top = lane.bottom + 12;
  }
  return { lanes, bottom: top - 6 };
};

const laneLabel = (lane, ...words) =>
  words.map((word, i) => svg("text", { x: LEFT - 8, y: (lane.top + lane.bottom) / 2 + 4 + 13 * (i - (words.length - 1) / 2), class: "axis end" }, word));

const spanRect = (x, lane, [start, end], attributes) => {
  const [from, to] = [Math.max(x.from, start), Math.min(x.to, end)];
  if (to <= from) return null;
  return svg("rect", { x: x(from), y: lane.top, width: Math.max(0.7, x(to) - x(from)), height: lane.bottom - lane.top, ...attributes });
};

const drawStages = (lane, x, data) => {
  const y = linear(0, STAGES.length - 1, lane.top + 6, lane.bottom - 6);
  const known = data.stages.filter(([start, end, stage]) => STAGES.includes(stage) && end > x.from && start < x.to);
  let path = "";
  let last = null;
  for (const [start, end, stage] of known) {
    const [a, b, at] = [x(Math.max(start, x.from)), x(Math.min(end, x.to)), y(STAGES.indexOf(stage))];
    path += `${last !== null && Math.abs(last - start) < 1000 ? "L" : "M"}${a.toFixed(1)} ${at}H${b.toFixed(1)}`;
    last = end;
  }
  return [
    ...STAGES.flatMap((stage, i) => [
      svg("line", { x1: LEFT, x2: x(x.to), y1: y(i), y2: y(i), class: "grid" }),
      svg("text", { x: LEFT - 8, y: y(i) + 4, class: "axis end" }, stage === "rem" ? "REM" : stage),
    ]),
    svg("path", { d: path, class: "hypnogram" }),
    ...known.filter(([, , stage]) => stage === "rem").map((span) => spanRect(x, { top: y(1) - 2, bottom: y(1) + 2 }, span, { class: "rem" })),
  ];
};

const drawSleep = (lane, x, data) => [
  ...laneLabel(lane, "sleep"),
  ...data.bouts.map((bout) => spanRect(x, lane, bout, bout[2] === "unknown" ? { fill: "url(#hatch)" } : { class: `bout-${bout[2]}` })),
];

const drawRaster = (lane, x, data, shown, legs) => {
  const { events } = data;
  const height = linear(0, Math.log10(1000), lane.bottom - 6, lane.top);
  const here = events.onset.map((_, i) => i).filter((i) =>
    events.onset[i] >= x.from && events.onset[i] <= x.to && (legs < 2 || events.leg[i] === lane.leg || events.leg[i] === "both" || events.leg[i] === "unknown"));
  return [
    ...laneLabel(lane, ...(lane.leg === "unknown" || !lane.leg ? ["movements"] : legs > 1 ? [`${lane.leg} leg`] : ["movements", `${lane.leg} leg`])),
    svg("line", { x1: LEFT, x2: x(x.to), y1: lane.bottom, y2: lane.bottom, class: "grid" }),
    ...[...GROUPS].reverse().filter((group) => shown.has(group.name)).map((group) => {
      const at = here.filter((i) => groupOf(events.label[i]) === group.name);
      const tops = at.map((i) => height(Math.log10(Math.max(2, Math.min(1000, events.peak_mg[i] ?? 2)))));
      return svg("path", { d: strokes(at.map((i) => x(events.onset[i])), tops, lane.bottom), class: `tick stroke-${group.name}` });
    }),
  ];
};

const envelopeTop = (data) => {
  const peaks = data.events.peak_mg.filter((peak) => peak !== null).sort((a, b) => a - b);
  return Math.max(50, 1.6 * (peaks[Math.floor(0.9 * peaks.length)] ?? 50));
};

const drawEnvelope = (lane, x, data, sensors) => {
  const top = envelopeTop(data);
  const y = linear(0, top, lane.bottom, lane.top);
  const clipped = (value) => y(Math.min(top, value));
  const half = Number((top / 2).toPrecision(1));
  return [
    ...[0, half].map((mg) => [
      svg("line", { x1: LEFT, x2: x(x.to), y1: y(mg), y2: y(mg), class: "grid" }),
      svg("text", { x: LEFT - 8, y: y(mg) + 4, class: "axis end" }, mg ? `${mg} mg` : "0"),
    ]),
    svg("text", { x: LEFT - 8, y: lane.top + 9, class: "axis end" }, sensors > 1 ? lane.sensor.leg : "envelope"),
    svg("path", { d: area(lane.sensor.max_mg, lane.sensor.start, 1000 * lane.sensor.step_s, x, clipped, x.from, x.to, x(x.to) - LEFT), class: "envelope" }),
  ];
};

const drawHeart = (lane, x, data) => {
  const here = data.heart.filter(([at]) => at >= x.from && at <= x.to);
  const rates = data.heart.map(([, bpm]) => bpm);
  const [low, high] = [Math.floor(Math.min(...rates) / 10) * 10, Math.ceil(Math.max(...rates) / 10) * 10];
  const y = linear(low, high, lane.bottom, lane.top);
  let path = "";
  here.forEach(([at, bpm], i) => {
    path += `${i && at - here[i - 1][0] < 150_000 ? "L" : "M"}${x(at).toFixed(1)} ${y(bpm).toFixed(1)}`;
  });
  return [
    ...[low, high].map((bpm) => svg("text", { x: LEFT - 8, y: y(bpm) + 4, class: "axis end" }, `${bpm} bpm`)),
    svg("text", { x: LEFT - 8, y: (lane.top + lane.bottom) / 2 + 4, class: "axis end" }, "heart"),
    svg("path", { d: path, class: "heart" }),
  ];
};

const drawOnset = (night, x, bottom, lane) => {
  if (night.sleep_onset_at === null) return [];
  const spread = 60_000 * night.onset_doubt_min;
  const at = x(night.sleep_onset_at);
  const inView = night.sleep_onset_at >= x.from && night.sleep_onset_at <= x.to;
  return [
    spanRect(x, { top: lane.top - 6, bottom: lane.top - 1 }, [night.sleep_onset_at - spread, night.sleep_onset_at + spread], { class: "onset-spread" }),
    inView && svg("line", { x1: at, x2: at, y1: 4, y2: bottom, class: "onset" }),
  ];
};

/** Movements by clock hour and group: the table behind the picture. */
const hourly = (data, clock) => {
  const rows = new Map();
  data.events.onset.forEach((at, i) => {
    const hour = clock.hour(at);
    if (!rows.has(hour)) rows.set(hour, Object.fromEntries(GROUPS.map((group) => [group.name, 0])));
    rows.get(hour)[groupOf(data.events.label[i])] += 1;
  });
  return [...rows].sort(([a], [b]) => a - b).map(([hour, counts]) => [`${hour % 24}:00`, ...GROUPS.map((group) => counts[group.name])]);
};

export const timeline = (data, clock, { onPick, onSpan, onFilter }) => {
  const whole = [data.night.recorded_from, data.night.recorded_to];
  const { lanes, bottom } = lanesOf(data);
  const legs = legsOf(data.events, data.envelopes).length;
  const shown = new Set(GROUPS.map((group) => group.name));
  const holder = el("div", { class: "plot" });
  let view = [...whole];
  let width = 0;
  let x = null;
  let selected = null;
  let marking = false;
  let drag = null;

  const marker = () => {
    if (selected === null) return null;
    const at = data.events.onset[selected];
    if (at < x.from || at > x.to) return null;
    const lane = lanes.find((one) => one.kind === "raster");
    return svg("path", { d: `M${x(at) - 6} ${lane.top - 8}h12l-6 8z`, class: "marker" });
  };

  const draw = () => {
    width = Math.max(300, holder.clientWidth || 900);
    x = linear(view[0], view[1], LEFT, width - RIGHT);
    [x.from, x.to] = view;
    const everywhere = { top: 4, bottom };
    const ticks = timeTicks(view[0], view[1], Math.max(3, (width - LEFT) / 110), clock.aheadMs(view[0]));
    const drawn = { stages: drawStages, sleep: drawSleep, raster: drawRaster, envelope: drawEnvelope, heart: drawHeart };
    holder.replaceChildren(picture(width, bottom + 22,
      `Night from ${clock.hm(view[0])} to ${clock.hm(view[1])}: sleep, ${data.events.onset.length} movements and how strongly each sensor moved. A table of movements by hour follows.`,
      svg("defs", {}, hatching("hatch")),
      ticks.found.map((at) => [
        svg("line", { x1: x(at), x2: x(at), y1: 4, y2: bottom, class: "grid" }),
        svg("text", { x: Math.max(LEFT + 14, Math.min(width - 24, x(at))), y: bottom + 16, class: "axis middle" }, ticks.step < 60_000 ? clock.hms(at) : clock.hm(at)),
      ]),
      lanes.map((lane) => drawn[lane.kind](lane, x, data, lane.kind === "envelope" ? data.envelopes.length : shown, legs)),
      data.blanks.map((span) => spanRect(x, everywhere, span, { fill: "url(#hatch)", class: "blank" })?.appendChild(svg("title", {}, blank(span[2]))).parentNode),
      data.review.spans.map((span) => spanRect(x, everywhere, span, { class: "excluded" })?.appendChild(svg("title", {}, `${WORDS.verdicts.exclude} by a reviewer`)).parentNode),
      drawOnset(data.night, x, bottom, lanes.find((one) => one.kind === "sleep")),
      marker(),
      drag && svg("rect", { x: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from), y: 4, height: bottom - 4, class: marking ? "selection marking" : "selection" }),
    ));
  };

  const at = (event) => Math.max(LEFT, Math.min(width - RIGHT, event.clientX - holder.getBoundingClientRect().left));
  holder.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = { from: at(event), to: at(event) };
    holder.setPointerCapture(event.pointerId);
  });
  holder.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.to = at(event);
    if (Math.abs(drag.to - drag.from) > 3) draw();
  });
  holder.addEventListener("pointercancel", () => { drag = null; draw(); });
  holder.addEventListener("pointerup", () => {
    if (!drag) return;
    const [a, b] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    drag = null;
    if (b - a <= 3) tap(a, event.timeStamp);
    else if (marking) onSpan(Math.round(x.back(a)), Math.round(x.back(b)));
    else zoomTo(x.back(a), x.back(b));
    draw();
  });

  // Browsers count no double click on what was drawn anew in between.
  let tapped = null;
  const tap = (px, when) => {
    const isSecond = tapped !== null && when - tapped.when < DOUBLE_MS && Math.abs(px - tapped.px) < NEAR;
    tapped = isSecond ? null : { when, px };
    if (isSecond) zoomTo(...whole);
    else pick(px);
  };

  const pick = (px) => {
    let best = null;
    data.events.onset.forEach((ms, i) => {
      const away = Math.abs(x(ms) - px);
      if (shown.has(groupOf(data.events.label[i])) && away <= NEAR && (best === null || away < best.away)) best = { i, away };
    });
    if (best) onPick(best.i);
  };

  const zoomTo = (from, to) => {
    const span = Math.min(whole[1] - whole[0], Math.max(NARROWEST_MS, to - from));
    const start = Math.max(whole[0], Math.min(whole[1] - span, from + (to - from - span) / 2));
    view = [start, start + span];
    reset.disabled = view[0] <= whole[0] && view[1] >= whole[1];
    draw();
  };
  const zoomBy = (factor) => {
    const centre = selected !== null && factor < 1 ? data.events.onset[selected] : (view[0] + view[1]) / 2;
    const half = ((view[1] - view[0]) * factor) / 2;
    zoomTo(centre - half, centre + half);
  };
  const reset = el("button", { type: "button", disabled: true, onclick: () => zoomTo(...whole) }, "Whole night ", el("kbd", {}, "0"));

  const filters = el("div", { class: "legend", role: "group", "aria-label": "Movements shown" }, GROUPS.map((group) =>
    el("button", { type: "button", "aria-pressed": "true", class: "toggle", onclick: (event) => {
      if (!shown.delete(group.name)) shown.add(group.name);
      event.currentTarget.setAttribute("aria-pressed", String(shown.has(group.name)));
      onFilter();
      draw();
    } }, el("span", { class: `swatch fill-${group.name}` }), group.says)));

  return {
    node: el("div", {},
      el("div", { class: "head" }, filters,
        el("ul", { class: "legend states" },
          [["asleep", WORDS.sleep_states.sleep], ["awake", WORDS.sleep_states.wake], ["hatched", WORDS.sleep_states.unknown], data.night.sleep_onset_at !== null && ["onset-swatch", WORDS.onset_span]]
            .filter(Boolean).map(([name, words]) => el("li", {}, el("span", { class: `swatch ${name}-box` }), words))),
        el("div", { class: "tools", role: "group", "aria-label": "Zoom" },
          el("button", { type: "button", "aria-label": "Zoom in", onclick: () => zoomBy(0.5) }, "+"),
          el("button", { type: "button", "aria-label": "Zoom out", onclick: () => zoomBy(2) }, "−"), reset)),
      holder,
      hiddenTable("Movements by clock hour", ["hour", ...GROUPS.map((group) => group.says)], hourly(data, clock))),
    draw,
    zoomBy,
    zoomAll: () => zoomTo(...whole),
    isShown: (i) => shown.has(groupOf(data.events.label[i])),
    select: (i) => {
      selected = i;
      const ms = data.events.onset[i];
      if (ms !== undefined && (ms < view[0] || ms > view[1])) {
        const half = (view[1] - view[0]) / 2;
        zoomTo(ms - half, ms + half);
      } else draw();
    },
    mark: (on) => {
      marking = on;
      holder.classList.toggle("marking", on);
    },
    view: () => view,
  };
};
